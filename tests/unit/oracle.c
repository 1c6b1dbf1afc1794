/* Gradients, noise and curvature of batches against loops over rows. */
#include "check.h"

#include "curvature/gauss_newton.h"
#include "data/dataset.h"
#include "gradients/oracle.h"
#include "random/streams.h"

enum { MOST_D = 128, MOST_ROWS = 5000, FAN = 8 };

/* A problem of rows, and the library's oracle on it. */
typedef struct task {
    gm_context *context;
    gm_dataset *dataset;
    gm_model *model;
    gm_oracle *oracle;
    int64_t d;
    int c;
    double l2;
    double *x, *y; /* [rows][columns], [rows] */
} task;

static const struct form {
    const char *model;
    int64_t classes, columns;
} forms[] = {
    {"linear", 0, 4}, {"logistic", 2, 5}, {"softmax", 3, 4}, {"mlp:hidden=5x4,act=tanh", 3, 4}};
enum { FORMS = sizeof forms / sizeof *forms, SOFTMAX = 2, NETWORK = 3 };

/* Standard normal inputs, of which the last is of ones where `intercept` says so. */
static task *make(int threads, const struct form *form, int64_t rows, int64_t batch_size, double l2,
                  bool intercept) {
    task *t = calloc(1, sizeof *t);
    assert_non_null(t);
    const int64_t inputs = form->columns - intercept;
    const gm_model_shape shape = {.columns = form->columns, .classes = form->classes};
    const gm_oracle_options options = {.batch_size = batch_size, .l2 = l2};
    const gm_dataset_options finish = {.intercept = intercept};
    t->context = make_context(threads, GM_ISA_AUTO);
    t->l2 = l2;
    t->x = malloc((size_t)(rows * inputs) * sizeof *t->x);
    t->y = malloc((size_t)rows * sizeof *t->y);
    gm_random_gaussian(t->context, (gm_stream){31, 0}, 0, rows * inputs, t->x);
    gm_random_gaussian(t->context, (gm_stream){31, 1}, 0, rows, t->y);
    check_ok(t->context,
             gm_dataset_new(t->context, rows, inputs, intercept, GM_ELEMENT_F64, 1.0, &t->dataset));
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < inputs; j++)
            gm_dataset_put(t->dataset, i, j, t->x[i * inputs + j]);
        if (form->classes > 0)
            t->y[i] = (double)((i * 7 + (t->y[i] > 0.0)) % form->classes);
        t->dataset->targets[i] = t->y[i];
    }
    check_ok(t->context, gm_dataset_finish(t->dataset, "rows", false, &finish));
    check_ok(t->context, gm_model_create(t->context, form->model, &shape, &t->model));
    check_ok(t->context,
             gm_oracle_create(t->context, t->dataset, t->model, t->y, &options, &t->oracle));
    t->d = t->model->parameters;
    t->c = t->model->outputs;
    assert_true(t->d <= MOST_D);
    return t;
}

static void drop(task *t) {
    gm_oracle_destroy(t->oracle);
    gm_model_destroy(t->context, t->model);
    gm_dataset_destroy(t->dataset);
    gm_context_destroy(t->context);
    free(t->x);
    free(t->y);
    free(t);
}

static void weights_of(const task *t, uint64_t stream, double *w) {
    gm_random_gaussian(t->context, (gm_stream){31, stream}, 0, t->d, w);
}

/* Σ_i J_iᵀ a_i / n of one row after the other by the model's other functions, a the residuals or,
   where u [n][c] is given, −√n R u. Returns the mean loss. */
static double plain(const task *t, const double *w, int64_t n, const int64_t *index,
                    const double *u, double *out) {
    const gm_model *model = t->model;
    const gm_rows *rows = gm_dataset_matrix(t->dataset);
    double *scratch = malloc((size_t)model->scratch(model, 1, 1) * sizeof *scratch);
    double part[MOST_D], loss = 0.0;
    memset(out, 0, (size_t)t->d * sizeof *out);
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = index ? index[i] : i;
        double z[8], y[8], a[8], value;
        model->forward(model, t->context, rows, w, row, 1, scratch, z);
        for (int j = 0; j < t->c; j++)
            y[j] = t->c == 1 ? t->y[row] : (double)(t->y[row] == j);
        model->loss->value(1, t->c, z, y, &value);
        loss += value / (double)n;
        if (u)
            model->loss->root(1, t->c, z, u + i * t->c, a);
        else
            model->loss->residual(1, t->c, z, y, a);
        for (int j = 0; j < t->c; j++)
            a[j] *= u ? -1.0 / sqrt((double)n) : 1.0 / (double)n;
        model->backward(model, t->context, rows, w, 1, &row, 1, a, scratch, part);
        for (int64_t j = 0; j < t->d; j++)
            out[j] += part[j];
    }
    free(scratch);
    return loss;
}

/* The penalty by its definition: all weights but biases, which end each layer of the network, and
   those of the last column where that is one of ones. */
static double penalty_of(const task *t, const struct form *form, bool intercept, int64_t j) {
    static const int64_t ends[][2] = {{20, 25}, {45, 49}, {61, 64}};
    if (strncmp(form->model, "mlp", 3) == 0)
        for (int l = 0; l < 3; l++)
            if (j >= ends[l][0] && j < ends[l][1])
                return 0.0;
    const bool first = strncmp(form->model, "mlp", 3) != 0 || j < 20;
    return intercept && first && j % form->columns == form->columns - 1 ? 0.0 : t->l2;
}

static void penalty_spares_biases_and_the_intercept(void **state) {
    (void)state;
    for (int f = 0; f < 2 * FORMS; f++) {
        const bool intercept = f % 2;
        task *t = make(1, &forms[f / 2], 20, 5, 0.3, intercept);
        int spared = 0;
        for (int64_t j = 0; j < t->d; j++) {
            const double expected = penalty_of(t, &forms[f / 2], intercept, j);
            check_near(gm_oracle_penalty(t->oracle)[j], expected, 0.0);
            spared += expected == 0.0;
        }
        assert_true(spared > 0 || (!intercept && f / 2 != NETWORK));
        assert_true(spared < t->d);
        drop(t);
    }
}

/* + the penalty and its gradient at w. */
static double add_penalty(const task *t, const double *w, double *gradient) {
    const double *penalty = gm_oracle_penalty(t->oracle);
    double loss = 0.0;
    for (int64_t j = 0; j < t->d; j++) {
        loss += penalty[j] / 2.0 * w[j] * w[j];
        gradient[j] += penalty[j] * w[j];
    }
    return loss;
}

static void check_vector(int64_t d, const double *found, const double *expected, double tolerance) {
    for (int64_t j = 0; j < d; j++)
        check_near(found[j], expected[j], tolerance);
}

static void make_index(int64_t n, int64_t rows, int64_t *index) {
    for (int64_t i = 0; i < n; i++)
        index[i] = (i * 37 + i * i % 11) % rows;
}

/* Odd batches, batches of one row, and of one more than a block. */
static void gradients_are_means_over_rows(void **state) {
    (void)state;
    static const int64_t sizes[] = {1, 2, 3, 7, 63, 64, 65, 129, 700};
    for (int f = 0; f < FORMS; f++) {
        task *t = make(2, &forms[f], 300, 50, 0.3, true);
        double w[MOST_D], gradient[MOST_D], halves[2 * MOST_D], expected[MOST_D], loss;
        weights_of(t, 2, w);
        for (int s = 0; s < 9; s++) {
            const int64_t n = sizes[s], first = n / 2;
            int64_t index[700];
            make_index(n, 300, index);
            double least = plain(t, w, n, index, NULL, expected);
            least += add_penalty(t, w, expected);
            check_ok(t->context, gm_oracle_gradient(t->oracle, w, n, index, &loss, gradient, NULL));
            check_near(loss, least, 1e-13 * least);
            check_vector(t->d, gradient, expected, 1e-12);
            check_ok(t->context,
                     gm_oracle_gradient(t->oracle, w, n, index, &loss, gradient, halves));
            check_near(loss, least, 1e-13 * least);
            check_vector(t->d, gradient, expected, 1e-12);
            for (int half = 0; n > 1 && half < 2; half++) {
                (void)plain(t, w, half ? n - first : first, half ? index + first : index, NULL,
                            expected);
                (void)add_penalty(t, w, expected);
                check_vector(t->d, halves + half * t->d, expected, 1e-12);
            }
        }
        drop(t);
    }
}

/* More rows than blocks times pieces; halves are those of the order given. */
static void full_gradients_are_means_over_all_rows(void **state) {
    (void)state;
    for (int f = 0; f < FORMS; f++) {
        task *t = make(2, &forms[f], MOST_ROWS, 512, 0.1, false);
        double w[MOST_D], gradient[MOST_D], expected[MOST_D], halves[2 * MOST_D], loss = NAN;
        int64_t *index = malloc(MOST_ROWS * sizeof *index);
        for (int64_t i = 0; i < MOST_ROWS; i++)
            index[i] = MOST_ROWS - 1 - i;
        weights_of(t, 3, w);
        double least = plain(t, w, MOST_ROWS, NULL, NULL, expected);
        least += add_penalty(t, w, expected);
        check_ok(t->context, gm_oracle_full(t->oracle, w, &loss, gradient));
        check_near(loss, least, 1e-12 * least);
        check_vector(t->d, gradient, expected, 1e-11);
        check_ok(t->context,
                 gm_oracle_gradient(t->oracle, w, MOST_ROWS - 1, index, &loss, gradient, halves));
        for (int half = 0; half < 2; half++) {
            const int64_t first = (MOST_ROWS - 1) / 2, n = half ? MOST_ROWS - 1 - first : first;
            (void)plain(t, w, n, half ? index + first : index, NULL, expected);
            (void)add_penalty(t, w, expected);
            check_vector(t->d, halves + half * t->d, expected, 1e-11);
        }
        free(index);
        drop(t);
    }
}

/* −Jᵀ R u/√n of the draws that seed and batch address, and the clean gradient without penalty; and
   that this is what noise of variance n on the targets adds to a gradient. */
static void noise_is_what_it_adds_to_gradients(void **state) {
    (void)state;
    enum { M = 5, SEED = 9, BATCH = 4 };
    static const int64_t sizes[] = {1, 3, 70, 200};
    static const gm_target_noise noise = {.law = GM_NOISE_LINK, .draws = M};
    for (int f = 0; f < 4 * FORMS; f++) {
        task *t = make(2, &forms[f / 4], 300, 50, 0.3, true);
        const int64_t n = sizes[f % 4];
        double w[MOST_D], gradient[MOST_D], vectors[M * MOST_D], expected[MOST_D], loss = NAN;
        double *u = malloc((size_t)(M * n * t->c) * sizeof *u);
        int64_t index[200];
        make_index(n, 300, index);
        weights_of(t, 4, w);
        gm_noise_draw(t->context, &noise, SEED, BATCH, n, t->c, u);
        check_ok(t->context, gm_oracle_noised(t->oracle, w, n, index, M, SEED, BATCH, &loss,
                                              gradient, vectors));
        double least = plain(t, w, n, index, NULL, expected);
        check_vector(t->d, gradient, expected, 1e-12);
        for (int r = 0; r < M; r++) {
            (void)plain(t, w, n, index, u + r * n * t->c, expected);
            check_vector(t->d, vectors + r * t->d, expected, 1e-12);
        }
        least += add_penalty(t, w, expected);
        check_near(loss, least, 1e-12 * least);
        free(u);
        drop(t);
    }
}

/* Means of products of two numbers of Gaussian vectors have variance (H_ii H_jj + H_ij²)/k. */
static void noise_has_the_second_moment_of_the_curvature(void **state) {
    (void)state;
    enum { N = 6, BATCHES = 600, K = BATCHES * FAN };
    static const int64_t index[N] = {0, 3, 4, 4, 8, 11};
    for (int f = 1; f < FORMS; f++) {
        task *t = make(1, &forms[f], 12, N, 0.3, false);
        const int64_t d = t->d;
        double w[MOST_D], gradient[MOST_D], loss, counts[12] = {0}, trace = 0.0, seen = 0.0;
        double *vectors = malloc((size_t)(FAN * d) * sizeof *vectors), squares = 0.0;
        double *h = malloc((size_t)(d * d) * sizeof *h),
               *sum = calloc((size_t)(d * d), sizeof *sum);
        for (int i = 0; i < N; i++)
            counts[index[i]] += 1.0;
        weights_of(t, 5, w);
        check_ok(t->context, gm_gauss_newton(t->context, gm_dataset_matrix(t->dataset), t->model, w,
                                             counts, h));
        for (int64_t b = 0; b < BATCHES; b++) {
            check_ok(t->context,
                     gm_oracle_noised(t->oracle, w, N, index, FAN, 3, b, &loss, gradient, vectors));
            for (int64_t r = 0; r < FAN; r++)
                for (int64_t e = 0; e < d * d; e++)
                    sum[e] += vectors[r * d + e / d] * vectors[r * d + e % d] / K;
        }
        for (int64_t e = 0; e < d * d; e++) {
            const double both = h[e / d * (d + 1)] * h[e % d * (d + 1)];
            check_near(sum[e], h[e], 5.0 * sqrt((both + h[e] * h[e]) / K) + 1e-15);
            squares += h[e] * h[e];
        }
        for (int64_t j = 0; j < d; j++) {
            trace += h[j * (d + 1)];
            seen += sum[j * (d + 1)];
        }
        const double error = sqrt(2.0 * squares / K);
        check_near(seen, trace, 5.0 * error);
        assert_true(5.0 * error < N / (N - 1.0) * trace - trace); /* n − 1 for n would be seen */
        free(vectors);
        free(h);
        free(sum);
        drop(t);
    }
}

/* Several weights at once, each as alone; equal outputs favour the first class, and 0 the class 0.
 */
static void losses_and_accuracies(void **state) {
    (void)state;
    for (int f = 0; f < FORMS; f++) {
        task *t = make(2, &forms[f], 333, 50, 0.3, true);
        double w[4][MOST_D] = {{0}}, losses[4], accuracies[4], ignored[MOST_D];
        const double *weights[] = {w[0], w[1], w[2], w[3]};
        for (int k = 1; k < 4; k++)
            weights_of(t, 10 + (uint64_t)k, w[k]);
        check_ok(t->context, gm_oracle_evaluate(t->oracle, 4, weights, losses, accuracies));
        for (int k = 0; k < 4; k++) {
            double z[333 * 3], hits = 0.0;
            double least = plain(t, w[k], 333, NULL, NULL, ignored);
            least += add_penalty(t, w[k], ignored);
            check_near(losses[k], least, 1e-12 * least);
            check_ok(t->context, gm_model_outputs(t->context, gm_dataset_matrix(t->dataset),
                                                  t->model, w[k], z));
            for (int i = 0; i < 333; i++) {
                int best = t->c == 1 && z[i] > 0.0;
                for (int j = 1; j < t->c; j++)
                    best = z[i * t->c + j] > z[i * t->c + best] ? j : best;
                hits += t->y[i] == best;
            }
            if (f == 0)
                assert_true(isnan(accuracies[k]));
            else
                check_near(accuracies[k], hits / 333.0, 1e-15);
        }
        if (f > 0) { /* all outputs are 0 at w = 0 */
            double zeros = 0.0;
            for (int i = 0; i < 333; i++)
                zeros += t->y[i] == 0.0;
            check_near(accuracies[0], zeros / 333.0, 1e-15);
            check_between(zeros, 50.0, 250.0);
        }
        check_fails(t->context, GM_INVALID_ARGUMENT, "count is 0",
                    gm_oracle_evaluate(t->oracle, 0, weights, losses, accuracies));
        check_fails(t->context, GM_INVALID_ARGUMENT, "count is 5",
                    gm_oracle_evaluate(t->oracle, 5, weights, losses, accuracies));
        drop(t);
    }
}

static void products_are_those_of_the_curvature(void **state) {
    (void)state;
    for (int f = 0; f < NETWORK; f++)
        for (int64_t rows = 50; rows <= MOST_ROWS; rows *= 100) {
            task *t = make(2, &forms[f], rows, 10, 0.3, true);
            const int64_t d = t->d;
            double w[MOST_D], v[MOST_D], h[MOST_D * MOST_D], expected[MOST_D] = {0}, out[MOST_D];
            weights_of(t, 6, w);
            weights_of(t, 7, v);
            check_ok(t->context, gm_gauss_newton(t->context, gm_dataset_matrix(t->dataset),
                                                 t->model, w, NULL, h));
            for (int64_t e = 0; e < d * d; e++)
                expected[e / d] += h[e] * v[e % d];
            (void)add_penalty(t, v, expected);
            check_ok(t->context, gm_oracle_curvature_product(t->oracle, w, v, out));
            check_vector(d, out, expected, 1e-11);
            check_near(gm_oracle_counted(t->oracle).all, 0.0, 0.0);
            drop(t);
        }
    task *t = make(1, &forms[NETWORK], 50, 10, 0.0, false);
    double w[MOST_D] = {0}, out[MOST_D];
    check_fails(t->context, GM_UNAVAILABLE, "not mlp",
                gm_oracle_curvature_product(t->oracle, w, w, out));
    drop(t);
}

/* Rows over n; noise counts as it is, with the clean gradient beside it; looking costs nothing. */
static void gradients_are_counted(void **state) {
    (void)state;
    task *t = make(1, &forms[1], 130, 20, 0.0, false),
         *other = make(1, &forms[1], 130, 20, 0, false);
    double w[MOST_D] = {0}, gradient[MOST_D], vectors[3 * MOST_D], loss, accuracy;
    const double *at = w;
    int64_t index[20];
    gm_archive out, in;
    make_index(20, 130, index);
    assert_int_equal(gm_oracle_dimension(t->oracle), 5);
    assert_int_equal(gm_oracle_rows(t->oracle), 130);
    assert_int_equal(gm_oracle_batch_size(t->oracle), 20);
    assert_ptr_equal(gm_oracle_model(t->oracle), t->model);
    assert_ptr_equal(gm_oracle_context(t->oracle), t->context);
    check_near(gm_oracle_counted(t->oracle).all, 0.0, 0.0);
    check_ok(t->context, gm_oracle_gradient(t->oracle, w, 20, index, &loss, gradient, NULL));
    check_ok(t->context, gm_oracle_gradient(t->oracle, w, 5, index, &loss, gradient, NULL));
    check_near(gm_oracle_counted(t->oracle).all, 1.25, 0.0);
    check_near(gm_oracle_counted(t->oracle).curvature, 0.0, 0.0);
    check_ok(t->context,
             gm_oracle_noised(t->oracle, w, 10, index, 3, 1, 0, &loss, gradient, vectors));
    check_ok(t->context, gm_oracle_full(t->oracle, w, &loss, gradient));
    check_ok(t->context, gm_oracle_evaluate(t->oracle, 1, &at, &loss, &accuracy));
    check_near(gm_oracle_counted(t->oracle).all, 1.25 + 2.0 + 6.5, 0.0);
    check_near(gm_oracle_counted(t->oracle).curvature, 2.0, 0.0);
    gm_archive_write(t->context, &out);
    gm_oracle_exchange(t->oracle, &out);
    gm_archive_read(other->context, out.size, out.bytes, &in);
    gm_oracle_exchange(other->oracle, &in);
    assert_int_equal(in.status, GM_OK);
    check_near(gm_oracle_counted(other->oracle).all, 9.75, 0.0);
    check_near(gm_oracle_counted(other->oracle).curvature, 2.0, 0.0);
    gm_oracle_reset(t->oracle);
    check_near(gm_oracle_counted(t->oracle).all, 0.0, 0.0);
    check_near(gm_oracle_counted(t->oracle).curvature, 0.0, 0.0);
    gm_archive_release(&out);
    drop(t);
    drop(other);
}

/* All that an oracle gives, one after the other. */
enum { MOST_NUMBERS = 16 * MOST_D };
static int64_t everything(task *t, double *out) {
    const int64_t d = t->d;
    int64_t *index = malloc(MOST_ROWS * sizeof *index);
    double w[MOST_D], *to = out;
    const double *at[2] = {w, t->x};
    make_index(MOST_ROWS, MOST_ROWS, index);
    weights_of(t, 8, w);
    memset(out, 0, MOST_NUMBERS * sizeof *out);
    for (int64_t n = 70; n <= 4900; n *= 70) {
        check_ok(t->context, gm_oracle_gradient(t->oracle, w, n, index, to, to + 1, to + 1 + d));
        to += 1 + 3 * d;
    }
    check_ok(t->context, gm_oracle_full(t->oracle, w, to, to + 1));
    to += 1 + d;
    check_ok(t->context,
             gm_oracle_noised(t->oracle, w, 700, index, 4, 5, 6, to, to + 1, to + 1 + d));
    to += 1 + 5 * d;
    check_ok(t->context, gm_oracle_evaluate(t->oracle, 2, at, to, to + 2));
    to += 2; /* accuracies may be NaN */
    if (t->model->linear)
        check_ok(t->context, gm_oracle_curvature_product(t->oracle, w, w, to + 2));
    free(index);
    return to + 2 + d - out;
}

static void bits_do_not_depend_on_threads(void **state) {
    (void)state;
    static const int threads[] = {2, 5};
    static double one[MOST_NUMBERS], many[MOST_NUMBERS];
    for (int f = 0; f < FORMS; f++) {
        task *alone = make(1, &forms[f], MOST_ROWS, 100, 0.1, true);
        const int64_t size = everything(alone, one);
        assert_true(size <= MOST_NUMBERS);
        for (int k = 0; k < 2; k++) {
            task *t = make(threads[k], &forms[f], MOST_ROWS, 100, 0.1, true);
            assert_int_equal(everything(t, many), size);
            assert_memory_equal(one, many, sizeof one);
            drop(t);
        }
        drop(alone);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(penalty_spares_biases_and_the_intercept),
        cmocka_unit_test(gradients_are_means_over_rows),
        cmocka_unit_test(full_gradients_are_means_over_all_rows),
        cmocka_unit_test(noise_is_what_it_adds_to_gradients),
        cmocka_unit_test(noise_has_the_second_moment_of_the_curvature),
        cmocka_unit_test(losses_and_accuracies),
        cmocka_unit_test(products_are_those_of_the_curvature),
        cmocka_unit_test(gradients_are_counted),
        cmocka_unit_test(bits_do_not_depend_on_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
