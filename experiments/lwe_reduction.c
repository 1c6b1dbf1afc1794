/* What reduction does to rows of LWE, over its strength and the embedding weight. */
#include <stdio.h>

#include "attacking.h"

enum { N = 32, Q = 1021, HAMMING = 8 };

static const struct strength {
    const char *name;
    int block_size;
} strengths[] = {{"LLL", 2}, {"BKZ-10", 10}, {"BKZ-20", 20}, {"BKZ-30", 30}};
static const int weights[] = {1, 4, 16, 64, 256};
enum {
    STRENGTHS = sizeof strengths / sizeof *strengths,
    WEIGHTS = sizeof weights / sizeof *weights,
    SCALED = 2 /* steps of the weight from 1 on in which ρ goes with its root */
};

/* Below this scale every other strength is left out. */
static const double full_scale = 0.2;

static const struct column columns[] = {
    {"reduction", TEXT}, {"weight", NUMBER}, {"rho", NUMBER}, {"entropy drop", NUMBER},
    {"V", NUMBER},       {"z", NUMBER},      {"d'", NUMBER},  {"recovered", PERCENT}};

static int step_at(const struct record *record) {
    return record->scale < full_scale ? 2 : 1;
}

struct cell {
    struct sample log_rho, drop, v, z, d, recovered;
    double least_t; /* least V over its standard error */
};

struct state {
    struct cell cells[STRENGTHS][WEIGHTS], unreduced;
    struct sample error; /* standard error of the unreduced V, squared */
    int informative;     /* unreduced: verdicts */
};

static void add(struct cell *cell, const struct lwe_run *run) {
    const double t = run->v.value / run->v.std_error;
    cell->least_t = cell->v.count > 0 ? fmin(cell->least_t, t) : t;
    sample_add(&cell->log_rho, log(run->reduction.rho));
    sample_add(&cell->drop, run->reduction.entropy_before - run->reduction.entropy_after);
    sample_add(&cell->v, run->v.value);
    sample_add(&cell->z, run->predicted.z);
    sample_add(&cell->d, run->predicted.discrimination);
    sample_add(&cell->recovered, run->recovered);
}

/* One instance, reduced in all ways. */
static gm_status reduce_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct state *all = state;
    struct lwe_run run;
    struct lwe_setting setting = {
        .n = N, .q = Q, .hamming = HAMMING, .rows = N, .solver = "gradient"};
    for (int s = 0; s < STRENGTHS; s += step_at(record))
        for (int w = 0; w < WEIGHTS; w++) {
            setting.block_size = strengths[s].block_size;
            setting.weight = weights[w];
            TRY(lwe_run(record, &setting, seed, &run));
            add(&all->cells[s][w], &run);
        }
    setting.block_size = 0;
    TRY(lwe_run(record, &setting, seed, &run));
    add(&all->unreduced, &run);
    sample_add(&all->error, run.v.std_error * run.v.std_error);
    all->informative += run.informative;
done:
    return status;
}

static int strongest(const struct record *record) {
    return STRENGTHS - step_at(record);
}

static void tell_row(struct record *record, const char *name, double weight,
                     const struct cell *cell) {
    record_row(record, name, weight, exp(cell->log_rho.mean), cell->drop.mean, cell->v.mean,
               cell->z.mean, cell->d.mean, cell->recovered.mean);
}

static void tell(struct record *record, const struct state *all) {
    record_columns(record, columns, 8);
    for (int s = 0; s < STRENGTHS; s += step_at(record))
        for (int w = 0; w < WEIGHTS; w++)
            tell_row(record, strengths[s].name, weights[w], &all->cells[s][w]);
    tell_row(record, "none", NAN, &all->unreduced);
    const int rho = record_plot(record, "Shorter rows: by strength and by a small embedding weight",
                                "embedding weight", "deviation over that of uniform rows, rho");
    for (int s = 0; s < STRENGTHS; s += step_at(record)) {
        const int series = record_series(record, rho, strengths[s].name, POINTS, s);
        for (int w = 0; w < WEIGHTS; w++)
            record_point(record, rho, series, weights[w], exp(all->cells[s][w].log_rho.mean), 0.0);
    }
    const int told = record_plot(record, "What they tell: best at weights between",
                                 "embedding weight", "V; expected d'");
    const int last = strongest(record);
    for (int s = 0; s <= last; s += last) {
        char name[2][32];
        snprintf(name[0], sizeof name[0], "V, %s", strengths[s].name);
        snprintf(name[1], sizeof name[1], "d', %s", strengths[s].name);
        const int v = record_series(record, told, name[0], POINTS, s ? 1 : 0);
        const int d = record_series(record, told, name[1], POINTS, s ? 3 : 2);
        for (int w = 0; w < WEIGHTS; w++) {
            const struct cell *cell = &all->cells[s][w];
            record_point(record, told, v, weights[w], cell->v.mean, sample_error(&cell->v));
            record_point(record, told, d, weights[w], cell->d.mean, sample_error(&cell->d));
        }
    }
}

/* ρ of a strength over that of the next weaker one: the geometric mean over weights. */
static double step_of(const struct cell *weaker, const struct cell *stronger) {
    double sum = 0.0;
    for (int w = 0; w < WEIGHTS; w++)
        sum += stronger[w].log_rho.mean - weaker[w].log_rho.mean;
    return exp(sum / WEIGHTS);
}

/* Slope of ln ρ over ln τ where rows are far from uniform. */
static double slope(const struct state *all, int s) {
    return (all->cells[s][SCALED].log_rho.mean - all->cells[s][0].log_rho.mean) /
           log(weights[SCALED]);
}

/* Place of the largest of `quantity`, an offset into a cell, over weights. */
static int best_of(const struct cell *cells, size_t quantity) {
    int best = 0;
    for (int w = 1; w < WEIGHTS; w++) {
        const struct sample *a = (const void *)((const char *)&cells[w] + quantity);
        const struct sample *b = (const void *)((const char *)&cells[best] + quantity);
        best = a->mean > b->mean ? w : best;
    }
    return best;
}

/* What the claims are about, the worst over strengths. */
struct extremes {
    double step, slope_low, slope_high; /* ρ */
    double drop, d, v;                  /* at weight 1 over the best elsewhere; least, most, most */
    double best_low, best_high;         /* weight with the largest d' */
    double least_t;                     /* V over its standard error at the weight of largest d' */
};

static struct extremes extremes_of(const struct record *record, const struct state *all) {
    struct extremes e = {
        .slope_low = INFINITY, .drop = INFINITY, .best_low = INFINITY, .least_t = INFINITY};
    for (int s = 0; s < STRENGTHS; s += step_at(record)) {
        const struct cell *cells = all->cells[s];
        const int d = best_of(cells, offsetof(struct cell, d));
        const int v = best_of(cells, offsetof(struct cell, v));
        e.step = s ? fmax(e.step, step_of(all->cells[s - step_at(record)], cells)) : 0.0;
        e.slope_low = fmin(e.slope_low, slope(all, s));
        e.slope_high = fmax(e.slope_high, slope(all, s));
        for (int w = 1; w < WEIGHTS; w++)
            e.drop = fmin(e.drop, cells[0].drop.mean / cells[w].drop.mean);
        e.d = fmax(e.d, cells[0].d.mean / cells[d].d.mean);
        e.v = fmax(e.v, cells[0].v.mean / cells[v].v.mean);
        e.best_low = fmin(e.best_low, weights[d]);
        e.best_high = fmax(e.best_high, weights[d]);
        e.least_t = fmin(e.least_t, cells[d].least_t);
    }
    return e;
}

static void claim(struct record *record, const struct state *all) {
    const struct extremes e = extremes_of(record, all);
    const double error = sqrt(all->error.mean / all->error.count);
    record_claim(
        record, e.step, 0.0, 1.0,
        "rho falls with the block size, 2, 10, 20, 30: the largest ratio of one to the one "
        "before, geometric mean over weights");
    record_claim(record, e.slope_low, 0.4, 0.6,
                 "rho goes with the root of the weight, m = n: the least slope from weight 1 to %d",
                 weights[SCALED]);
    record_claim(record, e.slope_high, 0.4, 0.6, "the same, the largest slope");
    record_claim(record, e.drop, 1.0, INFINITY,
                 "entropy drops most at weight 1: over the drop at any other weight, the least");
    record_claim(record, e.v, 0.0, 0.1,
                 "but there V is small: V at weight 1 over the largest, the most over strengths");
    record_claim(record, e.d, 0.0, 0.5, "and so is d': the same ratio");
    record_claim(record, e.best_low, 4.0, 64.0,
                 "d' is largest near sigma (n/h)^1/2 = 6: the weight of the largest d', the least "
                 "over strengths");
    record_claim(record, e.best_high, 4.0, 64.0, "the same, the largest");
    record_claim(record, e.least_t, 5.0, INFINITY,
                 "V is there above 0: the least V over its standard error");
    record_claim(record, fabs(all->unreduced.v.mean) / error, 0.0, 4.0,
                 "unreduced V = 0: the mean over its standard error");
    record_claim(record, all->informative, 0.0, 0.0,
                 "unreduced rows are never called informative: of %d verdicts",
                 (int)all->unreduced.v.count);
}

static gm_status conclude(struct record *record, void *state) {
    const struct state *all = state;
    const struct cell *lll = all->cells[0], *bkz = all->cells[strongest(record)];
    const int d = best_of(lll, offsetof(struct cell, d)),
              v = best_of(lll, offsetof(struct cell, v));
    tell(record, all);
    claim(record, all);
    record_conclude(record,
                    "A stronger reduction shortens rows at every weight: rho falls from %.3g (LLL) "
                    "to %.3g (%s) at weight 16, and d' grows from %.2g to %.2g.",
                    exp(lll[2].log_rho.mean), exp(bkz[2].log_rho.mean),
                    strengths[strongest(record)].name, lll[2].d.mean, bkz[2].d.mean);
    record_conclude(record,
                    "A small weight shortens them, too, but at the price of error: entropy drops "
                    "most at weight 1, by %.0f nats with LLL, where V is %.1g and d' %.2g; V is "
                    "largest at %d (%.2g), d' at %d (%.2g).",
                    lll[0].drop.mean, lll[0].v.mean, lll[0].d.mean, weights[v], lll[v].v.mean,
                    weights[d], lll[d].d.mean);
    record_conclude(record, "Unreduced rows show no V: %.2g with a standard error of %.2g.",
                    all->unreduced.v.mean, sqrt(all->error.mean / all->error.count));
    return GM_OK;
}

const struct experiment experiment_lwe_reduction = {
    .name = "lwe-reduction",
    .title = "What lattice reduction does to the gradient of LWE",
    .question = "Which reduction makes rows whose gradient tells most of the secret?",
    .method =
        "LWE with n = 32, q = 1021, sigma = 3, a ternary secret with 8 non-zeros: two blocks of 32 "
        "samples, reduced by LLL and by BKZ with blocks of 10, 20 and 30, at embedding weights 1 "
        "to 256; beside them as many samples as they are. rho is the deviation of the reduced "
        "columns over that of uniform ones; the entropy is a proxy, the sum over coordinates; V "
        "is the variance of the gradient at weights 0 over secrets, with the error as amplified "
        "by the rows; z and d' are what the whitened gradient is expected to show of an entry "
        "that is 1 or -1, d' over the deviation where entries are 0. Rows have a variance v = "
        "(h/n) |x|^2 + sigma^2 |R|^2/q^2 in the phase: the weight shares it out. At a scale below "
        "0.2 BKZ-10 and BKZ-30 are left out.",
    .seconds = 15,
    .repetitions = 5,
    .state_size = sizeof(struct state),
    .once = reduce_once,
    .conclude = conclude,
};
