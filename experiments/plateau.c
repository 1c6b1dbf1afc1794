/* Twelve runs whose trouble is known beforehand, and what the monitor says of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

enum { MOST_INPUTS = 24, MOST_HIDDEN = 16, MOST_PARAMETERS = 512, BATCH = 128, TEACHERS = 4 };
enum { MOMENTS = 2, RUNS = 12, SHOWN = 3, TRACE = 20 };

static const double turn = 6.283185307179586;

/* --- the runs --- */

enum data {
    PARITY,  /* product of all signs */
    PHASE,   /* ⟨s, r⟩ mod 31 over 31, every third entry of s is 1 or −1; inputs are r/31 */
    WAVE,    /* sin⟨u, x⟩, ‖u‖ = 8 */
    LINES,   /* ⟨a, x⟩, the last entry of x 10^(−decades/2) of the first */
    CLASSES, /* 1 with probability 1/(1 + exp −2⟨a, x⟩), ‖a‖ = 1 */
    TEACHER  /* a network of four units */
};
enum loss { SQUARED, LOGISTIC, COSINE };

struct run {
    const char *name;
    enum data data;
    enum loss loss;
    int columns, hidden; /* hidden units of tanh; 0: a linear model without a bias */
    double rate, noise;  /* noise: standard deviation of that of the labels */
    double decades;      /* of the condition number */
    double baseline;     /* loss of the best constant; 0: not told, but for the cosine */
    int step[MOMENTS];   /* when it is asked, the last at the end */
    gm_cause expected[MOMENTS];
};

#define UNINFORMATIVE                                                                              \
    { GM_CAUSE_UNINFORMATIVE, GM_CAUSE_UNINFORMATIVE }
#define ILL                                                                                        \
    { GM_CAUSE_ILL_CONDITIONED, GM_CAUSE_ILL_CONDITIONED }
#define RATE                                                                                       \
    { GM_CAUSE_RATE_TOO_HIGH, GM_CAUSE_RATE_TOO_HIGH }
#define HEALTHY                                                                                    \
    { GM_CAUSE_HEALTHY, GM_CAUSE_CONVERGED }

static const struct run runs[RUNS] = {
    {"parity of 20 signs, network",
     PARITY,
     SQUARED,
     20,
     16,
     .1,
     0,
     0,
     .5,
     {500, 1000},
     UNINFORMATIVE},
    {"parity of 20 signs, linear",
     PARITY,
     SQUARED,
     20,
     0,
     .1,
     0,
     0,
     .5,
     {500, 1000},
     UNINFORMATIVE},
    {"LWE phases, sparse secret", PHASE, COSINE, 24, 0, .05, .02, 0, 0, {500, 1000}, UNINFORMATIVE},
    {"wave of R = 8, network", WAVE, SQUARED, 10, 16, .1, 0, 0, .25, {500, 1000}, UNINFORMATIVE},
    {"condition 10⁶", LINES, SQUARED, 20, 0, .5, 0, 6, 0, {2000, 4000}, ILL},
    {"condition 10⁶, label noise", LINES, SQUARED, 20, 0, .5, .03, 6, 0, {2000, 3000}, ILL},
    {"rate 1.05 of the limit, linear", LINES, SQUARED, 20, 0, 2.1, .3, 2, 0, {100, 300}, RATE},
    {"rate 50, logistic", CLASSES, LOGISTIC, 10, 0, 50, 0, 0, .6931471805599453, {100, 500}, RATE},
    {"rate 3, network", TEACHER, SQUARED, 10, 16, 3, .1, 0, 0, {100, 500}, RATE},
    {"linear regression", LINES, SQUARED, 20, 0, .05, .5, .3, 0, {64, 1500}, HEALTHY},
    {"logistic regression",
     CLASSES,
     LOGISTIC,
     10,
     0,
     .5,
     0,
     .3,
     .6931471805599453,
     {40, 1000},
     HEALTHY},
    {"network of a teacher", TEACHER, SQUARED, 10, 16, .1, .3, 0, 0, {40, 8000}, HEALTHY},
};
/* One of each kind, for the plots. */
static const int shown[SHOWN] = {0, 4, 9};
static const char *const shown_names[SHOWN] = {"parity", "condition 10⁶", "regression"};

/* --- plain descent on fresh samples --- */

struct training {
    const struct run *run;
    const gm_context *context;
    uint64_t seed;
    int parameters;
    double target[MOST_INPUTS], teacher[TEACHERS][MOST_INPUTS];
    double w[MOST_PARAMETERS]; /* W [hidden][columns], biases, weights of the output, its bias */
    double half[2][MOST_PARAMETERS];
    double x[BATCH * MOST_INPUTS], noise[BATCH], scale[MOST_INPUTS];
};

enum stream { STREAM_INPUTS, STREAM_NOISE, STREAM_TARGET, STREAM_WEIGHTS };

static void draw_normal(const struct training *t, enum stream stream, int64_t first, int count,
                        double *out) {
    gm_random_gaussian(t->context, (gm_stream){t->seed, stream}, first, count, out);
}

static void draw_target(struct training *t) {
    const struct run *run = t->run;
    const int n = run->columns;
    double norm = 0.0;
    draw_normal(t, STREAM_TARGET, 0, n, t->target);
    for (int j = 0; j < n; j++)
        norm += t->target[j] * t->target[j];
    for (int j = 0; j < n; j++) {
        if (run->data == WAVE || run->data == CLASSES)
            t->target[j] *= (run->data == WAVE ? 8.0 : 1.0) / sqrt(norm);
        if (run->data == PHASE)
            t->target[j] = j % 3 ? 0.0 : t->target[j] < 0.0 ? -1.0 : 1.0;
    }
    for (int u = 0; u < TEACHERS; u++) {
        draw_normal(t, STREAM_TARGET, (u + 1) * MOST_INPUTS, n, t->teacher[u]);
        for (int j = 0; j < n; j++)
            t->teacher[u][j] /= sqrt(n);
    }
}

static void begin(struct training *t, const struct run *run, const gm_context *context,
                  uint64_t seed) {
    const int n = run->columns, hidden = run->hidden;
    *t = (struct training){.run = run, .context = context, .seed = seed};
    t->parameters = hidden ? hidden * (n + 2) + 1 : n;
    for (int j = 0; j < n; j++)
        t->scale[j] = pow(10.0, -0.5 * run->decades * j / (n - 1));
    draw_target(t);
    if (hidden == 0)
        return;
    double *out = t->w + hidden * (n + 1);
    draw_normal(t, STREAM_WEIGHTS, 0, hidden * n, t->w);
    draw_normal(t, STREAM_WEIGHTS, MOST_HIDDEN * MOST_INPUTS, hidden, out);
    for (int i = 0; i < hidden * n; i++)
        t->w[i] /= sqrt(n);
    for (int u = 0; u < hidden; u++)
        out[u] /= sqrt(hidden);
}

static void draw_batch(struct training *t, int step) {
    const struct run *run = t->run;
    const int n = run->columns, count = BATCH * n;
    const gm_stream inputs = {t->seed, STREAM_INPUTS}, noise = {t->seed, STREAM_NOISE};
    if (run->data == PARITY || run->data == PHASE) {
        gm_random_uniform(t->context, inputs, (int64_t)step * count, count, t->x);
        for (int i = 0; i < count; i++)
            t->x[i] = run->data == PHASE ? (floor(31.0 * t->x[i]) - 15.0) / 31.0
                      : t->x[i] < 0.5    ? -1.0
                                         : 1.0;
    } else {
        draw_normal(t, STREAM_INPUTS, (int64_t)step * count, count, t->x);
        for (int i = 0; i < count; i++)
            t->x[i] *= t->scale[i % n];
    }
    if (run->data == CLASSES)
        gm_random_uniform(t->context, noise, (int64_t)step * BATCH, BATCH, t->noise);
    else
        gm_random_gaussian(t->context, noise, (int64_t)step * BATCH, BATCH, t->noise);
}

static double product(int n, const double *a, const double *b) {
    double sum = 0.0;
    for (int j = 0; j < n; j++)
        sum += a[j] * b[j];
    return sum;
}

static double label_of(const struct training *t, const double *x, double noise) {
    const struct run *run = t->run;
    const int n = run->columns;
    const double sum = product(n, t->target, x), error = run->noise * noise;
    double value = run->data == PARITY ? 1.0 : 0.0;
    switch (run->data) {
    case PARITY:
        for (int j = 0; j < n; j++)
            value *= x[j];
        return value;
    case WAVE:
        return sin(sum);
    case CLASSES:
        return noise < 1.0 / (1.0 + exp(-2.0 * sum)) ? 1.0 : 0.0;
    case TEACHER:
        for (int u = 0; u < TEACHERS; u++)
            value += tanh(product(n, t->teacher[u], x));
        return value + error;
    default:
        return sum + error;
    }
}

/* The loss of an output and its slope. */
static double loss_of(enum loss loss, double p, double y, double *slope) {
    if (loss == COSINE) {
        *slope = turn * sin(turn * (p - y));
        return -cos(turn * (p - y));
    }
    if (loss == LOGISTIC) {
        *slope = 1.0 / (1.0 + exp(-p)) - y;
        return fmax(p, 0.0) + log1p(exp(-fabs(p))) - y * p;
    }
    *slope = p - y;
    return 0.5 * *slope * *slope;
}

/* Adds the gradient of one sample, and gives its loss. */
static double add_sample(const struct training *t, const double *x, double y, double *gradient) {
    const int n = t->run->columns, hidden = t->run->hidden;
    const double *bias = t->w + hidden * n, *out = bias + hidden;
    double act[MOST_HIDDEN], slope, p = hidden ? out[hidden] : product(n, t->w, x);
    for (int u = 0; u < hidden; u++) {
        act[u] = tanh(bias[u] + product(n, t->w + u * n, x));
        p += out[u] * act[u];
    }
    const double loss = loss_of(t->run->loss, p, y, &slope);
    for (int j = 0; j < n && !hidden; j++)
        gradient[j] += slope * x[j];
    for (int u = 0; u < hidden; u++) {
        const double inner = slope * out[u] * (1.0 - act[u] * act[u]);
        for (int j = 0; j < n; j++)
            gradient[u * n + j] += inner * x[j];
        gradient[hidden * n + u] += inner;
        gradient[hidden * (n + 1) + u] += slope * act[u];
    }
    if (hidden)
        gradient[hidden * (n + 2)] += slope;
    return loss;
}

/* Gradients of the halves of batch number `step`, and its loss; then the step. */
static gm_status take_step(struct training *t, int step, gm_monitor *monitor) {
    double loss = 0.0;
    draw_batch(t, step);
    memset(t->half, 0, sizeof t->half);
    for (int i = 0; i < BATCH; i++) {
        const double *x = t->x + i * t->run->columns;
        loss += add_sample(t, x, label_of(t, x, t->noise[i]), t->half[i >= BATCH / 2]) / BATCH;
    }
    for (int k = 0; k < t->parameters; k++) {
        t->half[0][k] /= BATCH / 2;
        t->half[1][k] /= BATCH / 2;
    }
    const gm_status status = gm_monitor_observe(monitor, loss, t->half[0], t->half[1]);
    for (int k = 0; k < t->parameters; k++)
        t->w[k] -= t->run->rate * 0.5 * (t->half[0][k] + t->half[1][k]);
    return status;
}

/* --- what is counted --- */

struct outcome {
    double repeats, whole; /* whole: right at both moments */
    double right[MOMENTS]; /* calls */
    char advice[512];      /* of the first repeat, at the last moment */
    int points;            /* of the first repeat: */
    double step[TRACE], loss[TRACE], ratio[TRACE], error[TRACE];
};

struct state {
    struct outcome outcomes[RUNS];
};

/* The i-th point of a trace, of TRACE from a window and a half to the end, in proportion. */
static int trace_step(int i, int last) {
    return (int)round(96.0 * pow(last / 96.0, i / (TRACE - 1.0)));
}

static void keep_trace(const gm_monitor_state *s, struct outcome *out) {
    out->step[out->points] = (double)s->observations;
    out->loss[out->points] = s->loss;
    out->ratio[out->points] = s->signal_to_noise.value;
    out->error[out->points++] = s->signal_to_noise.std_error;
}

static gm_status watch(struct record *record, const struct run *run, uint64_t seed,
                       struct training *t, struct outcome *out) {
    gm_status status = GM_OK;
    gm_monitor *monitor = NULL;
    gm_monitor_state seen;
    const int last = run->step[MOMENTS - 1];
    int right = 0;
    begin(t, run, record->context, seed);
    const gm_monitor_options options = {.dimension = t->parameters,
                                        .batch_size = BATCH,
                                        .baseline = run->baseline,
                                        .zero_baseline = run->loss == COSINE};
    TRY(gm_monitor_create(record->context, &options, &monitor));
    for (int step = 1; step <= last; step++) {
        TRY(take_step(t, step - 1, monitor));
        const bool traced =
            out->repeats < 1.0 && out->points < TRACE && step == trace_step(out->points, last);
        if (!traced && step != run->step[0] && step != last)
            continue;
        gm_monitor_read(monitor, &seen);
        if (traced)
            keep_trace(&seen, out);
        for (int i = 0; i < MOMENTS; i++)
            if (step == run->step[i] && seen.cause == run->expected[i]) {
                out->right[i]++;
                right++;
            }
    }
    if (out->repeats < 1.0)
        memcpy(out->advice, seen.advice, sizeof out->advice);
    out->whole += right == MOMENTS;
    out->repeats++;
    record->runs++;
done:
    gm_monitor_destroy(monitor);
    return status;
}

static gm_status watch_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct state *all = state;
    struct training *training = malloc(sizeof *training);
    if (!training)
        return GM_OUT_OF_MEMORY;
    for (int i = 0; i < RUNS; i++)
        TRY(watch(record, &runs[i], seed * RUNS + (uint64_t)i, training, &all->outcomes[i]));
done:
    free(training);
    return status;
}

/* --- telling --- */

static const struct column columns[] = {
    {"run", TEXT},           {"expected", TEXT}, {"early", PERCENT},    {"late", PERCENT},
    {"right calls", NUMBER}, {"of", NUMBER},     {"advice, late", TEXT}};

static void name_expected(const struct run *run, char out[64]) {
    const char *early = gm_cause_name(run->expected[0]), *late = gm_cause_name(run->expected[1]);
    if (run->expected[0] == run->expected[1])
        snprintf(out, 64, "%s", late);
    else
        snprintf(out, 64, "%s, then %s", early, late);
}

/* The advice up to its first number in detail. */
static void shorten(const char *advice, char out[512]) {
    snprintf(out, 512, "%s", advice);
    for (char *at = out; *at; at++)
        if (*at == '(' || *at == ':' || *at == ',') {
            if (*at == ':' && at - out < 20)
                continue; /* what follows the cause */
            *at = '\0';
            break;
        }
    const size_t length = strlen(out);
    if (length > 0 && out[length - 1] == ' ')
        out[length - 1] = '\0';
}

static void write_table(struct record *record, const struct state *all) {
    record_columns(record, columns, 7);
    for (int i = 0; i < RUNS; i++) {
        const struct outcome *o = &all->outcomes[i];
        char expected[64], advice[512];
        name_expected(&runs[i], expected);
        shorten(o->advice, advice);
        record_row(record, runs[i].name, expected, o->right[0] / o->repeats,
                   o->right[1] / o->repeats, o->right[0] + o->right[1], MOMENTS * o->repeats,
                   advice);
    }
}

static void plot_traces(struct record *record, const struct state *all) {
    const int losses = record_plot(record, "The loss of three runs", "steps",
                                   "mean loss over the latest 64 steps");
    const int ratios = record_plot(record, "How much gradient there is beside its noise", "steps",
                                   "signal to noise of one batch");
    record_linear(record, ratios, "y");
    for (int s = 0; s < SHOWN; s++) {
        const struct outcome *o = &all->outcomes[shown[s]];
        const int loss = record_series(record, losses, shown_names[s], LINE, s);
        const int ratio = record_series(record, ratios, shown_names[s], POINTS, s);
        for (int i = 0; i < o->points; i++) {
            record_point(record, losses, loss, o->step[i], o->loss[i], 0.0);
            record_point(record, ratios, ratio, o->step[i], o->ratio[i], o->error[i]);
        }
    }
}

static gm_status conclude(struct record *record, void *state) {
    const struct state *all = state;
    double typical = 0.0, right = 0.0, calls = 0.0;
    write_table(record, all);
    plot_traces(record, all);
    for (int i = 0; i < RUNS; i++) {
        const struct outcome *o = &all->outcomes[i];
        typical += o->whole > 0.5 * o->repeats;
        right += o->right[0] + o->right[1];
        calls += MOMENTS * o->repeats;
    }
    const double share = right / calls, error = sqrt((share * (1.0 - share) + 1.0 / calls) / calls);
    record_claim(record, typical, RUNS, RUNS,
                 "runs of which both calls are right at most seeds, of %d", RUNS);
    record_claim(record, share + 2.0 * error, 0.98, INFINITY,
                 "share of right calls, %.0f of %.0f, and twice its error", right, calls);
    record_conclude(
        record,
        "%.0f of %.0f calls are right, %.1f ± %.1f %%; %.0f of %d runs are called right "
        "at both moments at most seeds.",
        right, calls, 100.0 * share, 100.0 * error, typical, RUNS);
    record_conclude(record,
                    "Not among them, because nothing in gradients shows it: a run that learnt "
                    "something and is uninformative from there on looks converged, as do "
                    "flat directions that drift by less than their own random walk.");
    return GM_OK;
}

const struct experiment experiment_plateau = {
    .name = "plateau",
    .title = "Why a run does not get on",
    .question = "Does the monitor name the trouble of a run from its losses and gradients alone?",
    .method =
        "Twelve runs of plain steps on batches of 128 fresh samples: four on targets that leave no "
        "trace in the gradient, two of condition 10^6, three of too high a rate, three healthy "
        "ones. The monitor sees the loss of a batch and the mean gradients of its halves, and is "
        "asked twice, at steps fixed beforehand; healthy runs must be called healthy while they "
        "fall and converged at their end. Its tests have level .001. Advice and plots are of the "
        "first seed.",
    .seconds = 20,
    .repetitions = 16,
    .state_size = sizeof(struct state),
    .once = watch_once,
    .conclude = conclude,
};
