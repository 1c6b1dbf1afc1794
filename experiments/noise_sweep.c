/* How much target noise is right: the error of the covariance of batch gradients, as it is and
   divided by v/n, as the variance v of the noise runs over its range. */
#include "linear.h"

enum { ROWS = 20000, D = 20, BATCH = 256, GRADIENTS = 1000, DISTANCES = 2 };

static const double ratios[] = {0.0, 1.0 / 64, 1.0 / 16, 0.25, 0.5,  0.75,
                                1.0, 4.0 / 3,  2.0,      4.0,  16.0, 64.0};
enum { RATIOS = sizeof ratios / sizeof *ratios, BALANCED = 6 };

static const double distances[DISTANCES] = {0.3, 8.0};

static const struct column columns[] = {{"noise v/n", NUMBER},
                                        {"raw, near", PERCENT},
                                        {"scaled, near", PERCENT},
                                        {"raw, far", PERCENT},
                                        {"scaled, far", PERCENT}};

struct sweep {
    struct sample raw[DISTANCES][RATIOS], scaled[DISTANCES][RATIOS];
    struct sample bias; /* far, at v = n */
};

static gm_status sweep_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct sweep *sweep = state;
    struct linear problem;
    gm_dataset *data = NULL;
    double bias;
    TRY(linear_create(record->context, DECAYING, ROWS, D, seed, &problem));
    for (int t = 0; t < DISTANCES; t++) {
        TRY(linear_targets(&problem, distances[t], 0.0, seed, &data));
        for (int i = 0; i < RATIOS; i++) {
            struct outcome outcome;
            const gm_recover_options options = {.estimator =
                                                    ratios[i] > 0.0 ? "calibrated" : "none",
                                                .noise_variance = ratios[i] * BATCH,
                                                .shrink = "none",
                                                .batch_size = BATCH,
                                                .num_gradients = GRADIENTS,
                                                .seed = seed};
            TRY(linear_measure(record, &problem, data, &options, 1.0, &outcome));
            sample_add(&sweep->scaled[t][i], outcome.error.operator_relative);
            sample_add(&sweep->raw[t][i], outcome.raw.operator_relative);
        }
        gm_dataset_destroy(data);
        data = NULL;
    }
    TRY(linear_bias(&problem, distances[1], BATCH, &bias));
    sample_add(&sweep->bias, bias);
done:
    gm_dataset_destroy(data);
    linear_destroy(&problem);
    return status;
}

static void tell(struct record *record, const struct sweep *sweep) {
    const int raw_plot =
        record_plot(record, "The covariance of the gradients as it is: right at v = n - R²",
                    "variance of the noise over the batch size, v/n", "relative operator error");
    const int scaled_plot =
        record_plot(record, "The same divided by v/n: more noise, less bias",
                    "variance of the noise over the batch size, v/n", "relative operator error");
    static const char *const names[DISTANCES] = {"near, distance 0.3", "far, distance 8"};
    record_columns(record, columns, 5);
    for (int i = 0; i < RATIOS; i++)
        record_row(record, ratios[i], sweep->raw[0][i].mean,
                   ratios[i] > 0.0 ? sweep->scaled[0][i].mean : NAN, sweep->raw[1][i].mean,
                   ratios[i] > 0.0 ? sweep->scaled[1][i].mean : NAN);
    for (int t = 0; t < DISTANCES; t++) {
        const int raw = record_series(record, raw_plot, names[t], POINTS, t);
        const int scaled = record_series(record, scaled_plot, names[t], POINTS, t);
        for (int i = 1; i < RATIOS; i++) {
            record_point(record, raw_plot, raw, ratios[i], sweep->raw[t][i].mean,
                         sample_error(&sweep->raw[t][i]));
            record_point(record, scaled_plot, scaled, ratios[i], sweep->scaled[t][i].mean,
                         sample_error(&sweep->scaled[t][i]));
        }
    }
    const int bias = record_series(record, raw_plot, "|v/n - 1|", LINE, 3);
    for (int i = 1; i < RATIOS; i++)
        if (i != BALANCED)
            record_point(record, raw_plot, bias, ratios[i], fabs(ratios[i] - 1.0), 0.0);
    const int none = record_series(record, raw_plot, "no noise, near", LEVEL, 0);
    record_point(record, raw_plot, none, 1.0, sweep->raw[0][0].mean, 0.0);
    const int far_bias = record_series(record, scaled_plot, "bias, far, theory", LINE, 1);
    for (int i = 1; i < RATIOS; i++)
        record_point(record, scaled_plot, far_bias, ratios[i], sweep->bias.mean / ratios[i], 0.0);
}

static void claim(struct record *record, const struct sweep *sweep) {
    const struct sample *near = sweep->raw[0];
    int best = 1;
    for (int i = 1; i < RATIOS; i++)
        best = near[i].mean < near[best].mean ? i : best;
    record_claim(record, ratios[best], 0.75, 4.0 / 3,
                 "as it is, the covariance is nearest the curvature at the noise v/n");
    record_claim(record, near[BALANCED].mean, 0.0, 0.16,
                 "at v = n and distance 0.3, %d gradients recover the curvature", GRADIENTS);
    record_claim(record, near[0].mean, 0.9, 1.1,
                 "without noise it fails: all of the curvature is missing");
    record_claim(record, near[RATIOS - 2].mean / (ratios[RATIOS - 2] - 1.0), 0.85, 1.35,
                 "at v = 16 n it is wrong by v/n - 1, times");
    record_claim(record, sweep->scaled[0][RATIOS - 1].mean, 0.0, 0.16,
                 "divided by v/n it is right at v = 64 n, near the optimum");
    record_claim(record, sweep->scaled[1][RATIOS - 1].mean, 0.0, 0.16,
                 "and far from the optimum as well");
    record_claim(record, sweep->scaled[1][2].mean / (sweep->bias.mean / ratios[2]), 0.9, 1.15,
                 "far from the optimum, v = n/16: error over the bias |R^2 H + H dd' H| / (v |H|)");
    record_conclude(
        record,
        "As it is, the covariance of gradients is the curvature at v = n - R^2 only. Near the "
        "optimum that is n: %.0f %% off at v = n/4, %.2g times the curvature at v = 4 n, nothing "
        "without noise.",
        100.0 * near[3].mean, 1.0 + near[9].mean);
    record_conclude(
        record, "Divided by v/n, any noise well above (label noise + R^2) is right: the larger "
                "the better, which is what the estimator 'loud' rests on. The price is the mean "
                "gradient, whose error grows with v.");
}

static gm_status conclude(struct record *record, void *state) {
    tell(record, state);
    claim(record, state);
    return GM_OK;
}

const struct experiment experiment_noise_sweep = {
    .name = "noise-sweep",
    .title = "How much target noise is right",
    .question = "Which variance of target noise makes the covariance of batch gradients the "
                "curvature, and what happens without any?",
    .method =
        "Least squares in 20 dimensions, Gaussian inputs with eigenvalues 1, 1/2, ..., 1/20 in "
        "a random rotation, batches of 256, 1000 batch gradients, at distance 0.3 and 8 from "
        "the optimum. The covariance of gradients is (v + R^2) curvature / n and a term of "
        "rank one for noise of variance v and a distance R: as it is it crosses the curvature "
        "at v = n - R^2, divided by v/n its bias falls as R^2/v.",
    .seconds = 25,
    .repetitions = 20,
    .state_size = sizeof(struct sweep),
    .once = sweep_once,
    .conclude = conclude,
};
