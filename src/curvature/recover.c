#include <gradiometer/recover.h>

#include <math.h>
#include <string.h>

#include "curvature/affinity.h"
#include "curvature/calibration.h"
#include "curvature/compare.h"
#include "curvature/federated.h"
#include "curvature/leak.h"
#include "curvature/point.h"
#include "curvature/recovery.h"
#include "curvature/serve_rows.h"
#include "curvature/shrink.h"
#include "curvature/stream.h"
#include "gradients/client_supply.h"
#include "linalg/linalg.h"

/* Above this dimension the realised error is computed at the end alone, not along the curve. */
enum { MOST_FOR_CURVE = 2048 };

/* Vectors that the prediction keeps where d² numbers do not fit. */
enum { MOST_KEPT = 2048 };

typedef struct job {
    gm_context *context;
    gm_problem *problem; /* NULL where gradients come from elsewhere: nothing to compare with */
    gm_supply *supply;
    gm_clients *clients; /* that have the data; NULL: they are here */
    gm_client_duty duties[4];
    gm_supply *sums;   /* of what they send, where that is asked for; NULL: states */
    const char *model; /* specification */
    gm_plan plan;
    double *truth; /* [d][d] the curvature computed from the data; NULL where not compared */
    int64_t *checkpoints;
    gm_recovery *recovery;
} job;

/* The curvature computed from the data, and its eigenvalues. */
static gm_status find_truth(job *j) {
    gm_status status = GM_OK;
    const int64_t d = j->plan.dimension;
    const double start = gm_seconds();
    GM_TRY(GM_NEW(j->context, j->truth, d * d));
    GM_TRY(gm_problem_curvature(j->problem, NULL, j->truth));
    GM_TRY(gm_symmetric_spectrum(j->context, d, j->truth, j->recovery->truth_eigenvalues));
    j->recovery->seconds_compare += gm_seconds() - start;
done:
    return status;
}

static gm_status realised_error(void *argument, int64_t which, double *estimate) {
    job *j = argument;
    gm_recovery_error error;
    const double start = gm_seconds();
    gm_status status = gm_compare(j->context, j->plan.dimension, estimate, j->truth,
                                  j->recovery->truth_eigenvalues, false, &error);
    if (status == GM_OK)
        j->recovery->curve[which].error = error.operator_relative;
    j->recovery->seconds_compare += gm_seconds() - start;
    return status;
}

/* ‖S‖ in the operator norm and its square in the Frobenius norm. */
static gm_status measure(job *j, double *norm, double *squares) {
    const double *h = j->recovery->hessian;
    const int64_t d = j->plan.dimension;
    *squares = 0.0;
    for (int64_t i = 0; i < d * d; i++)
        *squares += h[i] * h[i];
    return gm_symmetric_norm(j->context, d, h, norm);
}

/* What the estimator corrects once the pass is over, and what that does to the prediction. */
static gm_status correct(job *j, const gm_stream_facts *facts, gm_prediction *prediction) {
    const gm_estimator *e = &j->plan.estimator;
    gm_recovery *r = j->recovery;
    gm_status status = GM_OK;
    double before = 0.0, after = 0.0, squares = 0.0;
    if (!e->kind->correct)
        return GM_OK;
    gm_correction correction = {.context = j->context,
                                .supply = j->supply,
                                .seeds = j->plan.seeds,
                                .next_batch = j->plan.batches,
                                .probes = j->plan.probes,
                                .vectors = gm_plan_vectors(&j->plan),
                                .noise_variance = j->plan.noise_variance,
                                .label_noise = j->plan.label_noise,
                                .mean_loss = facts->mean_loss,
                                .mean_gradient = r->mean_gradient,
                                .hessian = r->hessian,
                                .scale = 1.0};
    GM_TRY(measure(j, &before, &prediction->squared_norm));
    GM_TRY(e->kind->correct(e, &correction));
    GM_TRY(measure(j, &after, &squares));
    if (after > 0.0) {
        prediction->operator_factor = correction.scale * before / after;
        prediction->operator_spread = correction.spread / after;
        prediction->frobenius_factor = correction.scale * sqrt(prediction->squared_norm / squares);
    }
    if (correction.warning[0])
        GM_TRY(gm_recovery_add_warning(j->context, r, "%s", correction.warning));
done:
    return status;
}

/* The self-test of what pairs and fan-out rely on, on a batch that nothing else uses. */
static gm_status test_affinity(job *j) {
    const gm_estimator_kind *kind = j->plan.estimator.kind;
    const gm_target_noise noise = gm_plan_noise(&j->plan);
    if (!j->supply->injects || !kind->injects || j->clients)
        return GM_OK;
    gm_status status =
        gm_affinity_measure(j->context, j->supply, &noise, j->plan.seeds,
                            j->plan.batches + j->plan.probes, &j->recovery->affinity);
    if (status == GM_OK && kind->affine)
        status = gm_affinity_check(j->context, j->recovery->affinity, noise.variance, kind->name);
    return status;
}

/* The prediction keeps up to 2 d vectors, which is too many where d² numbers do not fit. */
static int64_t vectors_to_keep(const gm_plan *plan) {
    const int64_t vectors = gm_plan_vectors(plan);
    return (plan->rank > 0 || plan->tiled) && vectors > MOST_KEPT ? MOST_KEPT : vectors;
}

/* The pass of gradients where the data are at clients. */
static gm_status pass_at_clients(job *j, gm_predictor *predictor) {
    gm_recovery *r = j->recovery;
    const int64_t capacity = gm_predictor_kept(j->plan.dimension, vectors_to_keep(&j->plan));
    gm_status status = GM_OK;
    GM_TRY(gm_federated_pass(j->clients, &j->plan, j->model, j->problem->weights, predictor,
                             capacity, &r->hessian, r->mean_gradient));
    gm_recovery_recount(r, &j->plan);
done:
    return status;
}

/* The pass of gradients here, with realised errors along the way. */
static gm_status pass_here(job *j, gm_predictor *predictor, gm_stream_facts *facts) {
    gm_status status = GM_OK;
    gm_recovery *r = j->recovery;
    const gm_target_noise noise = gm_plan_noise(&j->plan);
    const gm_estimator *e = &j->plan.estimator;
    gm_source *source = NULL;
    gm_checkpoints checkpoints = {.reached = realised_error, .argument = j};
    GM_TRY(j->supply->open(j->supply, &noise, j->plan.seeds, &source));
    GM_TRY(GM_NEW(j->context, j->checkpoints, r->curve_points));
    for (int64_t i = 0; i < r->curve_points; i++)
        j->checkpoints[i] = r->curve[i].noise_vectors / e->vectors;
    checkpoints.at = j->checkpoints;
    checkpoints.count = j->plan.dimension <= MOST_FOR_CURVE ? r->curve_points - 1 : 0;
    GM_TRY(gm_stream_run(j->context, &j->plan, source, predictor, j->truth ? &checkpoints : NULL,
                         &r->hessian, facts));
    if (j->plan.rank > 0)
        gm_recovery_take_sketch(r, &facts->sketch);
    r->tiles = facts->tiles;
done:
    gm_source_destroy(source);
    return status;
}

/* The pass of gradients: estimate, mean gradient, prediction. */
static gm_status pass(job *j, gm_prediction *prediction) {
    gm_status status = GM_OK;
    gm_recovery *r = j->recovery;
    const gm_estimator *e = &j->plan.estimator;
    gm_predictor *predictor = NULL;
    const double compare_before = r->seconds_compare, start = gm_seconds();
    gm_stream_facts facts = {.mean_gradient = r->mean_gradient};
    if (e->kind->injects)
        GM_TRY(gm_predictor_create(j->context, j->plan.dimension, vectors_to_keep(&j->plan),
                                   e->vectors, e->kind->centered, j->plan.seeds.batches,
                                   &predictor));
    GM_TRY(j->clients && !j->sums ? pass_at_clients(j, predictor)
                                  : pass_here(j, predictor, &facts));
    if (j->clients)
        GM_TRY(gm_clients_tell(j->clients, &r->clients));
    r->seconds_gradients = gm_seconds() - start - (r->seconds_compare - compare_before);
    if (predictor) {
        const double predict_start = gm_seconds();
        GM_TRY(gm_predictor_finish(predictor, prediction));
        gm_predictor_destroy(predictor); /* its memory is that of the estimate */
        predictor = NULL;
        r->seconds_predict = gm_seconds() - predict_start;
    }
    GM_TRY(correct(j, &facts, prediction));
done:
    gm_predictor_destroy(predictor);
    return status;
}

static gm_status compare(job *j) {
    gm_status status = GM_OK;
    gm_recovery *r = j->recovery;
    const double start = gm_seconds();
    GM_TRY(gm_compare(j->context, j->plan.dimension, r->hessian, j->truth, r->truth_eigenvalues,
                      true, &r->error));
    r->curve[r->curve_points - 1].error = r->error.operator_relative;
    GM_TRY(gm_recovery_control_none(j->problem, &j->plan, j->truth, r));
    GM_TRY(gm_recovery_control_oracle(j->problem, &j->plan, j->truth, r));
    GM_TRY(gm_recovery_control_hvp(j->problem, &j->plan, j->truth, r));
    r->compared = true;
    r->seconds_compare += gm_seconds() - start;
done:
    return status;
}

/* From gradients to the recovery, wherever the gradients come from. */
static gm_status run(job *j) {
    gm_status status = GM_OK;
    gm_prediction prediction = {0};
    if (j->plan.compare)
        GM_TRY(find_truth(j));
    GM_TRY(test_affinity(j));
    GM_TRY(pass(j, &prediction));
    GM_TRY(gm_recovery_summarize(j->context, !j->plan.estimator.kind->correct, j->recovery));
    GM_TRY(gm_recovery_estimate_bias(j->context, &j->plan, j->recovery));
    gm_recovery_predict(&j->plan, &prediction, j->recovery);
    gm_shrink(&j->plan, &prediction, j->recovery);
    if (j->plan.compare)
        GM_TRY(compare(j));
    GM_TRY(gm_recovery_warn(j->context, j->recovery));
    if (j->plan.leak)
        GM_TRY(gm_leak_report(j->context, j->problem, &j->plan, j->recovery));
done:
    return status;
}

/* What needs the data in one place. */
static gm_status check_clients(const job *j) {
    const gm_estimator_kind *kind = j->plan.estimator.kind;
    const char *at = j->problem->at, *what = NULL;
    if (kind->correct)
        what = "estimators that are corrected after the pass";
    else if (j->plan.rank > 0)
        what = "the structure low-rank";
    else if (j->plan.tiled)
        what = "a matrix that is dealt out to ranks";
    else if (gm_point_needs_data(at))
        what = "a point that the data decide";
    return what ? gm_fail(j->context, GM_UNAVAILABLE,
                          "%s (%s) needs the data in one place, not at clients", what,
                          kind->correct      ? kind->name
                          : j->plan.rank > 0 ? "--structure full keeps d x d numbers"
                          : j->plan.tiled    ? "--memory"
                                             : at)
                : GM_OK;
}

static gm_status make_clients(job *j, const gm_dataset *dataset, const gm_client_options *options) {
    gm_status status = GM_OK;
    const gm_client_data data = {dataset, j->problem->targets, j->problem->classes};
    const gm_client_duty *const duties[] = {
        &gm_client_shard_duty, options->sums ? &gm_client_open_duty : &gm_client_moments_duty,
        &gm_client_rows_duty};
    if (options->count == 0)
        return GM_OK;
    GM_TRY(check_clients(j));
    for (int i = 0; i < 3; i++) /* and one without a service ends them */
        j->duties[i] = *duties[i];
    j->plan.private_noise = !options->reproducible;
    GM_TRY(gm_clients_create(j->context, options, &data, j->duties, &j->clients));
    if (!options->sums)
        goto done;
    GM_TRY(gm_client_supply_create(j->clients, j->problem->model, j->model, j->problem->weights,
                                   j->plan.batch_size, &j->sums));
    j->supply = j->sums;
done:
    return status;
}

gm_status gm_recover(gm_context *context, const gm_dataset *dataset,
                     const gm_recover_options *options, gm_recovery **out) {
    const gm_recover_options defaults = {0};
    gm_status status = GM_OK;
    job j = {.context = context};
    if (!options)
        options = &defaults;
    GM_TRY(gm_problem_create(context, dataset, options, &j.problem));
    j.supply = j.problem->supply;
    GM_TRY(gm_plan_make(context, j.supply, options, &j.plan));
    j.model = options->model ? options->model : "linear";
    GM_TRY(make_clients(&j, dataset, &options->clients));
    GM_TRY(gm_recovery_create(context, &j.plan, &j.recovery));
    j.recovery->model = j.problem->model->kind->name;
    j.recovery->outputs = j.problem->model->outputs;
    j.recovery->source = "model";
    j.recovery->at = gm_point_name(j.problem->at);
    GM_TRY(gm_problem_place(j.problem, j.plan.seeds.batches));
    GM_TRY(run(&j));
    *out = j.recovery;
    j.recovery = NULL;
done:
    gm_recovery_destroy(context, j.recovery);
    gm_release(context, j.checkpoints);
    gm_release(context, j.truth);
    gm_supply_destroy(j.sums);
    gm_clients_destroy(j.clients);
    gm_problem_destroy(j.problem);
    return status;
}

static gm_status check_gradients_options(gm_context *context, const gm_recover_options *options) {
    if (options->model || options->at)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gradients from elsewhere have their own model and weights; leave out '%s'",
                       options->model ? options->model : options->at);
    if (options->compare)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gradients alone hold no truth to compare with; leave out compare");
    return GM_OK;
}

gm_status gm_recover_gradients(gm_context *context, gm_gradients *gradients,
                               const gm_recover_options *options, gm_recovery **out) {
    const gm_recover_options defaults = {0};
    gm_status status = GM_OK;
    job j = {.context = context, .supply = gradients->supply};
    if (!options)
        options = &defaults;
    GM_TRY(check_gradients_options(context, options));
    GM_TRY(gm_plan_make(context, j.supply, options, &j.plan));
    GM_TRY(gm_recovery_create(context, &j.plan, &j.recovery));
    j.recovery->source = gradients->source;
    if (gradients->recorded.values)
        j.recovery->noise = NULL;
    GM_TRY(run(&j));
    if (gradients->recorded.values)
        GM_TRY(gm_calibration_check(context, &gradients->recorded, j.recovery));
    GM_TRY(gm_calibration_check_scale(context, options->trace, j.recovery));
    *out = j.recovery;
    j.recovery = NULL;
done:
    gm_recovery_destroy(context, j.recovery);
    gm_release(context, j.checkpoints);
    return status;
}
