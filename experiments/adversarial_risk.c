/* What gradients say of adversarial risk, beside what the data say. */
#include <stdlib.h>
#include <string.h>

#include "linear.h"

enum { ROWS = 20000, D = 50, BATCH = 256, SIZES = 5, CASES = 4, SOURCES = 3, SEEDS = 4 };
enum { STREAM_RESIDUAL = 11 };

/* Gradients a parameter; the third is the one that claims are about. */
static const int per_dimension[SIZES] = {4, 8, 16, 32, 64};
enum { CLAIMED = 2 };

static const char *const sources[SOURCES] = {"gaussian", "intercept", "losses"};

/* Inputs, residuals and weights. */
static const struct situation {
    const char *name;
    enum law law;
    bool tails;     /* residual z³/√15 in place of z */
    const char *at; /* away from the optimum the residual depends on the inputs */
} situations[CASES] = {
    {"Gaussian", GAUSSIAN, false, "optimum"},
    {"heavy residuals", GAUSSIAN, true, "optimum"},
    {"Gaussian, away", GAUSSIAN, false, "random:distance=3"},
    {"t(5), away", STUDENT, false, "random:distance=3"},
};

static const struct column columns[] = {
    {"data", TEXT},      {"gradients", NUMBER}, {"gaussian", PERCENT}, {"intercept", PERCENT},
    {"losses", PERCENT}, {"interval", PERCENT}, {"inside", PERCENT}};

struct cell {
    struct sample error[SOURCES];  /* of the adversarial risk, relative, signed */
    struct sample square[SOURCES]; /* and squared */
    struct sample inside, width;   /* of the interval by the intercept, relative */
    struct sample switched;        /* auto without an intercept takes the losses */
};

struct state {
    struct sample size[2][SIZES]; /* squared relative error by norm, Gaussian form */
    struct sample predicted[SIZES];
    struct sample largest[2]; /* of several seeds */
    struct cell cells[CASES];
};

/* y = ⟨u, x⟩ + e, with a column of ones behind the inputs where asked for. */
static gm_status make(const struct linear *l, bool tails, bool ones, uint64_t seed,
                      gm_dataset **out) {
    const int64_t d = l->d + ones;
    gm_status status = GM_OUT_OF_MEMORY;
    double *x = malloc((size_t)(l->rows * d) * sizeof *x);
    if (!x)
        return status;
    gm_random_gaussian(l->context, (gm_stream){seed, STREAM_RESIDUAL}, 0, l->rows, l->targets);
    for (int64_t i = 0; i < l->rows; i++) {
        const double *row = l->x + i * l->d, z = l->targets[i];
        memcpy(x + i * d, row, (size_t)l->d * sizeof *x);
        if (ones)
            x[i * d + l->d] = 1.0;
        l->targets[i] = tails ? z * z * z / sqrt(15.0) : z;
        for (int64_t j = 0; j < l->d; j++)
            l->targets[i] += l->direction[j] * row[j];
    }
    status = gm_dataset_from_arrays(l->context, l->rows, d, x, l->targets, out);
    free(x);
    return status;
}

static gm_status estimate(struct record *record, const gm_dataset *data,
                          const gm_risk_options *options, gm_risk **out) {
    record->runs++;
    return gm_risk_estimate(record->context, data, options, out);
}

static double relative_error(const gm_risk *r) {
    return r->adversarial_risk.value / r->exact - 1.0;
}

/* An attack that about doubles the risk of weights of norm 1. */
static gm_risk_options attack(int norm, uint64_t seed) {
    return (gm_risk_options){.batch_size = BATCH,
                             .radius = norm ? 0.06 : 0.35,
                             .norm = (gm_risk_norm)norm,
                             .seed = seed,
                             .compare = true};
}

/* Error against the number of gradients, several seeds of batches on one table. */
static gm_status measure_sizes(struct record *record, const struct linear *problem, uint64_t seed,
                               struct state *state) {
    gm_status status = GM_OK;
    gm_dataset *data = NULL;
    gm_risk *r = NULL;
    TRY(make(problem, false, false, seed, &data));
    for (int norm = 0; norm < 2; norm++)
        for (int s = 0; s < SIZES; s++) {
            double largest = 0.0;
            for (int i = 0; i < SEEDS; i++) {
                gm_risk_options options = attack(norm, SEEDS * seed + (uint64_t)i);
                options.num_gradients = (int64_t)per_dimension[s] * D;
                options.residual = "gaussian";
                TRY(estimate(record, data, &options, &r));
                const double error = relative_error(r);
                sample_add(&state->size[norm][s], error * error);
                sample_add(&state->predicted[s], r->adversarial_risk.std_error / r->exact);
                largest = fmax(largest, fabs(error));
                gm_risk_destroy(record->context, r);
                r = NULL;
            }
            if (s == CLAIMED)
                sample_add(&state->largest[norm], largest);
        }
done:
    gm_risk_destroy(record->context, r);
    gm_dataset_destroy(data);
    return status;
}

/* Every source of the residual, on a table with an intercept or, for the Gaussian form, without. */
static gm_status measure_sources(struct record *record, const struct situation *at,
                                 const struct linear *problem, uint64_t seed, struct cell *cell) {
    gm_status status = GM_OK;
    gm_dataset *data[2] = {NULL, NULL};
    gm_risk *r = NULL;
    for (int ones = 0; ones < 2; ones++)
        TRY(make(problem, at->tails, ones, seed, &data[ones]));
    for (int s = 0; s <= SOURCES; s++) { /* the last is auto, without an intercept */
        gm_risk_options options = attack(0, seed);
        options.num_gradients = s == 1 ? 4096 : 0;
        options.at = at->at;
        options.residual = s < SOURCES ? sources[s] : NULL;
        TRY(estimate(record, data[s == 1], &options, &r));
        const double error = relative_error(r);
        if (s < SOURCES) {
            sample_add(&cell->error[s], error);
            sample_add(&cell->square[s], error * error);
        } else {
            sample_add(&cell->switched, strcmp(r->residual, "losses") == 0);
        }
        if (s == 1) {
            sample_add(&cell->inside, r->low <= r->exact && r->exact <= r->high);
            sample_add(&cell->width, (r->high - r->low) / r->exact);
        }
        gm_risk_destroy(record->context, r);
        r = NULL;
    }
done:
    gm_risk_destroy(record->context, r);
    gm_dataset_destroy(data[1]);
    gm_dataset_destroy(data[0]);
    return status;
}

static gm_status measure_once(struct record *record, uint64_t seed, void *into) {
    gm_status status = GM_OK;
    struct state *state = into;
    struct linear problem;
    for (int law = 0; law < 2; law++) {
        TRY(linear_create(record->context, law ? STUDENT : GAUSSIAN, ROWS, D, seed, &problem));
        if (law == 0)
            TRY(measure_sizes(record, &problem, seed, state));
        for (int c = 0; c < CASES; c++)
            if (situations[c].law == (law ? STUDENT : GAUSSIAN))
                TRY(measure_sources(record, &situations[c], &problem, seed, &state->cells[c]));
        linear_destroy(&problem);
    }
    return GM_OK;
done:
    linear_destroy(&problem);
    return status;
}

static void tell(struct record *record, const struct state *state) {
    record_columns(record, columns, 7);
    for (int s = 0; s < SIZES; s++)
        record_row(record, "rms error", (double)per_dimension[s] * D, sqrt(state->size[0][s].mean),
                   NAN, NAN, NAN, NAN);
    for (int c = 0; c < CASES; c++) {
        const struct cell *cell = &state->cells[c];
        record_row(record, situations[c].name, NAN, cell->error[0].mean, cell->error[1].mean,
                   cell->error[2].mean, cell->width.mean, cell->inside.mean);
    }
}

static void draw(struct record *record, const struct state *state) {
    static const char *const names[2] = {"l2", "linf"};
    int plot = record_plot(record, "Error of the risk against the number of gradients",
                           "gradients a parameter", "relative error, root mean square");
    for (int norm = 0; norm < 2; norm++) {
        const int series = record_series(record, plot, names[norm], POINTS, norm);
        for (int s = 0; s < SIZES; s++)
            record_point(record, plot, series, per_dimension[s], sqrt(state->size[norm][s].mean),
                         sample_error(&state->size[norm][s]) /
                             (2.0 * sqrt(state->size[norm][s].mean)));
    }
    const int predicted = record_series(record, plot, "standard error told", LINE, 4);
    for (int s = 0; s < SIZES; s++)
        record_point(record, plot, predicted, per_dimension[s], state->predicted[s].mean, 0.0);
    const char *ticks[CASES];
    for (int c = 0; c < CASES; c++)
        ticks[c] = situations[c].name;
    plot = record_plot(record, "Error by what the residual is taken from", "data and weights",
                       "relative error, root mean square");
    record_ticks(record, plot, ticks, CASES);
    for (int s = 0; s < SOURCES; s++) {
        const int series = record_series(record, plot, sources[s], MARKS, s);
        for (int c = 0; c < CASES; c++)
            record_point(record, plot, series, c + 1 + 0.08 * (s - 1),
                         sqrt(state->cells[c].square[s].mean), 0.0);
    }
}

static void claim(struct record *record, const struct state *state) {
    for (int norm = 0; norm < 2; norm++)
        record_claim(
            record, state->largest[norm].mean, 0.0, 0.05,
            "Gaussian data, no intercept, k = 16 d, %s: largest relative error of %d seeds",
            norm ? "linf" : "l2", SEEDS);
    double rms = 0.0, told = 0.0;
    for (int s = CLAIMED; s < SIZES; s++) {
        rms += sqrt(0.5 * (state->size[0][s].mean + state->size[1][s].mean));
        told += state->predicted[s].mean;
    }
    record_claim(record, rms / told, 0.5, 1.6, "error over the standard error that is told");
    record_claim(record, sqrt(state->size[0][0].mean / state->size[0][SIZES - 1].mean), 2.0, 12.0,
                 "error at 4 d over that at 64 d gradients: 4, and more for an inverse of 2 d "
                 "vectors");
    for (int c = 0; c < CASES; c++)
        record_claim(record, state->cells[c].inside.mean, 0.85, 1.0,
                     "%s: the exact risk is inside the interval by the intercept",
                     situations[c].name);
    for (int c = 0; c < CASES; c += 2)
        record_claim(record, state->cells[c].error[1].mean, -0.06, 0.06,
                     "%s: error by the intercept", situations[c].name);
    record_claim(record, state->cells[2].error[0].mean, -0.05, 0.05,
                 "Gaussian inputs away from the optimum: error of the Gaussian form");
    record_claim(record, state->cells[3].error[0].mean, 0.1, INFINITY,
                 "t(5) inputs away from the optimum: error of the Gaussian form");
    record_claim(record, state->cells[3].switched.mean, 0.9, 1.0,
                 "and auto sees it and takes the losses, share of the runs");
    record_claim(record, fabs(state->cells[3].error[2].mean), 0.0, 0.08,
                 "error by the losses on the same data");
}

static gm_status conclude(struct record *record, void *given) {
    const struct state *state = given;
    tell(record, state);
    draw(record, state);
    claim(record, state);
    record_conclude(record,
                    "From 16 gradients a parameter the adversarial risk on Gaussian data is off by "
                    "%.1f %% (root mean square) in either norm, no row looked at.",
                    100.0 * sqrt(state->size[0][CLAIMED].mean));
    record_conclude(
        record,
        "Where inputs have heavy tails and the residual depends on them the Gaussian "
        "form is off by %+.0f %%; an intercept or the losses are right for any law. The "
        "estimate takes the residual itself to be Gaussian (off by %+.0f %% on the heavy "
        "one); the interval does not.",
        100.0 * state->cells[3].error[0].mean, 100.0 * state->cells[1].error[1].mean);
    return GM_OK;
}

const struct experiment experiment_adversarial_risk = {
    .name = "adversarial-risk",
    .title = "Adversarial risk from gradients alone",
    .question =
        "How well do batch gradients tell the risk under attack, and where does the Gaussian "
        "form fail?",
    .method =
        "Least squares in 50 dimensions, 20000 rows, batches of 256, against the mean over all "
        "rows "
        "of (|residual| + r |w|)^2. The power of the residual comes from the gradient of an "
        "intercept (any law), from the covariance of the gradients whitened by the recovered "
        "second "
        "moments (zero-mean Gaussian inputs), or from the losses. First the Gaussian form against "
        "the number of gradients; then all three, by the intercept from 4096 gradients, for "
        "Gaussian "
        "and heavy-tailed residuals at the optimum, and for Gaussian and t(5) inputs at distance 3 "
        "from it, where the residual depends on the inputs.",
    .seconds = 20,
    .repetitions = 10,
    .state_size = sizeof(struct state),
    .once = measure_once,
    .conclude = conclude,
};
