#include "curvature/stream.h"

#include <math.h>
#include <string.h>

#include "curvature/accumulate.h"
#include "parallel/parallel.h"

/* Most batches between two meetings of the threads; the bits do not depend on it. */
enum { CHUNK = 256 };

typedef struct pass {
    gm_context *context;
    const gm_plan *plan;
    gm_source *source;
    double scale;      /* makes the second moment of noise vectors the curvature */
    int64_t first;     /* batch at the start of the chunk */
    double *gradients; /* [threads][copies][d] */
    double *vectors;   /* [chunk][d], inside the accumulator */
    double *clean;     /* [CHUNK][d] */
    double *clean_sum; /* [d] */
    gm_accumulator *accumulator;
} pass;

/* One batch: gradients from the source, then what the estimator reads in them. */
static gm_status run_batch(void *argument, int64_t index, int worker) {
    pass *p = argument;
    const int64_t d = p->source->dimension;
    double *gradients = p->gradients + worker * p->source->copies * d;
    double *vector = p->vectors + index * d;
    gm_status status = p->source->evaluate(p->source, p->first + index, worker, gradients);
    if (status != GM_OK)
        return status;
    p->plan->estimator->extract(d, gradients, vector, p->clean + index * d);
    for (int64_t j = 0; j < d; j++)
        vector[j] *= p->scale;
    return GM_OK;
}

/* Columns of clean gradients that one task adds up. */
enum { PANEL = 128 };

typedef struct sum_job {
    pass *p;
    int64_t count;
} sum_job;

static gm_status sum_panel(void *argument, int64_t index, int worker) {
    (void)worker;
    const sum_job *job = argument;
    const int64_t d = job->p->source->dimension, first = index * PANEL;
    const int64_t end = d - first < PANEL ? d : first + PANEL;
    for (int64_t i = 0; i < job->count; i++)
        for (int64_t j = first; j < end; j++)
            job->p->clean_sum[j] += job->p->clean[i * d + j];
    return GM_OK;
}

/* Up to `most` batches; fewer where the accumulator has less room. */
static gm_status run_chunk(pass *p, int64_t most, gm_predictor *predictor) {
    gm_status status = GM_OK;
    const int64_t d = p->source->dimension;
    int64_t count = 0;
    p->vectors = gm_accumulator_room(p->accumulator, &count);
    count = count < most ? count : most;
    sum_job sums = {p, count};
    GM_TRY(gm_parallel_for(p->context, count, run_batch, p));
    GM_TRY(gm_parallel_for(p->context, (d + PANEL - 1) / PANEL, sum_panel, &sums));
    if (predictor)
        GM_TRY(gm_predictor_add(predictor, count, p->vectors));
    GM_TRY(gm_accumulator_take(p->accumulator, count));
    p->first += count;
done:
    return status;
}

/* The estimate of everything so far: covariance, or second moment about zero. */
static gm_status total(pass *p, double *mean, double *hessian) {
    const int64_t d = p->source->dimension;
    const double k = (double)gm_accumulator_count(p->accumulator);
    const bool centered = p->plan->estimator->centered;
    gm_status status = gm_accumulator_total(p->accumulator, mean, hessian);
    if (status != GM_OK)
        return status;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) {
            double *h = &hessian[i * d + j];
            *h = centered ? *h / (k - 1.0) : *h / k + mean[i] * mean[j];
        }
    return GM_OK;
}

static gm_status pass_create(pass *p, gm_context *context, const gm_plan *plan, gm_source *source) {
    gm_status status = GM_OK;
    const int64_t d = source->dimension;
    *p = (pass){.context = context, .plan = plan, .source = source};
    p->scale = 1.0 / sqrt(plan->estimator->divisor((double)plan->batch_size, plan->noise_variance,
                                                   plan->label_noise));
    GM_TRY(GM_NEW(context, p->gradients, gm_context_threads(context) * source->copies * d));
    GM_TRY(GM_NEW(context, p->clean, CHUNK * d));
    GM_TRY(GM_NEW_ZERO(context, p->clean_sum, d));
    GM_TRY(gm_accumulator_create(context, d, &p->accumulator));
done:
    return status;
}

static void pass_release(pass *p) {
    gm_accumulator_destroy(p->accumulator);
    gm_release(p->context, p->clean_sum);
    gm_release(p->context, p->clean);
    gm_release(p->context, p->gradients);
}

gm_status gm_stream_run(gm_context *context, const gm_plan *plan, gm_source *source,
                        gm_predictor *predictor, const gm_checkpoints *checkpoints, double *hessian,
                        double *mean_gradient) {
    gm_status status = GM_OK;
    const int64_t d = source->dimension;
    double *mean = NULL;
    int64_t next = 0;
    pass p;
    GM_TRY(pass_create(&p, context, plan, source));
    GM_TRY(GM_NEW(context, mean, d));
    while (p.first < plan->batches) {
        while (checkpoints && next < checkpoints->count && checkpoints->at[next] <= p.first)
            next++;
        int64_t until = p.first + CHUNK;
        if (checkpoints && next < checkpoints->count && checkpoints->at[next] < until)
            until = checkpoints->at[next];
        until = until < plan->batches ? until : plan->batches;
        GM_TRY(run_chunk(&p, until - p.first, predictor));
        GM_TRY(
            gm_progress(context, "evaluating gradients", (double)p.first, (double)plan->batches));
        if (checkpoints && next < checkpoints->count && checkpoints->at[next] == p.first) {
            GM_TRY(total(&p, mean, hessian));
            GM_TRY(checkpoints->reached(checkpoints->argument, next, hessian));
        }
    }
    GM_TRY(total(&p, mean, hessian));
    for (int64_t j = 0; mean_gradient && j < d; j++)
        mean_gradient[j] = p.clean_sum[j] / (double)plan->batches;
done:
    gm_release(context, mean);
    pass_release(&p);
    return status;
}
