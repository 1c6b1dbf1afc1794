/* Noise that knows the link: the Hessian of logistic and softmax regression from noise of three
 * laws. */
#include <math.h>
#include <stdlib.h>

#include "record.h"

enum { ROWS = 10000, BATCH = 64, MODELS = 2, LAWS = 3 };

static const double norms[] = {0.5, 1.0, 2.0, 3.0};
enum { NORMS = sizeof norms / sizeof *norms };

static const char *const models[MODELS] = {"logistic", "softmax"};
static const char *const laws[LAWS] = {"link", "sampled", "plain"};
static const int64_t dimensions[MODELS] = {20, 5};
static const int classes[MODELS] = {2, 4};
static const int64_t gradients[MODELS] = {8000, 8000};

static const struct column columns[] = {{"model", TEXT},      {"norm of w", NUMBER},
                                        {"link", PERCENT},    {"predicted", PERCENT},
                                        {"sampled", PERCENT}, {"plain", PERCENT}};

struct cell {
    struct sample errors[LAWS], predicted;
};

/* Inputs N(0, I), labels drawn from softmax(x₁, −x₁, 0, …). */
static gm_status make_data(gm_context *context, int64_t d, int count, uint64_t seed,
                           gm_dataset **out) {
    gm_status status = GM_OUT_OF_MEMORY;
    double *x = malloc((size_t)(ROWS * d) * sizeof *x), *y = malloc(ROWS * sizeof *y);
    double *uniform = malloc(ROWS * sizeof *uniform);
    if (x && y && uniform) {
        gm_random_gaussian(context, (gm_stream){seed, 1}, 0, ROWS * d, x);
        gm_random_uniform(context, (gm_stream){seed, 2}, 0, ROWS, uniform);
        for (int64_t i = 0; i < ROWS; i++) {
            const double up = exp(x[i * d]), down = exp(-x[i * d]);
            const double u = uniform[i] * (up + down + count - 2);
            y[i] = u < up ? 0 : u < up + down ? 1 : fmin(2 + floor(u - up - down), count - 1);
        }
        status = gm_dataset_from_arrays(context, ROWS, d, x, y, out);
    }
    free(uniform);
    free(y);
    free(x);
    return status;
}

static gm_status measure_model(struct record *record, int model, uint64_t seed,
                               struct cell *cells) {
    static const char *const places[NORMS] = {"random:norm=0.5", "random:norm=1", "random:norm=2",
                                              "random:norm=3"};
    gm_status status = GM_OK;
    gm_dataset *data = NULL;
    gm_recovery *r = NULL;
    TRY(make_data(record->context, dimensions[model], classes[model], seed, &data));
    for (int t = 0; t < NORMS; t++)
        for (int l = 0; l < LAWS; l++) {
            const gm_recover_options options = {.model = models[model],
                                                .estimator = "paired",
                                                .at = places[t],
                                                .noise = laws[l],
                                                .shrink = "none",
                                                .batch_size = BATCH,
                                                .num_gradients = gradients[model],
                                                .compare = true,
                                                .seed = seed};
            TRY(gm_recover(record->context, data, &options, &r));
            record->runs++;
            sample_add(&cells[t].errors[l], r->error.operator_relative);
            if (l == 0)
                sample_add(&cells[t].predicted, r->predicted_operator.value);
            gm_recovery_destroy(record->context, r);
            r = NULL;
        }
done:
    gm_recovery_destroy(record->context, r);
    gm_dataset_destroy(data);
    return status;
}

static void draw(struct record *record, int model, const struct cell *cells) {
    static const char *const titles[MODELS] = {"Logistic regression in 20 dimensions",
                                               "Softmax regression, four classes in 5 dimensions"};
    const int plot = record_plot(record, titles[model], "norm of the weights",
                                 "relative operator error of the Hessian");
    for (int l = 0; l < LAWS; l++) {
        const int series = record_series(record, plot, laws[l], POINTS, l);
        for (int t = 0; t < NORMS; t++)
            record_point(record, plot, series, norms[t], cells[t].errors[l].mean,
                         sample_error(&cells[t].errors[l]));
    }
    const int predicted = record_series(record, plot, "link, predicted", LINE, 0);
    for (int t = 0; t < NORMS; t++)
        record_point(record, plot, predicted, norms[t], cells[t].predicted.mean, 0.0);
}

static void claim(struct record *record, struct cell cells[MODELS][NORMS]) {
    const struct cell *logistic = &cells[0][NORMS - 1], *softmax = &cells[1][NORMS - 1];
    record_claim(record, logistic->errors[0].mean, 0.08, 0.15,
                 "logistic at |w| = 3: noise that knows the link is off by");
    record_claim(record, logistic->errors[2].mean, 7.0, 10.0,
                 "logistic at |w| = 3: plain noise is off by this many times the Hessian");
    record_claim(record, logistic->errors[1].mean / logistic->errors[0].mean, 0.8, 1.25,
                 "labels drawn from the model do as well: error over that of link noise");
    record_claim(record, softmax->errors[0].mean, 0.02, 0.2,
                 "softmax at |w| = 3: noise that knows the link is off by");
    record_claim(record, softmax->errors[2].mean, 1.0, INFINITY,
                 "softmax at |w| = 3: plain noise is off by this many times the Hessian");
    record_conclude(
        record,
        "Plain noise returns the second moments of the inputs, which are not the Hessian "
        "where the link bends: %.2g times off for logistic, %.2g times for softmax.",
        logistic->errors[2].mean, softmax->errors[2].mean);
    record_conclude(
        record,
        "Noise of variance n p(1-p), or labels drawn from the model's own law, return the "
        "Hessian to %.0f %% and %.0f %%.",
        100.0 * logistic->errors[0].mean, 100.0 * softmax->errors[0].mean);
}

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct cell(*cells)[NORMS] = state;
    for (int m = 0; m < MODELS && status == GM_OK; m++)
        status = measure_model(record, m, seed, cells[m]);
    return status;
}

static void tell(struct record *record, struct cell cells[MODELS][NORMS]) {
    record_columns(record, columns, 6);
    for (int m = 0; m < MODELS; m++)
        for (int t = 0; t < NORMS; t++)
            record_row(record, models[m], norms[t], cells[m][t].errors[0].mean,
                       cells[m][t].predicted.mean, cells[m][t].errors[1].mean,
                       cells[m][t].errors[2].mean);
    for (int m = 0; m < MODELS; m++)
        draw(record, m, cells[m]);
}

static gm_status conclude(struct record *record, void *state) {
    tell(record, state);
    claim(record, state);
    return GM_OK;
}

const struct experiment experiment_link = {
    .name = "link",
    .title = "Noise that knows the link",
    .question = "What noise recovers the Hessian where it is not the second moments of the inputs?",
    .method =
        "Logistic regression in 20 dimensions and softmax regression of four classes in 5, "
        "inputs N(0, I), batches of 64, 4000 pairs, at random weights of norm 0.5 to 3. plain: "
        "N(0, n) on each output. link: covariance n times the second derivative of the loss in "
        "the outputs, n p(1-p) for logistic. sampled: labels drawn from the model's own law, "
        "whose residual has that covariance. The truth is the exact generalised Gauss-Newton "
        "matrix.",
    .seconds = 60,
    .repetitions = 8,
    .state_size = sizeof(struct cell[MODELS][NORMS]),
    .once = measure_once,
    .conclude = conclude,
};
