/* What estimators make of gradients, by hand; what `auto` chooses; what a gradient that is not
   affine in the targets leads to. */
#include "context.h"

#include "curvature/affinity.h"
#include "curvature/estimator.h"
#include "curvature/problem.h"

static gm_estimator choose(const char *text, const gm_supply *supply, int64_t gradients,
                           const char **reason) {
    gm_estimator out = {0};
    check_ok(context, gm_estimator_choose(context, text, supply, gradients, &out, reason));
    return out;
}

static void fanout_takes_differences(void **state) {
    (void)state;
    const gm_supply supply = {.dimension = 2, .batch_size = 16, .injects = true};
    const double gradients[4 * 2] = {1, 2, 4, 8, 0, 2, 1, 1};
    double vectors[3 * 2], clean[2];
    const char *reason = NULL;
    const gm_estimator e = choose("fanout:m=3", &supply, 0, &reason);
    gm_target_noise noise;
    assert_int_equal(e.copies, 4);
    assert_int_equal(e.vectors, 3);
    e.kind->extract(&e, 2, gradients, vectors, clean);
    const double expected[6] = {3, 6, -1, 0, 0, -1};
    for (int i = 0; i < 6; i++)
        check_near(vectors[i], expected[i], 0);
    check_near(clean[0], 1, 0);
    check_near(clean[1], 2, 0);
    e.kind->plan(&e, 5.0, &noise);
    assert_int_equal(noise.draws, 3);
    check_near(noise.sign[0], 0, 0);
    for (int r = 0; r < 3; r++) {
        assert_int_equal(noise.draw[r + 1], r);
        check_near(noise.sign[r + 1], 1, 0);
    }
    check_near(e.kind->divisor(&e, 16, 5.0, 3.0), 5.0 / 16, 1e-15);
    assert_int_equal(choose("fanout:12", &supply, 0, &reason).vectors, 12);
}

static void parameters_are_checked(void **state) {
    (void)state;
    const gm_supply small = {.dimension = 2, .batch_size = 4, .injects = true};
    const gm_supply file = {.dimension = 2, .batch_size = 4, .squared = true, .copies = 1};
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"fanout:m=0", "m=0"},
        {"fanout:m=64", "m=64"},
        {"fanout:m=2.5", "whole number"},
        {"fanout:m=8", "batch size 4"},
        {"fanout:m=4", "below the batch size 4"},
        {"loud:c=0.5", "c=0.5"},
        {"gaussian", "least squares alone"},
        {"paired:m=2", "unknown key"},
        {"fanuot", "unknown estimator 'fanuot'"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        gm_estimator out;
        const char *reason;
        check_fails(context, GM_INVALID_ARGUMENT, wrong[i].message,
                    gm_estimator_choose(context, wrong[i].text, &small, 0, &out, &reason));
    }
    gm_estimator out;
    const char *reason;
    check_fails(context, GM_INVALID_ARGUMENT, "recorded gradients do not allow",
                gm_estimator_choose(context, "gaussian", &file, 0, &out, &reason));
    const gm_estimator loud = choose("loud:c=100", &small, 0, &reason);
    check_near(loud.kind->variance(&loud, 4.0), 400.0, 0);
}

static void auto_chooses_by_budget_and_source(void **state) {
    (void)state;
    static const struct {
        int64_t dimension, batch_size, gradients;
        bool injects;
        int copies;
        const char *name;
        int vectors;
        const char *reason;
    } cases[] = {
        {20, 64, 0, true, 0, "paired", 1, "isolate the noise"},
        {20, 64, 160, true, 0, "paired", 1, "isolate the noise"},
        {20, 64, 159, true, 0, "fanout", 8, "budget"},
        {20, 63, 100, true, 0, "fanout", 4, "budget"},
        {20, 16, 100, true, 0, "fanout", 2, "budget"},
        {20, 15, 100, true, 0, "paired", 1, "isolate the noise"},
        {20, 64, 72, true, 0, "fanout", 8, "budget"},
        {20, 64, 71, true, 0, "fanout", 4, "budget"},
        {20, 64, 39, true, 0, "fanout", 2, "budget"},
        {20, 64, 23, true, 0, "paired", 1, "isolate the noise"},
        {20, 64, 100, false, 2, "paired", 1, "recorded in pairs"},
        {20, 64, 100, false, 1, "calibrated", 1, "recorded one a batch"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const gm_supply supply = {.dimension = cases[i].dimension,
                                  .batch_size = cases[i].batch_size,
                                  .injects = cases[i].injects,
                                  .copies = cases[i].copies};
        const char *reason = NULL;
        const gm_estimator e = choose("auto", &supply, cases[i].gradients, &reason);
        assert_string_equal(e.kind->name, cases[i].name);
        assert_int_equal(e.vectors, cases[i].vectors);
        assert_non_null(strstr(reason, cases[i].reason));
    }
}

/* Two samples x = 1, 3; residual r, or its hyperbolic tangent, which is not affine in the target.
 */
static gm_status two_samples(void *user, int64_t batch, int64_t n, int64_t outputs,
                             const double *noise, double *gradient, double *loss) {
    const bool crooked = *(const bool *)user;
    (void)batch;
    (void)outputs;
    (void)loss;
    gradient[0] = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double x = i ? 3.0 : 1.0, residual = 0.2 * x - noise[i];
        gradient[0] += (crooked ? tanh(residual) : residual) * x / (double)n;
    }
    return GM_OK;
}

static void gradients_must_be_affine_in_the_targets(void **state) {
    (void)state;
    static const char *const relying[] = {"paired", "fanout:m=1"};
    bool crooked = false;
    const gm_function_options options = {
        .dimension = 1, .batch_size = 2, .gradient = two_samples, .user = &crooked};
    gm_gradients *gradients = NULL;
    check_ok(context, gm_gradients_from_function(context, &options, &gradients));
    for (int i = 0; i < 2; i++) {
        const gm_recover_options how = {.estimator = relying[i], .num_gradients = 64};
        gm_recovery *r = NULL;
        crooked = false;
        check_ok(context, gm_recover_gradients(context, gradients, &how, &r));
        check_between(r->affinity, 0.0, 1e-14);
        gm_recovery_destroy(context, r);
        r = NULL;
        crooked = true;
        check_fails(context, GM_INVALID_INPUT, "not affine in the targets",
                    gm_recover_gradients(context, gradients, &how, &r));
        assert_null(r);
    }
    gm_gradients_destroy(gradients);
}

enum { ROWS = 2000, D = 4 };

/* Targets with noise, inputs whose first coordinate has that mean: the mean gradient is not zero.
 */
static gm_dataset *make_data(double mean, double x[ROWS][D], double y[ROWS]) {
    gm_dataset *out = NULL;
    gm_random_gaussian(context, (gm_stream){3, 1}, 0, (int64_t)ROWS * D, x[0]);
    gm_random_gaussian(context, (gm_stream){3, 2}, 0, ROWS, y);
    for (int i = 0; i < ROWS; i++) {
        x[i][0] += mean;
        y[i] += 10.0 * x[i][0];
    }
    check_ok(context, gm_dataset_from_arrays(context, ROWS, D, x[0], y, &out));
    return out;
}

static gm_recovery *recover(const char *estimator, double variance, double label_noise) {
    static double x[ROWS][D], y[ROWS];
    gm_dataset *dataset = make_data(1.0, x, y);
    gm_recovery *r = NULL;
    const gm_recover_options options = {.estimator = estimator,
                                        .noise_variance = variance,
                                        .label_noise = label_noise,
                                        .shrink = "none",
                                        .batch_size = 32,
                                        .num_gradients = 500};
    check_ok(context, gm_recover(context, dataset, &options, &r));
    gm_dataset_destroy(dataset);
    return r;
}

static void check_same(gm_recovery *a, gm_recovery *b) {
    for (int64_t i = 0; i < a->dimension * a->dimension; i++)
        check_near(a->hessian[i], b->hessian[i], 1e-12 * a->eigenvalues[0]);
    gm_recovery_destroy(context, b);
    gm_recovery_destroy(context, a);
}

/* Loud noise that is no louder than n is the calibrated one; the losses tell gaussian all of the
   noise, so that what it is told of the labels' own cancels. */
static void estimators_agree_where_they_must(void **state) {
    (void)state;
    check_same(recover("calibrated", 0.0, 0.0), recover("loud:c=1", 0.0, 0.0));
    check_same(recover("gaussian", 32.0, 0.0), recover("gaussian", 32.0, 20.0));
}

/* What E1 says of n Cov(g) becomes the second moments again, and the error that p pairs of probes
   bring in is that of a mean of n p rows: of μ, 4 m² |μ| √(tr C/np)/s², and of the mean residual m,
   4 m |μ|² √(s²/np)/s². A mean of 0.5 makes the first the larger, one of 6 the second. */
static void gaussian_corrects_by_what_probes_find(void **state) {
    (void)state;
    enum { PAIRS = 20000, N = 32, FOR_TAILS = 64 };
    static const double means[] = {0.5, 6.0};
    static double x[ROWS][D], y[ROWS];
    for (int c = 0; c < 2; c++) {
        gm_dataset *dataset = make_data(means[c], x, y);
        gm_problem *p = NULL;
        const gm_recover_options options = {.batch_size = N, .estimator = "gaussian"};
        check_ok(context, gm_problem_create(context, dataset, &options, &p));
        check_ok(context, gm_problem_place(p, 3)); /* at zero: residuals −y, mean gradient −E xy */
        double mean[D] = {0.0}, moments[D * D] = {0.0}, cross[D] = {0.0}, hessian[D * D];
        double m = 0.0, square = 20.0, length2 = 0.0, trace = 0.0;
        for (int i = 0; i < ROWS; i++) {
            m -= y[i] / ROWS;
            square += y[i] * y[i] / ROWS;
            for (int a = 0; a < D; a++) {
                mean[a] += x[i][a] / ROWS;
                cross[a] -= x[i][a] * y[i] / ROWS;
                for (int b = 0; b < D; b++)
                    moments[a * D + b] += x[i][a] * x[i][b] / ROWS;
            }
        }
        for (int a = 0; a < D; a++) {
            length2 += mean[a] * mean[a];
            trace += moments[a * D + a];
            for (int b = 0; b < D; b++)
                hessian[a * D + b] = (square * moments[a * D + b] + cross[a] * cross[b] -
                                      2.0 * m * m * mean[a] * mean[b]) /
                                     20.0;
        }
        gm_correction correction = {.context = context,
                                    .supply = p->supply,
                                    .seeds = {5, 6},
                                    .probes = FOR_TAILS + 2 * PAIRS,
                                    .noise_variance = 20.0,
                                    .mean_loss = 0.5 * square,
                                    .mean_gradient = cross,
                                    .hessian = hessian};
        check_ok(context, gm_estimator_gaussian.correct(NULL, &correction));
        for (int i = 0; i < D * D; i++)
            check_near(hessian[i], moments[i], 0.02 * trace);
        const double of_mean = 4.0 * m * m * sqrt(length2 * (trace - length2) / N / PAIRS),
                     of_residual = 4.0 * fabs(m) * length2 * sqrt(square / N / PAIRS);
        check_between(c ? of_residual / of_mean : of_mean / of_residual, 1.2, 10.0);
        check_near(correction.spread, hypot(of_mean, of_residual) / square,
                   0.05 * correction.spread);
        check_near(correction.scale, 20.0 / square, 1e-12);
        gm_problem_destroy(p);
        gm_dataset_destroy(dataset);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fanout_takes_differences),
        cmocka_unit_test(parameters_are_checked),
        cmocka_unit_test(auto_chooses_by_budget_and_source),
        cmocka_unit_test(gradients_must_be_affine_in_the_targets),
        cmocka_unit_test(estimators_agree_where_they_must),
        cmocka_unit_test(gaussian_corrects_by_what_probes_find),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
