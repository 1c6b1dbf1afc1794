#include "informativeness/residuals.h"

#include <math.h>

#include "informativeness/values.h"
#include "informativeness/verdict.h"

static gm_status check(gm_context *context, const gm_residuals *r) {
    if (r->rows < GM_LEAST_SAMPLES || r->targets < GM_LEAST_TARGETS)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "informativeness of %lld rows and %lld targets: at least %d and %d are "
                       "needed",
                       (long long)r->rows, (long long)r->targets, GM_LEAST_SAMPLES,
                       GM_LEAST_TARGETS);
    for (int64_t i = 0; i < r->rows; i++)
        if (!isfinite(r->power[i]))
            return gm_fail(context, GM_NUMERICAL_FAILURE, "the residual of row %lld is not finite",
                           (long long)i);
    return GM_OK;
}

static gm_status measure(const gm_meter *meter, const gm_residuals *residuals, gm_measurement *m) {
    gm_status status = GM_OK;
    gm_sample *sample = NULL;
    gm_values values;
    GM_TRY(gm_sample_of_residuals(meter, residuals, &sample));
    GM_TRY(gm_values_of_sample(meter, sample, &values));
    GM_TRY(gm_values_average(meter->context, 1, &values, m));
    GM_TRY(gm_verdict_set(meter->context, m));
done:
    gm_sample_destroy(meter->context, sample);
    return status;
}

gm_status gm_measure_residuals(gm_context *context, const gm_residuals *residuals, double budget,
                               gm_measurement **out) {
    gm_status status = GM_OK;
    const gm_measure_options options = {.seed = 0}; /* of large classes alone, which are not here */
    const gm_model_shape shape = {.columns = residuals->columns};
    const double unknown = (double)NAN;
    gm_meter meter = {.context = context, .options = &options};
    gm_measurement *m = NULL;
    GM_TRY(check(context, residuals));
    GM_TRY(gm_model_create(context, "linear", &shape, &meter.model));
    GM_TRY(GM_NEW_ZERO(context, meter.weights, residuals->columns));
    GM_TRY(GM_NEW_ZERO(context, m, 1));
    m->method = "sampled";
    m->columns = m->parameters = residuals->columns;
    m->init_draws = 1;
    m->budget = budget > 0.0 ? budget : (double)residuals->rows;
    m->entropy = (gm_collision_entropy){unknown, unknown, unknown, unknown, "lower-bound"};
    GM_TRY(measure(&meter, residuals, m));
    *out = m;
    m = NULL;
done:
    gm_measurement_destroy(context, m);
    gm_release(context, meter.weights);
    gm_model_destroy(context, meter.model);
    return status;
}
