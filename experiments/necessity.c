/* Whether the noise is needed at all: gradients without noise over inputs of three laws, against
   what their fourth moments say. */
#include <stdlib.h>
#include <string.h>

#include "linear.h"

enum { ROWS = 100000, D = 16, BATCH = 256, GRADIENTS = 4000, TESTED = 3, WAYS = 3 };

static const enum law tested[TESTED] = {GAUSSIAN, RADEMACHER, SPARSE};
static const double kurtosis[TESTED] = {3.0, 1.0, 8.0}; /* E x⁴ of a coordinate of variance 1 */

/* Directions of the distance: along a coordinate, along two, spread over all. */
static const char *const ways[WAYS] = {"one coordinate", "two coordinates", "all"};

static const struct column columns[] = {{"inputs", TEXT},      {"distance along", TEXT},
                                        {"no noise", PERCENT}, {"theory", PERCENT},
                                        {"v = n", PERCENT},    {"paired", PERCENT}};

struct cell {
    struct sample none, noised, paired;
};

static void set_direction(int way, double *u) {
    const int count = way == 0 ? 1 : way == 1 ? 2 : D;
    memset(u, 0, D * sizeof *u);
    for (int j = 0; j < count; j++)
        u[j] = (j % 2 ? -1.0 : 1.0) / sqrt(count);
}

/*
 * For independent coordinates of variance 1 and fourth moment κ, at distance R u from the optimum,
 * n Cov(g) = R² [I + uuᵀ + (κ−3) diag(u²)]. With the factor c that makes the traces equal the
 * relative error is ‖I − c (I + uuᵀ + (κ−3) diag(u²))‖.
 */
static gm_status theory(struct record *record, int way, double k, double *out) {
    gm_status status = GM_OK;
    double u[D], covariance[D * D], identity[D * D], trace = 0.0;
    gm_recovery_error error;
    set_direction(way, u);
    for (int a = 0; a < D; a++)
        for (int b = 0; b < D; b++) {
            identity[a * D + b] = a == b ? 1.0 : 0.0;
            covariance[a * D + b] =
                identity[a * D + b] * (1.0 + (k - 3.0) * u[a] * u[a]) + u[a] * u[b];
        }
    for (int a = 0; a < D; a++)
        trace += covariance[a * D + a];
    for (int i = 0; i < D * D; i++)
        covariance[i] *= D / trace;
    TRY(gm_curvature_error(record->context, D, covariance, identity, &error));
    *out = error.operator_relative;
done:
    return status;
}

static gm_status measure_cell(struct record *record, struct linear *problem, int way, uint64_t seed,
                              struct cell *cell) {
    static const char *const estimators[] = {"none", "calibrated", "paired"};
    struct sample *const samples[] = {&cell->none, &cell->noised, &cell->paired};
    gm_status status = GM_OK;
    gm_dataset *data = NULL;
    set_direction(way, problem->direction);
    TRY(linear_targets(problem, 2.0, 0.0, seed, &data));
    for (int e = 0; e < 3; e++) {
        struct outcome outcome;
        const gm_recover_options options = {.estimator = estimators[e],
                                            .shrink = "none",
                                            .batch_size = BATCH,
                                            .num_gradients = GRADIENTS * (e == 2 ? 2 : 1),
                                            .seed = seed};
        TRY(linear_measure(record, problem, data, &options, e == 0 ? 0.0 : 1.0, &outcome));
        sample_add(samples[e], outcome.error.operator_relative);
    }
done:
    gm_dataset_destroy(data);
    return status;
}

static gm_status tell(struct record *record, struct cell cells[TESTED][WAYS]) {
    gm_status status = GM_OK;
    double worst = 0.0, least = INFINITY;
    const int plot = record_plot(record, "Gradients without noise, scaled to the true trace",
                                 "relative operator error in theory, any number of gradients",
                                 "relative operator error measured");
    record_columns(record, columns, 6);
    for (int l = 0; l < TESTED; l++) {
        const int series = record_series(record, plot, law_names[tested[l]], MARKS, l);
        for (int way = 0; way < WAYS; way++) {
            const struct cell *c = &cells[l][way];
            double expected;
            TRY(theory(record, way, kurtosis[l], &expected));
            record_row(record, law_names[tested[l]], ways[way], c->none.mean, expected,
                       c->noised.mean, c->paired.mean);
            record_point(record, plot, series, expected, c->none.mean, sample_error(&c->none));
            record_claim(record, c->none.mean / expected, 0.9, 1.15,
                         "%s inputs, distance along %s: without noise, error over that of theory",
                         law_names[tested[l]], ways[way]);
            least = fmin(least, c->none.mean);
            worst = fmax(worst, fmax(c->noised.mean, c->paired.mean));
        }
    }
    const int diagonal = record_series(record, plot, "equal", LINE, 6);
    record_point(record, plot, diagonal, 0.6, 0.6, 0.0);
    record_point(record, plot, diagonal, 6.0, 6.0, 0.0);
    record_claim(record, worst, 0.0, 0.25, "with noise, every law is recovered: the largest error");
    record_conclude(
        record,
        "Without noise none of the three laws gives its curvature away: even scaled to the true "
        "trace the error is %.0f %% or more, and does not fall with the number of gradients, for "
        "it lies in the fourth moments.",
        100.0 * least);
    record_conclude(record,
                    "For Rademacher inputs the direction of a distance along one coordinate "
                    "is missing altogether (eigenvalue 0); for sparse ones it is counted up "
                    "to (kurtosis - 1) times. Only a kurtosis of 2 with the distance along one "
                    "coordinate would need no noise.");
    record_conclude(record,
                    "Noise of variance n outweighs these terms (R^2/n = %.1f %% of bias is "
                    "left), pairs remove them.",
                    100.0 * 4.0 / BATCH);
done:
    return status;
}

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct cell(*cells)[WAYS] = state;
    struct linear problem = {0};
    for (int l = 0; l < TESTED; l++) {
        TRY(linear_create(record->context, tested[l], ROWS, D, seed, &problem));
        for (int way = 0; way < WAYS; way++)
            TRY(measure_cell(record, &problem, way, seed, &cells[l][way]));
        linear_destroy(&problem);
    }
done:
    linear_destroy(&problem);
    return status;
}

static gm_status conclude(struct record *record, void *state) {
    return tell(record, state);
}

const struct experiment experiment_necessity = {
    .name = "necessity",
    .title = "Whether the noise is needed",
    .question = "For which inputs do gradients without noise fail to give the curvature away, and "
                "does noise mend it?",
    .method =
        "Least squares in 16 dimensions whose inputs have independent coordinates of variance 1 "
        "and fourth moment k: Gaussian (3), Rademacher (1), sparse (8, one entry in eight). "
        "Without noise the covariance of gradients at distance R u is (R^2/n) [I + uu' + (k-3) "
        "diag(u^2)]; it is given the factor that makes the traces equal, which nobody who sees "
        "gradients alone knows. Batches of 256, 4000 noise vectors, R = 2.",
    .seconds = 10,
    .repetitions = 8,
    .state_size = sizeof(struct cell[TESTED][WAYS]),
    .once = measure_once,
    .conclude = conclude,
};
