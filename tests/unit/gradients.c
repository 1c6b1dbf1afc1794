/* Gradients from elsewhere: recorded arrays against the textbook covariance, what is refused and
   why, and functions of the caller against the library's own model. */
#define _GNU_SOURCE /* mkstemp */
#include "check.h"

#include <unistd.h>

enum { K = 600, D = 7, N = 32 };

static gm_context *context;
static char path[] = "/tmp/gm-gradients-XXXXXX";
static double recorded[K * D]; /* correlated, of mean 1, 1/2, 1/3, … */

static int set_up(void **state) {
    (void)state;
    double z[D];
    context = make_context(2, GM_ISA_AUTO);
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    for (int64_t i = 0; i < K; i++) {
        gm_random_gaussian(context, (gm_stream){8, 1}, i * D, D, z);
        for (int j = 0; j < D; j++)
            recorded[i * D + j] = z[j] / (1 + j) + 0.5 * z[0] + 1.0 / (1 + j);
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    gm_context_destroy(context);
    return remove(path);
}

static gm_recovery *recover(const gm_recorded_options *options, const double *values,
                            const gm_recover_options *how) {
    gm_gradients *gradients = NULL;
    gm_recovery *r = NULL;
    check_ok(context, gm_gradients_from_array(context, K, D, values, options, &gradients));
    assert_int_equal(gm_gradients_count(gradients), K);
    assert_int_equal(gm_gradients_dimension(gradients), D);
    check_ok(context, gm_recover_gradients(context, gradients, how, &r));
    gm_gradients_destroy(gradients);
    return r;
}

static void calibrated_is_the_textbook_covariance(void **state) {
    (void)state;
    const gm_recorded_options options = {.batch_size = N};
    const gm_recover_options how = {
        .estimator = "calibrated", .noise_variance = 20.0, .label_noise = 5.0, .shrink = "none"};
    gm_recovery *r = recover(&options, recorded, &how);
    long double mean[D] = {0};
    for (int i = 0; i < K; i++)
        for (int j = 0; j < D; j++)
            mean[j] += (long double)recorded[i * D + j] / K;
    for (int a = 0; a < D; a++) {
        check_near(r->mean_gradient[a], (double)mean[a], 1e-13);
        for (int b = 0; b < D; b++) {
            long double sum = 0.0L;
            for (int i = 0; i < K; i++)
                sum += ((long double)recorded[i * D + a] - mean[a]) *
                       ((long double)recorded[i * D + b] - mean[b]);
            const double expected = (double)(sum / (K - 1) / (25.0L / N)); /* total 20 + 5 over n */
            check_near(r->hessian[a * D + b], expected, 1e-9 * fabs(expected) + 1e-12);
        }
    }
    assert_string_equal(r->source, "file");
    assert_null(r->noise);
    assert_non_null(strstr(r->scale, "unverified"));
    gm_recovery_destroy(context, r);
}

static void paired_is_the_textbook_second_moment(void **state) {
    (void)state;
    const gm_recorded_options options = {.batch_size = N, .paired = true, .dimension = D};
    const gm_recover_options how = {
        .estimator = "paired", .noise_variance = 8.0, .label_noise = 3.0, .shrink = "none"};
    gm_recovery *r = recover(&options, recorded, &how);
    for (int a = 0; a < D; a++)
        for (int b = 0; b < D; b++) {
            long double sum = 0.0L;
            for (int i = 0; i < K / 2; i++) {
                const double *plus = recorded + 2 * i * D, *minus = plus + D;
                sum +=
                    0.25L * ((long double)plus[a] - minus[a]) * ((long double)plus[b] - minus[b]);
            }
            const double expected = (double)(sum / (K / 2) / (8.0L / N));
            check_near(r->hessian[a * D + b], expected, 1e-9 * fabs(expected) + 1e-12);
        }
    assert_int_equal(r->noise_vectors, K / 2);
    gm_recovery_destroy(context, r);
}

/* Whether a warning holds that text. */
static bool warned(const gm_recovery *r, const char *text) {
    for (int i = 0; r->warnings[i]; i++)
        if (strstr(r->warnings[i], text))
            return true;
    return false;
}

static void the_trace_settles_the_scale(void **state) {
    (void)state;
    const gm_recorded_options options = {.batch_size = N};
    gm_recover_options how = {.estimator = "calibrated", .noise_variance = N};
    gm_recovery *r = recover(&options, recorded, &how);
    double trace = 0.0;
    for (int j = 0; j < D; j++)
        trace += r->hessian[j * D + j];
    gm_recovery_destroy(context, r);
    how.trace = trace;
    r = recover(&options, recorded, &how);
    check_near(r->scale_ratio, 1.0, 1e-12);
    assert_non_null(strstr(r->scale, "verified by"));
    assert_false(warned(r, "trace"));
    gm_recovery_destroy(context, r);
    how.trace = trace / 4.0;
    r = recover(&options, recorded, &how);
    check_near(r->scale_ratio, 4.0, 1e-12);
    assert_non_null(strstr(r->scale, "contradicted"));
    assert_true(warned(r, "without its 1/2"));
    gm_recovery_destroy(context, r);
}

/* --- what is refused --- */

static void refused(int64_t count, int64_t d, const double *values,
                    const gm_recorded_options *options, const char *reason) {
    gm_gradients *gradients = NULL;
    check_fails(context, GM_INVALID_INPUT, reason,
                gm_gradients_from_array(context, count, d, values, options, &gradients));
    assert_null(gradients);
}

static void damaged_arrays_are_refused(void **state) {
    (void)state;
    const gm_recorded_options single = {.batch_size = N}, pair = {.batch_size = N, .paired = true};
    const gm_recorded_options none = {0};
    static double copy[K * D];
    gm_gradients *gradients = NULL;
    memcpy(copy, recorded, sizeof copy);
    copy[5 * D + 3] = NAN;
    refused(K, D, copy, &single, "row 5, column 3 is nan");
    refused(K, D, copy, &pair, "pair 2, gradient 1, column 3 is nan");
    copy[5 * D + 3] = -INFINITY;
    refused(K, D, copy, &single, "row 5, column 3 is -inf");
    refused(1, D, recorded, &single, "at least 2 batches");
    check_fails(context, GM_INVALID_ARGUMENT, "batch size is 0",
                gm_gradients_from_array(context, K, D, recorded, &none, &gradients));
    check_fails(context, GM_INVALID_ARGUMENT, "even number",
                gm_gradients_from_array(context, 3, D, recorded, &pair, &gradients));
}

/* --- files: order and forms --- */

/* A .npy file of float64 numbers, or of float32. */
static void write_npy(const char *shape, const char *order, int width, size_t count,
                      const double *values) {
    char header[128];
    float narrow[K * D];
    const int length =
        snprintf(header, sizeof header, "{'descr': '<f%d', 'fortran_order': %s, 'shape': (%s), }\n",
                 width, order, shape);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite("\x93NUMPY\1\0", 1, 8, file);
    fputc(length, file);
    fputc(0, file);
    fwrite(header, 1, (size_t)length, file);
    for (size_t i = 0; i < count; i++)
        narrow[i] = (float)values[i];
    fwrite(width == 8 ? (const void *)values : narrow, (size_t)width, count, file);
    assert_int_equal(fclose(file), 0);
}

static gm_status open_file(const gm_recorded_options *options) {
    gm_gradients *gradients = NULL;
    const gm_status status = gm_gradients_open(context, path, options, &gradients);
    assert_true((status == GM_OK) == (gradients != NULL));
    gm_gradients_destroy(gradients);
    return status;
}

/* Fewer rows than columns are taken when the dimension is given, whatever they hold, and are
   refused otherwise: no test of the entries can tell a transposed array. */
static void the_shape_tells_the_order(void **state) {
    (void)state;
    gm_recorded_options options = {.batch_size = N};
    write_npy("600, 7", "False", 8, K * D, recorded);
    check_ok(context, open_file(&options));
    options.dimension = D;
    check_ok(context, open_file(&options));
    options.dimension = K;
    check_fails(context, GM_INVALID_INPUT, "7 numbers, 600 were expected: the array is transposed",
                open_file(&options));
    write_npy("7, 600", "False", 8, D * K, recorded);
    check_ok(context, open_file(&options));
    options.dimension = 0;
    check_fails(context, GM_INVALID_INPUT, "may be a transposed array", open_file(&options));
    write_npy("60, 60", "False", 8, 3600, recorded);
    check_ok(context, open_file(&options));
    options.paired = true; /* the 2 marks the axis */
    write_npy("3, 2, 100", "False", 8, 3 * 2 * 100, recorded);
    check_ok(context, open_file(&options));
    write_npy("100, 3, 2", "False", 8, 100 * 3 * 2, recorded);
    check_fails(context, GM_INVALID_INPUT, "comes last", open_file(&options));
}

/* Squares of such gradients are infinite: refused where they are read, whatever follows. */
static void curvature_beyond_float64_is_refused(void **state) {
    (void)state;
    static double copy[K * D];
    static const char *const structures[] = {"full", "low-rank"};
    const gm_recorded_options options = {.batch_size = N};
    for (int i = 0; i < K * D; i++)
        copy[i] = 1e160 * recorded[i];
    for (int s = 0; s < 2; s++) {
        const gm_recover_options how = {
            .estimator = "calibrated", .noise_variance = N, .structure = structures[s]};
        gm_gradients *gradients = NULL;
        gm_recovery *r = NULL;
        check_ok(context, gm_gradients_from_array(context, K, D, copy, &options, &gradients));
        check_fails(context, GM_INVALID_INPUT, "the curvature has a trace of inf",
                    gm_recover_gradients(context, gradients, &how, &r));
        gm_gradients_destroy(gradients);
    }
}

/* Single precision, and columns one after the other, as other programs write them. */
static void every_form_of_file_is_read(void **state) {
    (void)state;
    static double turned[K * D];
    const gm_recorded_options options = {.batch_size = N};
    const gm_recover_options how = {.estimator = "calibrated", .noise_variance = N};
    gm_recovery *expected = recover(&options, recorded, &how);
    for (int i = 0; i < K; i++)
        for (int j = 0; j < D; j++)
            turned[j * K + i] = recorded[i * D + j];
    for (int width = 4; width <= 8; width += 4)
        for (int fortran = 0; fortran < 2; fortran++) {
            gm_gradients *gradients = NULL;
            gm_recovery *r = NULL;
            write_npy("600, 7", fortran ? "True" : "False", width, K * D,
                      fortran ? turned : recorded);
            check_ok(context, gm_gradients_open(context, path, &options, &gradients));
            check_ok(context, gm_recover_gradients(context, gradients, &how, &r));
            for (int i = 0; i < D * D; i++)
                check_near(r->hessian[i], expected->hessian[i], width == 8 ? 0.0 : 1e-5);
            gm_recovery_destroy(context, r);
            gm_gradients_destroy(gradients);
        }
    gm_recovery_destroy(context, expected);
}

/* --- signs of a broken calibration --- */

static gm_recovery *check_signs(const double *values) {
    const gm_recorded_options options = {.batch_size = N};
    const gm_recover_options how = {.estimator = "calibrated", .noise_variance = N};
    return recover(&options, values, &how);
}

static double norm_of(const double *x) {
    double sum = 0.0;
    for (int j = 0; j < D; j++)
        sum += x[j] * x[j];
    return sqrt(sum);
}

static void signs_are_told(void **state) {
    (void)state;
    static double copy[K * D];
    gm_recovery *r = check_signs(recorded);
    check_between(fabs(r->calibration->lag_z), 0.0, 4.0);
    check_between(fabs(r->calibration->dispersion_z), 0.0, 4.0);
    assert_int_equal(r->calibration->clipped, 1);
    assert_false(warned(r, "momentum") || warned(r, "clipped") || warned(r, "batch size varies"));
    gm_recovery_destroy(context, r);

    memcpy(copy, recorded, sizeof copy); /* momentum .5 */
    for (int i = 1; i < K; i++)
        for (int j = 0; j < D; j++)
            copy[i * D + j] = 0.5 * copy[(i - 1) * D + j] + 0.5 * recorded[i * D + j];
    r = check_signs(copy);
    check_near(r->calibration->lag_correlation, 0.5, 0.1); /* that of a first-order average */
    assert_true(warned(r, "momentum"));
    gm_recovery_destroy(context, r);

    int clipped = 0;
    for (int i = 0; i < K; i++) { /* clipped at norm 2 */
        const double norm = norm_of(recorded + i * D);
        clipped += norm > 2.0;
        for (int j = 0; j < D; j++)
            copy[i * D + j] = recorded[i * D + j] * fmin(1.0, 2.0 / norm);
    }
    assert_true(clipped > 20);
    r = check_signs(copy);
    assert_int_equal(r->calibration->clipped, clipped);
    assert_true(warned(r, "clipped"));
    gm_recovery_destroy(context, r);

    for (int i = 0; i < K; i++) /* batches of two sizes, far apart */
        for (int j = 0; j < D; j++)
            copy[i * D + j] = recorded[i * D + j] * (i % 2 ? 0.4 : 2.0);
    r = check_signs(copy);
    check_between(r->calibration->dispersion / r->calibration->dispersion_expected, 1.5, 10.0);
    assert_true(warned(r, "batch size varies"));
    gm_recovery_destroy(context, r);
}

/* --- functions of the caller --- */

/* Least squares on D Gaussian inputs that are drawn anew for each batch. */
typedef struct owner {
    int calls;
    bool fail, crooked;
} owner;

static gm_status least_squares(void *user, int64_t batch, int64_t n, int64_t outputs,
                               const double *noise, double *gradient, double *loss) {
    owner *o = user;
    double x[D];
    if (o->fail && batch == 3)
        return GM_IO_ERROR;
    assert_int_equal(outputs, 1);
    o->calls++;
    *loss = 0.0;
    memset(gradient, 0, sizeof x);
    for (int64_t i = 0; i < n; i++) {
        gm_random_gaussian(context, (gm_stream){77, 1}, (batch * n + i) * D, D, x);
        double residual = 2.0 * x[0] - noise[i]; /* weights 2e₁ from the optimum */
        if (o->crooked)
            residual = tanh(residual);
        *loss += 0.5 * residual * residual / (double)n;
        for (int j = 0; j < D; j++)
            gradient[j] += residual * x[j] / (1 + j) / (double)n;
    }
    return GM_OK;
}

static void a_function_gives_gradients(void **state) {
    (void)state;
    owner o = {0};
    const gm_function_options options = {.dimension = D,
                                         .batch_size = N,
                                         .gradient = least_squares,
                                         .user = &o,
                                         .serial = true,
                                         .squared = true};
    const gm_recover_options how = {
        .estimator = "paired", .num_gradients = 8000, .shrink = "none", .seed = 5};
    gm_gradients *gradients = NULL;
    gm_recovery *r = NULL;
    check_ok(context, gm_gradients_from_function(context, &options, &gradients));
    assert_int_equal(gm_gradients_count(gradients), 0);
    check_ok(context, gm_recover_gradients(context, gradients, &how, &r));
    assert_true(o.calls >= 8000);
    /* The truth is diagonal, 1/(1+a)²; an entry has the relative standard deviation √(2/4000). */
    for (int a = 0; a < D; a++)
        for (int b = 0; b < D; b++)
            check_near(r->hessian[a * D + b] * (1 + a) * (1 + b), a == b ? 1.0 : 0.0, 0.13);
    assert_string_equal(r->source, "function");
    gm_recovery_destroy(context, r);
    r = NULL;
    o.fail = true;
    check_fails(context, GM_IO_ERROR, "the gradient function failed at batch 3",
                gm_recover_gradients(context, gradients, &how, &r));
    assert_null(r);
    const gm_recover_options compare = {.compare = true}, model = {.model = "linear"};
    check_fails(context, GM_INVALID_ARGUMENT, "no truth to compare with",
                gm_recover_gradients(context, gradients, &compare, &r));
    check_fails(context, GM_INVALID_ARGUMENT, "leave out 'linear'",
                gm_recover_gradients(context, gradients, &model, &r));
    gm_gradients_destroy(gradients);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calibrated_is_the_textbook_covariance),
        cmocka_unit_test(paired_is_the_textbook_second_moment),
        cmocka_unit_test(the_trace_settles_the_scale),
        cmocka_unit_test(damaged_arrays_are_refused),
        cmocka_unit_test(the_shape_tells_the_order),
        cmocka_unit_test(every_form_of_file_is_read),
        cmocka_unit_test(curvature_beyond_float64_is_refused),
        cmocka_unit_test(signs_are_told),
        cmocka_unit_test(a_function_gives_gradients),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
