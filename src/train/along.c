/* Informativeness along training, of the target that is learnt. */
#include <math.h>
#include <string.h>

#include <gradiometer/monitor.h>

#include "train/fresh.h"

enum {
    BATCH = 256,
    MOST_BATCH = 65536,
    MOST_STEPS = 10000000,
    SCORE_SAMPLES = 8192,
    BASELINE_SAMPLES = 65536
};
enum { MOST_GAPS = GM_MOST_ALONG - 2, REPORT_EVERY = 64 };

/* Everything of one call; each part is NULL until it is there. */
typedef struct run {
    gm_context *context;
    gm_measure_options measure; /* those given, at the weights so far */
    gm_along_options along;     /* with defaults in place of zeros */
    gm_meter *meter;
    gm_fresh *fresh;
    gm_monitor *monitor;
    double *weights, *first, *second; /* [parameters] */
    int64_t score_first, score_count; /* batches that losses are the mean of */
    gm_along *out;
} run;

/* --- options --- */

static gm_status refuse_range(gm_context *context, const char *name, int64_t value, int64_t most,
                              const char *more) {
    return gm_fail(context, GM_INVALID_ARGUMENT,
                   "gm_measure_along: %s is %lld; it must be %sup to %lld", name, (long long)value,
                   more, (long long)most);
}

static gm_status check(run *r, const gm_along_options *along) {
    gm_context *context = r->context;
    r->along = *along;
    r->along.batch_size = along->batch_size ? along->batch_size : BATCH;
    if (along->steps < 1 || along->steps > MOST_STEPS)
        return refuse_range(context, "steps", along->steps, MOST_STEPS, "from 1 ");
    if (r->along.batch_size < 2 || r->along.batch_size > MOST_BATCH || r->along.batch_size % 2)
        return refuse_range(context, "batch_size", along->batch_size, MOST_BATCH, "even, from 2 ");
    if (!(along->rate >= 0.0) || isinf(along->rate))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_measure_along: rate is %g; it must be finite, above 0, or 0 for auto",
                       along->rate);
    if (r->measure.function)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_measure_along: a model that is a function has weights of its own");
    if (r->measure.init_draws > 1)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_measure_along: %lld draws of initial weights; a run starts from one",
                       (long long)r->measure.init_draws);
    return GM_OK;
}

/* --- the run --- */

static gm_status prepare(run *r) {
    gm_status status = GM_OK;
    gm_context *context = r->context;
    double error = 0.0;
    GM_TRY(gm_meter_create(context, &r->measure, &r->meter));
    const int64_t parameters = r->meter->model->parameters, batch = r->along.batch_size;
    if (r->along.rate <= 0.0)
        GM_TRY(gm_fresh_rate(r->meter, &r->along.rate));
    GM_TRY(gm_fresh_create(r->meter, batch, &r->fresh));
    GM_TRY(GM_NEW(context, r->weights, parameters));
    GM_TRY(GM_NEW(context, r->first, parameters));
    GM_TRY(GM_NEW(context, r->second, parameters));
    memcpy(r->weights, r->meter->weights, (size_t)parameters * sizeof *r->weights);
    r->score_first = r->along.steps;
    r->score_count = (SCORE_SAMPLES + batch - 1) / batch;
    GM_TRY(GM_NEW_ZERO(context, r->out, 1));
    r->out->rate = r->along.rate;
    r->out->batch_size = batch;
    r->out->score_samples = r->score_count * batch;
    GM_TRY(gm_fresh_baseline(r->fresh, r->score_first, (BASELINE_SAMPLES + batch - 1) / batch,
                             &r->out->baseline, &error));
    /* The monitor takes a baseline for exact: one three errors lower seldom makes noise a fall. */
    const gm_monitor_options options = {.dimension = parameters,
                                        .batch_size = batch,
                                        .baseline = r->out->baseline - 3.0 * error,
                                        .zero_baseline = true};
    GM_TRY(gm_monitor_create(context, &options, &r->monitor));
done:
    return status;
}

static bool are_finite(int64_t count, const double *values) {
    for (int64_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

/* Measure at the weights so far. Those of a run that diverges end it. */
static gm_status measure_point(run *r, int64_t step) {
    gm_status status = GM_OK;
    gm_measurement *m = NULL;
    gm_along *out = r->out;
    const int64_t parameters = r->meter->model->parameters;
    out->diverged = !are_finite(parameters, r->weights);
    if (out->diverged)
        return GM_OK;
    const double loss = gm_fresh_loss(r->fresh, r->weights, r->score_first, r->score_count);
    r->measure.weights = r->weights;
    r->measure.weight_count = parameters;
    status = gm_measure(r->context, &r->measure, &m);
    if (step > 0 && (status == GM_NUMERICAL_FAILURE || (status == GM_OK && !isfinite(loss)))) {
        gm_measurement_destroy(r->context, m);
        out->diverged = true;
        return GM_OK;
    }
    if (status != GM_OK)
        return status;
    gm_along_point *point = &out->points[out->count++];
    *point = (gm_along_point){
        step, loss, m->variance, m->signal_to_noise, m->samples_to_see_target, m->verdict, {0}};
    gm_monitor_read(r->monitor, &point->monitor);
    if (step == 0)
        out->first = m;
    else
        gm_measurement_destroy(r->context, m);
    return GM_OK;
}

static gm_status take_step(run *r, int64_t step) {
    gm_status status = GM_OK;
    gm_fresh_draw(r->fresh, step);
    const double loss = gm_fresh_gradients(r->fresh, r->weights, r->first, r->second);
    GM_TRY(gm_monitor_observe(r->monitor, loss, r->first, r->second));
    for (int64_t i = 0; i < r->meter->model->parameters; i++)
        r->weights[i] -= r->along.rate * 0.5 * (r->first[i] + r->second[i]);
    if (step % REPORT_EVERY == 0)
        GM_TRY(gm_progress(r->context, "training", (double)step, (double)r->along.steps));
done:
    return status;
}

/* The next point after `step`: powers of two, or of what reaches the end in 16. */
static int64_t next_point(int64_t step, int64_t steps) {
    const double base = fmax(2.0, pow((double)steps, 1.0 / MOST_GAPS));
    double power = 1.0;
    while (round(power) <= (double)step)
        power *= base;
    return power < (double)steps ? (int64_t)round(power) : steps;
}

static gm_status train(run *r) {
    gm_status status = GM_OK;
    int64_t point = 0;
    for (int64_t step = 0; step <= r->along.steps && !r->out->diverged; step++) {
        if (step == point) {
            GM_TRY(measure_point(r, step));
            point = next_point(step, r->along.steps);
        }
        if (step < r->along.steps && !r->out->diverged)
            GM_TRY(take_step(r, step));
    }
    gm_monitor_read(r->monitor, &r->out->monitor);
done:
    return status;
}

static void release(run *r) {
    gm_release(r->context, r->second);
    gm_release(r->context, r->first);
    gm_release(r->context, r->weights);
    gm_monitor_destroy(r->monitor);
    gm_fresh_destroy(r->fresh);
    gm_meter_destroy(r->context, r->meter);
    gm_along_destroy(r->context, r->out);
}

static gm_status check_pointers(gm_context *context, const gm_measure_options *options,
                                const gm_along_options *along) {
    return options && along ? GM_OK
                            : gm_fail(context, GM_INVALID_ARGUMENT,
                                      "gm_measure_along: options or along is NULL");
}

gm_status gm_measure_along(gm_context *context, const gm_measure_options *options,
                           const gm_along_options *along, gm_along **out) {
    gm_status status = GM_OK;
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    run r = {.context = context};
    GM_TRY(check_pointers(context, options, along));
    r.measure = *options;
    GM_TRY(check(&r, along));
    GM_TRY(prepare(&r));
    GM_TRY(train(&r));
    *out = r.out;
    r.out = NULL;
done:
    release(&r);
    return status;
}

void gm_along_destroy(gm_context *context, gm_along *along) {
    if (!along)
        return;
    gm_measurement_destroy(context, along->first);
    gm_release(context, along);
}

/* --- cost --- */

gm_status gm_along_get_cost(gm_context *context, const gm_measure_options *options,
                            const gm_along_options *along, gm_measure_cost *out) {
    gm_status status = GM_OK;
    gm_measure_cost cost;
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    run r = {.context = context};
    GM_TRY(check_pointers(context, options, along));
    r.measure = *options;
    GM_TRY(check(&r, along));
    GM_TRY(gm_measure_get_cost(context, options, &cost));
    GM_TRY(gm_meter_create(context, &r.measure, &r.meter));
    double points = 1.0;
    for (int64_t step = 0; step < r.along.steps; step = next_point(step, r.along.steps))
        points += 1.0;
    /* Forward and twice that backward, two operations a parameter; scores are forward alone. */
    const double passes =
        6.0 * (double)r.along.steps * (double)r.along.batch_size + 2.0 * points * SCORE_SAMPLES;
    const double work = passes * (double)r.meter->model->parameters;
    cost.seconds = points * cost.seconds +
                   (cost.operations > 0.0 ? work * cost.seconds / cost.operations : 0.0);
    cost.operations = points * cost.operations + work;
    *out = cost;
done:
    release(&r);
    return status;
}
