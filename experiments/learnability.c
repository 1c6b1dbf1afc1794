/* Which targets a fixed budget learns, and what foretells it before the first step. */
#include <stdio.h>

#include "measuring.h"
#include "ranks.h"

/* --- the grid --- */

enum law {
    CUBE,
    NARROW_CUBE,
    NARROWEST_CUBE,
    RESIDUES,
    FIVE_RESIDUES,
    THREE_RESIDUES,
    NORMAL,
    LAWS
};
static const struct inputs {
    const char *name, *spec;
    enum kind { SIGNS, MODULAR, REAL } kind;
} inputs[LAWS] = {{"cube", "cube:n=20", SIGNS},
                  {"cube, p = 0.3", "cube:n=20,p=0.3", SIGNS},
                  {"cube, p = 0.1", "cube:n=20,p=0.1", SIGNS},
                  {"residues of 11", "zq:n=8,q=11", MODULAR},
                  {"5 residues", "zq:n=8,q=11,width=5", MODULAR},
                  {"3 residues", "zq:n=8,q=11,width=3", MODULAR},
                  {"Gaussian", "gaussian:n=8", REAL}};

static const struct targets {
    const char *name, *spec, *loss;
    unsigned kinds; /* of inputs, a bit each */
} targets[] = {
    {"parity, k = 1", "parity:k=1", "squared", 1u << SIGNS},
    {"parity, k = 2", "parity:k=2", "squared", 1u << SIGNS},
    {"parity, k = 3", "parity:k=3", "squared", 1u << SIGNS},
    {"all parities", "parity", "squared", 1u << SIGNS},
    {"LWE, dense", "lwe:read=phase,sigma=0.5", "cosine", 1u << MODULAR},
    {"LWE, 2 non-zeros", "lwe:read=phase,sigma=0.5,secret=ternary,hamming=2", "cosine",
     1u << MODULAR},
    {"sums of 2 mod q", "modsum:k=2", "cosine", 1u << MODULAR},
    {"sums of 6 mod q", "modsum:k=6", "cosine", 1u << MODULAR},
    {"wave, R = 1", "wave:R=1,psi=sin", "squared", 1u << REAL},
    {"wave, R = 4", "wave:R=4,psi=sin", "squared", 1u << REAL},
    {"wave, R = 16", "wave:R=16,psi=sin", "squared", 1u << REAL},
    {"linear", "linear", "squared", 1u << SIGNS | 1u << MODULAR | 1u << REAL},
    {"teacher", "teacher:hidden=4", "squared", 1u << SIGNS | 1u << MODULAR | 1u << REAL},
};
enum {
    TARGETS = sizeof targets / sizeof *targets,
    ALL_PARITIES = 3,
    LWE_DENSE = 4,
    LWE_SPARSE = 5,
    WAVE_16 = 10,
    LINEAR_TARGETS = 11
};

enum model { LINEAR, NETWORK, MODELS };
static const char *const models[MODELS] = {"linear", "mlp:hidden=16,act=tanh"};
static const char *const model_names[MODELS] = {"linear", "network"};

enum {
    STEPS = 500,
    BATCH = 128,
    SAMPLES = 1024,
    DRAWS = 128,
    MOST_CELLS = LAWS * TARGETS * MODELS
};

/* The part of what knowing nothing costs by which the loss must fall. */
static const double wanted = 0.2;

enum foretelling { RATIO, VARIANCE, BOUND, BOUND_RATIO, ENTROPY, FORETELLINGS };
static const char *const names[FORETELLINGS] = {"V/T", "V", "bound of V", "bound/T", "low entropy"};

struct cell {
    struct sample success, fall, of[FORETELLINGS];
};

struct state {
    struct cell cells[LAWS][TARGETS][MODELS];
};

static bool exists(int law, int target) {
    return targets[target].kinds >> inputs[law].kind & 1u;
}

/* --- one run --- */

static gm_status foretell(struct record *record, gm_measure_options options, struct cell *cell) {
    gm_measurement m;
    options.samples = SAMPLES;
    options.target_draws = DRAWS;
    const gm_status status = measure_at(record, &options, &m);
    if (status != GM_OK)
        return status;
    const double values[ENTROPY] = {m.variance.value / m.noise_trace, m.variance.value, m.bound,
                                    m.bound / m.noise_trace};
    for (int f = 0; f < ENTROPY; f++)
        sample_add(&cell->of[f], values[f]);
    cell->of[ENTROPY].mean = -m.entropy.nats; /* of the law, and infinite of a continuous one */
    return GM_OK;
}

/* What V is on the way is not asked: few samples and targets. */
static gm_status train(struct record *record, gm_measure_options options, struct cell *cell) {
    const gm_along_options along = {.steps = STEPS, .batch_size = BATCH};
    gm_along *run = NULL;
    options.samples = 32;
    options.target_draws = 4;
    const gm_status status = gm_measure_along(record->context, &options, &along, &run);
    if (status != GM_OK)
        return status;
    const double least = options.loss[0] == 'c' ? -1.0 : 0.0;
    const double last = run->points[run->count - 1].loss;
    const double fall = run->diverged ? 0.0 : (run->baseline - last) / (run->baseline - least);
    sample_add(&cell->fall, fall);
    sample_add(&cell->success, fall >= wanted);
    gm_along_destroy(record->context, run);
    return GM_OK;
}

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct state *all = state;
    for (int law = 0; law < LAWS; law++)
        for (int target = 0; target < TARGETS; target++)
            for (int model = 0; model < MODELS && exists(law, target); model++) {
                struct cell *cell = &all->cells[law][target][model];
                const gm_measure_options options = {.inputs = inputs[law].spec,
                                                    .targets = targets[target].spec,
                                                    .loss = targets[target].loss,
                                                    .model = models[model],
                                                    .method = "sampled",
                                                    .seed = seed * 1000 +
                                                            (uint64_t)(law * TARGETS + target)};
                TRY(foretell(record, options, cell));
                TRY(train(record, options, cell));
            }
done:
    return status;
}

/* --- how well a number foretells --- */

/* The cells of a choice of models, side by side, and their inputs and targets as a number. */
struct list {
    int count, group[MOST_CELLS];
    double success[MOST_CELLS], of[FORETELLINGS][MOST_CELLS];
};

enum { ALL = MODELS };

static void list_cells(const struct state *all, int model, struct list *out) {
    out->count = 0;
    for (int law = 0; law < LAWS; law++)
        for (int target = 0; target < TARGETS; target++)
            for (int m = 0; m < MODELS && exists(law, target); m++) {
                const struct cell *cell = &all->cells[law][target][m];
                if (model != ALL && m != model)
                    continue;
                out->group[out->count] = law * TARGETS + target;
                out->success[out->count] = cell->success.mean;
                for (int f = 0; f < FORETELLINGS; f++)
                    out->of[f][out->count] = cell->of[f].mean;
                out->count++;
            }
}

/* Probability that a run that succeeded had the larger number than one that did not, ties halved:
   a cell is as many of the one as its share of success. */
static double area(int count, const double *x, const double *success) {
    double above = 0.0, pairs = 0.0;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++) {
            const double weight = success[i] * (1.0 - success[j]);
            above += x[i] > x[j] ? weight : x[i] < x[j] ? 0.0 : 0.5 * weight;
            pairs += weight;
        }
    return above / pairs;
}

struct quality {
    double value[2][FORETELLINGS]; /* rank correlation, then area */
    double error[2][FORETELLINGS];
    double beyond[FORETELLINGS], beyond_error[FORETELLINGS]; /* area of V/T less that of f */
};

static void judge_list(const struct list *l, double out[2][FORETELLINGS]) {
    for (int f = 0; f < FORETELLINGS; f++) {
        out[0][f] = rank_correlation(l->count, l->of[f], l->success);
        out[1][f] = area(l->count, l->of[f], l->success);
    }
}

/* The list without the cells of a group. */
static void leave_out(const struct list *from, int group, struct list *out) {
    out->count = 0;
    for (int i = 0; i < from->count; i++)
        if (from->group[i] != group) {
            out->success[out->count] = from->success[i];
            for (int f = 0; f < FORETELLINGS; f++)
                out->of[f][out->count] = from->of[f][i];
            out->count++;
        }
}

/* With errors from a jackknife over pairs of inputs and targets. */
static void judge_cells(const struct state *all, int model, struct quality *out) {
    static struct list list, rest;
    struct sample one[2][FORETELLINGS] = {{{0}}}, apart[FORETELLINGS] = {{0}};
    double values[2][FORETELLINGS];
    list_cells(all, model, &list);
    judge_list(&list, out->value);
    for (int law = 0; law < LAWS; law++)
        for (int target = 0; target < TARGETS; target++) {
            if (!exists(law, target))
                continue;
            leave_out(&list, law * TARGETS + target, &rest);
            judge_list(&rest, values);
            for (int f = 0; f < FORETELLINGS; f++) {
                sample_add(&one[0][f], values[0][f]);
                sample_add(&one[1][f], values[1][f]);
                sample_add(&apart[f], values[1][RATIO] - values[1][f]);
            }
        }
    /* (G − 1)/G Σ of squared deviations. */
    for (int f = 0; f < FORETELLINGS; f++) {
        for (int kind = 0; kind < 2; kind++)
            out->error[kind][f] =
                sqrt(one[kind][f].squares * (one[kind][f].count - 1.0) / one[kind][f].count);
        out->beyond[f] = out->value[1][RATIO] - out->value[1][f];
        out->beyond_error[f] = sqrt(apart[f].squares * (apart[f].count - 1.0) / apart[f].count);
    }
}

/* --- telling --- */

static const struct column columns[] = {{"inputs", TEXT},           {"targets", TEXT},
                                        {"V/T, linear", NUMBER},    {"learnt, linear", PERCENT},
                                        {"V/T, network", NUMBER},   {"learnt, network", PERCENT},
                                        {"bound, network", NUMBER}, {"entropy", NUMBER}};

static void write_table(struct record *record, const struct state *all) {
    record_columns(record, columns, 8);
    for (int law = 0; law < LAWS; law++)
        for (int target = 0; target < TARGETS; target++) {
            const struct cell *c = all->cells[law][target];
            if (exists(law, target))
                record_row(record, inputs[law].name, targets[target].name, c[LINEAR].of[RATIO].mean,
                           c[LINEAR].success.mean, c[NETWORK].of[RATIO].mean,
                           c[NETWORK].success.mean, c[NETWORK].of[BOUND].mean,
                           -c[NETWORK].of[ENTROPY].mean);
        }
}

/* V/T below this is drawn as this. */
static const double least_ratio = 1e-5;

static void plot_shares(struct record *record, const struct state *all) {
    const int plot =
        record_plot(record, "What is learnt, by V/T", "V/T at the initial weights (10⁻⁵: at most)",
                    "share of runs that learnt");
    record_linear(record, plot, "y");
    for (int m = 0; m < MODELS; m++) {
        const int series = record_series(record, plot, model_names[m], MARKS, m);
        for (int law = 0; law < LAWS; law++)
            for (int target = 0; target < TARGETS; target++) {
                const struct cell *cell = &all->cells[law][target][m];
                if (exists(law, target))
                    record_point(record, plot, series, fmax(least_ratio, cell->of[RATIO].mean),
                                 cell->success.mean, 0.0);
            }
    }
}

static void plot_areas(struct record *record, const struct quality quality[MODELS + 1]) {
    static const char *const series_names[] = {"linear", "network", "both"};
    const int plot = record_plot(record, "How often a run that learns has the larger number",
                                 "number", "area under the curve");
    record_ticks(record, plot, names, FORETELLINGS);
    record_linear(record, plot, "y");
    for (int m = 0; m <= MODELS; m++) {
        const int series = record_series(record, plot, series_names[m], MARKS, m);
        for (int f = 0; f < FORETELLINGS; f++)
            record_point(record, plot, series, f + 0.85 + 0.15 * m, quality[m].value[1][f],
                         quality[m].error[1][f]);
    }
    const int level = record_series(record, plot, "chance", LEVEL, MODELS + 1);
    record_point(record, plot, level, 0.0, 0.5, 0.0);
}

/* Largest share of success where V is known to be nearly 0. */
static double hopeless(const struct state *all) {
    double most = 0.0;
    for (int m = 0; m < MODELS; m++) {
        most = fmax(most, all->cells[RESIDUES][LWE_DENSE][m].success.mean);
        most = fmax(most, all->cells[NORMAL][WAVE_16][m].success.mean);
        most = fmax(most, all->cells[CUBE][ALL_PARITIES][m].success.mean);
    }
    return most;
}

static double certain(const struct state *all) {
    double least = 1.0;
    for (int law = 0; law < LAWS; law++)
        least = fmin(least, all->cells[law][LINEAR_TARGETS][LINEAR].success.mean);
    return least;
}

static void claim(struct record *record, const struct state *all, const struct quality *both) {
    record_claim(record, certain(all), 1.0, 1.0,
                 "linear targets and model: V/T is about 1/(n + 1) on Gaussian inputs, and all "
                 "runs learn on all inputs; the least share");
    record_claim(record, hopeless(all), 0.0, 0.0,
                 "dense LWE, waves of R = 16 and all parities of 20 uniform signs, where V/T is at "
                 "most 1e-5: neither model learns; the largest share");
    record_claim(record, both->value[1][RATIO], 0.9, 1.0,
                 "area of V/T: how often a run that learnt had the larger one");
    record_claim(record, both->value[0][RATIO] / both->error[0][RATIO], 3.0, INFINITY,
                 "rank correlation of V/T with the share that learnt, over its error");
    record_claim(record, both->beyond[BOUND] / both->beyond_error[BOUND], 2.0, INFINITY,
                 "area of V/T less that of the bound of V, over its error");
    record_claim(record, both->beyond[ENTROPY] / both->beyond_error[ENTROPY], 2.0, INFINITY,
                 "area of V/T less that of low entropy, over its error");
}

static void say(struct record *record, const struct state *all, const struct quality *both) {
    const double(*v)[FORETELLINGS] = both->value, (*e)[FORETELLINGS] = both->error;
    record_conclude(record,
                    "V/T before the first step foretells what is learnt: area %.2f ± %.2f, rank "
                    "correlation %.2f ± %.2f; V alone %.2f ± %.2f and %.2f ± %.2f.",
                    v[1][RATIO], e[1][RATIO], v[0][RATIO], e[0][RATIO], v[1][VARIANCE],
                    e[1][VARIANCE], v[0][VARIANCE], e[0][VARIANCE]);
    record_conclude(
        record,
        "The bound as it stands foretells little, area %.2f ± %.2f and rank correlation "
        "%.2f ± %.2f, and low entropy of the inputs %.2f ± %.2f and %.2f ± %.2f.",
        v[1][BOUND], e[1][BOUND], v[0][BOUND], e[0][BOUND], v[1][ENTROPY], e[1][ENTROPY],
        v[0][ENTROPY], e[0][ENTROPY]);
    record_conclude(record,
                    "Most of what the bound lacks is the size of the gradients: over T its area is "
                    "%.2f ± %.2f.",
                    v[1][BOUND_RATIO], e[1][BOUND_RATIO]);
    const struct cell *sparse = &all->cells[RESIDUES][LWE_SPARSE][LINEAR];
    record_conclude(record,
                    "What V at the first weights misses is what shows itself later: LWE with two "
                    "non-zeros on all residues has V = 0 at weights 0, and the linear model learns "
                    "%.0f %% of its targets.",
                    100.0 * sparse->success.mean);
}

static gm_status conclude(struct record *record, void *state) {
    const struct state *all = state;
    struct quality quality[MODELS + 1];
    for (int m = 0; m <= MODELS; m++)
        judge_cells(all, m, &quality[m]);
    write_table(record, all);
    plot_shares(record, all);
    plot_areas(record, quality);
    claim(record, all, &quality[ALL]);
    say(record, all, &quality[ALL]);
    return GM_OK;
}

const struct experiment experiment_learnability = {
    .name = "learnability",
    .title = "What is learnt, and what foretells it",
    .question = "Does V at the initial weights foretell what a fixed budget learns, and do its "
                "bound and the entropy of the inputs?",
    .method =
        "41 pairs of inputs and targets, a linear model and a tanh network of 16 units. V, its "
        "noise T and the bound at the initial weights, from 1024 inputs and 128 targets. Then one "
        "target of the class is trained on by 500 plain steps on 128 fresh samples each, at a "
        "quarter of the rate from which steps grow. A run has learnt if the loss on samples that "
        "are fresh again fell below that of the best constant by a fifth of its distance from the "
        "least loss. Each number is judged by the rank correlation with the share of "
        "runs that learnt, and by the area under the curve: the probability that a run that learnt "
        "had the larger number than one that did not. Errors are a jackknife over the 41 pairs.",
    .seconds = 30,
    .repetitions = 8,
    .state_size = sizeof(struct state),
    .once = measure_once,
    .conclude = conclude,
};
