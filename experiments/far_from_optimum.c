/* What each estimator is worth away from the optimum, at an equal number of gradients. */
#include <stdio.h>

#include "linear.h"

enum { ROWS = 20000, D = 20, BATCH = 256, GRADIENTS = 1000 };

static const double distances[] = {0.3, 1.0, 3.0, 10.0, 30.0, 100.0};
enum { DISTANCES = sizeof distances / sizeof *distances };

static const char *const estimators[] = {"paired", "fanout:m=8", "loud", "gaussian", "calibrated"};
enum {
    ESTIMATORS = sizeof estimators / sizeof *estimators,
    PAIRED = 0,
    GAUSS = 3,
    CALIBRATED = 4,
    BIAS = 5
};

static const struct column columns[] = {
    {"distance R", NUMBER}, {"paired", PERCENT},     {"fan-out 8", PERCENT}, {"loud", PERCENT},
    {"gaussian", PERCENT},  {"calibrated", PERCENT}, {"its bias", PERCENT}};

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct sample(*errors)[DISTANCES] = state;
    struct linear problem;
    gm_dataset *data = NULL;
    double bias;
    TRY(linear_create(record->context, DECAYING, ROWS, D, seed, &problem));
    for (int t = 0; t < DISTANCES; t++) {
        TRY(linear_targets(&problem, distances[t], 0.0, seed, &data));
        for (int e = 0; e < ESTIMATORS; e++) {
            struct outcome outcome;
            const gm_recover_options options = {.estimator = estimators[e],
                                                .shrink = "none",
                                                .batch_size = BATCH,
                                                .num_gradients = GRADIENTS,
                                                .seed = seed};
            TRY(linear_measure(record, &problem, data, &options, 1.0, &outcome));
            sample_add(&errors[e][t], outcome.error.operator_relative);
        }
        TRY(linear_bias(&problem, distances[t], BATCH, &bias));
        sample_add(&errors[BIAS][t], bias);
        gm_dataset_destroy(data);
        data = NULL;
    }
done:
    gm_dataset_destroy(data);
    linear_destroy(&problem);
    return status;
}

static void tell(struct record *record, struct sample errors[ESTIMATORS + 1][DISTANCES]) {
    const int plot = record_plot(record, "Error against distance from the optimum",
                                 "distance from the optimum, R", "relative operator error");
    record_columns(record, columns, 7);
    for (int t = 0; t < DISTANCES; t++)
        record_row(record, distances[t], errors[0][t].mean, errors[1][t].mean, errors[2][t].mean,
                   errors[3][t].mean, errors[4][t].mean, errors[BIAS][t].mean);
    for (int e = 0; e < ESTIMATORS; e++) {
        const int series = record_series(record, plot, estimators[e], POINTS, e);
        for (int t = 0; t < DISTANCES; t++)
            record_point(record, plot, series, distances[t], errors[e][t].mean,
                         sample_error(&errors[e][t]));
    }
    const int bias = record_series(record, plot, "bias, theory", LINE, CALIBRATED);
    for (int t = 2; t < DISTANCES; t++)
        record_point(record, plot, bias, distances[t], errors[BIAS][t].mean, 0.0);
}

static void claim(struct record *record, struct sample errors[ESTIMATORS + 1][DISTANCES]) {
    for (int e = 0; e < CALIBRATED; e++) {
        double largest = 0.0;
        for (int t = 0; t < DISTANCES; t++)
            largest = fmax(largest, errors[e][t].mean);
        record_claim(record, largest / errors[e][0].mean, 0.0, 1.6,
                     "%s is as good at every distance: largest error over that at distance 0.3",
                     estimators[e]);
    }
    for (int t = DISTANCES - 2; t < DISTANCES; t++)
        record_claim(record, errors[CALIBRATED][t].mean / errors[BIAS][t].mean, 0.93, 1.1,
                     "calibrated at distance %.0f: error over the bias |R^2 H + H dd' H| / (n |H|)",
                     distances[t]);
    double pairs = 0.0, gauss = 0.0;
    for (int t = 0; t < DISTANCES; t++) {
        pairs += errors[PAIRED][t].mean;
        gauss += errors[GAUSS][t].mean;
    }
    record_claim(record, gauss / pairs, 0.0, 1.3,
                 "gaussian is within 1.3 times the error of paired on Gaussian inputs");
    record_conclude(
        record,
        "Calibrated noise alone is right while R^2 is far below n = %d and useless beyond: "
        "%.2g times the curvature off at R = 100, where pairs are off by %.0f %%.",
        BATCH, errors[CALIBRATED][DISTANCES - 1].mean, 100.0 * errors[PAIRED][DISTANCES - 1].mean);
    record_conclude(
        record,
        "Pairs, fan-out and loud noise need no law of the inputs for that, and of equally many "
        "gradients fan-out and loud noise make more noise vectors than pairs. gaussian "
        "subtracts a bias that holds for Gaussian inputs only.");
}

static gm_status conclude(struct record *record, void *state) {
    tell(record, state);
    claim(record, state);
    return GM_OK;
}

const struct experiment experiment_far_from_optimum = {
    .name = "far-from-optimum",
    .title = "Estimators away from the optimum",
    .question = "Which estimators still recover the curvature where the weights are far from the "
                "optimum?",
    .method =
        "Least squares in 20 dimensions, Gaussian inputs with eigenvalues 1, 1/2, ..., 1/20 in "
        "a random rotation, batches of 256, 1000 batch gradients for each estimator, at "
        "distance R from the optimum in the norm of the second moments. Noise of variance n "
        "leaves calibrated a relative bias of R^2/n and a term of rank one of the same size; "
        "the half difference of a pair does not see the distance; loud noise is as much larger "
        "as it takes; gaussian subtracts the bias by the recorded losses.",
    .seconds = 15,
    .repetitions = 20,
    .state_size = sizeof(struct sample[ESTIMATORS + 1][DISTANCES]),
    .once = measure_once,
    .conclude = conclude,
};
