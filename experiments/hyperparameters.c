/* Width, depth and activation of a network at its initial weights. */
#include <stdio.h>

#include "measuring.h"

enum { SIGNS = 8, N = 3, Q = 7 };

static const int widths[] = {4, 16, 64, 256};
static const char *const activations[] = {"tanh", "relu", "sin"};
static const char *const depths[] = {"32", "32x32", "32x32x32"};
enum {
    WIDTHS = sizeof widths / sizeof *widths,
    ACTIVATIONS = sizeof activations / sizeof *activations,
    DEPTHS = sizeof depths / sizeof *depths,
    NETWORKS = WIDTHS + ACTIVATIONS * DEPTHS
};

enum { TEACHER, LWE, PARITY, TASKS };
static const struct task {
    const char *name, *inputs, *targets, *loss;
} tasks[TASKS] = {{"teacher", "gaussian:n=8", "teacher:hidden=16", "squared"},
                  {"LWE", "zq:n=3,q=7", "lwe:read=phase", "cosine"},
                  {"parities", "cube:n=8", "parity", "squared"}};

static const struct column columns[] = {
    {"network", TEXT},  {"parameters", NUMBER}, {"V, teacher", NUMBER},  {"V/T", NUMBER},
    {"V, LWE", NUMBER}, {"V/T", NUMBER},        {"V, parities", NUMBER}, {"V/T", NUMBER}};

struct cell {
    struct sample v, ratio;
    double most; /* largest V/T */
};

struct state {
    struct cell cells[NETWORKS][TASKS];
    double parameters[NETWORKS];
    double runs, informative; /* on the teacher */
};

static void name_network(int network, char out[48], char spec[64]) {
    const int rest = network - WIDTHS;
    if (network < WIDTHS) {
        snprintf(out, 48, "tanh, %d", widths[network]);
        snprintf(spec, 64, "mlp:hidden=%d,act=tanh", widths[network]);
    } else {
        const char *act = activations[rest / DEPTHS], *hidden = depths[rest % DEPTHS];
        snprintf(out, 48, "%s, %s", act, hidden);
        snprintf(spec, 64, "mlp:hidden=%s,act=%s", hidden, act);
    }
}

static gm_status measure_cell(struct record *record, int network, int task, uint64_t seed,
                              struct state *all) {
    gm_status status = GM_OK;
    gm_measurement m;
    char name[48], spec[64];
    struct cell *cell = &all->cells[network][task];
    gm_measure_options options = {.inputs = tasks[task].inputs,
                                  .targets = tasks[task].targets,
                                  .loss = tasks[task].loss,
                                  .model = spec,
                                  .method = task == TEACHER ? "sampled" : "exact",
                                  .samples = 2048,
                                  .target_draws = 128,
                                  .seed = seed};
    name_network(network, name, spec);
    TRY(measure_at(record, &options, &m));
    const double ratio = m.variance.value / m.noise_trace;
    sample_add(&cell->v, m.variance.value);
    sample_add(&cell->ratio, ratio);
    cell->most = fmax(cell->most, ratio);
    all->parameters[network] = (double)m.parameters;
    all->runs += task == TEACHER;
    all->informative += task == TEACHER && m.verdict[0] == 'i';
done:
    return status;
}

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    for (int network = 0; network < NETWORKS; network++)
        for (int task = 0; task < TASKS; task++)
            TRY(measure_cell(record, network, task, seed, state));
done:
    return status;
}

/* The limits of V/T that theory gives the exact tasks. */
static double limit_of(int task) {
    return task == LWE ? 2.0 * pow(Q, -N) : pow(2.0, -SIGNS);
}

static void add_limits(struct record *record, int plot) {
    const int lwe = record_series(record, plot, "2/qⁿ", LEVEL, LWE);
    record_point(record, plot, lwe, 0.0, limit_of(LWE), 0.0);
    const int parity = record_series(record, plot, "1/2ⁿ", LEVEL, PARITY);
    record_point(record, plot, parity, 0.0, limit_of(PARITY), 0.0);
}

static void tell(struct record *record, const struct state *all) {
    static const char *const ticks[] = {"tanh 1", "2", "3", "relu 1", "2", "3", "sin 1", "2", "3"};
    record_columns(record, columns, 8);
    for (int i = 0; i < NETWORKS; i++) {
        char name[48], spec[64];
        const struct cell *c = all->cells[i];
        name_network(i, name, spec);
        record_row(record, name, all->parameters[i], c[TEACHER].v.mean, c[TEACHER].ratio.mean,
                   c[LWE].v.mean, c[LWE].ratio.mean, c[PARITY].v.mean, c[PARITY].ratio.mean);
    }
    const int width = record_plot(record, "One hidden layer of tanh", "width", "V/T");
    const int deep = record_plot(record, "Activation and depth, 32 units a layer",
                                 "activation, hidden layers", "V/T");
    record_ticks(record, deep, ticks, ACTIVATIONS * DEPTHS);
    for (int task = 0; task < TASKS; task++) {
        const int series = record_series(record, width, tasks[task].name, POINTS, task);
        const int marks = record_series(record, deep, tasks[task].name, MARKS, task);
        for (int i = 0; i < NETWORKS; i++) {
            const struct sample *s = &all->cells[i][task].ratio;
            if (i < WIDTHS)
                record_point(record, width, series, widths[i], s->mean, sample_error(s));
            else
                record_point(record, deep, marks, i - WIDTHS + 1.0, s->mean, sample_error(s));
        }
    }
    add_limits(record, width);
    add_limits(record, deep);
}

static void claim(struct record *record, const struct state *all) {
    double most[TASKS] = {0.0}, least = INFINITY;
    for (int i = 0; i < NETWORKS; i++) {
        for (int task = 0; task < TASKS; task++)
            most[task] = fmax(most[task], all->cells[i][task].most);
        least = fmin(least, all->cells[i][TEACHER].ratio.mean);
    }
    const double wide = all->cells[WIDTHS - 1][PARITY].v.mean / all->cells[0][PARITY].v.mean;
    record_claim(record, most[PARITY] / limit_of(PARITY), 0.0, 1.05,
                 "all parities: V/T is at most 1/2^n, whatever the network; the largest, over it");
    record_claim(record, most[LWE] / limit_of(LWE), 0.0, 1.05,
                 "LWE, uniform: V/T is at most 2/q^n, whatever the network; the largest, over it");
    record_claim(record, all->informative / all->runs, 1.0, 1.0,
                 "the teacher is seen by every network: share of the verdict 'informative'");
    record_claim(record, least / fmax(most[LWE], most[PARITY]), 1.0, INFINITY,
                 "V/T of the teacher at its least, over that of LWE and parities at their most");
    record_claim(record, wide, 2.0, (double)widths[WIDTHS - 1] / widths[0],
                 "V alone grows with the width, at most in proportion: parities, width %d over %d",
                 widths[WIDTHS - 1], widths[0]);
    record_conclude(record,
                    "No width, depth or activation tried gets V/T of LWE or parities above what "
                    "the class and the inputs allow, 2/q^n and 1/2^n, at initial weights.");
    record_conclude(record,
                    "V itself grows with the number of parameters, by %.3g from width %d to %d on "
                    "parities, and so does the noise: it is V/T that compares networks.",
                    wide, widths[0], widths[WIDTHS - 1]);
}

static gm_status conclude(struct record *record, void *state) {
    tell(record, state);
    claim(record, state);
    return GM_OK;
}

const struct experiment experiment_hyperparameters = {
    .name = "hyperparameters",
    .title = "Width, depth and activation",
    .question = "Does the shape of a network change what its first gradients tell?",
    .method =
        "Networks at random initial weights, N(0, 1/fan-in), biases 0. Targets: random networks "
        "of 16 tanh units on 8 Gaussian inputs (squared loss; 2048 inputs and 128 targets are "
        "drawn), LWE phases on Z_7^3 with all secrets and uniform inputs (cosine loss, exactly), "
        "and all parities of 8 signs (squared loss, exactly). Pairwise independent classes have V "
        "= D = sum P^2 a, and T is about E a: V/T is at most about the probability of a collision, "
        "or twice that for phases, where x and -x count as one.",
    .seconds = 40,
    .repetitions = 8,
    .state_size = sizeof(struct state),
    .once = measure_once,
    .conclude = conclude,
};
