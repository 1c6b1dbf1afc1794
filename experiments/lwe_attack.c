/* Where secrets of LWE are recovered: lengths × moduli × non-zeros, reduced and not. */
#include <stdio.h>

#include "attacking.h"

static const int lengths[] = {32, 48, 64}, moduli[] = {113, 521, 3329}, weights[] = {8, 12, 24};
enum {
    LENGTHS = sizeof lengths / sizeof *lengths,
    MODULI = sizeof moduli / sizeof *moduli,
    WEIGHTS = sizeof weights / sizeof *weights
};

/* Below this scale the largest length and weight are left out. */
static const double full_scale = 0.2;

/* Rows are called silent where d' is below this and there are so many non-zeros that luck alone
   does not find the first half of a path. */
static const double silent = 0.05;
enum { SILENT_WEIGHT = 12 };

/* σ √6, at which both parts of a row's variance are alike with one non-zero in six. */
enum { EMBEDDING_WEIGHT = 7 };

static const struct column columns[] = {{"n", NUMBER},
                                        {"q", NUMBER},
                                        {"non-zeros", NUMBER},
                                        {"recovered", PERCENT},
                                        {"by gradient", PERCENT},
                                        {"unreduced", PERCENT},
                                        {"d'", NUMBER},
                                        {"seconds", NUMBER}};

struct cell {
    struct sample recovered, by_gradient, control, d, seconds;
};

struct state {
    struct cell cells[LENGTHS][MODULI][WEIGHTS];
};

static int lengths_at(const struct record *record) {
    return record->scale < full_scale ? LENGTHS - 1 : LENGTHS;
}

static int weights_at(const struct record *record) {
    return record->scale < full_scale ? WEIGHTS - 1 : WEIGHTS;
}

static gm_status attack_cell(struct record *record, const struct lwe_setting *setting,
                             uint64_t seed, struct cell *cell) {
    struct lwe_run run;
    const gm_status status = lwe_run(record, setting, seed, &run);
    if (status != GM_OK)
        return status;
    sample_add(&cell->recovered, run.recovered);
    sample_add(&cell->by_gradient, run.by_gradient);
    sample_add(&cell->control, run.control_recovered);
    sample_add(&cell->d, run.predicted.discrimination);
    sample_add(&cell->seconds, run.seconds);
    return GM_OK;
}

/* A fresh secret for every cell and repetition. */
static gm_status attack_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct state *all = state;
    uint64_t number = seed * LENGTHS * MODULI * WEIGHTS;
    for (int i = 0; i < lengths_at(record); i++)
        for (int j = 0; j < MODULI; j++)
            for (int k = 0; k < weights_at(record); k++) {
                const struct lwe_setting setting = {.n = lengths[i],
                                                    .q = moduli[j],
                                                    .hamming = weights[k],
                                                    .rows = lengths[i],
                                                    .weight = EMBEDDING_WEIGHT,
                                                    .block_size = 2,
                                                    .solver = "auto",
                                                    .control = true};
                TRY(attack_cell(record, &setting, number++, &all->cells[i][j][k]));
            }
done:
    return status;
}

/* Recovered, of the cells of one modulus, and of the control, over lengths and weights. */
static void plot_cells(struct record *record, const struct state *all) {
    char names[LENGTHS * WEIGHTS][32];
    const char *ticks[LENGTHS * WEIGHTS];
    int count = 0;
    const int plot = record_plot(record, "Where secrets are recovered", "n, non-zeros",
                                 "share of secrets recovered");
    record_linear(record, plot, "xy");
    for (int j = 0; j <= MODULI; j++) {
        char name[32];
        snprintf(name, sizeof name, "q = %d", j < MODULI ? moduli[j] : 0);
        const int series = record_series(record, plot, j < MODULI ? name : "unreduced, any q",
                                         MARKS, j < MODULI ? j : 6);
        count = 0;
        for (int i = 0; i < lengths_at(record); i++)
            for (int k = 0; k < weights_at(record); k++, count++) {
                double share = 0.0;
                for (int l = 0; l < MODULI; l++)
                    share += all->cells[i][l][k].control.mean / MODULI;
                if (j < MODULI)
                    share = all->cells[i][j][k].recovered.mean;
                snprintf(names[count], sizeof *names, "%d, %d", lengths[i], weights[k]);
                ticks[count] = names[count];
                record_point(record, plot, series, count + 0.73 + 0.18 * j, share, 0.0);
            }
    }
    record_ticks(record, plot, ticks, count);
}

static void plot_signal(struct record *record, const struct state *all) {
    const int plot = record_plot(record, "Recovered where the gradient is expected to speak",
                                 "expected d' of the first step", "share of secrets recovered");
    record_linear(record, plot, "xy");
    for (int i = 0; i < lengths_at(record); i++) {
        char name[32];
        snprintf(name, sizeof name, "n = %d", lengths[i]);
        const int series = record_series(record, plot, name, MARKS, i);
        for (int j = 0; j < MODULI; j++)
            for (int k = 0; k < weights_at(record); k++)
                record_point(record, plot, series, all->cells[i][j][k].d.mean,
                             all->cells[i][j][k].recovered.mean, 0.0);
    }
}

static void tell(struct record *record, const struct state *all) {
    record_columns(record, columns, 8);
    for (int i = 0; i < lengths_at(record); i++)
        for (int j = 0; j < MODULI; j++)
            for (int k = 0; k < weights_at(record); k++) {
                const struct cell *cell = &all->cells[i][j][k];
                record_row(record, (double)lengths[i], (double)moduli[j], (double)weights[k],
                           cell->recovered.mean, cell->by_gradient.mean, cell->control.mean,
                           cell->d.mean, cell->seconds.mean);
            }
    plot_cells(record, all);
    plot_signal(record, all);
}

/* d' from which the largest of h scores N(d', 1) is expected above all |N(0, 1)| of n − h. */
static double needed(int n, int h) {
    return sqrt(2.0 * log(2.0 * (n - h))) - sqrt(2.0 * log(h));
}

/* Pooled over cells: of all runs, of loud and of silent ones; by modulus. */
struct totals {
    double runs, recovered, control, seconds;
    double loud, loud_recovered, silent, silent_recovered;
    double by_modulus[MODULI];
};

static void add_cell(const struct cell *cell, int n, int h, double *of_modulus,
                     struct totals *totals) {
    const double runs = cell->recovered.count, found = runs * cell->recovered.mean;
    totals->runs += runs;
    totals->recovered += found;
    totals->control += runs * cell->control.mean;
    totals->seconds += runs * cell->seconds.mean;
    *of_modulus += found;
    if (cell->d.mean >= fmax(needed(n, h), 0.5)) {
        totals->loud += runs;
        totals->loud_recovered += found;
    }
    if (cell->d.mean < silent && h >= SILENT_WEIGHT) {
        totals->silent += runs;
        totals->silent_recovered += found;
    }
}

static gm_status conclude(struct record *record, void *state) {
    const struct state *all = state;
    struct totals t = {0};
    for (int i = 0; i < lengths_at(record); i++)
        for (int j = 0; j < MODULI; j++)
            for (int k = 0; k < weights_at(record); k++)
                add_cell(&all->cells[i][j][k], lengths[i], weights[k], &t.by_modulus[j], &t);
    tell(record, all);
    record_claim(record, t.control, 0.0, 0.0,
                 "unreduced samples, same rows, solvers and guesses: secrets recovered of %.0f",
                 t.runs);
    record_claim(record, t.loud_recovered / t.loud, 0.5, 1.0,
                 "reduced, d' large enough for the first step to be right more often than not: "
                 "share recovered of %.0f",
                 t.loud);
    record_claim(record, t.silent_recovered / t.silent, 0.0, 0.1,
                 "reduced, d' below %g, %d non-zeros or more: share recovered of %.0f", silent,
                 SILENT_WEIGHT, t.silent);
    record_claim(record, (t.by_modulus[MODULI - 1] - t.by_modulus[0]) * MODULI / t.runs, 0.0,
                 INFINITY,
                 "more are recovered where the modulus is large beside the error: share at q = %d, "
                 "less that at q = %d",
                 moduli[MODULI - 1], moduli[0]);
    record_conclude(record,
                    "Of %.0f secrets %.0f are recovered from two reduced blocks in %.2g s on "
                    "average, and %.0f by the same attack on as many unreduced samples.",
                    t.runs, t.recovered, t.seconds / t.runs, t.control);
    record_conclude(record,
                    "Where they are is told beforehand by d', from the rows alone: %.0f of %.0f "
                    "where it is large enough for the first step, %.0f of %.0f where it is below "
                    "%g with %d non-zeros or more.",
                    t.loud_recovered, t.loud, t.silent_recovered, t.silent, silent, SILENT_WEIGHT);
    return GM_OK;
}

const struct experiment experiment_lwe_attack = {
    .name = "lwe-attack",
    .title = "Where secrets of LWE are recovered",
    .question = "For which length, modulus and number of non-zeros does the gradient attack work, "
                "and what does it owe to reduction?",
    .method =
        "A fresh ternary secret for every run, sigma = 3, 4n samples; two blocks of n samples "
        "reduced by LLL alone at embedding weight 7 = sigma 6^1/2, no column dropped; gradient "
        "attack, then linear decode, h unknown. Beside each run the control: the same attack on "
        "as many unreduced samples, whose rows are uniform, so that their expected signal is 0 "
        "from two non-zeros on. d' is the expected one of the first step. The largest of h scores "
        "N(d', 1) is expected above the n - h others from d' = (2 ln 2(n - h))^1/2 - (2 ln h)^1/2 "
        "on. At a scale below 0.2 n = 64 and 24 non-zeros are left out.",
    .seconds = 75,
    .repetitions = 6,
    .state_size = sizeof(struct state),
    .once = attack_once,
    .conclude = conclude,
};
