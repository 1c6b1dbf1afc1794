/* How the error depends on the batch size and on the number of noise vectors, both over the
   dimension. */
#include <stdio.h>

#include "linear.h"

enum { ROWS = 20000, D = 32 };

static const double batch_ratios[] = {0.25, 1.0, 4.0, 16.0},
                    vector_ratios[] = {1.0, 4.0, 16.0, 64.0};
enum { BATCHES = 4, VECTORS = 4 };

static const double distance = 2.0;

static const struct column columns[] = {{"n/d", NUMBER},        {"k'/d", NUMBER},
                                        {"paired", PERCENT},    {"edge, theory", PERCENT},
                                        {"Frobenius", PERCENT}, {"F., theory", PERCENT},
                                        {"calibrated", PERCENT}};

struct cell {
    struct sample paired, frobenius2, calibrated;
    double predicted_frobenius2; /* over ‖H‖_F², from the second moments */
};

/*
 * v = Xᵀe/√n with e ~ N(0, I) has E‖v‖⁴ = (1 + 2/n) ((tr Σ)² + 2 tr Σ²) for Gaussian rows, so the
 * mean S of k' of them has E‖S − Σ‖_F² = (E‖v‖⁴ − tr Σ²) / k'.
 */
static double frobenius2(const struct linear *problem, double n, double vectors) {
    double trace = 0.0, squares = 0.0;
    for (int a = 0; a < D; a++) {
        trace += problem->moments[a * D + a];
        for (int b = 0; b < D; b++)
            squares += problem->moments[a * D + b] * problem->moments[a * D + b];
    }
    return ((1.0 + 2.0 / n) * (trace * trace + 2.0 * squares) - squares) / vectors / squares;
}

static gm_status measure_cell(struct record *record, const struct linear *problem,
                              const gm_dataset *data, int n, int vectors, uint64_t seed,
                              struct cell *cell, struct sample *ratios) {
    gm_status status = GM_OK;
    struct outcome outcome;
    gm_recover_options options = {.estimator = "paired",
                                  .shrink = "none",
                                  .batch_size = n,
                                  .num_gradients = 2 * vectors,
                                  .seed = seed};
    TRY(linear_measure(record, problem, data, &options, 1.0, &outcome));
    const double frobenius = outcome.error.frobenius_relative;
    cell->predicted_frobenius2 = frobenius2(problem, n, vectors);
    sample_add(ratios, frobenius * frobenius / cell->predicted_frobenius2);
    sample_add(&cell->paired, outcome.error.operator_relative);
    sample_add(&cell->frobenius2, frobenius * frobenius);
    options.estimator = "calibrated";
    options.num_gradients = vectors;
    TRY(linear_measure(record, problem, data, &options, 1.0, &outcome));
    sample_add(&cell->calibrated, outcome.error.operator_relative);
done:
    return status;
}

struct grid {
    struct cell cells[BATCHES][VECTORS];
    struct sample frobenius; /* squared errors over those of theory, all cells */
};

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct grid *grid = state;
    struct linear problem;
    gm_dataset *data = NULL;
    TRY(linear_create(record->context, GAUSSIAN, ROWS, D, seed, &problem));
    TRY(linear_targets(&problem, distance, 0.0, seed, &data));
    for (int b = 0; b < BATCHES; b++)
        for (int v = 0; v < VECTORS; v++)
            TRY(measure_cell(record, &problem, data, (int)(batch_ratios[b] * D),
                             (int)(vector_ratios[v] * D), seed, &grid->cells[b][v],
                             &grid->frobenius));
done:
    gm_dataset_destroy(data);
    linear_destroy(&problem);
    return status;
}

/* Largest eigenvalue of a Wishart matrix less 1, in the limit of many dimensions. */
static double edge(double vector_ratio) {
    return 2.0 / sqrt(vector_ratio) + 1.0 / vector_ratio;
}

static void draw(struct record *record, struct cell cells[BATCHES][VECTORS]) {
    char name[64];
    const int pairs = record_plot(record, "Pairs: the number of noise vectors decides",
                                  "noise vectors over dimension, k'/d", "relative operator error");
    const int single =
        record_plot(record, "Calibrated, at distance 2: small batches leave a bias of 2 R²/n",
                    "noise vectors over dimension, k'/d", "relative operator error");
    for (int b = 0; b < BATCHES; b++) {
        snprintf(name, sizeof name, "n = %.2g d", batch_ratios[b]);
        const int one = record_series(record, pairs, name, POINTS, b);
        const int other = record_series(record, single, name, POINTS, b);
        for (int v = 0; v < VECTORS; v++) {
            record_point(record, pairs, one, vector_ratios[v], cells[b][v].paired.mean,
                         sample_error(&cells[b][v].paired));
            record_point(record, single, other, vector_ratios[v], cells[b][v].calibrated.mean,
                         sample_error(&cells[b][v].calibrated));
        }
    }
    const int theory = record_series(record, pairs, "2√(d/k') + d/k'", LINE, 6);
    const int limit = record_series(record, single, "2√(d/k') + d/k'", LINE, 6);
    for (int i = 0; i <= 12; i++) {
        const double ratio = pow(2.0, 0.5 * i);
        record_point(record, pairs, theory, ratio, edge(ratio), 0.0);
        record_point(record, single, limit, ratio, edge(ratio), 0.0);
    }
}

/* frobenius: squared Frobenius errors over those of theory, all cells and repetitions */
static void claim(struct record *record, struct cell cells[BATCHES][VECTORS],
                  const struct sample *frobenius) {
    const double slack = 4.0 * sample_error(frobenius) + 0.01;
    record_claim(record, frobenius->mean, 1.0 - slack, 1.0 + slack,
                 "pairs: mean squared Frobenius error over that of theory, all n/d and k'/d");
    for (int v = 1; v < VECTORS; v++)
        record_claim(record, cells[BATCHES - 1][v].paired.mean / edge(vector_ratios[v]), 0.75, 1.1,
                     "pairs, n = 16 d, k' = %.0f d: operator error over 2 sqrt(d/k') + d/k'",
                     vector_ratios[v]);
    record_claim(record,
                 cells[0][VECTORS - 1].paired.mean / cells[BATCHES - 1][VECTORS - 1].paired.mean,
                 0.9, 1.6, "pairs: batches of d/4 in place of 16 d change the error by the factor");
    record_claim(
        record, cells[0][VECTORS - 1].calibrated.mean / (2.0 * distance * distance / 8.0), 0.7, 1.5,
        "calibrated, n = d/4, k' = 64 d: the bias 2 R^2/n of theory is what is left, times");
    record_conclude(
        record,
        "The error of pairs falls as 1/sqrt(k'/d) at every batch size. Batches of a quarter of the "
        "dimension cost %.0f %% of error against those of 16 d: their fourth moment is 1 + 2/n "
        "times as large.",
        100.0 * (cells[0][VECTORS - 1].paired.mean / cells[BATCHES - 1][VECTORS - 1].paired.mean -
                 1.0));
    record_conclude(
        record,
        "Calibrated noise needs n well above R^2/error, whatever the dimension: the error is "
        "the sum of sqrt(d/k') and R^2/n, and no power of the dimension is asked of n.");
}

static void tell(struct record *record, struct cell cells[BATCHES][VECTORS]) {
    record_columns(record, columns, 7);
    for (int b = 0; b < BATCHES; b++)
        for (int v = 0; v < VECTORS; v++) {
            const struct cell *c = &cells[b][v];
            record_row(record, batch_ratios[b], vector_ratios[v], c->paired.mean,
                       edge(vector_ratios[v]), sqrt(c->frobenius2.mean),
                       sqrt(c->predicted_frobenius2), c->calibrated.mean);
        }
    draw(record, cells);
}

static gm_status conclude(struct record *record, void *state) {
    struct grid *grid = state;
    tell(record, grid->cells);
    claim(record, grid->cells, &grid->frobenius);
    return GM_OK;
}

const struct experiment experiment_batch_to_dimension = {
    .name = "batch-to-dimension",
    .title = "Batch size and number of gradients against dimension",
    .question = "How large must batches be, and how many noise vectors are needed, for a given "
                "dimension?",
    .method =
        "Least squares in d = 32 dimensions with inputs N(0, I), at distance 2 from the optimum; "
        "batches of n = d/4 to 16 d, k' = d to 64 d noise vectors. For Gaussian rows the mean "
        "squared Frobenius error of pairs is exactly [(1 + 2/n)((tr H)^2 + 2 tr H^2) - tr "
        "H^2]/k', and the operator error of so flat a spectrum goes to the edge 2 sqrt(d/k') + "
        "d/k' in high dimension.",
    .seconds = 20,
    .repetitions = 20,
    .state_size = sizeof(struct grid),
    .once = measure_once,
    .conclude = conclude,
};
