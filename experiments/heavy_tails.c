/* Inputs that are not what textbooks have: heavy tails, strong correlation, missing directions. */
#include "linear.h"

enum { ROWS = 20000, D = 20, BATCH = 256, GRADIENTS = 2000, TESTED = 4, ESTIMATORS = 3 };

static const enum law tested[TESTED] = {GAUSSIAN, STUDENT, CORRELATED, RANK_DEFICIENT};
static const char *const estimators[ESTIMATORS] = {"paired", "gaussian", "calibrated"};
static const double distance = 30.0; /* where the law of the inputs matters */

static const struct column columns[] = {
    {"inputs", TEXT},      {"paired", PERCENT},     {"predicted", PERCENT}, {"covered", PERCENT},
    {"gaussian", PERCENT}, {"tails told", PERCENT}, {"calibrated", PERCENT}};

struct cell {
    struct sample errors[ESTIMATORS], predicted, covered, told, rank;
};

static gm_status measure_law(struct record *record, enum law law, uint64_t seed,
                             struct cell *cell) {
    gm_status status = GM_OK;
    struct linear problem;
    gm_dataset *data = NULL;
    TRY(linear_create(record->context, law, ROWS, D, seed, &problem));
    TRY(linear_targets(&problem, distance, 1.0, seed, &data));
    for (int e = 0; e < ESTIMATORS; e++) {
        struct outcome outcome;
        const gm_recover_options options = {.estimator = estimators[e],
                                            .shrink = "none",
                                            .batch_size = BATCH,
                                            .num_gradients = GRADIENTS,
                                            .seed = seed};
        TRY(linear_measure(record, &problem, data, &options, 1.0, &outcome));
        const double error = outcome.error.operator_relative;
        sample_add(&cell->errors[e], error);
        if (e == 0) {
            sample_add(&cell->predicted, outcome.predicted);
            sample_add(&cell->covered, error >= outcome.low && error <= outcome.high);
            sample_add(&cell->rank, (double)outcome.rank);
        } else if (e == 1) {
            sample_add(&cell->told, outcome.tails_told);
        }
    }
done:
    gm_dataset_destroy(data);
    linear_destroy(&problem);
    return status;
}

static void draw(struct record *record, const struct cell *cells) {
    const int plot = record_plot(record, "Error by the law of the inputs, at distance 30",
                                 "law of the inputs", "relative operator error");
    const char *names[TESTED];
    for (int l = 0; l < TESTED; l++)
        names[l] = law_names[tested[l]];
    record_ticks(record, plot, names, TESTED);
    for (int e = 0; e < ESTIMATORS; e++) {
        const int series = record_series(record, plot, estimators[e], MARKS, e);
        for (int l = 0; l < TESTED; l++)
            record_point(record, plot, series, l + 1 + 0.08 * (e - 1), cells[l].errors[e].mean,
                         sample_error(&cells[l].errors[e]));
    }
    const int predicted = record_series(record, plot, "predicted for pairs", MARKS, 5);
    for (int l = 0; l < TESTED; l++)
        record_point(record, plot, predicted, l + 1 + 0.16, cells[l].predicted.mean, 0.0);
}

static void claim(struct record *record, const struct cell *cells) {
    double covered = 0.0;
    for (int l = 0; l < TESTED; l++)
        covered += cells[l].covered.mean / TESTED;
    record_claim(record, covered, 0.85, 1.0,
                 "the predicted 95 %% intervals of pairs hold the error whatever the inputs");
    for (int l = 1; l < TESTED; l++)
        record_claim(record, cells[l].errors[0].mean / cells[l].predicted.mean, 0.6, 1.4,
                     "pairs, %s inputs: error over the predicted one", law_names[tested[l]]);
    record_claim(record, cells[1].told.mean, 0.95, 1.0,
                 "gaussian says that t(5) inputs are not Gaussian, share of the runs");
    record_claim(record, cells[0].told.mean, 0.0, 0.1,
                 "and keeps silent on Gaussian ones, share of the runs that warn");
    record_claim(record, cells[1].errors[1].mean / cells[1].errors[0].mean, 2.0, INFINITY,
                 "on t(5) inputs gaussian is worse than pairs by the factor");
    record_claim(record, cells[3].rank.mean, D / 2, D / 2,
                 "of rank-deficient inputs pairs find the rank");
    record_conclude(
        record,
        "Pairs and their predicted error hold for heavy tails, correlation and missing "
        "directions alike; the estimate of rank-deficient inputs has rank %.0f of %d, no "
        "more.",
        cells[3].rank.mean, (int)D);
    record_conclude(
        record,
        "The debiasing of gaussian rests on fourth moments: on t(5) inputs it is off by "
        "%.2g times the curvature and says so.",
        cells[1].errors[1].mean);
}

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct cell *cells = state;
    for (int l = 0; l < TESTED && status == GM_OK; l++)
        status = measure_law(record, tested[l], seed, &cells[l]);
    return status;
}

static void tell(struct record *record, const struct cell *cells) {
    record_columns(record, columns, 7);
    for (int l = 0; l < TESTED; l++)
        record_row(record, law_names[tested[l]], cells[l].errors[0].mean, cells[l].predicted.mean,
                   cells[l].covered.mean, cells[l].errors[1].mean, cells[l].told.mean,
                   cells[l].errors[2].mean);
    draw(record, cells);
}

static gm_status conclude(struct record *record, void *state) {
    tell(record, state);
    claim(record, state);
    return GM_OK;
}

const struct experiment experiment_heavy_tails = {
    .name = "heavy-tails",
    .title = "Heavy tails, correlation, missing directions",
    .question =
        "Do the estimators and their predicted errors survive inputs that are not Gaussian?",
    .method =
        "Least squares in 20 dimensions, batches of 256, 2000 gradients, at distance 30 from the "
        "optimum, where the bias of calibrated is (30^2/256) and worse. Inputs: N(0, I); "
        "t with 5 degrees of freedom of variance 1 (the scale common to a row); correlation "
        "0.9^|i-j|; a random subspace of half the dimensions. Pairs see the noise alone, "
        "whatever the law.",
    .seconds = 15,
    .repetitions = 20,
    .state_size = sizeof(struct cell[TESTED]),
    .once = measure_once,
    .conclude = conclude,
};
