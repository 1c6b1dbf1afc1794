/* Labels that are noisy of themselves: inject n less their variance, or n blindly, or pairs. */
#include "linear.h"

enum { ROWS = 20000, D = 20, BATCH = 256, GRADIENTS = 4000, STRATEGIES = 3 };

static const double shares[] = {0.0, 1.0 / 64, 1.0 / 16, 0.25, 0.5, 0.75}; /* σ²/n */
enum { SHARES = sizeof shares / sizeof *shares };

static const char *const names[STRATEGIES] = {"n − σ²", "n, blindly", "pairs, n"};

static const struct column columns[] = {{"label noise/n", NUMBER},
                                        {"n - sigma^2", PERCENT},
                                        {"n, blindly", PERCENT},
                                        {"blind, theory", PERCENT},
                                        {"pairs, n", PERCENT}};

static gm_recover_options options_of(int strategy, double share, uint64_t seed) {
    gm_recover_options options = {.estimator = strategy == 2 ? "paired" : "calibrated",
                                  .noise_variance = BATCH,
                                  .shrink = "none",
                                  .batch_size = BATCH,
                                  .num_gradients = GRADIENTS,
                                  .seed = seed};
    if (strategy == 0) {
        options.noise_variance = BATCH * (1.0 - share);
        options.label_noise = BATCH * share;
    }
    return options;
}

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct sample(*errors)[SHARES] = state;
    struct linear problem;
    gm_dataset *data = NULL;
    TRY(linear_create(record->context, DECAYING, ROWS, D, seed, &problem));
    for (int i = 0; i < SHARES; i++) {
        TRY(linear_targets(&problem, 0.3, shares[i] * BATCH, seed, &data));
        for (int g = 0; g < STRATEGIES; g++) {
            struct outcome outcome;
            const gm_recover_options options = options_of(g, shares[i], seed);
            TRY(linear_measure(record, &problem, data, &options, 1.0, &outcome));
            sample_add(&errors[g][i], outcome.error.operator_relative);
        }
        gm_dataset_destroy(data);
        data = NULL;
    }
done:
    gm_dataset_destroy(data);
    linear_destroy(&problem);
    return status;
}

static void tell(struct record *record, struct sample errors[STRATEGIES][SHARES]) {
    const int plot = record_plot(record, "Labels with noise of their own",
                                 "variance of the label noise over the batch size, σ²/n",
                                 "relative operator error");
    record_columns(record, columns, 5);
    for (int i = 0; i < SHARES; i++)
        record_row(record, shares[i], errors[0][i].mean, errors[1][i].mean, shares[i],
                   errors[2][i].mean);
    for (int g = 0; g < STRATEGIES; g++) {
        const int series = record_series(record, plot, names[g], POINTS, g);
        for (int i = 1; i < SHARES; i++)
            record_point(record, plot, series, shares[i], errors[g][i].mean,
                         sample_error(&errors[g][i]));
    }
    const int bias = record_series(record, plot, "σ²/n", LINE, 1);
    for (int i = 1; i < SHARES; i++)
        record_point(record, plot, bias, shares[i], shares[i], 0.0);
}

static void claim(struct record *record, struct sample errors[STRATEGIES][SHARES]) {
    const int last = SHARES - 1;
    double largest = 0.0, pairs = 0.0;
    for (int i = 0; i < SHARES; i++) {
        largest = fmax(largest, errors[0][i].mean);
        pairs = fmax(pairs, errors[2][i].mean);
    }
    record_claim(record, largest, 0.0, 0.1,
                 "n - sigma^2 recovers the curvature at any label noise: "
                 "the largest error");
    record_claim(record, errors[1][last].mean / shares[last], 0.85, 1.25,
                 "n blindly is off by sigma^2/n = %.2f, times", shares[last]);
    record_claim(record, pairs, 0.0, 0.14,
                 "pairs need not know the label noise: the largest error");
    record_conclude(
        record,
        "Where the variance of the labels is known, n less that variance is right. Blindly "
        "n gives (1 + sigma^2/n) times the curvature: harmless while sigma^2 is far below "
        "n, %.0f %% off at sigma^2 = %.2g n.",
        100.0 * errors[1][last].mean, shares[last]);
    record_conclude(record, "The direction is right either way: what is lost is a factor, which a "
                            "preconditioner does not feel. Pairs do not see the label noise; they "
                            "take two gradients a noise vector.");
}

static gm_status conclude(struct record *record, void *state) {
    tell(record, state);
    claim(record, state);
    return GM_OK;
}

const struct experiment experiment_inherent_noise = {
    .name = "inherent-noise",
    .title = "Labels with noise of their own",
    .question = "Should the noise be n less the variance of the labels, or may it be n blindly?",
    .method =
        "Least squares in 20 dimensions, Gaussian inputs with eigenvalues 1, 1/2, ..., 1/20, "
        "labels with noise of variance sigma^2, batches of 256, 4000 gradients, at distance "
        "0.3. The gradients feel the sum of both noises: v + sigma^2. With v = n the covariance "
        "is (1 + sigma^2/n) times the curvature; the half difference of a pair holds the "
        "injected noise alone.",
    .seconds = 20,
    .repetitions = 20,
    .state_size = sizeof(struct sample[STRATEGIES][SHARES]),
    .once = measure_once,
    .conclude = conclude,
};
