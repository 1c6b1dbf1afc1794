#include <gradiometer/recover.h>

#include <string.h>

#include "curvature/compare.h"
#include "curvature/moments.h"
#include "curvature/point.h"
#include "curvature/recovery.h"
#include "curvature/stream.h"
#include "data/dataset.h"
#include "linalg/linalg.h"

/* Above this dimension the realised error is computed at the end alone, not along the curve. */
enum { MOST_FOR_CURVE = 2048 };

typedef struct job {
    gm_context *context;
    const gm_dataset *dataset;
    gm_plan plan;
    double *moments; /* [d][d] of the data; the truth of least squares; NULL where not needed */
    double *weights; /* [d] */
    int64_t *checkpoints;
    gm_recovery *recovery;
} job;

static gm_status prepare(job *j, const gm_recover_options *options) {
    gm_status status = GM_OK;
    GM_TRY(gm_plan_make(j->context, j->dataset, options, &j->plan));
    const int64_t d = j->plan.dimension;
    GM_TRY(gm_recovery_create(j->context, &j->plan, &j->recovery));
    GM_TRY(GM_NEW(j->context, j->weights, d));
    if (j->plan.needs_moments) {
        const double start = gm_seconds();
        GM_TRY(GM_NEW(j->context, j->moments, d * d));
        GM_TRY(gm_second_moments(j->context, gm_dataset_matrix(j->dataset), NULL, j->moments));
        j->recovery->seconds_compare += gm_seconds() - start;
    }
    GM_TRY(
        gm_point_resolve(j->context, j->plan.at, j->dataset, j->moments, j->plan.seed, j->weights));
done:
    return status;
}

static gm_status eigenvalues_of_truth(job *j) {
    gm_status status = GM_OK;
    const int64_t d = j->plan.dimension;
    double *copy = NULL;
    GM_TRY(GM_NEW(j->context, copy, d * d));
    memcpy(copy, j->moments, (size_t)(d * d) * sizeof *copy);
    GM_TRY(gm_symmetric_eigenvalues(j->context, d, copy, j->recovery->truth_eigenvalues));
done:
    gm_release(j->context, copy);
    return status;
}

static gm_status realised_error(void *argument, int64_t which, double *estimate) {
    job *j = argument;
    gm_recovery_error error;
    const double start = gm_seconds();
    gm_status status = gm_compare(j->context, j->plan.dimension, estimate, j->moments,
                                  j->recovery->truth_eigenvalues, false, &error);
    if (status == GM_OK)
        j->recovery->curve[which].error = error.operator_relative;
    j->recovery->seconds_compare += gm_seconds() - start;
    return status;
}

/* The pass of gradients: estimate, mean gradient, prediction, realised errors along the way. */
static gm_status pass(job *j, gm_prediction *prediction) {
    gm_status status = GM_OK;
    gm_recovery *r = j->recovery;
    gm_target_noise noise;
    gm_source *source = NULL;
    gm_predictor *predictor = NULL;
    const double compare_before = r->seconds_compare, start = gm_seconds();
    gm_checkpoints checkpoints = {.reached = realised_error, .argument = j};
    j->plan.estimator->plan(j->plan.noise_variance, &noise);
    GM_TRY(gm_model_source_create(j->context, j->dataset, j->plan.model, j->weights,
                                  j->plan.batch_size, &noise, j->plan.seed, &source));
    if (j->plan.estimator->injects)
        GM_TRY(gm_predictor_create(j->context, j->plan.dimension, j->plan.batches,
                                   j->plan.estimator->centered, j->plan.seed, &predictor));
    GM_TRY(GM_NEW(j->context, j->checkpoints, r->curve_points));
    for (int64_t i = 0; i < r->curve_points; i++)
        j->checkpoints[i] = r->curve[i].noise_vectors;
    checkpoints.at = j->checkpoints;
    checkpoints.count = j->plan.dimension <= MOST_FOR_CURVE ? r->curve_points - 1 : 0;
    GM_TRY(gm_stream_run(j->context, &j->plan, source, predictor,
                         j->plan.compare ? &checkpoints : NULL, r->hessian, r->mean_gradient));
    r->seconds_gradients = gm_seconds() - start - (r->seconds_compare - compare_before);
    if (predictor) {
        const double predict_start = gm_seconds();
        GM_TRY(gm_predictor_finish(predictor, prediction));
        r->seconds_predict = gm_seconds() - predict_start;
    }
done:
    gm_predictor_destroy(predictor);
    gm_source_destroy(source);
    return status;
}

static gm_status compare(job *j) {
    gm_status status = GM_OK;
    gm_recovery *r = j->recovery;
    const double start = gm_seconds();
    GM_TRY(gm_compare(j->context, j->plan.dimension, r->hessian, j->moments, r->truth_eigenvalues,
                      true, &r->error));
    r->curve[r->curve_points - 1].error = r->error.operator_relative;
    GM_TRY(gm_recovery_control_none(j->context, j->dataset, &j->plan, j->weights, j->moments, r));
    GM_TRY(gm_recovery_control_oracle(j->context, j->dataset, &j->plan, j->moments, r));
    r->compared = true;
    r->seconds_compare += gm_seconds() - start;
done:
    return status;
}

gm_status gm_recover(gm_context *context, const gm_dataset *dataset,
                     const gm_recover_options *options, gm_recovery **out) {
    gm_status status = GM_OK;
    gm_prediction prediction = {0};
    job j = {.context = context, .dataset = dataset};
    GM_TRY(prepare(&j, options));
    if (j.plan.compare)
        GM_TRY(eigenvalues_of_truth(&j));
    GM_TRY(pass(&j, &prediction));
    GM_TRY(gm_recovery_summarize(context, j.recovery));
    GM_TRY(gm_recovery_estimate_bias(context, &j.plan, j.recovery));
    gm_recovery_predict(&j.plan, &prediction, j.recovery);
    if (j.plan.compare)
        GM_TRY(compare(&j));
    GM_TRY(gm_recovery_warn(context, j.recovery));
    *out = j.recovery;
    j.recovery = NULL;
done:
    gm_recovery_destroy(context, j.recovery);
    gm_release(context, j.checkpoints);
    gm_release(context, j.weights);
    gm_release(context, j.moments);
    return status;
}
