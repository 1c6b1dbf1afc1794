/* gm_train(): goals, search, the optimum, and journals; gradiometer on problems of known answer. */
#include "problem.h"

#include <unistd.h>

#include "data/dataset.h"
#include "train/search.h"

enum { ROWS = 240, D = 4, CLASSES = 3, MOST_W = 64 };
static const char all[] = "gradiometer,sgd,momentum,adam,lbfgs";

/* Targets of a table: numbers, two classes that overlap, three of them, two that a plane parts. */
typedef enum kind { NUMBERS, TWO, THREE, APART } kind;

/* A table and what is asked of it. */
typedef struct task {
    gm_context *context;
    double x[ROWS * D], y[ROWS];
    gm_dataset *dataset;
    gm_train_options options;
} task;

static task make_with(gm_context *context, kind which, const char *model) {
    static const double truth[D] = {1, -2, .5, 1.5}, scale[D] = {1, 1, .5, .3};
    task t = {.context = context, .options = {.model = model, .batch_size = 24, .seed = 5}};
    double e[ROWS];
    gm_random_gaussian(context, (gm_stream){41, 0}, 0, ROWS * D, t.x);
    gm_random_gaussian(context, (gm_stream){41, 1}, 0, ROWS, e);
    for (int i = 0; i < ROWS; i++) {
        double z = 0;
        for (int j = 0; j < D; j++)
            z += (t.x[i * D + j] *= scale[j]) * truth[j];
        t.y[i] = which == NUMBERS ? z + .5 * e[i]
                 : which == TWO   ? z + e[i] > 0
                 : which == THREE ? (z + e[i] > -1) + (z + e[i] > 1)
                                  : z > 0;
    }
    check_ok(context, gm_dataset_from_arrays(context, ROWS, D, t.x, t.y, &t.dataset));
    return t;
}

static task make(int threads, kind which, const char *model) {
    return make_with(make_context(threads, GM_ISA_AUTO), which, model);
}

static void drop(task *t) {
    gm_dataset_destroy(t->dataset);
    gm_context_destroy(t->context);
}

static gm_training *train(task *t) {
    gm_training *out = NULL;
    check_ok(t->context, gm_train(t->context, t->dataset, &t->options, &out));
    assert_non_null(out);
    return out;
}

static bool is_warned(const gm_training *t, const char *text) {
    for (int i = 0; t->warnings[i]; i++)
        if (strstr(t->warnings[i], text))
            return true;
    return false;
}

/* --- by plain loops --- */

/* Mean loss at w [c][D], its gradient and its Hessian [cD][cD]; c = 1: least squares where
   `squares`, else logistic; more: softmax. */
static double plain(const task *t, int c, bool squares, const double *w, double *g, double *h) {
    const int d = c * D;
    double loss = 0;
    memset(g, 0, (size_t)d * sizeof *g);
    memset(h, 0, (size_t)(d * d) * sizeof *h);
    for (int i = 0; i < ROWS; i++) {
        double z[CLASSES + 1] = {0}, p[CLASSES + 1], sum = 0;
        for (int a = 0; a < c; a++)
            for (int j = 0; j < D; j++)
                z[a] += w[a * D + j] * t->x[i * D + j];
        const int n = c == 1 ? 2 : c; /* logistic: of z and 0, the class 1 first */
        for (int a = 0; a < n; a++)
            sum += p[a] = exp(z[a]);
        for (int a = 0; a < n; a++)
            p[a] /= sum;
        const int class = c == 1 ? t->y[i] == 0 : (int)t->y[i];
        loss += (squares ? pow(z[0] - t->y[i], 2) / 2 : -log(p[class])) / ROWS;
        for (int e = 0; e < d; e++) {
            const int a = e / D;
            g[e] += (squares ? z[0] - t->y[i] : p[a] - (class == a)) * t->x[i * D + e % D] / ROWS;
            for (int f = 0; f < d; f++)
                h[e * d + f] += (squares ? 1 : p[a] * ((a == f / D) - p[f / D])) *
                                t->x[i * D + e % D] * t->x[i * D + f % D] / ROWS;
        }
    }
    for (int e = 0; e < d; e++) {
        loss += t->options.l2 / 2 * w[e] * w[e];
        g[e] += t->options.l2 * w[e];
        h[e * d + e] += t->options.l2;
    }
    return loss;
}

/* The least loss by Newton's method from 0, from which all of these converge; dense elimination. */
static double least_loss(const task *t, int c, bool squares) {
    const int d = c * D;
    double w[CLASSES * D] = {0}, g[CLASSES * D], h[CLASSES * D * CLASSES * D], loss = NAN;
    for (int i = 0; i < 12; i++) {
        loss = plain(t, c, squares, w, g, h);
        for (int k = 0; k < d; k++)
            for (int r = 0; r < d; r++) {
                const double f = h[r * d + k] / h[k * d + k];
                for (int j = 0; r != k && j < d; j++)
                    h[r * d + j] -= f * h[k * d + j];
                g[r] -= r != k ? f * g[k] : 0;
            }
        for (int k = 0; k < d; k++)
            w[k] -= g[k] / h[k * d + k];
    }
    return loss;
}

/* --- the optimum --- */

static void the_optimum_is_the_least_loss(void **state) {
    (void)state;
    static const struct {
        kind kind;
        const char *model;
        int c;
        double l2;
    } cases[] = {{NUMBERS, "linear", 1, 0}, {NUMBERS, "linear", 1, .1},  {TWO, "logistic", 1, 0},
                 {TWO, "logistic", 1, .02}, {THREE, "softmax", 3, .001}, {THREE, "softmax", 3, .3}};
    for (int k = 0; k < 6; k++) {
        task t = make(2, cases[k].kind, cases[k].model);
        t.options.l2 = cases[k].l2;
        t.options.optimizers = "sgd";
        t.options.learning_rate = .01;
        t.options.epochs = .5;
        gm_training *out = train(&t);
        const double least = least_loss(&t, cases[k].c, cases[k].kind == NUMBERS);
        assert_true(out->initial_loss > 1.05 * least);
        check_between(out->optimum, least * (1 - 1e-12),
                      k == 0 ? least * (1 + 1e-12) : least * (1 + 1e-12) + out->optimum_error);
        check_between(out->optimum_error, 0, 1e-7 * least);
        assert_non_null(
            strstr(out->optimum_method, k == 0 ? "second moments" : "conjugate gradients"));
        assert_null(out->warnings[0]);
        gm_training_destroy(t.context, out);
        drop(&t);
    }
}

static void a_loss_without_a_minimum_is_said_to_have_none(void **state) {
    (void)state;
    task t = make(2, APART, "logistic");
    t.options.optimizers = "sgd";
    t.options.learning_rate = .1;
    gm_training *out = train(&t);
    assert_true(isnan(out->optimum) && isnan(out->optimum_error) && !out->optimum_method);
    assert_true(is_warned(out, "no minimum"));
    gm_training_destroy(t.context, out);
    out = NULL;
    t.options.until = GM_UNTIL_EXCESS;
    t.options.goal = .1;
    check_fails(t.context, GM_NUMERICAL_FAILURE, "no optimum of model logistic",
                gm_train(t.context, t.dataset, &t.options, &out));
    assert_null(out);
    t.options.l2 = 1e-3; /* which gives it one */
    out = train(&t);
    check_near(out->optimum, least_loss(&t, 1, false), 1e-7 * out->optimum);
    gm_training_destroy(t.context, out);
    drop(&t);
}

/* --- runs --- */

/* What holds of every run: the curve begins at the start, moves on, and ends at what is said. */
static void check_run(const gm_training *t, const gm_train_run *run, double most) {
    assert_true(run->points >= 2);
    check_near(run->curve[0].gradient_evaluations, 0, 0);
    check_near(run->curve[0].loss, t->initial_loss, 0);
    for (int64_t i = 1; i < run->points; i++) {
        assert_true(run->curve[i].gradient_evaluations > run->curve[i - 1].gradient_evaluations);
        assert_true(run->curve[i].seconds >= run->curve[i - 1].seconds);
    }
    const gm_train_point *last = &run->curve[run->points - 1];
    check_near(last->gradient_evaluations, run->gradient_evaluations, 0);
    check_near(run->final_loss, fmin(last->loss, last->averaged_loss), 0);
    assert_true(run->averaged == (last->averaged_loss < last->loss));
    assert_true(run->gradient_evaluations <= most || run->reached);
    assert_true(run->curvature_gradients <= run->gradient_evaluations);
    assert_false(run->diverged);
}

static void goals_are_reached(void **state) {
    (void)state;
    static const struct {
        kind kind;
        const char *model;
        gm_until until;
        double goal;
    } cases[] = {
        {NUMBERS, "linear", GM_UNTIL_EXCESS, .01}, {NUMBERS, "linear", GM_UNTIL_LOSS, .2},
        {TWO, "logistic", GM_UNTIL_ACCURACY, .7},  {THREE, "softmax", GM_UNTIL_LOSS, .9},
        {THREE, "softmax", GM_UNTIL_EXCESS, .05},  {THREE, "mlp:hidden=6", GM_UNTIL_LOSS, .6}};
    for (int k = 0; k < 6; k++) {
        task t = make(2, cases[k].kind, cases[k].model);
        t.options.until = cases[k].until;
        t.options.goal = cases[k].goal;
        t.options.epochs = 30;
        t.options.optimizers = all;
        gm_training *out = train(&t);
        assert_int_equal(out->optimizer_count, 5);
        for (int i = 0; i < 5; i++) {
            const gm_trained *o = &out->optimizer[i];
            const gm_train_run *run = &o->runs[0], *point = run;
            assert_true(run->reached);
            check_run(out, run, 30 * ROWS / 24.0);
            assert_true(run->gradient_evaluations < 30 * ROWS / 24.0);
            if (cases[k].until == GM_UNTIL_ACCURACY) {
                check_between(run->final_accuracy, .7, 1);
                assert_true(out->initial_accuracy < .7 && isnan(out->goal_loss));
            } else {
                assert_true(point->final_loss <= out->goal_loss);
                check_near(out->goal_loss,
                           k == 0 || k == 4 ? out->optimum * (1 + cases[k].goal) : cases[k].goal,
                           1e-15);
                for (int64_t p = 0; p + 1 < run->points; p++) /* at the first look that shows it */
                    assert_true(
                        !(fmin(run->curve[p].loss, run->curve[p].averaged_loss) <= out->goal_loss));
            }
            assert_true((run->curvature_gradients > 0) == (i == 0));
            assert_true((o->preconditioner != NULL) == (i == 0));
            assert_true(isnan(o->learning_rate) == (i == 4));
            assert_true(i == 4 ? o->tried == 1 : o->tried >= 3);
        }
        assert_false(is_warned(out, "did not reach"));
        gm_training_destroy(t.context, out);
        drop(&t);
    }
}

static void a_start_at_the_goal_takes_no_step(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        task t = make(1, NUMBERS, "linear");
        t.options.until = GM_UNTIL_LOSS;
        t.options.optimizers = "gradiometer,adam,lbfgs";
        t.options.learning_rate = k ? 0 : 1e3; /* a step would lose it */
        t.options.goal = 100;
        gm_training *out = train(&t);
        for (int i = 0; i < 3; i++) {
            const gm_train_run *run = &out->optimizer[i].runs[0];
            assert_true(run->reached);
            assert_int_equal(run->points, 1);
            check_near(run->gradient_evaluations, 0, 0);
            check_near(run->final_loss, out->initial_loss, 0);
            check_near(out->optimizer[i].weights[0], 0, 0);
        }
        gm_training_destroy(t.context, out);
        drop(&t);
    }
}

static void a_goal_that_is_missed_is_said_to_be(void **state) {
    (void)state;
    task t = make(1, NUMBERS, "linear");
    t.options.until = GM_UNTIL_LOSS;
    t.options.goal = 1e-3;
    t.options.optimizers = "adam,lbfgs";
    t.options.epochs = 3;
    gm_training *out = train(&t);
    assert_true(is_warned(out, "adam did not reach") && is_warned(out, "lbfgs did not reach"));
    assert_false(out->optimizer[0].runs[0].reached);
    gm_training_destroy(t.context, out);
    drop(&t);
}

/* Nine gradients a batch with noise, of which d = 4 weights take three for 24 vectors: 27. A budget
   of 18 ends after the second, one of 27 with the curvature and one step, one of 28 goes on. */
static void a_budget_that_the_curvature_takes_is_warned_of(void **state) {
    (void)state;
    static const double most[] = {8, 18, 27, 28};
    for (int k = 0; k < 4; k++) {
        task t = make(1, NUMBERS, "linear");
        t.options.optimizers = "gradiometer,sgd";
        t.options.learning_rate = .3;
        t.options.epochs = most[k] * 24 / ROWS;
        gm_training *out = train(&t);
        const gm_train_run *run = &out->optimizer[0].runs[0];
        assert_true(is_warned(out, "gradiometer: all of the") == (k < 3));
        assert_true(is_warned(out, "which takes 27 before the first step") == (k < 3));
        assert_true(is_warned(out, "give more than 2.7 epochs") == (k < 3));
        assert_false(is_warned(out, "sgd: all"));
        assert_true((run->curvature_gradients == run->gradient_evaluations) == (k < 3));
        assert_true((run->final_loss < out->initial_loss) == (k > 1));
        gm_training_destroy(t.context, out);
        drop(&t);
    }
}

/* Of five runs on orders of their own the third; its weights have its loss. */
static void the_typical_run_is_the_median(void **state) {
    (void)state;
    for (int by_loss = 0; by_loss < 2; by_loss++) {
        task t = make(2, NUMBERS, "linear");
        t.options.until = by_loss ? GM_UNTIL_EPOCHS : GM_UNTIL_EXCESS;
        t.options.goal = .02;
        t.options.repeats = 5;
        t.options.epochs = by_loss ? 2 : 10;
        t.options.optimizers = "adam,momentum";
        gm_training *out = train(&t);
        for (int o = 0; o < 2; o++) {
            const gm_trained *m = &out->optimizer[o];
            const gm_train_run *typical = &m->runs[m->typical];
            int before = 0, behind = 0, different = 0;
            assert_int_equal(m->run_count, 5);
            for (int i = 0; i < 5; i++) {
                const gm_train_run *run = &m->runs[i];
                const double a = by_loss ? run->final_loss : run->gradient_evaluations;
                const double b = by_loss ? typical->final_loss : typical->gradient_evaluations;
                assert_true(by_loss || run->reached);
                before += a < b;
                behind += a > b;
                assert_int_equal(run->seed, 6 + i);
                different += run->final_loss != m->runs[0].final_loss;
            }
            assert_true(before <= 2 && behind <= 2 && different == 4);
            double g[D], h[D * D];
            check_near(plain(&t, 1, true, m->weights, g, h), typical->final_loss, 1e-12);
        }
        gm_training_destroy(t.context, out);
        drop(&t);
    }
}

/* --- search --- */

/* The search runs on the order of the seed, and so does the first run of a given rate of the seed
   before it: the rate found does better than both its neighbours. */
static void the_rate_found_is_better_than_its_neighbours(void **state) {
    (void)state;
    for (int k = 0; k < 4; k++) {
        task t = make(2, k % 2 ? THREE : NUMBERS, k % 2 ? "softmax" : "linear");
        t.options.epochs = 12;
        t.options.until = k < 2 ? GM_UNTIL_EPOCHS : GM_UNTIL_EXCESS;
        t.options.goal = .003;
        gm_training *out = train(&t);
        const gm_trained *found = &out->optimizer[0];
        double score[3];
        assert_true(found->interior);
        assert_true(found->tried >= 3);
        const double grid = 2 * log10(found->learning_rate); /* from 1 in steps of √10 */
        check_near(grid, round(grid), 1e-9);
        t.options.seed--;
        for (int i = 0; i < 3; i++) {
            t.options.learning_rate = found->learning_rate * pow(10, .5 * (i - 1));
            gm_training *one = train(&t);
            const gm_train_run *run = &one->optimizer[0].runs[0];
            assert_int_equal(run->seed, 5);
            score[i] = run->diverged  ? INFINITY
                       : k < 2        ? run->final_loss
                       : run->reached ? run->gradient_evaluations
                                      : INFINITY;
            gm_training_destroy(t.context, one);
        }
        assert_true(isfinite(score[1]) && score[1] <= score[0] && score[1] <= score[2]);
        assert_true(score[1] < score[0] || score[1] < score[2]);
        gm_training_destroy(t.context, out);
        drop(&t);
    }
}

static void a_given_rate_is_used_as_it_is(void **state) {
    (void)state;
    task t = make(1, NUMBERS, "linear");
    t.options.optimizers = all;
    t.options.learning_rate = .0123;
    gm_training *out = train(&t);
    for (int i = 0; i < 5; i++) {
        const gm_trained *o = &out->optimizer[i];
        assert_int_equal(o->tried, 1);
        assert_false(o->interior);
        assert_true(i == 4 ? isnan(o->learning_rate) : o->learning_rate == .0123);
        assert_true(i == 4 ? isnan(o->horizon) : isinf(o->horizon) != 0);
        assert_true(i == 2 ? o->momentum == .9 : isnan(o->momentum));
        assert_string_equal(o->averaging, i == 4 ? "none" : "tail");
    }
    gm_training_destroy(t.context, out);
    drop(&t);
}

/* Horizons and momenta are each tried on a line of rates; every rate that diverges is an error. */
static void every_line_is_tried(void **state) {
    (void)state;
    task t = make(2, NUMBERS, "linear");
    t.options.optimizers = "sgd,momentum,gradiometer";
    t.options.epochs = 5;
    gm_training *out = train(&t);
    assert_true(out->optimizer[0].tried >= 3 * 3);
    assert_true(out->optimizer[1].tried >= 9 * 3);
    check_between(out->optimizer[2].tried, 3, 8);
    check_between(out->optimizer[0].learning_rate, 1e-3, 2);
    assert_true(out->optimizer[0].interior && out->optimizer[1].interior);
    gm_training_destroy(t.context, out);
    drop(&t);
}

/* Adam's first rate comes to the goal too, a hundred epochs later. */
static void fewer_gradients_to_the_goal_are_better(void **state) {
    (void)state;
    task t = make(1, NUMBERS, "linear");
    t.options.optimizers = "adam";
    t.options.until = GM_UNTIL_EXCESS;
    t.options.goal = .01;
    t.options.epochs = 400;
    gm_training *out = train(&t);
    assert_true(out->optimizer[0].runs[0].reached);
    check_between(out->optimizer[0].learning_rate, .01, 4);
    gm_training_destroy(t.context, out);
    drop(&t);
}

/* --- options --- */

static void options_out_of_range_are_refused(void **state) {
    (void)state;
    static const struct {
        gm_train_options options;
        const char *text;
    } wrong[] = {{{.batch_size = -1}, "batch size -1"},
                 {{.batch_size = ROWS + 1}, "1 to 240"},
                 {{.epochs = -1}, "epochs -1"},
                 {{.epochs = NAN}, "epochs nan"},
                 {{.epochs = 2e6}, "epochs 2e+06"},
                 {{.l2 = -.5}, "l2 -0.5"},
                 {{.l2 = INFINITY}, "l2 inf"},
                 {{.learning_rate = -1}, "learning rate -1"},
                 {{.learning_rate = NAN}, "learning rate nan"},
                 {{.repeats = -1}, "repeats -1"},
                 {{.repeats = 1001}, "repeats 1001"},
                 {{.until = GM_UNTIL_LOSS}, "until: 0"},
                 {{.until = GM_UNTIL_LOSS, .goal = NAN}, "until: nan"},
                 {{.until = GM_UNTIL_EXCESS, .goal = -1}, "until: -1"},
                 {{.until = GM_UNTIL_ACCURACY, .goal = 1.5}, "at most 1"},
                 {{.until = GM_UNTIL_ACCURACY, .goal = .5}, "not classes"},
                 {{.until = GM_UNTIL_EXCESS, .goal = .5, .model = "mlp"}, "no known optimum"},
                 {{.until = (gm_until)9, .goal = .5}, "until"},
                 {{.optimizers = "adm"}, "did you mean adam"},
                 {{.optimizers = ""}, "unknown optimizer ''"},
                 {{.optimizers = "sgd,"}, "unknown optimizer ''"},
                 {{.optimizers = "sgd,adam,sgd"}, "sgd is named twice"},
                 {{.model = "lineal"}, "lineal"},
                 {{.at = "nowhere"}, "nowhere"}};
    task t = make(1, NUMBERS, NULL);
    gm_training *out = NULL;
    gm_cost cost;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        check_fails(t.context, GM_INVALID_ARGUMENT, wrong[i].text,
                    gm_train(t.context, t.dataset, &wrong[i].options, &out));
        check_fails(t.context, GM_INVALID_ARGUMENT, wrong[i].text,
                    gm_train_cost(t.context, t.dataset, &wrong[i].options, &cost));
        assert_null(out);
    }
    t.options = (gm_train_options){.at = "file:path=/no/such/file.npy"};
    check_fails(t.context, GM_INVALID_INPUT, "/no/such",
                gm_train(t.context, t.dataset, &t.options, &out));
    drop(&t);
}

/* All that is left at 0 is a default. */
static void defaults_are_as_said(void **state) {
    (void)state;
    task t = make(1, NUMBERS, NULL);
    gm_training *out = NULL;
    gm_cost cost, more;
    const gm_train_options longer = {.epochs = 1000}; /* 512 gradients are the default here */
    check_ok(t.context, gm_train(t.context, t.dataset, NULL, &out));
    assert_string_equal(out->model, "linear");
    assert_string_equal(out->at, "zero");
    assert_string_equal(out->optimizer[0].name, "gradiometer");
    assert_int_equal(out->batch_size, ROWS);
    assert_int_equal(out->dimension, D);
    assert_int_equal(out->optimizer[0].run_count, 1);
    assert_false(out->resumed);
    check_near(out->evaluations_per_epoch, 1, 0);
    check_ok(t.context, gm_train_cost(t.context, t.dataset, NULL, &cost));
    check_ok(t.context, gm_train_cost(t.context, t.dataset, &longer, &more));
    assert_true(cost.operations > 0 && cost.memory > 0 && cost.seconds > 0);
    assert_true(more.operations > cost.operations);
    gm_training_destroy(t.context, out);
    gm_training_destroy(t.context, NULL);
    drop(&t);
}

/* --- bits --- */

static void check_same_curves(const gm_train_run *a, const gm_train_run *b) {
    assert_int_equal(a->points, b->points);
    for (int64_t p = 0; p < a->points; p++) {
        gm_train_point one = a->curve[p], two = b->curve[p];
        one.seconds = two.seconds = 0;
        assert_memory_equal(&one, &two, sizeof one);
    }
    assert_true(a->seed == b->seed && a->reached == b->reached && a->averaged == b->averaged);
    assert_true(a->final_loss == b->final_loss);
    assert_true(a->gradient_evaluations == b->gradient_evaluations);
    assert_true(a->curvature_gradients == b->curvature_gradients);
}

/* All but seconds. */
static void check_same(const gm_training *a, const gm_training *b) {
    assert_int_equal(a->optimizer_count, b->optimizer_count);
    assert_memory_equal(&a->optimum, &b->optimum, sizeof a->optimum);
    for (int i = 0; i < a->optimizer_count; i++) {
        const gm_trained *one = &a->optimizer[i], *two = &b->optimizer[i];
        assert_string_equal(one->name, two->name);
        assert_memory_equal(one->weights, two->weights, (size_t)a->dimension * sizeof(double));
        assert_memory_equal(&one->learning_rate, &two->learning_rate, sizeof(double));
        assert_memory_equal(&one->horizon, &two->horizon, sizeof(double));
        assert_memory_equal(&one->condition_number, &two->condition_number, sizeof(double));
        assert_int_equal(one->tried, two->tried);
        assert_int_equal(one->interior, two->interior);
        assert_int_equal(one->typical, two->typical);
        assert_string_equal(one->preconditioner ? one->preconditioner : "none",
                            two->preconditioner ? two->preconditioner : "none");
        assert_string_equal(one->monitor.advice, two->monitor.advice);
        assert_memory_equal(&one->monitor.loss, &two->monitor.loss, sizeof(double));
        assert_int_equal(one->run_count, two->run_count);
        for (int r = 0; r < one->run_count; r++)
            check_same_curves(&one->runs[r], &two->runs[r]);
    }
}

static const char *const models[] = {"logistic", "softmax", "mlp:hidden=6"};
static const kind kinds[] = {TWO, THREE, THREE};

static void weights_do_not_depend_on_threads(void **state) {
    (void)state;
    for (int k = 0; k < 3; k++) {
        task one = make(1, kinds[k], models[k]);
        one.options.batch_size = 100;
        one.options.optimizers = all;
        gm_training *a = train(&one);
        for (int threads = 2; threads <= 5; threads += 3) {
            task many = make(threads, kinds[k], models[k]);
            many.options = one.options;
            gm_training *b = train(&many);
            check_same(a, b);
            gm_training_destroy(many.context, b);
            drop(&many);
        }
        gm_training_destroy(one.context, a);
        drop(&one);
    }
}

/* --- journals --- */

static char folder[64], file[96];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/gm-train-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/checkpoint", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    remove(file);
    return rmdir(folder);
}

static unsigned char *read_file(long *size) {
    FILE *from = fopen(file, "rb");
    assert_non_null(from);
    assert_int_equal(fseek(from, 0, SEEK_END), 0);
    *size = ftell(from);
    rewind(from);
    unsigned char *bytes = malloc((size_t)*size);
    assert_true(fread(bytes, 1, (size_t)*size, from) == (size_t)*size);
    fclose(from);
    return bytes;
}

static void write_file(const unsigned char *bytes, long size) {
    FILE *to = fopen(file, "wb");
    assert_non_null(to);
    assert_true(fwrite(bytes, 1, (size_t)size, to) == (size_t)size);
    assert_int_equal(fclose(to), 0);
}

/* Cancels at a certain report of progress; keeps the state of a run at each one where it is told of
   its journal. */
typedef struct canceller {
    gm_context *context;
    gm_journal *journal;
    long seen, at;
} canceller;

static void cancel(void *user, const char *stage, double done, double total) {
    canceller *c = user;
    (void)stage;
    assert_true(done >= 0 && total > 0);
    if (c->journal)
        c->journal->saved_at = -1e9; /* always due */
    if (c->seen++ == c->at)
        gm_context_cancel(c->context);
}

static gm_context *make_cancelled(canceller *c) {
    const gm_context_options options = {.threads = 2, .progress = cancel, .progress_user = c};
    assert_int_equal(gm_context_create(&options, &c->context), GM_OK);
    return c->context;
}

/* Stopped again and again, after more and more reports, then gone on to the end: nothing differs.
 */
static void a_training_goes_on_from_its_journal(void **state) {
    (void)state;
    for (int k = 0; k < 3; k++) {
        task whole = make(1, kinds[k], models[k]);
        whole.options.optimizers = all;
        whole.options.repeats = 2;
        whole.options.epochs = 4;
        gm_training *expected = train(&whole), *out = NULL;
        gm_status status = GM_CANCELLED;
        int stops = 0;
        for (long at = 0; status != GM_OK; at = at + at / 4 + 23, stops++) {
            canceller c = {.at = at};
            task t = make_with(make_cancelled(&c), kinds[k], models[k]);
            t.options = whole.options;
            t.options.checkpoint = file;
            status = gm_train(t.context, t.dataset, &t.options, &out);
            if (status == GM_OK) {
                assert_true(out->resumed);
                check_same(expected, out);
                gm_training_destroy(t.context, out);
            } else {
                assert_int_equal(status, GM_CANCELLED);
            }
            drop(&t);
        }
        assert_true(stops > 5);
        whole.options.checkpoint = file; /* all of it is there: no step is taken */
        out = train(&whole);
        check_same(expected, out);
        gm_training_destroy(whole.context, out);
        assert_int_equal(remove(file), 0);
        gm_training_destroy(whole.context, expected);
        drop(&whole);
    }
}

/* One run of one setting, whose state is kept at every step where `c` has an end. */
static gm_status run_once(canceller *c, int k, const char *optimizer, gm_outcome *out) {
    const bool kept = c->at < 1000000;
    task t = make_with(make_cancelled(c), kinds[k], models[k]);
    const gm_model_shape shape = {.columns = D, .classes = k == 0 ? 2 : CLASSES};
    const gm_oracle_options options = {.batch_size = 24, .l2 = .001};
    const gm_setting setting = {
        .rate = .1, .horizon = 4, .momentum = k == 0 ? .5 : .9, .damping = NAN};
    double start[MOST_W];
    gm_model *model = NULL;
    gm_oracle *oracle = NULL;
    gm_trainer trainer = {.context = t.context, .start = start, .stage = "testing"};
    check_ok(t.context, gm_model_create(t.context, models[k], &shape, &model));
    assert_true(model->parameters <= MOST_W);
    gm_random_gaussian(t.context, (gm_stream){41, 2}, 0, MOST_W, start);
    check_ok(t.context, gm_oracle_create(t.context, t.dataset, model, t.y, &options, &oracle));
    trainer.oracle = oracle;
    trainer.most = 60;
    trainer.initial_loss = 1;
    trainer.sharpness = 1;
    trainer.watched = true;
    check_ok(t.context, gm_journal_open(t.context, kept ? file : NULL, 99, &trainer.journal));
    c->journal = kept ? &trainer.journal : NULL;
    const gm_status status =
        gm_trainer_run(&trainer, gm_optimizer_find(optimizer), &setting, 8, 60, true, out);
    if (status == GM_OK) { /* out of the context, whose allocator is that of C */
        gm_outcome copy = *out;
        copy.weights = malloc(MOST_W * sizeof *copy.weights);
        copy.run.curve = malloc((size_t)out->run.points * sizeof *copy.run.curve);
        memset(copy.weights, 0, MOST_W * sizeof *copy.weights);
        memcpy(copy.weights, out->weights, (size_t)model->parameters * sizeof *copy.weights);
        memcpy(copy.run.curve, out->run.curve, (size_t)out->run.points * sizeof *copy.run.curve);
        gm_outcome_release(t.context, out);
        *out = copy;
    }
    gm_journal_close(&trainer.journal);
    gm_oracle_destroy(oracle);
    gm_model_destroy(t.context, model);
    drop(&t);
    return status;
}

static void free_outcome(gm_outcome *outcome) {
    free(outcome->weights);
    free(outcome->run.curve);
}

/* In the middle of a run, in each phase of every optimizer. */
static void a_run_goes_on_from_its_state(void **state) {
    (void)state;
    const gm_optimizer_kind *optimizer;
    for (int o = 0; (optimizer = gm_optimizer_at(o)) != NULL; o++)
        for (int k = 0; k < 3; k++) {
            canceller never = {.at = 1000000};
            gm_outcome expected = {0}, out = {0};
            assert_int_equal(run_once(&never, k, optimizer->name, &expected), GM_OK);
            for (long every = 2; every < never.seen; every += every / 2 + 3) {
                canceller c = {.at = every};
                int stops = 0;
                while (run_once(&c, k, optimizer->name, &out) == GM_CANCELLED) {
                    c.seen = 0;
                    stops++;
                }
                assert_true(stops >= 1);
                assert_memory_equal(expected.weights, out.weights, MOST_W * sizeof(double));
                check_same_curves(&expected.run, &out.run);
                assert_string_equal(expected.monitor.advice, out.monitor.advice);
                assert_string_equal(expected.preconditioner ? expected.preconditioner : "none",
                                    out.preconditioner ? out.preconditioner : "none");
                free_outcome(&out);
                assert_int_equal(remove(file), 0);
            }
            free_outcome(&expected);
        }
}

static void damaged_journals_are_refused(void **state) {
    (void)state;
    task t = make(1, TWO, "logistic");
    gm_training *out = NULL;
    long size;
    t.options.optimizers = "gradiometer,lbfgs";
    t.options.checkpoint = file;
    t.options.epochs = 2;
    gm_training_destroy(t.context, train(&t));
    unsigned char *bytes = read_file(&size);
    assert_true(size > 1000);
    for (long at = 0; at < size; at += at < 400 || at > size - 50 ? 1 : 61) {
        write_file(bytes, at);
        check_fails(t.context, GM_INVALID_INPUT, file,
                    gm_train(t.context, t.dataset, &t.options, &out));
        bytes[at] ^= (unsigned char)(1 << at % 8);
        write_file(bytes, size);
        check_fails(t.context, GM_INVALID_INPUT, file,
                    gm_train(t.context, t.dataset, &t.options, &out));
        bytes[at] ^= (unsigned char)(1 << at % 8);
        assert_null(out);
    }
    write_file(bytes, size);
    gm_training_destroy(t.context, train(&t)); /* whole again, it is taken */
    const gm_train_options same = t.options;
    for (int k = 0; k < 9; k++) {
        t.options = same;
        t.options.seed += k == 0;
        t.options.batch_size += k == 1;
        t.options.epochs += k == 2;
        t.options.l2 += k == 3;
        t.options.repeats = k == 4 ? 2 : 0;
        t.options.learning_rate = k == 5 ? 1 : 0;
        t.options.until = k == 6 ? GM_UNTIL_LOSS : GM_UNTIL_EPOCHS;
        t.options.goal = k == 6 ? .1 : 0;
        t.options.optimizers = k == 7 ? "lbfgs,gradiometer" : same.optimizers;
        t.options.at = k == 8 ? "random" : NULL;
        check_fails(t.context, GM_INVALID_INPUT, "another training",
                    gm_train(t.context, t.dataset, &t.options, &out));
    }
    task other = make(1, APART, "logistic"); /* other targets */
    other.options = same;
    check_fails(other.context, GM_INVALID_INPUT, "another training",
                gm_train(other.context, other.dataset, &other.options, &out));
    free(bytes);
    drop(&other);
    drop(&t);
    remove(file);
}

static void a_journal_that_cannot_be_written_is_an_error(void **state) {
    (void)state;
    task t = make(1, NUMBERS, "linear");
    gm_training *out = NULL;
    t.options.checkpoint = "/no/such/folder/checkpoint";
    check_fails(t.context, GM_IO_ERROR, "/no/such/folder",
                gm_train(t.context, t.dataset, &t.options, &out));
    assert_null(out);
    t.options.checkpoint = folder;
    check_fails(t.context, GM_INVALID_INPUT, folder,
                gm_train(t.context, t.dataset, &t.options, &out));
    drop(&t);
}

/* --- gradiometer --- */

/* A curvature of condition 10⁶, inputs in random axes: 63 gradients tell it, and a few epochs of
   reduced steps are enough, whatever the order of the rows. */
static void condition_does_not_matter_to_gradiometer(void **state) {
    (void)state;
    enum { COLUMNS = 20 };
    double spectrum[COLUMNS];
    gm_context *context = make_context(2, GM_ISA_AUTO);
    for (int j = 0; j < COLUMNS; j++)
        spectrum[j] = pow(10, -6.0 * j / (COLUMNS - 1));
    problem p = make_problem(context, 4000, COLUMNS, spectrum, 0, 1, 3);
    for (uint64_t seed = 1; seed <= 5; seed++) {
        const gm_train_options options = {.batch_size = 100,
                                          .until = GM_UNTIL_EXCESS,
                                          .goal = .01,
                                          .learning_rate = 1,
                                          .epochs = 20,
                                          .seed = seed};
        gm_training *out = NULL;
        check_ok(context, gm_train(context, p.dataset, &options, &out));
        const gm_train_run *run = &out->optimizer[0].runs[0];
        assert_true(run->reached);
        check_between(run->gradient_evaluations, 63, 150);
        check_near(run->curvature_gradients, 63, 0);
        check_between(out->optimizer[0].condition_number, 1e5, 1e7);
        assert_true(out->initial_loss > 1.05 * out->goal_loss);
        gm_training_destroy(context, out);
    }
    free_problem(&p);
    gm_context_destroy(context);
}

/* Far too long a step: back to where the loss was low, with half the step, until it is safe. */
static void a_rate_that_is_too_high_ends_below_the_start(void **state) {
    (void)state;
    static const double rates[] = {3, 8, 30};
    for (int k = 0; k < 12; k++) {
        task t = make(1, k / 3 ? kinds[k / 3 - 1] : NUMBERS, k / 3 ? models[k / 3 - 1] : "linear");
        t.options.learning_rate = rates[k % 3];
        t.options.epochs = 30;
        gm_training *out = train(&t);
        const gm_train_run *run = &out->optimizer[0].runs[0];
        assert_false(run->diverged);
        assert_true(run->final_loss < out->initial_loss);
        for (int j = 0; j < out->dimension; j++)
            assert_true(isfinite(out->optimizer[0].weights[j]));
        gm_training_destroy(t.context, out);
        drop(&t);
    }
}

/* A column of 1e150, of 1e-150, one that is another, all inputs 0: finite weights, or an error that
   says what is wrong. */
static void absurd_data_make_no_nan(void **state) {
    (void)state;
    static const char *const names[] = {"linear", "logistic", "softmax", "mlp:hidden=6"};
    static const kind of[] = {NUMBERS, TWO, THREE, THREE};
    int fine = 0;
    for (int k = 0; k < 24; k++) {
        task t = make(2, of[k % 4], names[k % 4]);
        for (int i = 0; i < ROWS; i++) {
            double *x = t.x + i * D;
            x[1] *= k / 4 == 0 ? 1e150 : k / 4 == 1 ? 1e-150 : k / 4 == 5 ? 1e307 : 1;
            x[1] = k / 4 == 2 ? x[0] : x[1];
            for (int j = 0; j < D; j++)
                x[j] = k / 4 == 3 || (k / 4 == 4 && i > 0) ? 0 : x[j];
        }
        gm_dataset_destroy(t.dataset);
        check_ok(t.context, gm_dataset_from_arrays(t.context, ROWS, D, t.x, t.y, &t.dataset));
        const char *const each[] = {"gradiometer", "sgd", "momentum", "adam", "lbfgs"};
        for (int o = 0; o < 5; o++) {
            gm_training *out = NULL;
            t.options.optimizers = each[o];
            t.options.epochs = 2;
            const gm_status status = gm_train(t.context, t.dataset, &t.options, &out);
            if (status != GM_OK) {
                assert_true(status == GM_NUMERICAL_FAILURE || status == GM_INVALID_INPUT);
                assert_true(strlen(gm_context_message(t.context)) > 10);
                assert_null(out);
                continue;
            }
            fine++;
            for (int j = 0; j < out->dimension; j++)
                if (!isfinite(out->optimizer[0].weights[j]))
                    fail_msg("%s, %s, case %d: weight %d is %g", names[k % 4], each[o], k / 4, j,
                             out->optimizer[0].weights[j]);
            assert_true(out->optimizer[0].runs[0].final_loss <= out->initial_loss);
            gm_training_destroy(t.context, out);
        }
        if (k / 4 == 3 && k % 4 < 3) {
            gm_training *out = NULL;
            t.options.optimizers = "gradiometer";
            t.options.epochs = 5; /* with fewer it never comes to ask */
            check_fails(t.context, GM_NUMERICAL_FAILURE, "hold no curvature",
                        gm_train(t.context, t.dataset, &t.options, &out));
        }
        drop(&t);
    }
    assert_true(fine > 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_optimum_is_the_least_loss),
        cmocka_unit_test(a_loss_without_a_minimum_is_said_to_have_none),
        cmocka_unit_test(goals_are_reached),
        cmocka_unit_test(a_start_at_the_goal_takes_no_step),
        cmocka_unit_test(a_goal_that_is_missed_is_said_to_be),
        cmocka_unit_test(a_budget_that_the_curvature_takes_is_warned_of),
        cmocka_unit_test(the_typical_run_is_the_median),
        cmocka_unit_test(the_rate_found_is_better_than_its_neighbours),
        cmocka_unit_test(a_given_rate_is_used_as_it_is),
        cmocka_unit_test(every_line_is_tried),
        cmocka_unit_test(fewer_gradients_to_the_goal_are_better),
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(defaults_are_as_said),
        cmocka_unit_test(weights_do_not_depend_on_threads),
        cmocka_unit_test(a_training_goes_on_from_its_journal),
        cmocka_unit_test(a_run_goes_on_from_its_state),
        cmocka_unit_test(damaged_journals_are_refused),
        cmocka_unit_test(a_journal_that_cannot_be_written_is_an_error),
        cmocka_unit_test(condition_does_not_matter_to_gradiometer),
        cmocka_unit_test(a_rate_that_is_too_high_ends_below_the_start),
        cmocka_unit_test(absurd_data_make_no_nan),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
