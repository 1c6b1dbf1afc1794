/* What every optimizer of the table must keep, and what each is known to do. */
#include "check.h"

#include "curvature/precondition.h"
#include "optim/optimizer.h"
#include "random/streams.h"

enum { ROWS = 250, D = 5, MOST_BATCH = ROWS, MOST_STEPS = 400 };

/* Settings that the conformance runs over; the table must be covered. */
static const struct form {
    const char *name;
    gm_setting setting;
} forms[] = {{"sgd", {.rate = .4, .horizon = 30}},
             {"sgd", {.rate = .3, .horizon = INFINITY}},
             {"momentum", {.rate = .04, .horizon = 30, .momentum = .9}},
             {"momentum", {.rate = .02, .horizon = INFINITY, .momentum = .95}},
             {"adam", {.rate = .03, .horizon = 30}},
             {"lbfgs", {.rate = NAN, .horizon = NAN, .momentum = NAN}},
             {"gradiometer", {.rate = .25, .horizon = INFINITY, .momentum = NAN, .damping = NAN}}};
enum { LBFGS = 5, FORMS = sizeof forms / sizeof *forms };

/* A problem of rows, the library's oracle on it, and textbook sums. */
typedef struct task {
    gm_context *context;
    double x[ROWS * D], y[ROWS];
    bool logistic;
    double l2;
    gm_dataset *dataset;
    gm_model *model;
    gm_oracle *oracle;
} task;

/* Σ over rows by the textbook: loss, gradient [D] and Hessian [D][D], which may be NULL. */
static double plain(const task *t, const double *w, int64_t n, const int64_t *index,
                    double *gradient, double *hessian) {
    double loss = 0;
    memset(gradient, 0, D * sizeof *gradient);
    if (hessian)
        memset(hessian, 0, D * D * sizeof *hessian);
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = index ? index[i] : i;
        const double *x = t->x + row * D;
        double z = 0;
        for (int j = 0; j < D; j++)
            z += x[j] * w[j];
        const double p = 1 / (1 + exp(-z)), r = (t->logistic ? p : z) - t->y[row];
        loss += (t->logistic ? log1p(exp(-fabs(z))) + fmax(z, 0) - t->y[row] * z : r * r / 2) / n;
        for (int j = 0; j < D; j++)
            gradient[j] += x[j] * r / n;
        for (int j = 0; hessian && j < D * D; j++)
            hessian[j] += x[j / D] * x[j % D] * (t->logistic ? p * (1 - p) : 1) / n;
    }
    for (int j = 0; j < D; j++) {
        loss += t->l2 / 2 * w[j] * w[j];
        gradient[j] += t->l2 * w[j];
        if (hessian)
            hessian[j * D + j] += t->l2;
    }
    return loss;
}

/* x = a⁻¹ b by elimination, a positive definite and destroyed. */
static void solve(double *a, double *b) {
    for (int k = 0; k < D; k++)
        for (int i = 0; i < D; i++) {
            const double f = a[i * D + k] / a[k * D + k];
            for (int j = 0; i != k && j < D; j++)
                a[i * D + j] -= f * a[k * D + j];
            b[i] -= i != k ? f * b[k] : 0;
        }
    for (int k = 0; k < D; k++)
        b[k] /= a[k * D + k];
}

/* The least loss and where it is, by Newton's method from 0. */
static double optimum(const task *t, double *w) {
    double g[D], h[D * D], loss = NAN;
    memset(w, 0, D * sizeof *w);
    for (int i = 0; i < 20; i++) {
        loss = plain(t, w, ROWS, NULL, g, h);
        solve(h, g);
        for (int j = 0; j < D; j++)
            w[j] -= g[j];
    }
    return loss;
}

static double full_loss(const task *t, const double *w) {
    double g[D];
    return plain(t, w, ROWS, NULL, g, NULL);
}

static task *make(int threads, bool logistic, int64_t batch_size) {
    static const double truth[D] = {1, -2, .5, 1.5, -1}, scale[D] = {1, 1, .7, .5, .4};
    task *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->context = make_context(threads, GM_ISA_AUTO);
    t->logistic = logistic;
    t->l2 = logistic ? .01 : 0;
    double e[ROWS];
    gm_random_gaussian(t->context, (gm_stream){21, 0}, 0, ROWS * D, t->x);
    gm_random_gaussian(t->context, (gm_stream){21, 1}, 0, ROWS, e);
    for (int i = 0; i < ROWS; i++) {
        double z = 0;
        for (int j = 0; j < D; j++)
            z += (t->x[i * D + j] *= scale[j]) * truth[j];
        t->y[i] = logistic ? z + e[i] > 0 : z + .5 * e[i];
    }
    const gm_model_shape shape = {.columns = D, .classes = logistic ? 2 : 0};
    const gm_oracle_options options = {.batch_size = batch_size, .l2 = t->l2};
    check_ok(t->context, gm_dataset_from_arrays(t->context, ROWS, D, t->x, t->y, &t->dataset));
    check_ok(t->context,
             gm_model_create(t->context, logistic ? "logistic" : "linear", &shape, &t->model));
    check_ok(t->context, gm_oracle_create(t->context, t->dataset, t->model,
                                          gm_dataset_targets(t->dataset), &options, &t->oracle));
    return t;
}

static void drop(task *t) {
    gm_oracle_destroy(t->oracle);
    gm_model_destroy(t->context, t->model);
    gm_dataset_destroy(t->dataset);
    gm_context_destroy(t->context);
    free(t);
}

static const double origin[D] = {0};

static gm_optimizer *begin(task *t, const struct form *form, const double *start) {
    const gm_optimizer_kind *kind = gm_optimizer_find(form->name);
    gm_optimizer *run = NULL;
    assert_non_null(kind);
    check_ok(t->context,
             gm_optimizer_create(t->context, kind, t->oracle, &form->setting, 77, start, &run));
    return run;
}

static void advance(task *t, gm_optimizer *run, int steps) {
    for (int i = 0; i < steps; i++)
        check_ok(t->context, gm_optimizer_advance(run));
}

static void check_same(const gm_optimizer *a, const gm_optimizer *b) {
    assert_memory_equal(a->w, b->w, D * sizeof *a->w);
    assert_memory_equal(a->gradient, b->gradient, D * sizeof *a->gradient);
    assert_memory_equal(&a->loss, &b->loss, sizeof a->loss);
    assert_int_equal(a->average != NULL, b->average != NULL);
    if (a->average) {
        assert_memory_equal(a->average, b->average, D * sizeof *a->average);
        assert_memory_equal(a->halves, b->halves, 2 * D * sizeof *a->halves);
    }
    assert_int_equal(a->steps, b->steps);
    assert_int_equal(a->ended, b->ended);
    assert_true(gm_oracle_counted(a->oracle).all == gm_oracle_counted(b->oracle).all);
}

/* --- every optimizer --- */

static void names_find_their_kind(void **state) {
    (void)state;
    const gm_optimizer_kind *kind;
    int count = 0;
    for (; (kind = gm_optimizer_at(count)) != NULL; count++) {
        bool tried = false;
        assert_ptr_equal(gm_optimizer_find(kind->name), kind);
        assert_true(strlen(kind->about) > 0);
        for (int k = 0; k < FORMS; k++)
            tried = tried || strcmp(forms[k].name, kind->name) == 0;
        assert_true(tried);
        assert_true(kind->stochastic ? kind->first_rate > 0 : isnan(kind->first_rate));
        assert_in_range(kind->momenta, 0, 3);
    }
    assert_true(count >= 4);
    assert_null(gm_optimizer_at(-1));
    assert_null(gm_optimizer_at(count + 1));
    assert_null(gm_optimizer_find("no such optimizer"));
}

/* From 0, whose loss is half as much again at least, to 1 % above the least in 30 epochs. */
static void the_loss_comes_near_the_least(void **state) {
    (void)state;
    for (int k = 0; k < 2 * FORMS; k++) {
        task *t = make(2, k % 2, 25);
        const struct form *form = &forms[k / 2];
        double best[D];
        const double least = optimum(t, best);
        gm_optimizer *run = begin(t, form, origin);
        assert_true(full_loss(t, run->w) > 1.5 * least);
        while (gm_oracle_counted(t->oracle).all < 30 * ROWS / 25.0)
            advance(t, run, 1);
        assert_true(gm_oracle_counted(t->oracle).all < 40 * ROWS / 25.0);
        const double last = full_loss(t, run->w);
        const double mean = run->average ? full_loss(t, run->average) : last;
        if (!(fmin(last, mean) >= least * (1 - 1e-12) && fmin(last, mean) <= 1.01 * least))
            fail_msg("%s, setting %d: %.9g or %.9g, the least is %.9g", form->name, k, last, mean,
                     least);
        check_between(run->loss, .2 * least, 4 * least);
        gm_optimizer_destroy(run);
        drop(t);
    }
}

/* Go on from bytes in an optimizer that was elsewhere: as if nothing had been interrupted. */
static void going_on_from_bytes_changes_no_bit(void **state) {
    (void)state;
    static const int64_t batch_sizes[] = {1, 24, 250};
    for (int k = 0; k < 3 * FORMS; k++)
        for (int stop = 0; stop < 25; stop += 6) {
            const struct form *form = &forms[k / 3];
            task *one = make(2, true, batch_sizes[k % 3]), *two = make(1, true, batch_sizes[k % 3]);
            gm_optimizer *a = begin(one, form, origin), *b = begin(two, form, one->x);
            gm_archive out, in;
            advance(one, a, stop);
            advance(two, b, 13);
            gm_archive_write(one->context, &out);
            gm_optimizer_exchange(a, &out);
            gm_oracle_exchange(one->oracle, &out);
            assert_int_equal(out.status, GM_OK);
            gm_archive_read(two->context, out.size, out.bytes, &in);
            gm_optimizer_exchange(b, &in);
            gm_oracle_exchange(two->oracle, &in);
            assert_int_equal(in.status, GM_OK);
            assert_int_equal(in.place, in.size);
            check_same(a, b);
            advance(one, a, 15);
            advance(two, b, 15);
            check_same(a, b);
            gm_archive_release(&out);
            gm_optimizer_destroy(a);
            gm_optimizer_destroy(b);
            drop(one);
            drop(two);
        }
}

static void bits_do_not_depend_on_threads(void **state) {
    (void)state;
    for (int k = 0; k < FORMS; k++) {
        task *one = make(1, true, 150), *many = make(3, true, 150);
        gm_optimizer *a = begin(one, &forms[k], origin), *b = begin(many, &forms[k], origin);
        for (int i = 0; i < 25; i++) {
            advance(one, a, 1);
            advance(many, b, 1);
            check_same(a, b);
        }
        gm_optimizer_destroy(a);
        gm_optimizer_destroy(b);
        drop(one);
        drop(many);
    }
}

/* A batch is one, with eight of noise nine; a full gradient N/n, and one at least for each
   iteration and the first point. */
static void gradients_are_counted(void **state) {
    (void)state;
    for (int k = 0; k < FORMS; k++) {
        task *t = make(1, false, 25);
        gm_optimizer *run = begin(t, &forms[k], origin);
        advance(t, run, 8);
        const double count = gm_oracle_counted(t->oracle).all;
        const double curved = gm_oracle_counted(t->oracle).curvature;
        assert_true(run->preconditioner ? curved > 0 : curved == 0);
        if (run->kind->stochastic) {
            assert_true(count == curved + (8 - curved / 9));
        } else {
            check_near(remainder(count, ROWS / 25.0), 0, 0);
            check_between(count * 25 / ROWS, 9, 16);
        }
        assert_int_equal(run->steps, 8);
        gm_optimizer_destroy(run);
        drop(t);
    }
}

/* Weights that are no numbers are seen in the loss, and are no crash and no failure. */
static void numbers_that_are_not_finite_stay_visible(void **state) {
    (void)state;
    const double starts[3][D] = {{NAN}, {1, INFINITY}, {1e200, -1e200}};
    for (int k = 0; k < 3 * FORMS; k++) {
        task *t = make(1, false, 25);
        gm_optimizer *run = begin(t, &forms[k / 3], starts[k % 3]);
        advance(t, run, 5);
        assert_false(isfinite(run->loss));
        assert_true(gm_oracle_counted(t->oracle).all > 0);
        gm_optimizer_destroy(run);
        drop(t);
    }
    task *t = make(1, false, 25);
    const struct form far = {"sgd", {.rate = 1e4, .horizon = INFINITY}};
    gm_optimizer *run = begin(t, &far, origin);
    advance(t, run, 200);
    assert_false(isfinite(run->loss));
    assert_false(isfinite(run->w[0]) && isfinite(run->average[0]));
    gm_optimizer_destroy(run);
    drop(t);
}

/* --- what they share --- */

/* Rows are the order of this seed, end to end; halves average to the gradient of the textbook. */
static void batches_are_the_order_of_the_rows(void **state) {
    (void)state;
    task *t = make(2, true, 24);
    gm_optimizer *run = begin(t, &forms[0], origin);
    gm_shuffle shuffle;
    check_ok(t->context, gm_shuffle_create(t->context, 77, ROWS, &shuffle));
    for (int64_t b = 0; b < 30; b++) {
        int64_t rows[24];
        double g[D], w[D];
        memcpy(w, run->w, sizeof w);
        gm_shuffle_take(&shuffle, b * 24, 24, rows);
        advance(t, run, 1);
        assert_memory_equal(rows, run->rows, sizeof rows);
        check_near(run->loss, plain(t, w, 24, rows, g, NULL), 1e-13);
        assert_true(run->halves_known);
        for (int j = 0; j < D; j++) {
            check_near(run->gradient[j], g[j], 1e-14);
            check_near((run->halves[j] + run->halves[D + j]) / 2, g[j], 1e-14);
        }
    }
    gm_shuffle_release(&shuffle);
    gm_optimizer_destroy(run);
    drop(t);
}

/* Linear in the steps down to a hundredth; an epoch is N/n steps. */
static void the_rate_decays_over_its_horizon(void **state) {
    (void)state;
    task *t = make(1, false, 25);
    const struct form constant = {"sgd", {.rate = .3, .horizon = INFINITY}},
                      decaying = {"sgd", {.rate = .3, .horizon = 4}};
    gm_optimizer *a = begin(t, &constant, origin), *b = begin(t, &decaying, origin);
    for (int s = 0; s < 60; s++) {
        check_near(gm_optimizer_rate(a), .3, 0);
        check_near(gm_optimizer_rate(b), s < 40 ? fmax(.3 * (1 - s / 40.0), .003) : .003, 1e-15);
        advance(t, a, 1);
        advance(t, b, 1);
    }
    gm_optimizer_destroy(a);
    gm_optimizer_destroy(b);
    drop(t);
}

/* Σ s(s+1)(s+2) w_s over its sum T(T+1)(T+2)(T+3)/4, s counted from where it began. */
static void the_average_has_cubic_weights(void **state) {
    (void)state;
    task *t = make(1, true, 25);
    gm_optimizer *run = begin(t, &forms[0], t->x);
    static double w[MOST_STEPS][D];
    assert_memory_equal(run->average, t->x, D * sizeof *run->average);
    for (int T = 1, from = 0; T <= 120; T++) {
        if (T == 51) {
            gm_optimizer_forget_average(run);
            run->average[0] = NAN; /* nothing of it is left, whatever it was */
            from = 50;
        }
        advance(t, run, 1);
        memcpy(w[T], run->w, sizeof w[T]);
        for (int j = 0; j < D; j++) {
            double sum = 0, weights = 0;
            for (int s = 1; s <= T - from; s++) {
                const double weight = (double)s * (s + 1) * (s + 2);
                sum += weight * w[from + s][j];
                weights += weight;
            }
            check_near(run->average[j], sum / weights, 1e-13);
        }
        assert_int_equal(run->averaged, T - from);
    }
    gm_optimizer_destroy(run);
    drop(t);
}

/* --- known answers --- */

/* Eigenvector of the largest and the second eigenvalue are what a full batch makes independent:
   along u with Σu = λu, sgd multiplies ⟨u, w − w*⟩ by 1 − ηλ, and momentum obeys
   x ← (1 + β − ηλ) x − β x₋. */
static double largest(const task *t, double *u) {
    double g[D], h[D * D], lambda = 0;
    (void)plain(t, origin, ROWS, NULL, g, h);
    for (int j = 0; j < D; j++)
        u[j] = 1 + j;
    for (int i = 0; i < 3000; i++) {
        double v[D], norm = 0;
        for (int a = 0; a < D; a++) {
            v[a] = 0;
            for (int b = 0; b < D; b++)
                v[a] += h[a * D + b] * u[b];
            norm += v[a] * v[a];
        }
        lambda = sqrt(norm);
        for (int a = 0; a < D; a++)
            u[a] = v[a] / lambda;
    }
    return lambda;
}

static double along(const double *u, const double *w, const double *best) {
    double sum = 0;
    for (int j = 0; j < D; j++)
        sum += u[j] * (w[j] - best[j]);
    return sum;
}

static void sgd_on_a_quadratic_is_a_product(void **state) {
    (void)state;
    task *t = make(1, false, ROWS);
    const struct form form = {"sgd", {.rate = .3, .horizon = 50}};
    gm_optimizer *run = begin(t, &form, origin);
    double u[D], best[D];
    (void)optimum(t, best);
    const double lambda = largest(t, u);
    double expected = along(u, origin, best);
    for (int s = 0; s < 60; s++) {
        expected *= 1 - .3 * fmax(1 - s / 50.0, .01) * lambda;
        advance(t, run, 1);
        check_near(along(u, run->w, best), expected, 1e-13);
    }
    gm_optimizer_destroy(run);
    drop(t);
}

/* Closed form of the recurrence where its roots are complex: β^(s/2) (a cos θs + b sin θs). */
static void momentum_on_a_quadratic_is_a_damped_wave(void **state) {
    (void)state;
    task *t = make(1, false, ROWS);
    const double beta = .9, rate = .05;
    const struct form form = {"momentum", {.rate = rate, .horizon = INFINITY, .momentum = beta}};
    gm_optimizer *run = begin(t, &form, origin);
    double u[D], best[D];
    (void)optimum(t, best);
    const double lambda = largest(t, u), x0 = along(u, origin, best), x1 = (1 - rate * lambda) * x0;
    const double theta = acos((1 + beta - rate * lambda) / (2 * sqrt(beta)));
    const double b = (x1 / sqrt(beta) - x0 * cos(theta)) / sin(theta);
    assert_true(theta > .05);
    for (int s = 1; s <= 100; s++) {
        advance(t, run, 1);
        check_near(along(u, run->w, best),
                   pow(beta, s / 2.0) * (x0 * cos(theta * s) + b * sin(theta * s)), 1e-12);
    }
    gm_optimizer_destroy(run);
    drop(t);
}

/* The algorithm as printed, from gradients of the textbook. The first step is η along the signs of
   the gradient, which is what the correction of the bias is for. */
static void adam_is_the_textbook(void **state) {
    (void)state;
    task *t = make(1, true, 24);
    const struct form form = {"adam", {.rate = .01, .horizon = INFINITY}};
    gm_optimizer *run = begin(t, &form, origin);
    double w[D] = {0}, m[D] = {0}, v[D] = {0}, g[D];
    for (int s = 1; s <= 50; s++) {
        advance(t, run, 1);
        (void)plain(t, w, 24, run->rows, g, NULL);
        for (int j = 0; j < D; j++) {
            m[j] = .9 * m[j] + .1 * g[j];
            v[j] = .999 * v[j] + .001 * g[j] * g[j];
            const double mean = m[j] / (1 - pow(.9, s)), square = v[j] / (1 - pow(.999, s));
            w[j] -= .01 * mean / (sqrt(square) + 1e-8);
            check_near(run->w[j], w[j], 1e-12);
            if (s == 1)
                check_near(run->w[j], g[j] > 0 ? -.01 : .01, 1e-6);
        }
    }
    gm_optimizer_destroy(run);
    drop(t);
}

/* H of BFGS as a matrix, from the last pairs of steps: what the two loops multiply by. */
static void bfgs_matrix(int count, double (*s)[D], double (*y)[D], double *h) {
    const int first = count > 10 ? count - 10 : 0;
    memset(h, 0, D * D * sizeof *h);
    for (int j = 0; j < D; j++)
        h[j * D + j] = 1;
    for (int k = first; k < count; k++) {
        double sy = 0, yy = 0, next[D * D], left[D * D];
        for (int j = 0; j < D; j++) {
            sy += s[k][j] * y[k][j];
            yy += y[count - 1][j] * y[count - 1][j];
        }
        if (k == first) {
            double last = 0;
            for (int j = 0; j < D; j++)
                last += s[count - 1][j] * y[count - 1][j];
            for (int j = 0; j < D * D; j++)
                h[j] *= last / yy;
        }
        for (int a = 0; a < D * D; a++)
            left[a] = (a / D == a % D) - s[k][a / D] * y[k][a % D] / sy;
        for (int a = 0; a < D * D; a++) {
            next[a] = s[k][a / D] * s[k][a % D] / sy;
            for (int b = 0; b < D * D; b++)
                next[a] += left[a / D * D + b / D] * h[b] * left[a % D * D + b % D];
        }
        memcpy(h, next, sizeof next);
    }
}

/* Each step goes along −H g, g by the textbook, and ends where both conditions of Wolfe hold. */
static void lbfgs_steps_along_its_matrix(void **state) {
    (void)state;
    for (int logistic = 0; logistic < 2; logistic++) {
        task *t = make(1, logistic, 25);
        gm_optimizer *run = begin(t, &forms[LBFGS], t->x);
        static double s[MOST_STEPS][D], y[MOST_STEPS][D];
        double w[D], g[D], after[D], h[D * D], p[D], loss;
        int count = 0;
        for (; count < 40; count++) {
            double slope = 0, slope_after = 0, ps = 0, pp = 0;
            memcpy(w, run->w, sizeof w);
            loss = plain(t, w, ROWS, NULL, g, NULL);
            bfgs_matrix(count, s, y, h);
            for (int a = 0; a < D; a++) {
                p[a] = 0;
                for (int b = 0; b < D; b++)
                    p[a] -= h[a * D + b] * g[b];
                slope += p[a] * g[a];
            }
            if (-slope < 1e-11)
                break;
            advance(t, run, 1);
            const double loss_after = plain(t, run->w, ROWS, NULL, after, NULL);
            for (int j = 0; j < D; j++) {
                s[count][j] = run->w[j] - w[j];
                y[count][j] = after[j] - g[j];
                slope_after += p[j] * after[j];
                ps += p[j] * s[count][j];
                pp += p[j] * p[j];
            }
            for (int j = 0; j < D; j++)
                check_near(s[count][j], ps / pp * p[j], 1e-4 * sqrt(pp));
            assert_true(loss_after <= loss + 1e-4 * ps / pp * slope + 1e-15);
            assert_true(fabs(slope_after) <= .9 * fabs(slope) + 1e-15);
            check_near(run->loss, loss_after, 1e-13);
        }
        assert_in_range(count, 4, 39);
        gm_optimizer_destroy(run);
        drop(t);
    }
}

/* Before any curvature is known: of length 1 along the gradient where that is longer, seen once. */
static void lbfgs_begins_with_a_step_of_length_one(void **state) {
    (void)state;
    task *t = make(1, false, 25);
    gm_optimizer *run = begin(t, &forms[LBFGS], origin);
    double g[D], length = 0;
    (void)plain(t, origin, ROWS, NULL, g, NULL);
    for (int j = 0; j < D; j++)
        length += g[j] * g[j];
    assert_true(length > 1);
    advance(t, run, 1);
    for (int j = 0; j < D; j++)
        check_near(run->w[j], -g[j] / sqrt(length), 1e-13);
    check_near(gm_oracle_counted(t->oracle).all, 2 * ROWS / 25.0, 0);
    gm_optimizer_destroy(run);
    drop(t);
}

/* A quadratic of 5 in 15 iterations, to rounding; then nothing moves and an iteration is one full
   gradient. */
static void lbfgs_converges_and_stays(void **state) {
    (void)state;
    task *t = make(2, false, 25);
    gm_optimizer *run = begin(t, &forms[LBFGS], origin);
    double best[D], w[D];
    const double least = optimum(t, best);
    advance(t, run, 15);
    check_near(run->loss, least, 1e-13 * least);
    for (int j = 0; j < D; j++)
        check_near(run->w[j], best[j], 1e-6);
    for (int i = 0; i < 30 && !run->ended; i++)
        advance(t, run, 1);
    assert_true(run->ended);
    memcpy(w, run->w, sizeof w);
    const double count = gm_oracle_counted(t->oracle).all;
    advance(t, run, 7);
    assert_memory_equal(w, run->w, sizeof w);
    check_near(gm_oracle_counted(t->oracle).all, count + 7 * ROWS / 25.0, 0);
    check_near(run->loss, least, 1e-13 * least);
    gm_optimizer_destroy(run);
    drop(t);
}

/* --- gradiometer by its definition --- */

/* What the textbook keeps of a run of gradiometer: P⁻¹ by the library of the noise that its seed
   addresses, and SAGA, momentum and lengths by plain loops. */
typedef struct textbook {
    task *t; /* of its own, on which it takes noise */
    gm_preconditioner *inverse;
    gm_shuffle rows, order;
    int64_t parts;
    double step, usual, momentum, smooth, lowest;
    int turned, cut;
    double kept[D], w[D], velocity[D], table[MOST_STEPS][D];
} textbook;

/* Batches of noise at 0, as many as tell 2 d + 16 vectors; then one step along the mean of their
   clean gradients, at most the safe one. */
static void open_textbook(textbook *b, const struct form *form, int64_t batches) {
    task *t = b->t;
    const int64_t n = gm_oracle_batch_size(t->oracle);
    double clean[D] = {0}, g[D], vectors[8 * D], loss;
    int64_t rows[ROWS];
    b->parts = (ROWS + n - 1) / n;
    b->momentum = form->setting.momentum;
    check_ok(t->context, gm_shuffle_create(t->context, 77, ROWS, &b->rows));
    check_ok(t->context,
             gm_shuffle_create(t->context, UINT64_C(77) ^ 0x9e3779b97f4a7c15, b->parts, &b->order));
    check_ok(t->context,
             gm_preconditioner_create(t->context, GM_PRECONDITION_FULL, t->model,
                                      gm_oracle_penalty(t->oracle), 8 * batches, &b->inverse));
    for (int64_t k = 0; k < batches; k++) {
        gm_shuffle_take(&b->rows, k * n, n, rows);
        check_ok(t->context,
                 gm_oracle_noised(t->oracle, origin, n, rows, 8, 77, k, &loss, g, vectors));
        check_ok(t->context, gm_preconditioner_add(b->inverse, 8, vectors, 1));
        (void)plain(t, origin, n, rows, g, NULL);
        for (int j = 0; j < D; j++)
            clean[j] += g[j] / (double)batches;
    }
    check_ok(t->context, gm_preconditioner_factor(
                             b->inverse, form->setting.damping > 0 ? form->setting.damping : 0));
    b->step = gm_preconditioner_safe_step(b->inverse, (double)n);
    gm_preconditioner_apply(b->inverse, clean, g);
    b->usual = 0;
    for (int j = 0; j < D; j++) {
        b->w[j] = -fmin(form->setting.rate, 1) * b->step * g[j];
        b->usual += clean[j] * g[j];
    }
}

/* Whether the smoothed loss is twice its lowest: back then, with half the step. */
static bool is_astray(textbook *b, double loss) {
    b->smooth = isnan(b->smooth) ? loss : .9 * b->smooth + .1 * loss;
    if (isnan(b->lowest) || b->smooth < .99 * b->lowest) {
        b->lowest = b->smooth;
        memcpy(b->kept, b->w, sizeof b->w);
    }
    if (b->smooth <= 2 * b->lowest)
        return false;
    memcpy(b->w, b->kept, sizeof b->w);
    memset(b->velocity, 0, sizeof b->velocity);
    b->smooth = b->lowest;
    b->usual = NAN;
    b->step /= 2;
    b->turned++;
    return true;
}

/* One batch; `reduced`: less its last gradient, of rows that are not as many in each part. */
static void turn_page(textbook *b, int64_t s, bool reduced, double rate) {
    const int64_t q = gm_shuffle_epoch(&b->order, s / b->parts)[s % b->parts];
    const int64_t first = q * ROWS / b->parts, end = (q + 1) * ROWS / b->parts;
    double g[D], direction[D], p[D], power = 0;
    if (is_astray(b,
                  plain(b->t, b->w, end - first, gm_shuffle_epoch(&b->rows, 0) + first, g, NULL)))
        return;
    for (int j = 0; j < D; j++) {
        const double penalty = b->t->l2 * b->w[j];
        double mean = 0;
        for (int64_t i = 0; i < b->parts; i++)
            mean +=
                b->table[i][j] * (double)((i + 1) * ROWS / b->parts - i * ROWS / b->parts) / ROWS;
        g[j] -= penalty;
        direction[j] = g[j] + penalty;
        if (reduced)
            direction[j] =
                (g[j] - b->table[q][j]) * (double)(end - first) * (double)b->parts / ROWS + mean +
                penalty;
        b->table[q][j] = g[j];
    }
    gm_preconditioner_apply(b->inverse, direction, p);
    for (int j = 0; j < D; j++)
        power += direction[j] * p[j];
    const double most = 16 * b->usual, scale = power > most ? sqrt(most / power) : 1;
    b->usual = isfinite(b->usual) ? .9 * b->usual + .1 * fmin(power, most) : power;
    for (int j = 0; j < D; j++) {
        const double momentum = reduced ? b->momentum : 0;
        b->velocity[j] = momentum * b->velocity[j] - (1 - momentum) * rate * b->step * scale * p[j];
        b->w[j] += b->velocity[j];
    }
    b->cut += scale < 1;
}

/* Curvature, a pass, and reduced steps from the average of the pass on: of parts that are not
   alike, with and without momentum and damping, with steps that are cut and turned back. */
static void gradiometer_is_the_textbook(void **state) {
    (void)state;
    static const struct form variants[] = {
        {"gradiometer", {.rate = .5, .horizon = INFINITY, .momentum = NAN, .damping = NAN}},
        {"gradiometer", {.rate = .5, .horizon = INFINITY, .momentum = .7, .damping = NAN}},
        {"gradiometer", {.rate = .3, .horizon = INFINITY, .momentum = .5, .damping = .01}}};
    static const int64_t batch_sizes[] = {24, 60, 7};
    int cut = 0, turned = 0;
    for (int k = 0; k < 18; k++) {
        const struct form *form = &variants[k % 3];
        const int64_t n = batch_sizes[k / 6], batches = (2 * D + 16 + 7) / 8;
        const bool logistic = k / 3 % 2;
        static textbook b;
        task *t = make(2, logistic, n);
        gm_optimizer *run = begin(t, form, origin);
        b = (textbook){.t = make(1, logistic, n), .smooth = NAN, .lowest = NAN};
        open_textbook(&b, form, batches);
        if (isnan(b.momentum))
            b.momentum = logistic ? fmax(0, fmin(.9, 1 - 8. / (double)b.parts)) : 0;
        advance(t, run, (int)batches);
        for (int64_t s = 0; s < 4 * b.parts; s++) {
            const bool reduced = s >= b.parts, damped = form->setting.damping > 0;
            for (int j = 0; j < D; j++)
                check_near(run->w[j], b.w[j], 1e-9);
            if (s == b.parts) { /* goes on from the average, which begins anew */
                memcpy(b.w, run->average, sizeof b.w);
                b.usual = NAN;
            }
            advance(t, run, 1);
            turn_page(&b, s, reduced, form->setting.rate * (reduced && damped ? 1.7 : 1));
        }
        cut += b.cut;
        turned += b.turned;
        gm_preconditioner_destroy(b.inverse);
        gm_shuffle_release(&b.rows);
        gm_shuffle_release(&b.order);
        gm_optimizer_destroy(run);
        drop(b.t);
        drop(t);
    }
    assert_true(cut > 0 && turned > 0);
}

/* The same rows seen by a network. */
static task *make_network(int64_t batch) {
    const gm_model_shape shape = {.columns = D, .classes = 2};
    const gm_oracle_options options = {.batch_size = batch, .l2 = .01};
    task *t = make(1, true, batch);
    gm_oracle_destroy(t->oracle);
    gm_model_destroy(t->context, t->model);
    check_ok(t->context, gm_model_create(t->context, "mlp:hidden=3", &shape, &t->model));
    check_ok(t->context, gm_oracle_create(t->context, t->dataset, t->model,
                                          gm_dataset_targets(t->dataset), &options, &t->oracle));
    return t;
}

/* Of a network: after the first interval, then 1.5 times as long each time, older vectors half as
   much each time; a batch of vectors is enough here. */
static void curvature_is_taken_anew(int64_t batch, int64_t interval, int expected) {
    enum { MOST = 64 };
    task *t = make_network(batch), *other = make_network(batch);
    const int64_t d = t->model->parameters;
    const struct form form = {"gradiometer",
                              {.rate = .3, .horizon = INFINITY, .momentum = NAN, .damping = NAN}};
    double w[MOST], g[MOST], vectors[8 * MOST], loss;
    int64_t rows[25], left = 0, times = 0;
    gm_preconditioner *p = NULL;
    gm_shuffle shuffle;
    assert_true(d <= MOST);
    t->model->initialize(t->model, t->context, (gm_stream){3, 0}, w);
    gm_optimizer *run = begin(t, &form, w);
    check_ok(t->context, gm_shuffle_create(t->context, 77, ROWS, &shuffle));
    check_ok(t->context, gm_preconditioner_create(t->context, GM_PRECONDITION_KRONECKER, t->model,
                                                  gm_oracle_penalty(t->oracle), 8, &p));
    gm_preconditioner_trust_units(p);
    for (int step = 0; step < 70; step++) {
        const double before = gm_oracle_counted(t->oracle).curvature;
        memcpy(w, run->w, (size_t)d * sizeof *w);
        advance(t, run, 1);
        const bool curved = gm_oracle_counted(t->oracle).curvature > before;
        assert_int_equal(curved, left == 0);
        if (!curved) {
            left--;
            continue;
        }
        gm_shuffle_take(&shuffle, times * batch, batch, rows);
        check_ok(other->context,
                 gm_oracle_noised(other->oracle, w, batch, rows, 8, 77, times, &loss, g, vectors));
        check_ok(t->context, gm_preconditioner_add(p, 8, vectors, .5));
        check_ok(t->context, gm_preconditioner_factor(p, .007));
        const double largest = gm_preconditioner_facts(p).largest;
        check_near(run->largest, largest, 1e-12 * largest);
        check_near(run->loss, loss, 1e-13);
        left = interval;
        interval = (3 * interval + 1) / 2;
        times++;
    }
    assert_int_equal(times, expected);
    gm_shuffle_release(&shuffle);
    gm_preconditioner_destroy(p);
    gm_optimizer_destroy(run);
    drop(t);
    drop(other);
}

/* First half an epoch or the 9 gradients that it takes, what is less. */
static void gradiometer_takes_the_curvature_of_networks_anew(void **state) {
    (void)state;
    curvature_is_taken_anew(25, 5, 5); /* after 5, 8, 12 and 18 steps */
    curvature_is_taken_anew(5, 9, 4);  /* after 9, 14 and 21 */
}

/* How far a layer [first, first + size) moved, its length before, and the cosine of the move to
   direction −p. */
static void compare_layer(int64_t size, const double *before, const double *after, const double *p,
                          double *moved, double *length, double *cosine) {
    double mm = 0, ww = 0, pp = 0, mp = 0;
    for (int64_t j = 0; j < size; j++) {
        const double move = after[j] - before[j];
        mm += move * move;
        ww += before[j] * before[j];
        pp += p[j] * p[j];
        mp -= move * p[j];
    }
    *moved = sqrt(mm);
    *length = sqrt(ww);
    *cosine = mp / sqrt(mm * pp);
}

/* Without momentum, at rates from low to absurd: each layer goes along −P⁻¹ of the clean gradient
   that lay beside the noise, with P as it was before that, and at most a twentieth of its weights,
   which count as no shorter than rows of length 1. */
static void a_layer_moves_by_a_twentieth_at_most(void **state) {
    (void)state;
    enum { MOST = 64 };
    static const double rates[] = {.01, 1, 1e6};
    int cut = 0, free = 0, beside = 0;
    for (int k = 0; k < 6; k++) {
        task *t = make_network(25), *other = make_network(25);
        const int64_t d = t->model->parameters;
        const struct form form = {
            "gradiometer",
            {.rate = rates[k / 2], .horizon = INFINITY, .momentum = 0, .damping = NAN}};
        double w[MOST] = {0}, start[MOST] = {0}, p[MOST], g[MOST], vectors[8 * MOST], loss;
        int64_t rows[25], times = 0;
        gm_preconditioner *inverse = NULL;
        gm_shuffle shuffle;
        if (k % 2 == 0) /* and from 0 on */
            t->model->initialize(t->model, t->context, (gm_stream){3, 0}, start);
        gm_optimizer *run = begin(t, &form, start);
        check_ok(t->context, gm_shuffle_create(t->context, 77, ROWS, &shuffle));
        check_ok(t->context,
                 gm_preconditioner_create(t->context, GM_PRECONDITION_KRONECKER, t->model,
                                          gm_oracle_penalty(t->oracle), 8, &inverse));
        gm_preconditioner_trust_units(inverse);
        for (int step = 0; step < 60; step++) {
            const double before = gm_oracle_counted(t->oracle).curvature;
            memcpy(w, run->w, (size_t)d * sizeof *w);
            advance(t, run, 1);
            const bool curved = gm_oracle_counted(t->oracle).curvature > before;
            const bool first = curved && times == 0;
            if (curved) {
                gm_shuffle_take(&shuffle, times * 25, 25, rows);
                check_ok(other->context, gm_oracle_noised(other->oracle, w, 25, rows, 8, 77, times,
                                                          &loss, g, vectors));
                for (int64_t j = 0; j < d; j++)
                    g[j] += gm_oracle_penalty(t->oracle)[j] * w[j];
                gm_preconditioner_apply(inverse, g, p);
                check_ok(t->context, gm_preconditioner_add(inverse, 8, vectors, .5));
                check_ok(t->context, gm_preconditioner_factor(inverse, .007));
                if (first)
                    gm_preconditioner_apply(inverse, g, p);
                times++;
            }
            /* Back to the start, or where the loss was lowest, is further. */
            if (rates[k / 2] > 1 && !curved)
                continue;
            for (int f = 0; f < t->model->factor_count; f++) {
                const gm_factor *layer = &t->model->factor[f];
                const int64_t at = layer->offset, size = (layer->in + layer->bias) * layer->out;
                double moved, length, cosine;
                compare_layer(size, w + at, run->w + at, p + at, &moved, &length, &cosine);
                const double most = .05 * fmax(length, sqrt((double)layer->out));
                assert_true(moved <= most * (1 + 1e-9));
                if (curved && moved > 1e-9) {
                    check_near(cosine, 1, 1e-9);
                    beside += !first;
                }
                if (moved >= most * (1 - 1e-9))
                    cut++;
                else
                    free++;
            }
        }
        gm_shuffle_release(&shuffle);
        gm_preconditioner_destroy(inverse);
        gm_optimizer_destroy(run);
        drop(t);
        drop(other);
    }
    assert_true(cut > 0 && free > 0 && beside > 0);
}

/* Distance of two layers and the length of the first, no shorter than rows of length 1. */
static double distance_of(const gm_factor *layer, const double *a, const double *b,
                          double *length) {
    double apart = 0, aa = 0;
    for (int64_t j = 0; j < (layer->in + layer->bias) * layer->out; j++) {
        apart += (a[layer->offset + j] - b[layer->offset + j]) *
                 (a[layer->offset + j] - b[layer->offset + j]);
        aa += a[layer->offset + j] * a[layer->offset + j];
    }
    *length = sqrt(fmax(aa, (double)layer->out));
    return sqrt(apart);
}

/* No layer is further than its length from where the curvature was last taken, or from where a run
   turned back to, whatever the rate; some come that far, and still move by a twentieth at most. */
static void a_layer_stays_where_its_curvature_is_known(void **state) {
    (void)state;
    enum { MOST = 64 };
    static const double rates[] = {.1, 1, 30, 1e6};
    int held = 0, within = 0;
    for (int k = 0; k < 8; k++) {
        task *t = make_network(5);
        const size_t size = (size_t)t->model->parameters * sizeof(double);
        const struct form form = {
            "gradiometer",
            {.rate = rates[k / 2], .horizon = INFINITY, .momentum = NAN, .damping = NAN}};
        double w[MOST], taken[MOST];
        t->model->initialize(t->model, t->context, (gm_stream){3, 0}, w);
        for (int64_t j = 0; k % 2 == 0 && j < t->model->parameters; j++)
            w[j] *= .01; /* layers that have to grow */
        gm_optimizer *run = begin(t, &form, w);
        bool first = true;
        for (int step = 0; step < 200; step++) {
            const double before = gm_oracle_counted(t->oracle).curvature;
            memcpy(w, run->w, size);
            advance(t, run, 1);
            const bool curved = gm_oracle_counted(t->oracle).curvature > before;
            bool back = false;
            double length, radius;
            for (int f = 0; f < t->model->factor_count; f++)
                back |= distance_of(&t->model->factor[f], w, run->w, &length) >
                        .05 * length * (1 + 1e-9);
            if (curved)
                assert_false(back);
            if (curved || back)
                memcpy(taken, first ? w : run->w, size);
            first = false;
            for (int f = 0; f < t->model->factor_count; f++) {
                const double far = distance_of(&t->model->factor[f], taken, run->w, &radius);
                assert_true(far <= radius * (1 + 1e-9));
                if (far >= radius * (1 - 1e-9))
                    held++;
                else
                    within++;
            }
        }
        gm_optimizer_destroy(run);
        drop(t);
    }
    assert_true(held > 0 && within > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_find_their_kind),
        cmocka_unit_test(the_loss_comes_near_the_least),
        cmocka_unit_test(going_on_from_bytes_changes_no_bit),
        cmocka_unit_test(bits_do_not_depend_on_threads),
        cmocka_unit_test(gradients_are_counted),
        cmocka_unit_test(numbers_that_are_not_finite_stay_visible),
        cmocka_unit_test(batches_are_the_order_of_the_rows),
        cmocka_unit_test(the_rate_decays_over_its_horizon),
        cmocka_unit_test(the_average_has_cubic_weights),
        cmocka_unit_test(sgd_on_a_quadratic_is_a_product),
        cmocka_unit_test(momentum_on_a_quadratic_is_a_damped_wave),
        cmocka_unit_test(adam_is_the_textbook),
        cmocka_unit_test(lbfgs_steps_along_its_matrix),
        cmocka_unit_test(lbfgs_begins_with_a_step_of_length_one),
        cmocka_unit_test(lbfgs_converges_and_stays),
        cmocka_unit_test(gradiometer_is_the_textbook),
        cmocka_unit_test(gradiometer_takes_the_curvature_of_networks_anew),
        cmocka_unit_test(a_layer_moves_by_a_twentieth_at_most),
        cmocka_unit_test(a_layer_stays_where_its_curvature_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
