/* Gradients to one per cent above the least squares, against the condition of the inputs. */
#include <stdio.h>

#include "training.h"

enum { ROWS = 25600, D = 50, BATCH = 256, REPEATS = 5 };

static const double conditions[] = {1e2, 1e3, 1e4, 1e6, 1e8};
enum { CONDITIONS = sizeof conditions / sizeof *conditions, EASY = 0, SHOWN = 3 };

/* Epochs that are the budget: more from WORSE on, where a rate that decays over a quarter of them
   needs its time. L-BFGS searches nothing, and gets most. */
enum { EPOCHS = 100, WORSE_EPOCHS = 300, SMALL_EPOCHS = 40, EPOCHS_LBFGS = 400 };
static const double WORSE = 1e6;

/* Below this scale the grid is two conditions and three optimizers, with a smaller budget. */
static const double WHOLE = 0.2;

static const struct column columns[] = {
    {"condition", NUMBER}, {"sgd", TEXT},         {"momentum", TEXT},    {"adam", TEXT},
    {"lbfgs", TEXT},       {"gradiometer", TEXT}, {"best of 3 /", TEXT}, {"lbfgs /", TEXT}};

struct found {
    bool made[CONDITIONS];
    double gradients[CONDITIONS][OPTIMIZERS]; /* infinite: more than the budget; NaN: not run */
    gm_training *first, *lbfgs;               /* at the condition whose curves are shown */
};

static bool is_small(const struct record *record) {
    return record->scale < WHOLE;
}

/* In gradients, at condition number c of the list. */
static double budget(const struct record *record, int c, int optimizer) {
    const int epochs = optimizer == LBFGS      ? EPOCHS_LBFGS
                       : is_small(record)      ? SMALL_EPOCHS
                       : conditions[c] < WORSE ? EPOCHS
                                               : WORSE_EPOCHS;
    return (double)epochs * ROWS / BATCH;
}

static gm_status train_at(struct record *record, int c, uint64_t seed, struct found *found) {
    gm_status status = GM_OK;
    gm_dataset *data = NULL;
    gm_training *first = NULL, *lbfgs = NULL;
    gm_train_options options = {.optimizers = is_small(record) ? "adam,gradiometer"
                                                               : "sgd,momentum,adam,gradiometer",
                                .batch_size = BATCH,
                                .epochs = budget(record, c, SGD) * BATCH / ROWS,
                                .until = GM_UNTIL_EXCESS,
                                .goal = 0.01,
                                .repeats = record_repetitions(record, REPEATS),
                                .seed = seed};
    TRY(training_squares(record->context, ROWS, D, conditions[c], seed, &data));
    TRY(training_run(record, data, &options, &first));
    options.optimizers = "lbfgs";
    options.epochs = EPOCHS_LBFGS;
    options.repeats = 1;
    TRY(training_run(record, data, &options, &lbfgs));
    for (int o = 0; o < OPTIMIZERS; o++)
        found->gradients[c][o] = training_gradients(training_of(o == LBFGS ? lbfgs : first, o));
    found->made[c] = true;
    if (c == SHOWN) {
        found->first = first;
        found->lbfgs = lbfgs;
        first = lbfgs = NULL;
    }
done:
    gm_training_destroy(record->context, lbfgs);
    gm_training_destroy(record->context, first);
    gm_dataset_destroy(data);
    return status;
}

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    for (int c = 0; c < CONDITIONS; c++)
        if (!is_small(record) || c == EASY || c == SHOWN)
            TRY(train_at(record, c, seed, state));
done:
    return status;
}

/* Least gradients of the three that know the gradient alone; or the budget, which is less. */
static double best(const struct record *record, const struct found *found, int c) {
    double least = INFINITY;
    for (int o = SGD; o <= ADAM; o++)
        least = fmin(least, found->gradients[c][o]);
    return training_bound(least, budget(record, c, SGD));
}

static double lbfgs(const struct record *record, const struct found *found, int c) {
    return training_bound(found->gradients[c][LBFGS], budget(record, c, LBFGS));
}

static void ratio_cell(double over, double under, bool bound, char out[32]) {
    snprintf(out, 32, "%s%.*f", bound ? "> " : "", over < 10.0 * under ? 1 : 0, over / under);
}

static void tell(struct record *record, const struct found *found) {
    const int plot =
        record_plot(record, "Gradients to 1 % above the optimum; at the budget where it takes more",
                    "condition of the inputs", "gradients");
    record_columns(record, columns, 8);
    for (int c = 0; c < CONDITIONS; c++) {
        char cell[OPTIMIZERS + 2][32];
        const double *g = found->gradients[c];
        if (!found->made[c])
            continue;
        for (int o = 0; o < OPTIMIZERS; o++)
            training_cell(g[o], budget(record, c, o), cell[o]);
        ratio_cell(best(record, found, c), g[GRADIOMETER],
                   isinf(fmin(g[SGD], fmin(g[MOMENTUM], g[ADAM]))), cell[OPTIMIZERS]);
        ratio_cell(lbfgs(record, found, c), g[GRADIOMETER], isinf(g[LBFGS]), cell[OPTIMIZERS + 1]);
        record_row(record, conditions[c], cell[SGD], cell[MOMENTUM], cell[ADAM], cell[LBFGS],
                   cell[GRADIOMETER], cell[OPTIMIZERS], cell[OPTIMIZERS + 1]);
    }
    for (int o = 0; o < OPTIMIZERS; o++) {
        const int series = record_series(record, plot, optimizer_names[o], POINTS, o);
        for (int c = 0; c < CONDITIONS; c++)
            if (found->made[c] && !isnan(found->gradients[c][o]))
                record_point(record, plot, series, conditions[c],
                             training_bound(found->gradients[c][o], budget(record, c, o)), 0.0);
    }
    const int curves = record_plot(record, "On the way, at condition 10⁶", "gradients",
                                   "loss over the least one, less 1");
    for (int o = 0; o < OPTIMIZERS; o++)
        training_curve(record, curves, training_of(o == LBFGS ? found->lbfgs : found->first, o), o,
                       BY_GRADIENTS, found->first->optimum, found->first->optimum);
}

static void claim(struct record *record, const struct found *found) {
    double least = INFINITY, most = 0.0;
    for (int c = 0; c < CONDITIONS; c++) {
        if (!found->made[c])
            continue;
        least = fmin(least, found->gradients[c][GRADIOMETER]);
        most = fmax(most, found->gradients[c][GRADIOMETER]);
    }
    record_claim(record, most / least, 1.0, 1.5,
                 "gradiometer needs as many gradients at every condition: most over least");
    for (int c = SHOWN; c < CONDITIONS; c++) {
        if (!found->made[c])
            continue;
        record_claim(record, best(record, found, c) / found->gradients[c][GRADIOMETER], 20.0,
                     INFINITY,
                     "at condition %.0e the best of sgd, momentum and adam takes, or its budget "
                     "is, so many times as many",
                     conditions[c]);
        record_claim(record, lbfgs(record, found, c) / found->gradients[c][GRADIOMETER], 100.0,
                     INFINITY, "and L-BFGS, or its budget");
    }
    record_claim(record, best(record, found, EASY) / found->gradients[EASY][GRADIOMETER], 0.0, 1.0,
                 "at condition %.0e it is the other way round: the best of them over gradiometer",
                 conditions[EASY]);
    record_conclude(
        record,
        "gradiometer comes to within 1 %% of the least loss in %.0f to %.0f gradients "
        "whatever the condition: %d noise vectors tell it the curvature, and divided by it "
        "all eigenvectors are alike. At 10^6 the best of the others takes at least %.0f, "
        "L-BFGS at least %.0f.",
        least, most, 2 * D + 16, best(record, found, SHOWN), lbfgs(record, found, SHOWN));
    record_conclude(
        record,
        "At 10^2 it loses: the best of the others needs %.0f. The curvature costs a fixed "
        "number of gradients that grows with the dimension, not with the condition, and "
        "does not pay where a few dozen plain steps are enough. L-BFGS pays %d "
        "batch gradients for each full one.",
        best(record, found, EASY), ROWS / BATCH);
    record_conclude(record,
                    "Rates, horizons and momenta are searched, and the search is not "
                    "counted: gradiometer tried %d settings, adam %d.",
                    training_of(found->first, GRADIOMETER)->tried,
                    training_of(found->first, ADAM)->tried);
}

static gm_status conclude(struct record *record, void *state) {
    struct found *found = state;
    tell(record, found);
    claim(record, found);
    gm_training_destroy(record->context, found->first);
    gm_training_destroy(record->context, found->lbfgs);
    return GM_OK;
}

const struct experiment experiment_convergence_linear = {
    .name = "convergence-linear",
    .title = "Gradients to the least squares against condition",
    .question = "How many batch gradients does each optimizer need, the worse conditioned the "
                "inputs are?",
    .method =
        "Least squares, d = 50, N = 25600, batches of 256, Gaussian inputs with eigenvalues from 1 "
        "to 1/condition in equal ratios, randomly rotated; labels with noise of variance 1 around "
        "a signal of variance 1, of which each eigenvector has an equal share, so that none may be "
        "left out. From weights 0 to a loss 1 % above the least one. Rates, horizons and momenta "
        "are searched for each; the median of repeats on other orders of the rows counts. The "
        "budget is 100 epochs of 100 gradients, from condition 10⁶ on 300 (below scale 0.2: 40, at "
        "two conditions, without sgd and momentum), for L-BFGS, which searches nothing, 400; where "
        "it ends before the goal it is a lower bound.",
    .seconds = 240,
    .repetitions = 1,
    .state_size = sizeof(struct found),
    .once = measure_once,
    .conclude = conclude,
};
