/* The naive and the unbiased estimate of V from N inputs, where V is known and where it is 0. */
#include "measuring.h"

enum { TARGETS = 64, TIMES = 8, SEEN = 0, UNSEEN = 1, PROBLEMS };

static const int64_t sizes[] = {128, 256, 512, 1024, 2048, 4096};
enum { SIZES = sizeof sizes / sizeof *sizes };

static const double pi = 3.14159265358979323846;

static const struct problem {
    const char *name, *inputs, *targets, *loss;
} problems[PROBLEMS] = {{"linear, V = 8", "gaussian:n=8", "linear", "squared"},
                        {"sparse LWE, V = 0", "zq:n=4,q=11", "lwe:read=phase,hamming=2", "cosine"}};

/* Linear targets: the gradient is −a, and E ‖x‖⁴ = n (n + 2). Sparse LWE: given any entry of x the
   phase is uniform, so that E a = 4π² E ‖x/q‖² / 2. */
static double variance_of(int problem) {
    return problem == SEEN ? 8.0 : 0.0;
}
static double activity_of(int problem) {
    const double q = 11.0, n = 4.0;
    return problem == SEEN ? 8.0 * 10.0 : pi * pi * n * (q * q - 1.0) / (6.0 * q * q);
}
static double excess_of(int problem) {
    return activity_of(problem) - variance_of(problem);
}

static const struct column columns[] = {
    {"problem", TEXT},    {"inputs N", NUMBER},  {"naive", NUMBER}, {"its theory", NUMBER},
    {"unbiased", NUMBER}, {"its error", NUMBER}, {"spread", NUMBER}};

struct cell {
    struct sample naive, unbiased, error, excess; /* excess: of naive, in its theory */
};

struct state {
    struct cell cells[PROBLEMS][SIZES];
    struct sample squares[PROBLEMS]; /* ((V̂ − V)/error)² */
    struct sample covered[PROBLEMS];
    struct sample value[PROBLEMS]; /* V̂ over V, or where that is 0 over E a / N */
    double informative;            /* verdicts where V = 0 */
};

static gm_status measure_cell(struct record *record, int problem, int at, uint64_t seed,
                              struct state *all) {
    gm_status status = GM_OK;
    gm_measurement m;
    struct cell *cell = &all->cells[problem][at];
    const double v = variance_of(problem), excess = excess_of(problem) / (double)sizes[at];
    const gm_measure_options options = {.inputs = problems[problem].inputs,
                                        .targets = problems[problem].targets,
                                        .loss = problems[problem].loss,
                                        .samples = sizes[at],
                                        .target_draws = TARGETS,
                                        .method = "sampled",
                                        .seed = seed};
    TRY(measure_at(record, &options, &m));
    sample_add(&cell->naive, m.naive_variance);
    sample_add(&cell->unbiased, m.variance.value);
    sample_add(&cell->error, m.variance.std_error);
    sample_add(&cell->excess, (m.naive_variance - m.variance.value) / excess);
    sample_add(&all->squares[problem], pow((m.variance.value - v) / m.variance.std_error, 2));
    sample_add(&all->covered[problem], m.variance.low <= v && v <= m.variance.high);
    sample_add(&all->value[problem], m.variance.value / (v > 0.0 ? v : excess));
    all->informative += problem == UNSEEN && m.verdict[0] == 'i';
done:
    return status;
}

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    for (int problem = 0; problem < PROBLEMS; problem++)
        for (int at = 0; at < SIZES; at++)
            for (uint64_t i = 0; i < TIMES; i++)
                TRY(measure_cell(record, problem, at, seed * 1000 + (uint64_t)at * TIMES + i,
                                 state));
done:
    return status;
}

static double theory(int problem, int at) {
    return variance_of(problem) + excess_of(problem) / (double)sizes[at];
}

static double spread(const struct sample *sample) {
    return sample_error(sample) * sqrt(sample->count);
}

static void add_points(struct record *record, int plot, const char *name, int color, int problem,
                       const struct state *all, bool naive) {
    const int series = record_series(record, plot, name, POINTS, color);
    for (int at = 0; at < SIZES; at++) {
        const struct sample *sample =
            naive ? &all->cells[problem][at].naive : &all->cells[problem][at].unbiased;
        record_point(record, plot, series, (double)sizes[at], sample->mean, sample_error(sample));
    }
}

static void add_theory(struct record *record, int plot, const char *name, int problem) {
    const int line = record_series(record, plot, name, LINE, 0);
    for (int at = 0; at < SIZES; at++)
        record_point(record, plot, line, (double)sizes[at], theory(problem, at), 0.0);
}

static void tell(struct record *record, const struct state *all) {
    record_columns(record, columns, 7);
    for (int problem = 0; problem < PROBLEMS; problem++)
        for (int at = 0; at < SIZES; at++) {
            const struct cell *cell = &all->cells[problem][at];
            record_row(record, problems[problem].name, (double)sizes[at], cell->naive.mean,
                       theory(problem, at), cell->unbiased.mean, cell->error.mean,
                       spread(&cell->unbiased));
        }
    const int unseen =
        record_plot(record, "Sparse LWE on uniform inputs: V = 0", "inputs N", "estimate of V");
    record_linear(record, unseen, "y");
    add_points(record, unseen, "naive", 0, UNSEEN, all, true);
    add_theory(record, unseen, "E a / N", UNSEEN);
    add_points(record, unseen, "unbiased", 1, UNSEEN, all, false);
    const int zero = record_series(record, unseen, "V = 0", LEVEL, 6);
    record_point(record, unseen, zero, 0.0, 0.0, 0.0);
    const int seen =
        record_plot(record, "Linear targets and model: V = 8", "inputs N", "estimate of V");
    record_linear(record, seen, "y");
    add_points(record, seen, "naive", 0, SEEN, all, true);
    add_theory(record, seen, "V + (E a − V)/N", SEEN);
    add_points(record, seen, "unbiased", 1, SEEN, all, false);
    const int level = record_series(record, seen, "V = 8", LEVEL, 6);
    record_point(record, seen, level, 0.0, variance_of(SEEN), 0.0);
}

static void claim(struct record *record, const struct state *all) {
    double excess[PROBLEMS] = {0.0}, x[SIZES], y[SIZES];
    for (int at = 0; at < SIZES; at++) {
        for (int problem = 0; problem < PROBLEMS; problem++)
            excess[problem] += all->cells[problem][at].excess.mean / SIZES;
        x[at] = log((double)sizes[at]);
        y[at] = log(all->cells[UNSEEN][at].naive.mean);
    }
    for (int problem = 0; problem < PROBLEMS; problem++)
        record_claim(record, excess[problem], 0.93, 1.07,
                     "%s: naive less unbiased, over (E a - V)/N, mean over N",
                     problems[problem].name);
    record_claim(record, slope_of(SIZES, x, y), -1.1, -0.9,
                 "where V = 0 the naive estimate is no sign of it: its slope in N, log-log");
    record_claim(record, all->value[SEEN].mean, 0.93, 1.07,
                 "the unbiased estimate over V = 8, mean of all runs");
    record_claim(record, all->value[UNSEEN].mean, -0.1, 0.1,
                 "the unbiased estimate where V = 0, over E a / N, mean of all runs");
    record_claim(record, sqrt(all->squares[SEEN].mean), 0.7, 1.4,
                 "its standard error follows: root mean square of (estimate - V)/error, V = 8");
    record_claim(record, all->covered[SEEN].mean, 0.85, 1.0,
                 "share of 95 %% intervals that hold V = 8");
    record_claim(record, all->covered[UNSEEN].mean, 0.9, 1.0,
                 "share of 95 %% intervals that hold V = 0");
    record_claim(record, all->informative, 0.0, 0.0, "verdicts of 'informative' where V = 0");
    const struct cell *last = &all->cells[UNSEEN][SIZES - 1];
    record_conclude(record,
                    "Where V = 0 the naive estimate falls as 1/N and never shows it: %.2g at N = "
                    "%d, where the unbiased one is %.1g with an error of %.1g a run.",
                    last->naive.mean, (int)sizes[SIZES - 1], last->unbiased.mean, last->error.mean);
    record_conclude(record,
                    "At N = %d the naive estimate of V = 8 is %.3g times that, the unbiased one "
                    "%.3g times. An unbiased estimate may be negative.",
                    (int)sizes[0], all->cells[SEEN][0].naive.mean / 8.0,
                    all->cells[SEEN][0].unbiased.mean / 8.0);
}

static gm_status conclude(struct record *record, void *state) {
    tell(record, state);
    claim(record, state);
    return GM_OK;
}

const struct experiment experiment_finite_sample = {
    .name = "finite-sample",
    .title = "The naive and the unbiased estimate",
    .question = "How many inputs does an estimate of V need, and what does it show where V = 0?",
    .method =
        "From N inputs and 64 targets, 8 draws a repetition. Linear targets and model, 8 "
        "Gaussian inputs, weights 0: V = n and E a = n (n + 2). LWE phases with two non-zeros, "
        "inputs uniform on Z_11^4, cosine loss: V = 0 and E a = pi^2 n (q^2 - 1)/(6 q^2). The "
        "naive estimate is the variance over targets of the gradient on these inputs, too large "
        "by (E a - V)/N: an input is paired with itself. The unbiased one leaves these pairs out; "
        "its error is a jackknife over blocks of inputs and over targets.",
    .seconds = 30,
    .repetitions = 10,
    .state_size = sizeof(struct state),
    .once = measure_once,
    .conclude = conclude,
};
