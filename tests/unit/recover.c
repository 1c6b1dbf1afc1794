#include "problem.h"

#include "gradients/source.h"
#include "linalg/linalg.h"
#include "random/streams.h"

enum { ROWS = 300, D = 6 };

static gm_context *context;
static problem data;

static int set_up(void **state) {
    (void)state;
    const double spectrum[D] = {4.0, 2.0, 1.0, 0.5, 0.25, 0.1};
    context = make_context(2, GM_ISA_AUTO);
    data = make_problem(context, ROWS, D, spectrum, 0.3, 0.5, 1);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    free_problem(&data);
    gm_context_destroy(context);
    return 0;
}

/* Gradient (1/n) Σ x (⟨w, x⟩ − y − e) of batch b, by plain loops over the same draws. */
static void plain_gradient(const double *w, uint64_t seed, int64_t batch, int64_t n,
                           double variance, double sign, double *out) {
    int64_t index[64];
    double noise[64];
    gm_draw_batch(context, seed, batch, n, ROWS, index);
    gm_random_gaussian(context, (gm_stream){seed, GM_STREAM_TARGET_NOISE}, batch * n, n, noise);
    memset(out, 0, D * sizeof *out);
    for (int64_t i = 0; i < n; i++) {
        const double *x = data.inputs + index[i] * D;
        double residual = -data.targets[index[i]] - sign * sqrt(variance) * noise[i];
        for (int j = 0; j < D; j++)
            residual += w[j] * x[j];
        for (int j = 0; j < D; j++)
            out[j] += residual * x[j] / (double)n;
    }
}

enum { BATCHES = 701, N = 16 };

/* The textbook estimate: all gradients at once, then the formula. */
static void plain_recovery(bool paired, const double *w, double variance, double label_noise,
                           double *hessian, double *mean_gradient) {
    static double vectors[BATCHES][D];
    double mean[D] = {0};
    memset(mean_gradient, 0, D * sizeof *mean_gradient);
    for (int b = 0; b < BATCHES; b++) {
        double plus[D], minus[D];
        plain_gradient(w, 9, b, N, variance, 1.0, plus);
        plain_gradient(w, 9, b, N, variance, -1.0, minus);
        for (int j = 0; j < D; j++) {
            vectors[b][j] = paired ? (plus[j] - minus[j]) / 2 : plus[j];
            mean_gradient[j] += (paired ? (plus[j] + minus[j]) / 2 : plus[j]) / BATCHES;
            mean[j] += vectors[b][j] / BATCHES;
        }
    }
    const double divisor = paired ? variance / N : (variance + label_noise) / N;
    for (int i = 0; i < D; i++)
        for (int j = 0; j < D; j++) {
            double sum = 0.0;
            for (int b = 0; b < BATCHES; b++)
                sum += paired ? vectors[b][i] * vectors[b][j]
                              : (vectors[b][i] - mean[i]) * (vectors[b][j] - mean[j]);
            hessian[i * D + j] = sum / (paired ? BATCHES : BATCHES - 1) / divisor;
        }
}

static void estimates_are_the_textbook_ones(void **state) {
    (void)state;
    const double zero[D] = {0};
    for (int paired = 0; paired <= 1; paired++) {
        double hessian[D * D], mean_gradient[D];
        gm_recovery *r = NULL;
        const gm_recover_options options = {.estimator = paired ? "paired" : "calibrated",
                                            .batch_size = N,
                                            .num_gradients = BATCHES * (1 + paired),
                                            .noise_variance = 5.0,
                                            .label_noise = 0.25,
                                            .seed = 9};
        plain_recovery(paired, zero, 5.0, 0.25, hessian, mean_gradient);
        check_ok(context, gm_recover(context, data.dataset, &options, &r));
        assert_int_equal(r->noise_vectors, BATCHES);
        assert_int_equal(r->gradients, BATCHES * (1 + paired));
        for (int i = 0; i < D * D; i++)
            check_near(r->hessian[i], hessian[i], 1e-11 * hessian[0]);
        for (int j = 0; j < D; j++)
            check_near(r->mean_gradient[j], mean_gradient[j], 1e-12);
        gm_recovery_destroy(context, r);
    }
}

/* Without noise the data's own label noise is the calibrated part; unknown, nothing is divided. */
static void the_control_is_the_bare_covariance(void **state) {
    (void)state;
    gm_recovery *bare = NULL, *known = NULL;
    gm_recover_options options = {.estimator = "none", .batch_size = N, .num_gradients = 400};
    check_ok(context, gm_recover(context, data.dataset, &options, &bare));
    options.label_noise = 0.25;
    check_ok(context, gm_recover(context, data.dataset, &options, &known));
    for (int i = 0; i < D * D; i++)
        check_near(known->hessian[i], bare->hessian[i] * N / 0.25, 1e-12 * N / 0.25);
    assert_true(isnan(bare->predicted_operator.value));
    assert_false(bare->enough);
    assert_int_equal(bare->gradients_needed, -1);
    assert_non_null(bare->warnings[0]);
    gm_recovery_destroy(context, known);
    gm_recovery_destroy(context, bare);
}

static void automatic_choices(void **state) {
    (void)state;
    gm_recovery *r = NULL;
    const gm_recover_options calibrated = {.estimator = "calibrated", .label_noise = 100.0};
    check_ok(context, gm_recover(context, data.dataset, NULL, &r));
    assert_string_equal(r->estimator, "paired");
    assert_int_equal(r->batch_size, 256);
    assert_int_equal(r->gradients, 1024);
    assert_true(r->noise_variance == 256.0);
    gm_recovery_destroy(context, r);
    check_ok(context, gm_recover(context, data.dataset, &calibrated, &r));
    assert_true(r->noise_variance == 156.0); /* the total is the batch size */
    gm_recovery_destroy(context, r);
}

/* The comparison, its controls and its curve, against the moments of plain loops. */
static void comparison_is_against_the_data(void **state) {
    (void)state;
    gm_recovery *r = NULL;
    const gm_recover_options options = {
        .batch_size = 64, .num_gradients = 4000, .compare = true, .seed = 2, .at = "optimum"};
    check_ok(context, gm_recover(context, data.dataset, &options, &r));
    assert_true(r->compared);
    double trace = 0.0, truth = 0.0, distance = 0.0, size = 0.0;
    for (int i = 0; i < D; i++) {
        trace += r->truth_eigenvalues[i];
        truth += data.moments[i * D + i];
    }
    check_near(trace, truth, 1e-12 * truth);
    for (int i = 0; i < D * D; i++) {
        distance += pow(r->hessian[i] - data.moments[i], 2);
        size += pow(data.moments[i], 2);
    }
    check_near(r->error.frobenius_relative, sqrt(distance / size), 1e-12);
    check_between(r->error.operator_relative, 1e-3, 0.15);
    check_between(r->control_oracle.operator_relative, 1e-4, 0.02);
    check_between(r->control_none.operator_relative, 0.9, 1.0);
    check_between(r->error.condition_after, 1.0, 1.5);
    assert_int_equal(r->curve[r->curve_points - 1].noise_vectors, 2000);
    assert_true(r->curve[r->curve_points - 1].error == r->error.operator_relative);
    for (int64_t i = 0; i < r->curve_points; i++) {
        assert_int_equal(r->curve[i].gradients, 2 * r->curve[i].noise_vectors);
        assert_true(r->curve[i].error > 0.0);
        assert_true(i == 0 || r->curve[i].predicted.high < r->curve[i - 1].predicted.high);
    }
    gm_recovery_destroy(context, r);
}

/* At the optimum the mean gradient vanishes; at a distance R of it, ḡ = Σδ has ḡᵀΣ⁻¹ḡ = R². */
static void points_are_where_they_say(void **state) {
    (void)state;
    gm_recovery *r = NULL;
    gm_recover_options options = {.at = "optimum", .num_gradients = 200000, .batch_size = 64};
    check_ok(context, gm_recover(context, data.dataset, &options, &r));
    double scale = 0.0;
    for (int j = 0; j < D; j++) {
        const double se = sqrt((0.25 * 2) * data.moments[j * D + j] / (64 * 100000.0));
        check_near(r->mean_gradient[j], 0.0, 6.0 * se);
        scale = fmax(scale, se);
    }
    assert_true(scale < 1e-3);
    gm_recovery_destroy(context, r);
    options.at = "random:distance=7";
    options.estimator = "calibrated";
    options.batch_size = 4096;
    options.num_gradients = 4000;
    check_ok(context, gm_recover(context, data.dataset, &options, &r));
    /* u/v = 49/4096 is what the estimated bias is of. */
    check_near(r->relative_bias.value * 4096, 49.0, 5.0);
    check_between(49.0, r->relative_bias.low * 4096, r->relative_bias.high * 4096);
    gm_recovery_destroy(context, r);
}

/* Differences of gradients of a quadratic loss are exact: with k = B (d + 1) gradients the control
   is the second moment of the rows of the first B batches, and with fewer than d + 1 it has their
   rank. */
static void moving_the_weights_finds_the_hessian_of_the_batches(void **state) {
    (void)state;
    enum { RESOLVED = 3, SAMPLES = 40 };
    gm_recover_options options = {.estimator = "paired",
                                  .num_gradients = RESOLVED * (D + 1) + 1,
                                  .batch_size = SAMPLES,
                                  .compare = true,
                                  .at = "random:norm=2",
                                  .seed = 4};
    gm_recovery *r = NULL;
    double counts = 0.0, moments[D * D] = {0}, values[D], norm, squares = 0.0, size = 0.0;
    const int64_t k = options.num_gradients, batches = k / (D + 1);
    check_ok(context, gm_recover(context, data.dataset, &options, &r));
    assert_int_equal(r->gradients, k);
    for (int64_t b = 0; b < batches; b++) {
        int64_t index[SAMPLES];
        gm_draw_batch(context, 4, b, SAMPLES, ROWS, index);
        for (int i = 0; i < SAMPLES; i++, counts++)
            for (int j = 0; j < D * D; j++)
                moments[j] += data.inputs[index[i] * D + j / D] * data.inputs[index[i] * D + j % D];
    }
    for (int j = 0; j < D * D; j++) {
        moments[j] = moments[j] / counts - data.moments[j];
        squares += moments[j] * moments[j];
        size += data.moments[j] * data.moments[j];
    }
    check_near(r->control_hvp.frobenius_relative, sqrt(squares / size), 1e-6);
    check_ok(context, gm_symmetric_eigenvalues(context, D, moments, values));
    norm = fmax(values[0], -values[D - 1]) / r->truth_eigenvalues[0];
    check_near(r->control_hvp.operator_relative, norm, 1e-6);
    gm_recovery_destroy(context, r);
    options.num_gradients = D - 2; /* three directions of six */
    check_ok(context, gm_recover(context, data.dataset, &options, &r));
    check_between(r->control_hvp.operator_relative, 0.0, 1.0);
    assert_true(isnan(r->control_hvp.condition_after));
    gm_recovery_destroy(context, r);
}

static void arguments_are_checked(void **state) {
    (void)state;
    static const struct {
        gm_recover_options options;
        gm_status status;
        const char *message;
    } wrong[] = {
        {{.model = "quadratic"}, GM_INVALID_ARGUMENT, "unknown model 'quadratic'"},
        {{.model = "linear:x=1"}, GM_INVALID_ARGUMENT, "x"},
        {{.estimator = "pared"}, GM_INVALID_ARGUMENT, "unknown estimator 'pared'"},
        {{.shrink = "some"}, GM_INVALID_ARGUMENT, "unknown shrinkage 'some'"},
        {{.at = "nowhere"}, GM_INVALID_ARGUMENT, "unknown point"},
        {{.at = "optimumm"}, GM_INVALID_ARGUMENT, "did you mean optimum"},
        {{.at = "random:norm=-1"}, GM_INVALID_ARGUMENT, "-1"},
        {{.at = "random:norm=1,distance=2"}, GM_INVALID_ARGUMENT, "not both"},
        {{.at = "file"}, GM_INVALID_ARGUMENT, "path is required"},
        {{.at = "file:path=/nowhere/w.npy"}, GM_INVALID_INPUT, "/nowhere/w.npy"},
        {{.batch_size = -1}, GM_INVALID_ARGUMENT, "batch size is -1"},
        {{.num_gradients = 3}, GM_INVALID_ARGUMENT, "number of gradients is 3"},
        {{.noise_variance = -2.0}, GM_INVALID_ARGUMENT, "noise variance is -2"},
        {{.label_noise = NAN}, GM_INVALID_ARGUMENT, "label noise is nan"},
        {{.estimator = "calibrated", .label_noise = 256}, GM_INVALID_ARGUMENT, "no noise is left"},
        {{.require = -0.1}, GM_INVALID_ARGUMENT, "required error"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        gm_recovery *r = NULL;
        gm_cost cost;
        check_fails(context, wrong[i].status, wrong[i].message,
                    gm_recover(context, data.dataset, &wrong[i].options, &r));
        assert_null(r);
        if (wrong[i].status != GM_INVALID_INPUT) /* a file of weights is opened by the run itself */
            assert_int_equal(gm_recover_cost(context, data.dataset, &wrong[i].options, &cost),
                             wrong[i].status);
    }
}

/* Inputs that are all zero have no curvature, and fewer vectors than dimensions no inverse. */
static void degenerate_problems_have_undefined_parts(void **state) {
    (void)state;
    const double zeros[40] = {0}, ones[20] = {1};
    gm_dataset *flat = NULL;
    gm_recovery *r = NULL;
    gm_recover_options options = {.compare = true, .num_gradients = 64, .batch_size = 4};
    check_ok(context, gm_dataset_from_arrays(context, 20, 2, zeros, ones, &flat));
    check_ok(context, gm_recover(context, flat, &options, &r));
    assert_true(isnan(r->predicted_operator.value));
    assert_true(isnan(r->effective_rank) && isnan(r->condition_number));
    assert_true(isnan(r->error.operator_relative));
    assert_false(r->enough);
    gm_recovery_destroy(context, r);
    gm_dataset_destroy(flat);
    options.num_gradients = 2 * (D - 1);
    check_ok(context, gm_recover(context, data.dataset, &options, &r));
    assert_true(isnan(r->condition_number));
    assert_true(isnan(r->predicted_operator.value)); /* five vectors predict nothing */
    assert_non_null(strstr(r->warnings[0], "singular"));
    gm_recovery_destroy(context, r);
}

/* Fewer vectors than half the dimensions: the dual form has the spectrum of the matrix, and zeros.
 */
/* Whose squares are not finite, or theirs: an input that is refused, and no fault of the program.
 */
static void data_beyond_float64_are_refused(void **state) {
    (void)state;
    static const double scales[] = {1e90, 1e160};
    static double inputs[ROWS * D];
    for (int s = 0; s < 2; s++)
        for (int way = 0; way < 3; way++) {
            const gm_recover_options options = {.compare = way == 1,
                                                .at = way == 2 ? "optimum" : "zero"};
            gm_dataset *huge = NULL;
            gm_recovery *r = NULL;
            for (int i = 0; i < ROWS * D; i++)
                inputs[i] = scales[s] * data.inputs[i];
            check_ok(context,
                     gm_dataset_from_arrays(context, ROWS, D, inputs, data.targets, &huge));
            check_fails(context, GM_INVALID_INPUT, "whose square fits float64",
                        gm_recover(context, huge, &options, &r));
            assert_null(r);
            gm_dataset_destroy(huge);
        }
}

static void few_vectors_have_their_spectrum(void **state) {
    (void)state;
    enum { WIDE = 60, FEW = 12 };
    static const char *const estimators[] = {"paired", "calibrated"};
    double spectrum[WIDE], values[WIDE];
    for (int j = 0; j < WIDE; j++)
        spectrum[j] = 1.0 / (1.0 + j);
    problem wide = make_problem(context, 500, WIDE, spectrum, 0.0, 1.0, 4);
    for (int e = 0; e < 2; e++) {
        gm_recovery *r = NULL;
        const gm_recover_options options = {.estimator = estimators[e],
                                            .shrink = "none",
                                            .batch_size = 16,
                                            .num_gradients = FEW * (e == 0 ? 2 : 1)};
        check_ok(context, gm_recover(context, wide.dataset, &options, &r));
        assert_int_equal(r->noise_vectors, FEW);
        assert_string_equal(r->at, "zero");
        assert_int_equal(r->rank, e == 0 ? FEW : FEW - 1); /* the mean takes one */
        check_ok(context, gm_symmetric_spectrum(context, WIDE, r->hessian, values));
        for (int j = 0; j < WIDE; j++)
            check_near(r->eigenvalues[j], values[j], 1e-13 * values[0]);
        assert_true(r->eigenvalues[FEW] == 0.0);
        gm_recovery_destroy(context, r);
    }
    free_problem(&wide);
}

/* What was corrected need not be semidefinite: its spectrum is that of the matrix all the same. */
static void few_corrected_vectors_have_their_spectrum(void **state) {
    (void)state;
    enum { WIDE = 500 };
    static double spectrum[WIDE], values[WIDE];
    for (int j = 0; j < WIDE; j++)
        spectrum[j] = 1.0 / (1.0 + j);
    problem wide = make_problem(context, 800, WIDE, spectrum, 0.0, 1.0, 4);
    gm_recovery *r = NULL;
    const gm_recover_options options = {.estimator = "gaussian",
                                        .at = "random:distance=30",
                                        .shrink = "none",
                                        .batch_size = 16,
                                        .num_gradients = 300};
    check_ok(context, gm_recover(context, wide.dataset, &options, &r));
    assert_true(2 * r->noise_vectors <= WIDE);
    check_ok(context, gm_symmetric_spectrum(context, WIDE, r->hessian, values));
    assert_true(values[WIDE - 1] < -1e-6 * values[0]);
    for (int j = 0; j < WIDE; j++)
        check_near(r->eigenvalues[j], values[j], 1e-12 * values[0]);
    gm_recovery_destroy(context, r);
    free_problem(&wide);
}

/* diag(2, 1) against diag(2, 1.5): known by hand. */
static void errors_against_a_known_curvature(void **state) {
    (void)state;
    const double truth[] = {2.0, 0.0, 0.0, 1.0}, estimate[] = {2.0, 0.0, 0.0, 1.5};
    const double broken[] = {2.0, NAN, NAN, 1.0}, singular[] = {2.0, 0.0, 0.0, 0.0};
    gm_recovery_error e;
    check_ok(context, gm_curvature_error(context, 2, estimate, truth, &e));
    check_near(e.operator_relative, 0.25, 1e-14);
    check_near(e.frobenius_relative, 0.5 / sqrt(5.0), 1e-14);
    check_near(e.condition_after, 1.5, 1e-14);
    check_ok(context, gm_curvature_error(context, 2, singular, truth, &e));
    check_near(e.operator_relative, 0.5, 1e-14);
    assert_true(isnan(e.condition_after));
    check_fails(context, GM_INVALID_ARGUMENT, "entry (0, 1) is not finite",
                gm_curvature_error(context, 2, broken, truth, &e));
    check_fails(context, GM_INVALID_ARGUMENT, "order 0",
                gm_curvature_error(context, 0, estimate, truth, &e));
}

/* The same seed gives the same bits on any number of threads and in either instruction set. */
static void bits_are_reproducible(void **state) {
    (void)state;
    static const struct {
        int threads;
        gm_isa isa;
    } setups[] = {
        {1, GM_ISA_AUTO}, {2, GM_ISA_AUTO}, {4, GM_ISA_AUTO}, {2, GM_ISA_AVX2}, {1, GM_ISA_AVX512}};
    const gm_recover_options options = {
        .num_gradients = 3000, .batch_size = 50, .compare = true, .at = "random:distance=2"};
    gm_recovery *first = NULL;
    for (size_t i = 0; i < sizeof setups / sizeof *setups; i++) {
        if (!have_isa(setups[i].isa))
            continue;
        gm_recovery *r = NULL;
        gm_context *own = make_context(setups[i].threads, setups[i].isa);
        check_ok(own, gm_recover(own, data.dataset, &options, &r));
        if (!first) {
            first = r;
        } else {
            assert_memory_equal(r->hessian, first->hessian, D * D * sizeof(double));
            assert_memory_equal(r->eigenvalues, first->eigenvalues, D * sizeof(double));
            assert_memory_equal(r->mean_gradient, first->mean_gradient, D * sizeof(double));
            assert_memory_equal(&r->predicted_operator.value, &first->predicted_operator.value,
                                4 * sizeof(double));
            assert_memory_equal(&r->control_none, &first->control_none, sizeof r->control_none);
            gm_recovery_destroy(own, r);
        }
        gm_context_destroy(own); /* a recovery is freed by any context of the same allocator */
    }
    gm_recovery_destroy(context, first);
}

static void cancellation_ends_a_run(void **state) {
    (void)state;
    gm_context *own = make_context(2, GM_ISA_AUTO);
    gm_recovery *r = NULL;
    gm_context_cancel(own);
    check_fails(own, GM_CANCELLED, "cancelled", gm_recover(own, data.dataset, NULL, &r));
    assert_null(r);
    gm_context_destroy(own);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_are_the_textbook_ones),
        cmocka_unit_test(the_control_is_the_bare_covariance),
        cmocka_unit_test(automatic_choices),
        cmocka_unit_test(comparison_is_against_the_data),
        cmocka_unit_test(points_are_where_they_say),
        cmocka_unit_test(moving_the_weights_finds_the_hessian_of_the_batches),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(degenerate_problems_have_undefined_parts),
        cmocka_unit_test(data_beyond_float64_are_refused),
        cmocka_unit_test(few_vectors_have_their_spectrum),
        cmocka_unit_test(few_corrected_vectors_have_their_spectrum),
        cmocka_unit_test(errors_against_a_known_curvature),
        cmocka_unit_test(bits_are_reproducible),
        cmocka_unit_test(cancellation_ends_a_run),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
