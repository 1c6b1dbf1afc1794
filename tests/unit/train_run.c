/* One run: when it looks, ends and diverges; the ends of the search; the optimum of planted data.
 */
#include "problem.h"

#include "curvature/problem.h"
#include "data/dataset.h"
#include "random/streams.h"
#include "train/optimum.h"
#include "train/trainer.h"

enum { ROWS = 240, D = 3 };

/* A table of two classes or of numbers, and what every report of progress said was the end. */
typedef struct task {
    gm_context *context;
    double x[ROWS * D], y[ROWS];
    gm_dataset *dataset;
    double ends[1 << 16];
    int reports, products; /* of a run; of the optimum */
} task;

static void note(void *user, const char *stage, double done, double total) {
    task *t = user;
    (void)done;
    if (strcmp(stage, "finding the optimum") == 0)
        t->products++;
    else if (strcmp(stage, "adam") == 0 && t->reports < (int)(sizeof t->ends / sizeof *t->ends))
        t->ends[t->reports++] = total;
}

static task *make(bool classes, double scale) {
    task *t = calloc(1, sizeof *t);
    double e[ROWS];
    assert_non_null(t);
    const gm_context_options options = {.threads = 1, .progress = note, .progress_user = t};
    assert_int_equal(gm_context_create(&options, &t->context), GM_OK);
    gm_random_gaussian(t->context, (gm_stream){61, 0}, 0, ROWS * D, t->x);
    gm_random_gaussian(t->context, (gm_stream){61, 1}, 0, ROWS, e);
    for (int i = 0; i < ROWS; i++) {
        const double z = t->x[i * D] - 2 * t->x[i * D + 1] + .5 * e[i];
        t->y[i] = classes ? z > 0 : z;
        for (int j = 0; j < D; j++)
            t->x[i * D + j] *= scale;
    }
    check_ok(t->context, gm_dataset_from_arrays(t->context, ROWS, D, t->x, t->y, &t->dataset));
    return t;
}

static void drop(task *t) {
    gm_dataset_destroy(t->dataset);
    gm_context_destroy(t->context);
    free(t);
}

static gm_training *train(task *t, const gm_train_options *options) {
    gm_training *out = NULL;
    t->reports = 0;
    check_ok(t->context, gm_train(t->context, t->dataset, options, &out));
    return out;
}

/* One gradient a step: a look comes with the first step that is 3 % or a 32nd of an epoch past the
   last, and with the last step. */
static void looks_come_when_they_are_due(void **state) {
    (void)state;
    static const struct {
        int64_t batch;
        double epochs;
    } cases[] = {{24, 30}, {2, 3}, {1, 1.5}, {60, 2}};
    for (int k = 0; k < 4; k++) {
        task *t = make(false, 1);
        const double epoch = ROWS / (double)cases[k].batch, most = cases[k].epochs * epoch;
        gm_training *out = train(t, &(gm_train_options){.optimizers = "sgd",
                                                        .learning_rate = .01,
                                                        .batch_size = cases[k].batch,
                                                        .epochs = cases[k].epochs});
        const gm_train_run *run = &out->optimizer[0].runs[0];
        double due = 0;
        for (int64_t p = 0; p < run->points; p++) {
            const double at = run->curve[p].gradient_evaluations;
            check_near(at, fmin(ceil(due), most), 0);
            due = at + fmax(1, fmax(.03 * at, epoch / 32));
        }
        check_near(run->gradient_evaluations, most, 0);
        assert_true(run->seconds > 0 && run->seconds == run->curve[run->points - 1].seconds);
        gm_training_destroy(t->context, out);
        drop(t);
    }
}

/* The loss of a batch that is not finite ends a run at once, one that is 1000 times the first at
   the next look; a run of full gradients ends where nothing is left to gain. */
static void runs_end_where_nothing_comes_of_them(void **state) {
    (void)state;
    task *t = make(false, 1);
    gm_train_options options = {
        .optimizers = "sgd", .learning_rate = 1e200, .batch_size = 2, .epochs = 3};
    gm_training *out = train(t, &options); /* looks lie four steps apart */
    assert_true(out->optimizer[0].runs[0].diverged);
    check_near(out->optimizer[0].runs[0].gradient_evaluations, 2, 0);
    gm_training_destroy(t->context, out);
    options.learning_rate = 3;
    out = train(t, &options);
    assert_true(out->optimizer[0].runs[0].diverged);
    check_between(out->optimizer[0].runs[0].gradient_evaluations, 3, 30);
    assert_true(isfinite(out->optimizer[0].runs[0].final_loss));
    gm_training_destroy(t->context, out);
    options.optimizers = "lbfgs";
    options.epochs = 1000;
    out = train(t, &options);
    check_between(out->optimizer[0].runs[0].gradient_evaluations, 2 * 120, 100 * 120);
    check_near(out->optimizer[0].runs[0].final_loss, out->optimum, 1e-12);
    gm_training_destroy(t->context, out);
    drop(t);
}

/* Loss and accuracy of a run are those of the weights that it gives, whether they are the last ones
   or their average; both come about. */
static void accuracies_are_of_the_weights(void **state) {
    (void)state;
    int averaged = 0, different = 0;
    for (int k = 0; k < 16; k++) {
        task *t = make(true, 1);
        gm_training *out = train(t, &(gm_train_options){.model = "logistic",
                                                        .optimizers = "sgd",
                                                        .learning_rate = k % 2 ? 30 : .001,
                                                        .batch_size = 4,
                                                        .epochs = 1,
                                                        .seed = 3 + (uint64_t)k});
        const gm_trained *o = &out->optimizer[0];
        double hits = 0;
        for (int i = 0; i < ROWS; i++) {
            double z = 0;
            for (int j = 0; j < D; j++)
                z += o->weights[j] * t->x[i * D + j];
            hits += (z > 0) == (t->y[i] > .5);
        }
        check_near(o->runs[0].final_accuracy, hits / ROWS, 1e-12);
        averaged += o->runs[0].averaged;
        different += o->runs[0].final_accuracy != out->initial_accuracy;
        gm_training_destroy(t->context, out);
        drop(t);
    }
    check_between(averaged, 4, 12);
    check_between(different, 12, 16);
}

/* Heavy ball of β goes as far as sgd at rate/(1−β), which is told beside the largest curvature.
   Full batches, steps that grow slowly. */
static void the_rate_is_told_beside_the_curvature(void **state) {
    (void)state;
    static const struct {
        const char *optimizer;
        double rate, told; /* times the largest curvature */
    } cases[] = {{"sgd", 2.03, 2.03}, {"momentum", 3.803, 38.03}};
    task *t = make(false, 1);
    double v[D] = {1, 1, 1}, largest = 0;
    for (int step = 0; step < 200; step++) {
        double next[D] = {0};
        for (int i = 0; i < ROWS; i++) {
            double z = 0;
            for (int j = 0; j < D; j++)
                z += v[j] * t->x[i * D + j];
            for (int j = 0; j < D; j++)
                next[j] += z * t->x[i * D + j] / ROWS;
        }
        largest = sqrt(next[0] * next[0] + next[1] * next[1] + next[2] * next[2]);
        for (int j = 0; j < D; j++)
            v[j] = next[j] / largest;
    }
    for (int k = 0; k < 2; k++) {
        gm_training *out = train(t, &(gm_train_options){.optimizers = cases[k].optimizer,
                                                        .learning_rate = cases[k].rate / largest,
                                                        .at = "random",
                                                        .batch_size = ROWS,
                                                        .epochs = 100});
        double told = NAN;
        const gm_monitor_state *monitor = &out->optimizer[0].monitor;
        (void)sscanf(monitor->advice, "step too large: the rate times the largest curvature is %lf",
                     &told);
        check_near(told, cases[k].told, .02 * cases[k].told);
        gm_training_destroy(t->context, out);
    }
    drop(t);
}

/* The memory of l-bfgs knows the curvature whatever its unit. */
static void lbfgs_does_not_depend_on_the_unit(void **state) {
    (void)state;
    static const double units[] = {.01, 1, 100, 1e4};
    for (int k = 0; k < 4; k++) {
        task *t = make(false, units[k]);
        for (int i = 0; i < ROWS; i++) /* condition 10⁴ */
            t->x[i * D] *= .01;
        gm_dataset_destroy(t->dataset);
        check_ok(t->context, gm_dataset_from_arrays(t->context, ROWS, D, t->x, t->y, &t->dataset));
        gm_training *out = train(t, &(gm_train_options){.optimizers = "lbfgs",
                                                        .batch_size = ROWS,
                                                        .epochs = 300,
                                                        .until = GM_UNTIL_EXCESS,
                                                        .goal = 1e-6});
        assert_true(out->optimizer[0].runs[0].reached);
        check_between(out->optimizer[0].runs[0].gradient_evaluations, 3, 30);
        gm_training_destroy(t->context, out);
        drop(t);
    }
}

/* --- search --- */

/* Inputs of 1e14 ask for a rate below all that are tried, and those of 1e-9 for one above: the
   last one has a worse one on one side only. */
static void the_ends_of_the_grid_are_not_interior(void **state) {
    (void)state;
    for (int above = 0; above < 2; above++) {
        task *t = make(false, above ? 1e-9 : 1e14);
        gm_training *out =
            train(t, &(gm_train_options){.optimizers = "adam", .batch_size = 24, .epochs = 1});
        const gm_trained *o = &out->optimizer[0];
        /* 20 steps of √10 below 1e-3, or 19 above */
        check_near(log10(o->learning_rate), above ? 6.5 : -13, 1e-9);
        assert_false(o->interior);
        assert_non_null(out->warnings[0]);
        assert_non_null(strstr(out->warnings[0], "end of the grid"));
        gm_training_destroy(t->context, out);
        drop(t);
    }
}

/* Runs of the search are to be as long as the fastest before them, and no longer. */
static void no_run_is_longer_than_the_best(void **state) {
    (void)state;
    task *t = make(false, 1);
    gm_training *out = train(t, &(gm_train_options){.optimizers = "adam",
                                                    .batch_size = 24,
                                                    .epochs = 100,
                                                    .until = GM_UNTIL_EXCESS,
                                                    .goal = .05});
    int searched = t->reports, shorter = 0;
    while (searched > 0 && t->ends[searched - 1] == 1000) /* the run that is reported has it all */
        searched--;
    assert_true(searched > 1 && searched < t->reports);
    for (int i = 1; i < searched; i++) {
        assert_true(t->ends[i] <= t->ends[i - 1]);
        shorter += t->ends[i] < t->ends[i - 1];
    }
    check_between(shorter, 1, 100);
    check_near(t->ends[0], 1000, 0);
    check_between(t->ends[searched - 1], 1, 300);
    gm_training_destroy(t->context, out);
    drop(t);
}

/* Of three horizons each is the best of something: constant, the budget, a quarter of it. */
static void horizons_are_constant_the_budget_and_a_quarter(void **state) {
    (void)state;
    static const double goals[] = {.3, .03, .01, .003, .001, .0003, .0001, .00003};
    int constant = 0, whole = 0, quarter = 0;
    task *t = make(false, 1);
    for (int k = 0; k < 16; k++) {
        gm_training *out = train(t, &(gm_train_options){.optimizers = k % 2 ? "adam" : "sgd",
                                                        .batch_size = 24,
                                                        .epochs = 16,
                                                        .until = GM_UNTIL_EXCESS,
                                                        .goal = goals[k / 2]});
        const double horizon = out->optimizer[0].horizon;
        constant += isinf(horizon) != 0;
        whole += horizon == 16;
        quarter += horizon == 4;
        gm_training_destroy(t->context, out);
    }
    assert_int_equal(constant + whole + quarter, 16);
    assert_true(constant > 0 && whole > 0 && quarter > 0);
    drop(t);
}

/* --- the optimum --- */

static gm_least optimum_of(gm_context *context, const gm_dataset *dataset, const char *model,
                           double l2) {
    const gm_recover_options point = {.model = model, .at = "zero", .batch_size = 16};
    const gm_oracle_options how = {.batch_size = 16, .l2 = l2};
    gm_problem *p = NULL;
    gm_oracle *oracle = NULL;
    gm_least out;
    check_ok(context, gm_problem_create(context, dataset, &point, &p));
    check_ok(context, gm_problem_place(p, 1));
    check_ok(context, gm_oracle_create(context, dataset, p->model, p->targets, &how, &oracle));
    check_ok(context, gm_train_optimum(p, oracle, l2, 7, &out));
    gm_oracle_destroy(oracle);
    gm_problem_destroy(p);
    return out;
}

/* Targets that the inputs tell without noise, of condition 10¹⁰: the second solve takes off what
   rounding left in the first, and the lower of the two is the optimum. */
static void refinement_finds_a_planted_zero(void **state) {
    (void)state;
    enum { COLUMNS = 6 };
    gm_context *context = make_context(1, GM_ISA_AUTO);
    double spectrum[COLUMNS], power = 0;
    for (int j = 0; j < COLUMNS; j++)
        spectrum[j] = pow(10, -2.0 * j);
    problem p = make_problem(context, 400, COLUMNS, spectrum, 0, 0, 3);
    for (int i = 0; i < 400; i++)
        power += p.targets[i] * p.targets[i] / 800;
    const gm_least least = optimum_of(context, p.dataset, "linear", 0);
    check_between(least.loss / power, 0, 1e-27);
    check_between(least.error / power, 1e-30, 1e-16); /* what the second took off */
    free_problem(&p);
    gm_context_destroy(context);
}

/* Conjugate gradients under the inverse take a few products a step, four steps in all or so. The
   last step is taken: the loss is closer to the least than what is said. */
static void newton_steps_are_few_and_the_last_is_taken(void **state) {
    (void)state;
    task *t = make(true, 1);
    for (int k = 0; k < 3; k++) {
        const double l2 = pow(10, -1 - k);
        t->products = 0;
        const gm_least least = optimum_of(t->context, t->dataset, "logistic", l2);
        const int products = t->products;
        double w[D] = {0}, loss = NAN; /* plain Newton steps in three dimensions */
        for (int step = 0; step < 30; step++) {
            double g[D] = {0}, h[D][D] = {{0}};
            loss = 0;
            for (int i = 0; i < ROWS; i++) {
                double z = 0;
                for (int j = 0; j < D; j++)
                    z += w[j] * t->x[i * D + j];
                const double q = 1 / (1 + exp(-z));
                loss += (log1p(exp(-fabs(z))) + fmax(z, 0) - t->y[i] * z) / ROWS;
                for (int j = 0; j < D; j++) {
                    g[j] += (q - t->y[i]) * t->x[i * D + j] / ROWS;
                    for (int m = 0; m < D; m++)
                        h[j][m] += q * (1 - q) * t->x[i * D + j] * t->x[i * D + m] / ROWS;
                }
            }
            for (int j = 0; j < D; j++) {
                loss += l2 / 2 * w[j] * w[j];
                g[j] += l2 * w[j];
                h[j][j] += l2;
            }
            for (int j = 0; j < D; j++)
                for (int i = 0; i < D; i++) {
                    const double f = h[i][j] / h[j][j];
                    for (int m = 0; i != j && m < D; m++)
                        h[i][m] -= f * h[j][m];
                    g[i] -= i != j ? f * g[j] : 0;
                }
            for (int j = 0; j < D; j++)
                w[j] -= g[j] / h[j][j];
        }
        check_between(least.error, 1e-16, 1e-7 * loss);
        check_between(least.loss - loss, -1e-14, .1 * least.error + 1e-15);
        check_between(products, 4, 24);
    }
    drop(t);
}

/* In one dimension conjugate gradients are exact after one product: half the decrement where the
   textbook's Newton steps first have it below 1e-7 of the loss is the error that is told. */
static void the_error_is_half_the_decrement(void **state) {
    (void)state;
    enum { N = 64 };
    double x[N], y[N], w = 0, error = NAN;
    gm_context *context = make_context(1, GM_ISA_AUTO);
    gm_dataset *dataset = NULL;
    for (int i = 0; i < N; i++) {
        x[i] = (i % 7 - 2) * .7;
        y[i] = (i * 5 % 8 < 3) != (x[i] > 0);
    }
    check_ok(context, gm_dataset_from_arrays(context, N, 1, x, y, &dataset));
    for (int step = 0; step < 50; step++) {
        double loss = 0, g = 0, h = 0;
        for (int i = 0; i < N; i++) {
            const double z = w * x[i], p = 1 / (1 + exp(-z));
            loss += (log1p(exp(-fabs(z))) + fmax(z, 0) - y[i] * z) / N;
            g += (p - y[i]) * x[i] / N;
            h += p * (1 - p) * x[i] * x[i] / N;
        }
        error = g * g / h / 2;
        if (error <= 1e-7 * loss)
            break;
        w -= g / h;
    }
    const gm_least least = optimum_of(context, dataset, "logistic", 0);
    assert_true(error > 1e-15 && fabs(w) > .1);
    check_near(least.error, error, 1e-3 * error + 1e-18);
    gm_dataset_destroy(dataset);
    gm_context_destroy(context);
}

/* Of inputs along one axis each the curvature at w is known: p(1 − p) of either. */
static void the_condition_is_that_of_the_weights(void **state) {
    (void)state;
    enum { N = 400 };
    double x[N * 2] = {0}, y[N];
    gm_context *context = make_context(1, GM_ISA_AUTO);
    gm_dataset *dataset = NULL;
    for (int i = 0; i < N; i++) {
        x[i * 2 + i % 2] = 1;
        y[i] = i / 2 % 2;
    }
    check_ok(context, gm_dataset_from_arrays(context, N, 2, x, y, &dataset));
    static const char *const models[] = {"logistic", "logistic", "mlp:hidden=2"};
    static const double at[] = {0, 8, 0};
    for (int k = 0; k < 3; k++) {
        const gm_model_shape shape = {.columns = 2, .classes = 2};
        const gm_oracle_options how = {.batch_size = 100};
        const double w[16] = {at[k]}, p = 1 / (1 + exp(-at[k])), truth = .25 / (p * (1 - p));
        double sum = 0, condition = 5;
        gm_model *model = NULL;
        gm_oracle *oracle = NULL;
        check_ok(context, gm_model_create(context, models[k], &shape, &model));
        check_ok(context, gm_oracle_create(context, dataset, model, y, &how, &oracle));
        for (uint64_t seed = 1; seed <= 64; seed++) {
            check_ok(context, gm_train_condition(oracle, w, seed, &condition));
            sum += log(condition) / 64;
        }
        if (k < 2) /* eight vectors: a spread of about e^.7 each, the larger one on top */
            check_between(exp(sum) / truth, k == 0 ? 1 : .7, k == 0 ? 4 : 1.5);
        else
            assert_true(isnan(condition));
        gm_oracle_destroy(oracle);
        gm_model_destroy(context, model);
    }
    gm_dataset_destroy(dataset);
    gm_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_come_when_they_are_due),
        cmocka_unit_test(runs_end_where_nothing_comes_of_them),
        cmocka_unit_test(accuracies_are_of_the_weights),
        cmocka_unit_test(the_rate_is_told_beside_the_curvature),
        cmocka_unit_test(lbfgs_does_not_depend_on_the_unit),
        cmocka_unit_test(the_ends_of_the_grid_are_not_interior),
        cmocka_unit_test(no_run_is_longer_than_the_best),
        cmocka_unit_test(horizons_are_constant_the_budget_and_a_quarter),
        cmocka_unit_test(refinement_finds_a_planted_zero),
        cmocka_unit_test(newton_steps_are_few_and_the_last_is_taken),
        cmocka_unit_test(the_error_is_half_the_decrement),
        cmocka_unit_test(the_condition_is_that_of_the_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
