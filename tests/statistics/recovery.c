/* What theory says of the estimators, against runs: the bias of calibration, the absence of one in
   pairs, and the size of the error. Second moments: a random rotation of 1/j, d = 20. */
#include "problem.h"

#include "curvature/moments.h"
#include "curvature/problem.h"
#include "data/dataset.h"
#include "linalg/linalg.h"

enum { ROWS = 20000, D = 20, SEEDS = 20, BATCH = 256, GRADIENTS = 1000 };

static gm_context *context;
static problem data;
static double norm_of_truth, effective_rank, trace, trace_of_square;

static double operator_norm(const double *a) {
    double copy[D * D], values[D];
    memcpy(copy, a, sizeof copy);
    check_ok(context, gm_symmetric_eigenvalues(context, D, copy, values));
    return fmax(fabs(values[0]), fabs(values[D - 1]));
}

static int set_up(void **state) {
    (void)state;
    double spectrum[D];
    for (int j = 0; j < D; j++)
        spectrum[j] = 1.0 / (j + 1);
    context = make_context(2, GM_ISA_AUTO);
    data = make_problem(context, ROWS, D, spectrum, 0.0, 0.0, 3);
    norm_of_truth = operator_norm(data.moments);
    for (int i = 0; i < D; i++) {
        trace += data.moments[i * D + i];
        for (int j = 0; j < D; j++)
            trace_of_square += data.moments[i * D + j] * data.moments[i * D + j];
    }
    effective_rank = trace / norm_of_truth;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    free_problem(&data);
    gm_context_destroy(context);
    return 0;
}

/* Relative operator and squared Frobenius errors of SEEDS runs. */
typedef struct runs {
    double mean, standard_error;   /* of the operator error */
    double squares, squares_error; /* of ‖S − Σ‖_F², mean and standard error */
    double predicted_squares;      /* mean of the predicted ‖S − Σ‖_F² / ‖Σ‖_F² */
    double average[D * D];         /* mean estimate */
} runs;

static runs run(const char *estimator, double distance, uint64_t seed) {
    runs out = {0};
    double sum2 = 0.0, fourth = 0.0;
    char at[64];
    snprintf(at, sizeof at, "random:distance=%g", distance);
    for (uint64_t s = 0; s < SEEDS; s++) {
        gm_recovery *r = NULL;
        const gm_recover_options options = {.estimator = estimator,
                                            .at = at,
                                            .batch_size = BATCH,
                                            .num_gradients = GRADIENTS,
                                            .seed = seed + s};
        double difference[D * D], square = 0.0;
        check_ok(context, gm_recover(context, data.dataset, &options, &r));
        for (int i = 0; i < D * D; i++) {
            difference[i] = r->hessian[i] - data.moments[i];
            square += difference[i] * difference[i];
            out.average[i] += r->hessian[i] / SEEDS;
        }
        const double error = operator_norm(difference) / norm_of_truth;
        out.mean += error / SEEDS;
        sum2 += error * error / SEEDS;
        out.squares += square / SEEDS;
        fourth += square * square / SEEDS;
        out.predicted_squares += r->predicted_frobenius * r->predicted_frobenius / SEEDS;
        gm_recovery_destroy(context, r);
    }
    out.standard_error = sqrt((sum2 - out.mean * out.mean) / (SEEDS - 1));
    out.squares_error = sqrt((fourth - out.squares * out.squares) / (SEEDS - 1));
    return out;
}

/* E3: one error at every distance, under the upper curve of theory. */
static void pairs_have_no_bias_at_any_distance(void **state) {
    (void)state;
    static const double distances[4] = {0.3, 3.0, 30.0, 100.0};
    const double vectors = GRADIENTS / 2.0;
    const double bound = 2.0 * sqrt(effective_rank / vectors) + effective_rank / vectors;
    runs r[4];
    for (int i = 0; i < 4; i++) {
        r[i] = run("paired", distances[i], 1000 + 100 * (uint64_t)i); /* other seeds: other noise */
        print_message("paired at %g: %.4f ± %.4f, bound %.4f\n", distances[i], r[i].mean,
                      r[i].standard_error, bound);
        check_between(r[i].mean, 0.3 * bound, bound);
        for (int j = 0; j < i; j++)
            check_near(r[i].mean, r[j].mean, 4.0 * hypot(r[i].standard_error, r[j].standard_error));
        /* E10: E‖S − Σ‖_F² = [(tr Σ)² + tr Σ²] / k', and the prediction of it from the vectors. */
        const double expected = (trace * trace + trace_of_square) / vectors;
        check_near(r[i].squares, expected, 5.0 * r[i].squares_error);
        assert_true(5.0 * r[i].squares_error < 0.6 * expected);
        check_near(r[i].predicted_squares * trace_of_square, expected, 0.15 * expected);
    }
}

/* Weights that gm_recover() takes for that point and seed. */
static void weights_at(const char *at, uint64_t seed, double *out) {
    const gm_recover_options options = {.at = at};
    gm_problem *at_point = NULL;
    check_ok(context, gm_problem_create(context, data.dataset, &options, &at_point));
    check_ok(context, gm_problem_place(at_point, seed));
    memcpy(out, at_point->weights, D * sizeof *out);
    gm_problem_destroy(at_point);
}

/* E1: E S = (1 + u/n) Σ + Σδδᵀ Σ/n, u = δᵀΣδ: negligible near the optimum, ruinous far away. */
static void calibration_has_the_bias_of_theory(void **state) {
    (void)state;
    static const double distances[4] = {0.3, 3.0, 30.0, 100.0};
    for (int i = 0; i < 4; i++) {
        const runs r = run("calibrated", distances[i], 2000 + 100 * (uint64_t)i);
        double expected[D * D] = {0}, u = distances[i] * distances[i] / BATCH;
        /* The direction of δ changes with the seed: average Σδδᵀ Σ over the same directions. */
        for (uint64_t s = 0; s < SEEDS; s++) {
            char at[64];
            double w[D], optimum[D], gradient[D] = {0};
            snprintf(at, sizeof at, "random:distance=%g", distances[i]);
            weights_at(at, 2000 + 100 * (uint64_t)i + s, w);
            weights_at("optimum", 0, optimum);
            for (int a = 0; a < D; a++)
                for (int b = 0; b < D; b++)
                    gradient[a] += data.moments[a * D + b] * (w[b] - optimum[b]);
            for (int a = 0; a < D; a++)
                for (int b = 0; b < D; b++)
                    expected[a * D + b] += gradient[a] * gradient[b] / BATCH / SEEDS;
        }
        double bias[D * D];
        for (int j = 0; j < D * D; j++) {
            expected[j] += u * data.moments[j];
            bias[j] = r.average[j] - data.moments[j];
        }
        const double theory = operator_norm(expected) / norm_of_truth;
        const double found = operator_norm(bias) / norm_of_truth;
        print_message("calibrated at %g: error %.4f ± %.4f, of the average %.4f, theory %.4f\n",
                      distances[i], r.mean, r.standard_error, found, theory);
        if (distances[i] >= 30.0) {
            check_near(found, theory, 0.1 * theory);
            assert_true(r.mean > 3.0);
        } else {
            assert_true(r.mean < 0.15);
        }
    }
}

/* The interval of the calibrated estimate includes its bias, as far as the gradients show it. */
static void calibrated_intervals_cover(void **state) {
    (void)state;
    enum { RUNS = 100 };
    static const double distances[4] = {0.3, 3.0, 10.0, 30.0};
    for (int i = 0; i < 4; i++) {
        char at[64];
        int covered = 0, undefined = 0; /* too far to tell is an answer, but a rare one */
        double width = 0.0;
        snprintf(at, sizeof at, "random:distance=%g", distances[i]);
        for (int s = 0; s < RUNS; s++) {
            gm_recovery *r = NULL;
            double difference[D * D];
            const gm_recover_options options = {.estimator = "calibrated",
                                                .at = at,
                                                .batch_size = BATCH,
                                                .num_gradients = GRADIENTS,
                                                .seed = 7000 + 100 * (uint64_t)i + (uint64_t)s};
            check_ok(context, gm_recover(context, data.dataset, &options, &r));
            for (int j = 0; j < D * D; j++)
                difference[j] = r->hessian[j] - data.moments[j];
            const double error = operator_norm(difference) / norm_of_truth;
            covered += error >= r->predicted_operator.low && error <= r->predicted_operator.high;
            if (isnan(r->predicted_operator.value))
                undefined++;
            else
                width += (r->predicted_operator.high - r->predicted_operator.low) / RUNS;
            assert_true(distances[i] > 3.0 || r->predicted_operator.high < 0.6);
            gm_recovery_destroy(context, r);
        }
        print_message("calibrated at %g: covered %d of %d, undefined %d, mean width %.3g\n",
                      distances[i], covered, RUNS, undefined, width);
        assert_true(undefined <= (distances[i] > 10.0 ? 20 : 0));
        assert_true(covered >= 0.9 * (RUNS - undefined));
    }
}

/* A negative control: the same test refuses an estimate that is a fifth too large. */
static void a_wrong_scale_is_noticed(void **state) {
    (void)state;
    const runs r = run("paired", 3.0, 5000);
    double bias[D * D];
    for (int i = 0; i < D * D; i++)
        bias[i] = r.average[i] - data.moments[i];
    const double right = operator_norm(bias) / norm_of_truth;
    for (int i = 0; i < D * D; i++)
        bias[i] = 1.2 * r.average[i] - data.moments[i];
    assert_true(right < 0.06);
    assert_true(operator_norm(bias) / norm_of_truth > 0.12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_have_no_bias_at_any_distance),
        cmocka_unit_test(calibration_has_the_bias_of_theory),
        cmocka_unit_test(calibrated_intervals_cover),
        cmocka_unit_test(a_wrong_scale_is_noticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
