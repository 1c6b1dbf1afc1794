#include "curvature/stream.h"

#include <math.h>
#include <string.h>

#include "curvature/collector.h"
#include "curvature/moments.h"
#include "parallel/ranks.h"

/* Most batches between two meetings of the threads, and those of a chunk whose clean gradients are
   summed before they leave their rank. */
enum { CHUNK = 256, GROUP = 4, GROUPS = CHUNK / GROUP };

typedef struct pass {
    gm_context *context;
    const gm_plan *plan;
    gm_source *source;
    double scale;      /* makes the second moment of noise vectors the curvature */
    int64_t first;     /* batch at the start of the chunk */
    double *gradients; /* [threads][copies][d] */
    double *vectors;   /* [chunk][vectors][d], inside the collector where they fit */
    double *spare;     /* [vectors][d] of one batch that does not fit; NULL for one vector */
    int64_t count;     /* batches of the chunk */
    int64_t own, end;  /* those of this rank: own … end − 1 */
    double *clean;     /* [CHUNK][d] */
    double *groups;    /* [GROUPS][d] sums of clean gradients */
    double *clean_sum; /* [d] */
    double *losses;    /* [CHUNK][copies]; NULL where the source has none */
    double loss_sum;
    gm_collector collector;
} pass;

/* One batch: gradients from the source, then what the estimator reads in them. */
static gm_status run_batch(void *argument, int64_t index, int worker) {
    pass *p = argument;
    const int64_t d = p->source->dimension, i = p->own + index;
    double *gradients = p->gradients + worker * p->source->copies * d;
    const gm_estimator *estimator = &p->plan->estimator;
    double *vectors = p->vectors + i * estimator->vectors * d;
    double *losses = p->losses ? p->losses + i * p->source->copies : NULL;
    gm_status status = p->source->evaluate(p->source, p->first + i, worker, gradients, losses);
    if (status != GM_OK)
        return status;
    estimator->kind->extract(estimator, d, gradients, vectors, p->clean + i * d);
    double squares = 0.0;
    for (int64_t j = 0; j < estimator->vectors * d; j++) {
        vectors[j] *= p->scale;
        squares += vectors[j] * vectors[j];
    }
    return gm_trace_check(p->context, squares);
}

/* Columns of clean gradients that one task adds up. */
enum { PANEL = 128 };

/* Sums of the groups of this rank, which begin with the first of its batches. */
static gm_status sum_panel(void *argument, int64_t index, int worker) {
    (void)worker;
    const pass *p = argument;
    const int64_t d = p->source->dimension, first = index * PANEL;
    const int64_t width = d - first < PANEL ? d - first : PANEL;
    for (int64_t i = p->own; i < p->end; i++) {
        const double *clean = p->clean + i * d + first;
        double *sum = p->groups + i / GROUP * d + first;
        for (int64_t j = 0; j < width; j++)
            sum[j] = i % GROUP == 0 ? clean[j] : sum[j] + clean[j];
    }
    return GM_OK;
}

/* The batches own … end − 1. */
static gm_status run_own(pass *p) {
    gm_status status = GM_OK;
    const int64_t panels = (p->source->dimension + PANEL - 1) / PANEL;
    for (int64_t i = 0; p->source->serial && i < p->count; i++)
        GM_TRY(run_batch(p, i, 0));
    if (!p->source->serial)
        GM_TRY(gm_parallel_for(p->context, p->end - p->own, run_batch, p));
    GM_TRY(gm_parallel_for(p->context, panels, sum_panel, p));
done:
    return status;
}

/* The batches of the chunk, by all ranks but where the source wants them in order. */
static gm_status run_batches(pass *p) {
    const int64_t groups = (p->count + GROUP - 1) / GROUP, copies = p->source->copies;
    const int64_t row = p->source->dimension * (int64_t)sizeof *p->groups;
    const int64_t each = p->plan->estimator.vectors * row;
    const int64_t losses = p->losses ? copies * (int64_t)sizeof *p->losses : 0;
    const gm_shared found[] = {{p->groups, row, 0},
                               {p->vectors, GROUP * each, p->count * each},
                               {p->losses, GROUP * losses, p->count * losses}};
    p->own = 0;
    p->end = p->count;
    if (p->source->serial)
        return run_own(p);
    gm_share_mine(p->context, groups, &p->own, &p->end);
    p->own = p->own * GROUP < p->count ? p->own * GROUP : p->count;
    p->end = p->end * GROUP < p->count ? p->end * GROUP : p->count;
    return gm_share_gather(p->context, groups, run_own(p), p->losses ? 3 : 2, found);
}

static void add_chunk(pass *p) {
    const int64_t d = p->source->dimension, groups = (p->count + GROUP - 1) / GROUP;
    for (int64_t g = 0; g < groups; g++)
        for (int64_t j = 0; j < d; j++)
            p->clean_sum[j] += p->groups[g * d + j];
    for (int64_t i = 0; p->losses && i < p->count * p->source->copies; i++)
        p->loss_sum += p->losses[i];
}

/* Up to `most` batches; fewer where the collector has less room. */
static gm_status run_chunk(pass *p, int64_t most, gm_predictor *predictor) {
    gm_status status = GM_OK;
    const int64_t d = p->source->dimension, each = p->plan->estimator.vectors;
    int64_t room = 0;
    GM_TRY(gm_collector_room(&p->collector, &room, &p->vectors));
    const bool fits = room >= each;
    if (!fits)
        p->vectors = p->spare;
    p->count = fits ? room / each : 1;
    p->count = p->count < most ? p->count : most; /* at most CHUNK */
    GM_TRY(run_batches(p));
    add_chunk(p);
    if (predictor)
        GM_TRY(gm_predictor_add(predictor, p->count * each, p->vectors));
    GM_TRY(fits ? gm_collector_take(&p->collector, p->count * each)
                : gm_collector_add(&p->collector, each, d, p->vectors));
    p->first += p->count;
done:
    return status;
}

/* The estimate of k vectors, in place of their scatter: covariance, or second moment about zero. */
static void normalize(const pass *p, const double *mean, double *scatter) {
    const int64_t d = p->source->dimension;
    const double k = (double)gm_accumulator_count(p->collector.full);
    const bool centered = p->plan->estimator.kind->centered;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) {
            double *h = &scatter[i * d + j];
            *h = centered ? *h / (k - 1.0) : *h / k + mean[i] * mean[j];
        }
}

/* The estimate so far, in a matrix of its own. */
static gm_status reach(pass *p, const gm_checkpoints *checkpoints, int64_t which, double *mean) {
    const int64_t d = p->source->dimension;
    gm_status status = GM_OK;
    double *estimate = NULL;
    GM_TRY(GM_NEW(p->context, estimate, d * d));
    GM_TRY(gm_accumulator_total(p->collector.full, mean, estimate));
    normalize(p, mean, estimate);
    GM_TRY(checkpoints->reached(checkpoints->argument, which, estimate));
done:
    gm_release(p->context, estimate);
    return status;
}

/* The estimate of all, in the accumulator's own matrix. */
static gm_status finish(pass *p, double *mean, double **hessian) {
    const gm_status status = gm_accumulator_finish(p->collector.full, mean, hessian);
    if (status == GM_OK)
        normalize(p, mean, *hessian);
    return status;
}

/* The same dealt out. */
static gm_status finish_tiled(pass *p, double *mean, gm_tiled **tiles) {
    const gm_status status = gm_accumulator_finish_tiled(p->collector.full, mean, tiles);
    const double k = (double)gm_accumulator_count(p->collector.full);
    const bool centered = p->plan->estimator.kind->centered;
    if (status == GM_OK)
        gm_tiled_update(*tiles, centered ? k - 1.0 : k, centered ? NULL : mean);
    return status;
}

static gm_status pass_create(pass *p, gm_context *context, const gm_plan *plan, gm_source *source) {
    gm_status status = GM_OK;
    const int64_t d = source->dimension;
    *p = (pass){.context = context, .plan = plan, .source = source};
    const gm_estimator *e = &plan->estimator;
    p->scale = 1.0 / sqrt(e->kind->divisor(e, (double)plan->batch_size, plan->noise_variance,
                                           plan->label_noise));
    if (e->vectors > 1)
        GM_TRY(GM_NEW(context, p->spare, e->vectors * d));
    if (source->has_losses)
        GM_TRY(GM_NEW(context, p->losses, CHUNK * source->copies));
    GM_TRY(GM_NEW(context, p->gradients, gm_context_threads(context) * source->copies * d));
    GM_TRY(GM_NEW(context, p->clean, CHUNK * d));
    GM_TRY(GM_NEW(context, p->groups, GROUPS * d));
    GM_TRY(GM_NEW_ZERO(context, p->clean_sum, d));
    GM_TRY(gm_collector_create(context, d, plan->rank, plan->tiled, gm_plan_vectors(plan),
                               e->kind->centered, &p->collector));
done:
    return status;
}

static void pass_release(pass *p) {
    gm_collector_release(&p->collector);
    gm_release(p->context, p->losses);
    gm_release(p->context, p->spare);
    gm_release(p->context, p->clean_sum);
    gm_release(p->context, p->groups);
    gm_release(p->context, p->clean);
    gm_release(p->context, p->gradients);
}

gm_status gm_stream_run(gm_context *context, const gm_plan *plan, gm_source *source,
                        gm_predictor *predictor, const gm_checkpoints *checkpoints,
                        double **hessian, gm_stream_facts *facts) {
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
            GM_TRY(reach(&p, checkpoints, next, mean));
        }
    }
    if (plan->rank > 0) {
        const double k = (double)gm_plan_vectors(plan);
        GM_TRY(gm_sketch_finish(p.collector.sketch, plan->estimator.kind->centered ? k - 1.0 : k,
                                &facts->sketch));
    } else if (plan->tiled) {
        GM_TRY(finish_tiled(&p, mean, &facts->tiles));
    } else {
        GM_TRY(finish(&p, mean, hessian));
    }
    if (!facts)
        goto done;
    for (int64_t j = 0; j < d; j++)
        facts->mean_gradient[j] = p.clean_sum[j] / (double)plan->batches;
    facts->mean_loss =
        p.losses ? p.loss_sum / (double)(plan->batches * source->copies) : (double)NAN;
done:
    gm_release(context, mean);
    pass_release(&p);
    return status;
}
