#include "risk/plan.h"

#include <math.h>
#include <string.h>

#include "curvature/point.h"

enum { GRADIENTS_PER_DIMENSION = 16, LEAST_GRADIENTS = 16 };

/* The power that an intercept shows has a relative error of √(2/k), in any dimension. */
enum { DEFAULT_GRADIENTS = 1024, DEFAULT_WITH_INTERCEPT = 4096 };

/* Numbers of gradients and rows stay exact in float64. */
static const double MOST = 1e15;

static const char *const names[] = {"intercept", "gaussian", "losses", "auto"};
enum { NAMES = sizeof names / sizeof *names };

const char *gm_residual_name(gm_residual_source source) {
    return names[source];
}

gm_recover_options gm_risk_problem_options(const gm_risk_options *options) {
    return (gm_recover_options){.model = options->model,
                                .at = options->at ? options->at : "optimum",
                                .batch_size = options->batch_size};
}

static gm_status check_model(gm_context *context, const gm_model *model) {
    if (model->kind == &gm_model_linear || model->kind == &gm_model_logistic)
        return GM_OK;
    return gm_fail(context, GM_INVALID_ARGUMENT,
                   "the model '%s' has no closed form of its adversarial risk; use linear, or "
                   "logistic for two classes",
                   model->kind->name);
}

static gm_status check_sizes(gm_context *context, const gm_risk_options *options) {
    if (!(options->radius >= 0.0 && isfinite(options->radius)))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "the radius is %g; it must be a finite number, 0 or more", options->radius);
    if (options->norm != GM_RISK_L2 && options->norm != GM_RISK_LINF)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "the norm is %d; use GM_RISK_L2 or GM_RISK_LINF", (int)options->norm);
    if (options->batch_size < 0 || (double)options->batch_size > MOST)
        return gm_fail(context, GM_INVALID_ARGUMENT, "the batch size is %lld; it must be 1 to %.0e",
                       (long long)options->batch_size, MOST);
    if (options->num_gradients != 0 &&
        (options->num_gradients < LEAST_GRADIENTS || (double)options->num_gradients > MOST))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "the number of gradients is %lld; it must be %d to %.0e",
                       (long long)options->num_gradients, LEAST_GRADIENTS, MOST);
    return GM_OK;
}

static gm_status find_name(gm_context *context, const char *text, int *out) {
    for (int i = 0; i < NAMES; i++)
        if (!text ? i == NAMES - 1 : strcmp(text, names[i]) == 0) {
            *out = i;
            return GM_OK;
        }
    const char *near = gm_nearest_word(text, names, NAMES);
    return gm_fail(context, GM_INVALID_ARGUMENT,
                   "unknown residual '%s'%s%s%s; use auto, intercept, gaussian or losses", text,
                   near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

/* The Gaussian form inverts a second moment of a noise vector for every two gradients: with fewer
   of them than this the inverse has no mean. */
static int64_t least_for_gaussian(const gm_risk_plan *plan) {
    return 2 * (plan->dimension + 4);
}

static gm_status check_gaussian(gm_context *context, const gm_risk_plan *plan, int64_t gradients) {
    if (plan->logistic)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "the residual 'gaussian' holds for least squares alone; a logistic model "
                       "takes intercept or losses");
    if (plan->batch_size < 2)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "the residual 'gaussian' needs batches of 2 or more, not %lld",
                       (long long)plan->batch_size);
    if (gradients < least_for_gaussian(plan))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "the residual 'gaussian' needs %lld gradients or more in %lld dimensions, "
                       "%lld were given",
                       (long long)least_for_gaussian(plan), (long long)plan->dimension,
                       (long long)gradients);
    return GM_OK;
}

static void choose(gm_risk_plan *plan, int64_t gradients) {
    plan->automatic = true;
    if (plan->intercept >= 0) {
        plan->source = GM_RESIDUAL_INTERCEPT;
        plan->reason =
            "the gradient of the intercept is the mean residual of a batch, whatever the "
            "law of the inputs";
    } else if (plan->logistic) {
        plan->source = GM_RESIDUAL_LOSSES;
        plan->reason = "without an intercept gradients do not show the residual of a logistic "
                       "model; the recorded losses bound it";
    } else if (gradients < least_for_gaussian(plan) || plan->batch_size < 2) {
        plan->source = GM_RESIDUAL_LOSSES;
        plan->reason = "there is no intercept, and too few gradients for the Gaussian form";
    } else {
        plan->source = GM_RESIDUAL_GAUSSIAN;
        plan->reason = "without an intercept the gradients' covariance, whitened by the recovered "
                       "second moments, is the residual's power for zero-mean Gaussian inputs";
    }
}

static gm_status take(gm_context *context, int name, int64_t gradients, gm_risk_plan *plan) {
    plan->source = (gm_residual_source)name;
    plan->reason = "asked for";
    if (plan->source == GM_RESIDUAL_GAUSSIAN)
        return check_gaussian(context, plan, gradients);
    if (plan->source == GM_RESIDUAL_INTERCEPT && plan->intercept < 0)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "the residual 'intercept' needs an input column of ones; append one, or use "
                       "%s",
                       plan->logistic ? "losses" : "gaussian or losses");
    return GM_OK;
}

/* What is done to the targets: nothing, or, to see the second moments beside the clean gradient,
   one noised copy of each batch. */
static gm_status choose_noise(gm_context *context, const gm_supply *supply, gm_risk_plan *plan) {
    const char *ignored = NULL;
    const bool gaussian = plan->source == GM_RESIDUAL_GAUSSIAN;
    gm_status status = gm_estimator_choose(context, gaussian ? "fanout:m=1" : "none", supply, 0,
                                           &plan->estimator, &ignored);
    if (status == GM_OK)
        plan->estimator.kind->plan(&plan->estimator, (double)plan->batch_size, &plan->noise);
    return status;
}

static int64_t number_of_gradients(const gm_risk_options *options, const gm_risk_plan *plan) {
    const int64_t many = GRADIENTS_PER_DIMENSION * plan->dimension;
    const int64_t least = plan->intercept >= 0 ? DEFAULT_WITH_INTERCEPT : DEFAULT_GRADIENTS;
    if (options->num_gradients != 0)
        return options->num_gradients;
    return many < least ? least : many;
}

gm_status gm_risk_plan_make(gm_context *context, const gm_problem *problem,
                            const gm_risk_options *options, gm_risk_plan *out) {
    gm_status status = GM_OK;
    int name = 0;
    gm_risk_plan plan = {.logistic = problem->model->kind == &gm_model_logistic,
                         .dimension = problem->supply->dimension,
                         .batch_size = problem->supply->batch_size,
                         .seeds = {options->seed, options->seed},
                         .radius = options->radius,
                         .norm = options->norm,
                         .compare = options->compare};
    GM_TRY(check_model(context, problem->model));
    GM_TRY(check_sizes(context, options));
    GM_TRY(find_name(context, options->residual, &name));
    GM_TRY(gm_intercept_column(context, problem->dataset, &plan.intercept));
    const int64_t gradients = number_of_gradients(options, &plan);
    if (name == NAMES - 1)
        choose(&plan, gradients);
    else
        GM_TRY(take(context, name, gradients, &plan));
    GM_TRY(choose_noise(context, problem->supply, &plan));
    plan.batches = gradients / plan.estimator.copies;
    *out = plan;
done:
    return status;
}
