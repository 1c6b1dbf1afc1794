#include <gradiometer/measure.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "informativeness/collision.h"
#include "informativeness/exact.h"
#include "informativeness/values.h"
#include "informativeness/verdict.h"
#include "linalg/linalg.h"

/* Operations of a dense product in the time of one of the transforms, which wait for memory. */
enum { TRANSFORM_WEIGHT = 4 };

/* What `auto` takes exactly. */
static const double auto_operations = 4e10, auto_memory = 0x1p31;

static gm_status add_warning(gm_context *context, gm_measurement *m, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static gm_status add_warning(gm_context *context, gm_measurement *m, const char *format, ...) {
    char text[512];
    int count = 0;
    va_list arguments;
    while (m->warnings[count])
        count++;
    if (count == GM_MOST_MEASURE_WARNINGS)
        return GM_OK;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    m->warnings[count] = gm_duplicate(context, text);
    return m->warnings[count] ? GM_OK : GM_OUT_OF_MEMORY;
}

/* --- method --- */

static gm_status choose_method(const gm_meter *meter, bool *exact, gm_exact_cost *cost) {
    const char *method = meter->options->method ? meter->options->method : "auto";
    if (strcmp(method, "sampled") == 0) {
        *exact = false;
        return GM_OK;
    }
    gm_status status = gm_exact_check(meter, cost);
    if (strcmp(method, "exact") == 0) {
        *exact = true;
        return status;
    }
    if (strcmp(method, "auto") != 0)
        return gm_fail(meter->context, GM_INVALID_ARGUMENT,
                       "unknown method '%.64s'; use one of auto, exact, sampled", method);
    *exact = status == GM_OK && !meter->model->serial &&
             cost->operations * (double)meter->init_draws <= auto_operations &&
             cost->memory <= auto_memory;
    return GM_OK;
}

/* --- draws of initial weights --- */

static gm_status measure_draws(gm_meter *meter, bool exact, gm_measurement *m) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    gm_values *values = NULL;
    GM_TRY(GM_NEW(context, values, meter->init_draws));
    for (int64_t i = 0; i < meter->init_draws; i++) {
        gm_meter_set_weights(meter, i);
        GM_TRY(exact ? gm_values_exact(meter, i, &values[i])
                     : gm_values_sampled(meter, i, &values[i]));
    }
    GM_TRY(gm_values_average(context, meter->init_draws, values, m));
done:
    gm_release(context, values);
    return status;
}

/* --- entropy --- */

/* Of a law, exactly; of rows, of the law that they were drawn from. */
static gm_status find_entropy(const gm_meter *meter, gm_measurement *m) {
    gm_status status = GM_OK;
    const gm_inputs *inputs = meter->inputs;
    gm_collision_entropy coordinate;
    m->collision = inputs->collision;
    if (!meter->options->rows) {
        gm_collision_of_law(inputs, &m->entropy, &coordinate);
        return GM_OK;
    }
    gm_collisions counts = {.rows = (double)meter->options->rows->shape[0]};
    double *x = NULL;
    GM_TRY(GM_NEW(meter->context, x, inputs->columns));
    for (int64_t i = 0; i < (int64_t)inputs->support; i++) {
        double share;
        inputs->enumerate(inputs, i, 1, x, &share);
        gm_collisions_add(&counts, round(share * counts.rows));
    }
    const double unknown = (double)NAN; /* of one row alone */
    m->entropy = (gm_collision_entropy){unknown, unknown, unknown, unknown, "rows"};
    if (counts.rows >= 2.0)
        gm_collision_interval(&counts, &m->entropy);
done:
    gm_release(meter->context, x);
    return status;
}

/* --- warnings --- */

enum { FEW_TARGETS = 10 };

static gm_status warn(const gm_meter *meter, gm_measurement *m) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    if (m->variance.low > 0.0 && m->effective_targets < FEW_TARGETS &&
        m->effective_targets < 0.5 * (double)m->targets)
        GM_TRY(
            add_warning(context, m, "%s: %.2g targets carry the variance; %s",
                        m->enumerated ? "the class is uneven" : "few targets were seen to matter",
                        m->effective_targets,
                        m->enumerated ? "a typical target adds less than V says"
                                      : "the estimate and its error hang on whether these were "
                                        "drawn: draw more, or take a smaller class, which is "
                                        "enumerated"));
    if (isnan(m->bound))
        GM_TRY(
            add_warning(context, m,
                        "the bound is not known: E[K^2] needs pairs of inputs, which a model this "
                        "large has not been asked for"));
    if (meter->options->rows && meter->options->rows->shape[0] > 1 && isnan(m->entropy.nats))
        GM_TRY(add_warning(context, m,
                           "no two rows of the file are equal: its entropy is only bounded from "
                           "below, and the collision term is that of drawing these rows"));
done:
    return status;
}

/* --- the whole --- */

gm_status gm_measure(gm_context *context, const gm_measure_options *options, gm_measurement **out) {
    gm_status status = GM_OK;
    gm_meter *meter = NULL;
    gm_measurement *m = NULL;
    bool exact = false;
    gm_exact_cost cost;
    const double start = gm_seconds();
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (!options)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_measure: options is NULL");
    GM_TRY(gm_meter_create(context, options, &meter));
    GM_TRY(choose_method(meter, &exact, &cost));
    GM_TRY(GM_NEW_ZERO(context, m, 1));
    m->method = exact ? "exact" : "sampled";
    m->columns = meter->inputs->columns;
    m->parameters = meter->model->parameters;
    m->init_draws = meter->init_draws;
    m->budget = meter->budget;
    GM_TRY(find_entropy(meter, m));
    GM_TRY(measure_draws(meter, exact, m));
    GM_TRY(gm_verdict_set(context, m));
    GM_TRY(warn(meter, m));
    m->seconds = gm_seconds() - start;
    *out = m;
    m = NULL;
done:
    gm_measurement_destroy(context, m);
    gm_meter_destroy(context, meter);
    return status;
}

void gm_measurement_destroy(gm_context *context, gm_measurement *m) {
    if (!m)
        return;
    for (int i = 0; m->warnings[i]; i++)
        gm_release(context, (char *)(uintptr_t)m->warnings[i]);
    gm_release(context, m->reason);
    gm_release(context, m);
}

gm_status gm_measure_get_cost(gm_context *context, const gm_measure_options *options,
                              gm_measure_cost *out) {
    static const char *const forms[] = {"gram", "jacobian", "products"};
    gm_status status = GM_OK;
    gm_meter *meter = NULL;
    bool exact = false;
    gm_exact_cost cost = {0};
    double rate = 1.0, work = 0.0; /* in operations of a dense product */
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (!options)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_measure: options is NULL");
    GM_TRY(gm_meter_create(context, options, &meter));
    GM_TRY(choose_method(meter, &exact, &cost));
    const double rows = (double)meter->samples, targets = gm_sample_targets(meter);
    if (!exact) {
        const gm_form form = gm_choose_form(meter->model, rows, targets);
        cost.form = forms[form];
        cost.memory = gm_sampled_memory(meter);
        cost.operations = work = gm_sampled_operations(meter);
    } else {
        const double pairs = gm_exact_pair_operations(meter);
        work = TRANSFORM_WEIGHT * cost.operations + pairs;
        cost.operations += pairs;
        cost.memory = fmax(cost.memory, gm_exact_pair_memory(meter));
    }
    GM_TRY(gm_product_rate(context, &rate));
    *out = (gm_measure_cost){.method = exact ? "exact" : "sampled",
                             .form = cost.form,
                             .operations = cost.operations * (double)meter->init_draws,
                             .memory = cost.memory,
                             .seconds = work * (double)meter->init_draws / rate};
done:
    gm_meter_destroy(context, meter);
    return status;
}
