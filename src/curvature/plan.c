#include "curvature/plan.h"

#include <math.h>
#include <string.h>

#include "curvature/point.h"
#include "random/streams.h"

enum {
    DEFAULT_BATCH = 256,
    DEFAULT_GRADIENTS = 1024,
    VECTORS_PER_DIMENSION = 4, /* default number of noise vectors over d */
    LEAST_VECTORS = 2
};

static const double MOST = 1e15; /* batch sizes and numbers of gradients stay exact in float64 */
static const double MOST_DRAWS = 1e18; /* indices of draws fit 63 bits */

static gm_status choose_model(gm_context *context, const char *text, const gm_model **out) {
    static const char *const later[] = {"logistic", "softmax", "mlp"};
    gm_status status = GM_OK;
    gm_spec *spec = NULL;
    GM_TRY(gm_spec_parse(context, text, "model", &spec));
    const char *name = gm_spec_name(spec);
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
        if (strcmp(name, later[i]) == 0)
            GM_TRY(gm_fail(context, GM_UNAVAILABLE,
                           "model '%s' is not available in this version; use linear", name));
    const gm_model *model = gm_model_find(name);
    if (!model)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT, "unknown model '%s'; use linear", name));
    GM_TRY(gm_spec_accept(context, spec, NULL, 0));
    *out = model;
done:
    gm_spec_destroy(context, spec);
    return status;
}

static gm_status check_shrinkage(gm_context *context, const char *text) {
    if (strcmp(text, "auto") == 0 || strcmp(text, "none") == 0)
        return GM_OK;
    if (strcmp(text, "oas") == 0 || strcmp(text, "ledoit-wolf") == 0)
        return gm_fail(context, GM_UNAVAILABLE,
                       "shrinkage '%s' is not available in this version; use auto or none", text);
    return gm_fail(context, GM_INVALID_ARGUMENT, "unknown shrinkage '%s'; use auto or none", text);
}

static gm_status check_count(gm_context *context, const char *name, int64_t value, int64_t least) {
    if (value >= least && (double)value <= MOST)
        return GM_OK;
    return gm_fail(context, GM_INVALID_ARGUMENT, "%s is %lld; it must be %lld to %.0e", name,
                   (long long)value, (long long)least, MOST);
}

static gm_status check_variance(gm_context *context, const char *name, double value) {
    if (value >= 0.0 && value <= 1e100)
        return GM_OK;
    return gm_fail(context, GM_INVALID_ARGUMENT, "%s is %g; it must be 0 to 1e100", name, value);
}

/* What is injected: as asked, or what makes the total of the calibrated noise the batch size. */
static gm_status choose_variance(gm_context *context, const gm_recover_options *options,
                                 gm_plan *plan) {
    const double n = (double)plan->batch_size;
    plan->label_noise = options->label_noise;
    if (!plan->estimator->injects)
        plan->noise_variance = 0.0;
    else if (options->noise_variance > 0.0)
        plan->noise_variance = options->noise_variance;
    else if (!plan->estimator->calibrated)
        plan->noise_variance = n;
    else if (options->label_noise < n)
        plan->noise_variance = n - options->label_noise;
    else
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "label noise %g is not below the batch size %g, so no noise is left to "
                       "inject; use a larger batch or give a noise variance",
                       options->label_noise, n);
    return GM_OK;
}

static gm_status choose_batches(gm_context *context, const gm_recover_options *options,
                                gm_plan *plan) {
    const int copies = plan->estimator->copies;
    int64_t gradients = options->num_gradients;
    if (gradients == 0) {
        gradients = VECTORS_PER_DIMENSION * plan->dimension * copies;
        gradients = gradients < DEFAULT_GRADIENTS ? DEFAULT_GRADIENTS : gradients;
    }
    plan->batches = gradients / copies;
    gm_status status =
        check_count(context, "number of gradients", gradients, LEAST_VECTORS * copies);
    if (status == GM_OK && (double)plan->batches * (double)plan->batch_size > MOST_DRAWS)
        status = gm_fail(context, GM_INVALID_ARGUMENT,
                         "%lld batches of %lld draw more than %.0e rows; give fewer gradients",
                         (long long)plan->batches, (long long)plan->batch_size, MOST_DRAWS);
    return status;
}

gm_status gm_plan_make(gm_context *context, const gm_dataset *dataset,
                       const gm_recover_options *options, gm_plan *out) {
    const gm_recover_options defaults = {0};
    gm_status status = GM_OK;
    gm_plan plan = {0};
    if (!options)
        options = &defaults;
    GM_TRY(choose_model(context, options->model ? options->model : "linear", &plan.model));
    GM_TRY(gm_estimator_choose(context, options->estimator ? options->estimator : "auto",
                               &plan.estimator, &plan.reason));
    GM_TRY(check_shrinkage(context, options->shrink ? options->shrink : "auto"));
    plan.at = options->at ? options->at : "zero";
    GM_TRY(gm_point_check(context, plan.at, &plan.needs_moments));
    plan.compare = options->compare;
    plan.needs_moments = plan.needs_moments || options->compare;
    plan.seed = options->seed;
    plan.dimension = plan.model->parameters(gm_dataset_columns(dataset));
    plan.batch_size = options->batch_size ? options->batch_size : DEFAULT_BATCH;
    GM_TRY(check_count(context, "batch size", plan.batch_size, 1));
    GM_TRY(choose_batches(context, options, &plan));
    GM_TRY(check_variance(context, "noise variance", options->noise_variance));
    GM_TRY(check_variance(context, "label noise", options->label_noise));
    GM_TRY(choose_variance(context, options, &plan));
    plan.require = options->require != 0.0 ? options->require : 0.1;
    if (!(plan.require > 0.0 && plan.require <= 1e100))
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT, "required error is %g; it must be above 0",
                       plan.require));
    *out = plan;
done:
    return status;
}

gm_plan gm_plan_control(const gm_plan *plan) {
    gm_plan control = *plan;
    control.estimator = &gm_estimator_none;
    control.reason = gm_estimator_none.reason;
    control.noise_variance = 0.0;
    control.batches = plan->batches * plan->estimator->copies;
    control.compare = false;
    return control;
}
