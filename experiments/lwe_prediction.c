/* Whether what is expected of rows of LWE is what they show, and what foretells success. */
#include <stdio.h>
#include <string.h>

#include "attacking.h"
#include "ranks.h"

enum { N = 40, Q = 521 };
static const int weights[] = {1, 2, 4, 8, 16, 32, 64}, hammings[] = {6, 12};
enum {
    WEIGHTS = sizeof weights / sizeof *weights,
    HAMMINGS = sizeof hammings / sizeof *hammings,
    CELLS = WEIGHTS * HAMMINGS,
    MOST = 4096, /* runs that correlations look at */
    GROUPS = 16  /* left out in turn for their error */
};

static const struct column columns[] = {{"setting", TEXT},        {"z, expected", NUMBER},
                                        {"z, seen", NUMBER},      {"d', expected", NUMBER},
                                        {"d', seen", NUMBER},     {"V", NUMBER},
                                        {"entropy drop", NUMBER}, {"recovered", PERCENT}};

enum reading { WHITENED, PLAIN, READINGS };
enum foretold { BY_SIGNAL, BY_V, BY_ENTROPY, PREDICTORS };

struct cell {
    struct sample z[2], d[2], v, drop, recovered; /* [2]: expected, seen */
};

struct state {
    struct cell cells[CELLS];
    int count;
    double predictors[PREDICTORS][MOST], success[MOST];
    double x[READINGS][MOST], y[READINGS][MOST], weight[READINGS][MOST]; /* z, expected, seen */
    double dx[MOST], dy[MOST], dweight[MOST];                            /* d', whitened */
    struct sample null[READINGS], expected[READINGS];
};

static void add_signal(struct state *all, enum reading reading, int hamming,
                       const gm_lwe_signal_summary *predicted,
                       const gm_lwe_signal_summary *observed) {
    const double ratio = observed->deviation / predicted->deviation;
    sample_add(&all->null[reading], ratio * ratio);
    sample_add(&all->expected[reading], predicted->deviation);
    all->x[reading][all->count] = predicted->z;
    all->y[reading][all->count] = observed->z;
    all->weight[reading][all->count] = hamming / (predicted->deviation * predicted->deviation);
}

static void add_run(struct state *all, int c, const struct lwe_run *run) {
    struct cell *cell = &all->cells[c];
    const double d = run->predicted.discrimination;
    const double drop = run->reduction.entropy_before - run->reduction.entropy_after;
    const int at = all->count;
    sample_add(&cell->z[0], run->predicted.z);
    sample_add(&cell->z[1], run->observed.z);
    sample_add(&cell->d[0], d);
    sample_add(&cell->d[1], run->observed.discrimination);
    sample_add(&cell->v, run->v.value);
    sample_add(&cell->drop, drop);
    sample_add(&cell->recovered, run->recovered);
    if (at == MOST)
        return;
    add_signal(all, WHITENED, hammings[c / WEIGHTS], &run->predicted, &run->observed);
    add_signal(all, PLAIN, hammings[c / WEIGHTS], &run->plain_predicted, &run->plain_observed);
    all->dx[at] = d;
    all->dy[at] = run->observed.discrimination;
    all->dweight[at] = 1.0 / (1.0 + d * d);
    all->predictors[BY_SIGNAL][at] = d;
    all->predictors[BY_V][at] = run->v.value;
    all->predictors[BY_ENTROPY][at] = drop;
    all->success[at] = run->recovered;
    all->count++;
}

static gm_status attack_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct lwe_run run;
    for (int c = 0; c < CELLS; c++) {
        const struct lwe_setting setting = {.n = N,
                                            .q = Q,
                                            .hamming = hammings[c / WEIGHTS],
                                            .rows = N,
                                            .weight = weights[c % WEIGHTS],
                                            .block_size = 2,
                                            .solver = "gradient"};
        TRY(lwe_run(record, &setting, seed * CELLS + (uint64_t)c, &run));
        add_run(state, c, &run);
    }
done:
    return status;
}

/* Slope of the line through the origin, by weighted least squares; its error from the residuals. */
static double line_through(int count, const double *x, const double *y, const double *weight,
                           double *error) {
    double xx = 0.0, xy = 0.0, squares = 0.0;
    for (int i = 0; i < count; i++) {
        xx += weight[i] * x[i] * x[i];
        xy += weight[i] * x[i] * y[i];
    }
    for (int i = 0; i < count; i++) {
        const double term = weight[i] * x[i] * (y[i] - xy / xx * x[i]);
        squares += term * term;
    }
    *error = sqrt(squares) / xx;
    return xy / xx;
}

/* Rank correlation with success; its error by leaving groups of runs out in turn. */
static double foretells(const struct state *all, enum foretold by, double *error) {
    double x[MOST], y[MOST];
    struct sample parts = {0};
    for (int g = 0; g < GROUPS; g++) {
        int count = 0;
        for (int i = 0; i < all->count; i++)
            if (i * GROUPS / all->count != g) {
                x[count] = all->predictors[by][i];
                y[count++] = all->success[i];
            }
        sample_add(&parts, rank_correlation(count, x, y));
    }
    *error = sqrt(parts.squares * (GROUPS - 1) / GROUPS);
    return rank_correlation(all->count, all->predictors[by], all->success);
}

static void plot_z(struct record *record, const struct state *all) {
    static const char *const names[READINGS] = {"whitened gradient", "plain gradient"};
    const int plot = record_plot(record, "What rows are expected to show, and show: every run",
                                 "z of an entry ±1, expected", "z seen");
    double most = 0.0;
    record_linear(record, plot, "xy");
    for (int r = 0; r < READINGS; r++) {
        const int series = record_series(record, plot, names[r], MARKS, r);
        for (int i = 0; i < all->count && i < 512; i++) {
            record_point(record, plot, series, all->x[r][i], all->y[r][i], 0.0);
            most = fmax(most, all->x[r][i]);
        }
    }
    const int line = record_series(record, plot, "seen = expected", LINE, 6);
    record_point(record, plot, line, 0.0, 0.0, 0.0);
    record_point(record, plot, line, most, most, 0.0);
}

/* Mean of a sample of the cells over both numbers of non-zeros, by weight. */
static void average(const struct cell *cells, size_t member, double out[WEIGHTS]) {
    for (int w = 0; w < WEIGHTS; w++) {
        out[w] = 0.0;
        for (int h = 0; h < HAMMINGS; h++) {
            const char *cell = (const char *)&cells[h * WEIGHTS + w];
            out[w] += ((const struct sample *)(const void *)(cell + member))->mean / HAMMINGS;
        }
    }
}

static void plot_weights(struct record *record, const struct state *all) {
    static const struct shown {
        const char *name;
        size_t member;
        bool whole; /* as it is, not over its largest */
    } shown[] = {{"secrets recovered", offsetof(struct cell, recovered), true},
                 {"expected d'", offsetof(struct cell, d), false},
                 {"V", offsetof(struct cell, v), false},
                 {"entropy drop", offsetof(struct cell, drop), false}};
    const int plot = record_plot(record, "What foretells success", "embedding weight",
                                 "share; others over their largest");
    record_linear(record, plot, "y");
    for (int i = 0; i < 4; i++) {
        double values[WEIGHTS], most = 0.0;
        const int series = record_series(record, plot, shown[i].name, POINTS, i);
        average(all->cells, shown[i].member, values);
        for (int w = 0; w < WEIGHTS; w++)
            most = fmax(most, values[w]);
        for (int w = 0; w < WEIGHTS; w++)
            record_point(record, plot, series, weights[w],
                         shown[i].whole ? values[w] : values[w] / most, 0.0);
    }
}

static void tell(struct record *record, const struct state *all) {
    record_columns(record, columns, 8);
    for (int c = 0; c < CELLS; c++) {
        const struct cell *cell = &all->cells[c];
        char name[48];
        snprintf(name, sizeof name, "%d non-zeros, weight %d", hammings[c / WEIGHTS],
                 weights[c % WEIGHTS]);
        record_row(record, name, cell->z[0].mean, cell->z[1].mean, cell->d[0].mean, cell->d[1].mean,
                   cell->v.mean, cell->drop.mean, cell->recovered.mean);
    }
    plot_z(record, all);
    plot_weights(record, all);
}

/* A number whose expectation is 1 where phases are normal, which is good to a twentieth. */
static void claim_one(struct record *record, double measured, double error, const char *what) {
    record_claim(record, measured, 0.95 - 3.0 * error, 1.05 + 3.0 * error, "%s", what);
}

static void claim_signal(struct record *record, const struct state *all) {
    static const char *const names[READINGS] = {"whitened", "plain"};
    double error;
    for (int r = 0; r < READINGS; r++) {
        const double slope = line_through(all->count, all->x[r], all->y[r], all->weight[r], &error);
        char what[128];
        snprintf(what, sizeof what, "%s gradient, z seen over z expected: slope", names[r]);
        claim_one(record, slope, error, what);
        snprintf(what, sizeof what,
                 "%s gradient, entries 0: mean square of z over the one expected", names[r]);
        claim_one(record, all->null[r].mean, sample_error(&all->null[r]), what);
        record_conclude(record,
                        "The %s gradient shows what is expected from the rows alone: over %d runs "
                        "z has slope %.3f ± %.3f, and deviation %.2f where entries are 0 (%.2f "
                        "expected).",
                        names[r], all->count, slope, 2.0 * error,
                        sqrt(all->null[r].mean) * all->expected[r].mean, all->expected[r].mean);
    }
    const double d = line_through(all->count, all->dx, all->dy, all->dweight, &error);
    record_claim(record, d, 0.95 - 3.0 * error, 1.15 + 3.0 * error,
                 "whitened gradient, d' seen over d' expected: slope");
    record_conclude(record, "d' seen over d' expected has slope %.3f ± %.3f.", d, 2.0 * error);
}

static void claim_ranks(struct record *record, const struct state *all) {
    double error[PREDICTORS], rank[PREDICTORS];
    const double chance = 2.0 / sqrt(all->count - 1.0);
    for (int p = 0; p < PREDICTORS; p++)
        rank[p] = foretells(all, p, &error[p]);
    record_claim(record, rank[BY_SIGNAL], chance, 1.0,
                 "success goes with the expected d': rank correlation");
    record_claim(record, rank[BY_V], chance, 1.0, "success goes with V: rank correlation");
    record_claim(record, rank[BY_SIGNAL] - rank[BY_ENTROPY], 0.0, INFINITY,
                 "d' foretells better than the drop of entropy: difference of rank correlations");
    record_claim(record, rank[BY_V] - rank[BY_ENTROPY], 0.0, INFINITY, "and so does V");
    record_conclude(record,
                    "Rank correlation of success with expected d' %.2f ± %.2f, with V %.2f ± %.2f, "
                    "with the drop of entropy %.2f ± %.2f.",
                    rank[BY_SIGNAL], 2.0 * error[BY_SIGNAL], rank[BY_V], 2.0 * error[BY_V],
                    rank[BY_ENTROPY], 2.0 * error[BY_ENTROPY]);
}

static gm_status conclude(struct record *record, void *state) {
    const struct state *all = state;
    tell(record, all);
    claim_signal(record, all);
    claim_ranks(record, all);
    return GM_OK;
}

const struct experiment experiment_lwe_prediction = {
    .name = "lwe-prediction",
    .title = "What rows of LWE are expected to show, and what they show",
    .question = "Is the signal that is expected from reduced rows the one that is seen, and what "
                "foretells success?",
    .method =
        "A fresh LWE secret for every run, n = 40, q = 521, sigma = 3, ternary with 6 or 12 "
        "non-zeros; two blocks of 40 samples reduced by LLL at embedding weights 1 to 64, "
        "so that some are recovered and some not; gradient attack. Expected: z of an entry "
        "that is 1 or -1, its deviation where entries are 0 and their ratio d', from the rows and "
        "the laws of secret and error. Seen: the same with the secret, found or not. Slopes are of "
        "lines through the origin by weighted least squares, ± is two standard errors. Success is "
        "0 or 1, correlations are Spearman's over all runs, "
        "against d' expected, V of the gradient at weights 0, and the drop of the entropy proxy.",
    .seconds = 30,
    .repetitions = 16,
    .state_size = sizeof(struct state),
    .once = attack_once,
    .conclude = conclude,
};
