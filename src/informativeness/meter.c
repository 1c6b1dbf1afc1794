#include "informativeness/meter.h"

#include <math.h>
#include <string.h>

#include "models/function.h"
#include "random/streams.h"

enum { SAMPLES = 4096, TARGETS = 256 };
enum { MOST_SAMPLES = 1 << 24, MOST_TARGETS = 1 << 20, MOST_INIT_DRAWS = 100000 };

static gm_status make_inputs(gm_context *context, const gm_measure_options *options,
                             gm_inputs **out) {
    const gm_array *rows = options->rows;
    if (!options->inputs && !rows)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_measure: neither inputs nor rows are given");
    if (options->inputs && rows)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_measure: give inputs or rows, not both");
    if (options->inputs)
        return gm_inputs_create(context, options->inputs, out);
    if (rows->dimensions != 2)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "inputs: the array has %d dimensions; it must have 2, [rows, columns]",
                       rows->dimensions);
    return gm_inputs_from_rows(context, rows->shape[0], rows->shape[1], rows->values,
                               options->modulus, out);
}

/* The loss of a network is that of --loss: a second one in its specification would only contradict.
 */
static gm_status refuse_loss(gm_context *context, const char *text) {
    gm_spec *spec = NULL;
    gm_status status = gm_spec_parse(context, text, "model", &spec);
    if (status == GM_OK && gm_spec_value(spec, "loss"))
        status =
            gm_fail(context, GM_INVALID_ARGUMENT,
                    "model %s: unknown key 'loss'; the loss comes from --loss", gm_spec_name(spec));
    gm_spec_destroy(context, spec);
    return status;
}

static gm_status make_model(gm_context *context, const gm_measure_options *options,
                            const gm_inputs *inputs, gm_model **out) {
    const gm_model_shape shape = {.columns = inputs->columns, .hidden = "64x64"};
    gm_status status = GM_OK;
    if (options->function)
        return gm_model_from_function(context, options->function, inputs->columns, out);
    if (options->model)
        GM_TRY(refuse_loss(context, options->model));
    GM_TRY(gm_model_create(context, options->model ? options->model : "linear", &shape, out));
    if (!(*out)->factors || (*out)->loss != &gm_loss_squared)
        status = gm_fail(context, GM_INVALID_ARGUMENT,
                         "model %s: measure takes models of one output and their loss from --loss; "
                         "use linear, or mlp without loss",
                         (*out)->kind->name);
done:
    return status;
}

static gm_status find_loss(gm_context *context, const char *name, const gm_targets *targets,
                           const gm_loss **out) {
    const gm_loss *loss = gm_loss_find(name ? name : "squared");
    if (!loss || !loss->parts)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "unknown loss '%.64s'; use one of squared, logistic, cosine", name);
    if (loss->classes && !targets->signs)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "loss logistic: the labels of %s are not two values; use it with parity, "
                       "random, or wave:psi=square",
                       targets->name);
    *out = loss;
    return GM_OK;
}

/* A number of options: 0 is the fallback. */
static gm_status take_count(gm_context *context, const char *name, int64_t given, int64_t fallback,
                            int64_t low, int64_t high, int64_t *out) {
    *out = given ? given : fallback;
    if (*out >= low && *out <= high)
        return GM_OK;
    return gm_fail(context, GM_INVALID_ARGUMENT, "%s is %lld; it must be from %lld to %lld", name,
                   (long long)given, (long long)low, (long long)high);
}

static gm_status take_numbers(gm_context *context, const gm_measure_options *options,
                              gm_meter *meter) {
    gm_status status = GM_OK;
    GM_TRY(take_count(context, "samples", options->samples, SAMPLES, GM_LEAST_SAMPLES, MOST_SAMPLES,
                      &meter->samples));
    GM_TRY(take_count(context, "target-draws", options->target_draws, TARGETS, GM_LEAST_TARGETS,
                      MOST_TARGETS, &meter->target_draws));
    GM_TRY(take_count(context, "init-draws", options->init_draws, 1, 1, MOST_INIT_DRAWS,
                      &meter->init_draws));
    meter->draws_given = options->target_draws != 0;
    meter->budget = options->budget > 0.0 ? options->budget : (double)meter->samples;
    if (options->budget < 0.0 || isnan(options->budget))
        status = gm_fail(context, GM_INVALID_ARGUMENT, "budget is %g; it must be above 0",
                         options->budget);
done:
    return status;
}

static gm_status check_weights(gm_context *context, const gm_measure_options *options,
                               const gm_model *model) {
    if (!options->weights)
        return GM_OK;
    if (options->function)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "weights: a model that is a function has weights of its own");
    if (options->init_draws > 1)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "give weights or draws of initial weights, not both");
    if (options->weight_count != model->parameters)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "weights: %lld numbers; model %s on %lld columns has %lld parameters",
                       (long long)options->weight_count, model->kind->name,
                       (long long)model->columns, (long long)model->parameters);
    for (int64_t i = 0; i < options->weight_count; i++)
        if (!isfinite(options->weights[i]))
            return gm_fail(context, GM_INVALID_ARGUMENT, "weights: number %lld is %g", (long long)i,
                           options->weights[i]);
    return GM_OK;
}

/* --- features --- */

static gm_complex feature_of(const gm_meter *meter, double label) {
    return meter->loss->feature(meter->loss->classes ? 0.5 * (label + 1.0) : label);
}

static gm_feature without_noise(gm_complex v) {
    return (gm_feature){.mean = v,
                        .square = {v.re * v.re - v.im * v.im, 2.0 * v.re * v.im},
                        .norm = v.re * v.re + v.im * v.im};
}

gm_feature gm_meter_feature(const gm_meter *meter, double evaluated) {
    return meter->features ? meter->features[(int64_t)evaluated]
                           : without_noise(feature_of(meter, evaluated));
}

gm_status gm_meter_check_power(const gm_meter *meter, double power) {
    return isfinite(power) ? GM_OK
                           : gm_fail(meter->context, GM_NUMERICAL_FAILURE,
                                     "the mean of the squared residuals is not finite: outputs of "
                                     "the model are too large");
}

/* P(e mod q): out [q]. */
static void wrap_errors(const gm_targets *targets, double *out) {
    const int64_t q = targets->modulus;
    memset(out, 0, (size_t)q * sizeof *out);
    for (int64_t e = -targets->reach; e <= targets->reach; e++)
        out[(e % q + q) % q] += targets->errors[e + targets->reach];
}

static void add_feature(gm_feature *to, double p, const gm_feature *from) {
    to->mean.re += p * from->mean.re;
    to->mean.im += p * from->mean.im;
    to->square.re += p * from->square.re;
    to->square.im += p * from->square.im;
    to->norm += p * from->norm;
}

/* E_e of the feature of t + e, for every t. */
static gm_status make_features(gm_meter *meter) {
    gm_status status = GM_OK;
    const int64_t q = meter->targets->modulus;
    gm_feature *plain = NULL;
    double *errors = NULL;
    if (q == 0)
        return GM_OK;
    GM_TRY(GM_NEW(meter->context, plain, q));
    GM_TRY(GM_NEW(meter->context, errors, q));
    GM_TRY(GM_NEW_ZERO(meter->context, meter->features, q));
    wrap_errors(meter->targets, errors);
    for (int64_t t = 0; t < q; t++)
        plain[t] = without_noise(feature_of(meter, meter->targets->labels[t]));
    for (int64_t e = 0; e < q; e++)
        for (int64_t t = 0; t < q && errors[e] > 0.0; t++)
            add_feature(&meter->features[t], errors[e], &plain[t + e < q ? t + e : t + e - q]);
done:
    gm_release(meter->context, errors);
    gm_release(meter->context, plain);
    return status;
}

/* --- making --- */

gm_stream gm_meter_stream(const gm_meter *meter, uint64_t number, int64_t draw) {
    return (gm_stream){meter->options->seed, number + ((uint64_t)draw << 32)};
}

void gm_meter_set_weights(gm_meter *meter, int64_t draw) {
    const gm_measure_options *options = meter->options;
    const size_t bytes = (size_t)meter->model->parameters * sizeof *meter->weights;
    if (options->weights)
        memcpy(meter->weights, options->weights, bytes);
    else if (meter->model->initialize)
        meter->model->initialize(meter->model, meter->context,
                                 gm_meter_stream(meter, GM_STREAM_INITIAL, draw), meter->weights);
    else
        memset(meter->weights, 0, bytes);
}

gm_status gm_meter_create(gm_context *context, const gm_measure_options *options, gm_meter **out) {
    gm_status status = GM_OK;
    gm_meter *meter = NULL;
    GM_TRY(GM_NEW_ZERO(context, meter, 1));
    meter->context = context;
    meter->options = options;
    if (!options->targets)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT, "gm_measure: no targets are given"));
    GM_TRY(take_numbers(context, options, meter));
    GM_TRY(make_inputs(context, options, &meter->inputs));
    GM_TRY(gm_targets_create(context, options->targets, meter->inputs, &meter->targets));
    GM_TRY(make_model(context, options, meter->inputs, &meter->model));
    GM_TRY(find_loss(context, options->loss, meter->targets, &meter->loss));
    GM_TRY(check_weights(context, options, meter->model));
    GM_TRY(GM_NEW(context, meter->weights, meter->model->parameters));
    GM_TRY(make_features(meter));
    gm_meter_set_weights(meter, 0);
    *out = meter;
    meter = NULL;
done:
    gm_meter_destroy(context, meter);
    return status;
}

void gm_meter_destroy(gm_context *context, gm_meter *meter) {
    if (!meter)
        return;
    gm_release(context, meter->features);
    gm_release(context, meter->weights);
    gm_model_destroy(context, meter->model);
    gm_targets_destroy(context, meter->targets);
    gm_inputs_destroy(context, meter->inputs);
    gm_release(context, meter);
}
