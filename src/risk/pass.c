#include "risk/pass.h"

#include <math.h>
#include <string.h>

#include "curvature/accumulate.h"
#include "linalg/linalg.h"
#include "parallel/ranks.h"

/* Batches between two meetings of the threads; the bits do not depend on it. */
enum { CHUNK = 256 };

typedef struct work {
    gm_context *context;
    const gm_problem *problem;
    const gm_risk_plan *plan;
    gm_risk_pass *pass;
    gm_source *source;
    int64_t first;     /* batch at the start of the chunk */
    double *gradients; /* [threads][copies][d] */
    double *clean;     /* [CHUNK][d], to be accumulated; NULL where only numbers are kept */
    double *noise;     /* [CHUNK][d] */
    gm_accumulator *of_clean, *of_noise;
} work;

/* One batch; its first copy has clean targets. */
static gm_status run_batch(void *argument, int64_t index, int worker) {
    work *w = argument;
    const gm_estimator *e = &w->plan->estimator;
    const int64_t d = w->plan->dimension, batch = w->first + index;
    double *gradients = w->gradients + worker * e->copies * d, losses[GM_MAX_COPIES];
    gm_status status = w->source->evaluate(w->source, batch, worker, gradients, losses);
    if (status != GM_OK)
        return status;
    w->pass->losses[batch] = losses[0];
    w->pass->entropy[batch] = losses[0] - gm_inner(d, w->problem->weights, gradients);
    if (w->pass->residual)
        w->pass->residual[batch] = gradients[w->plan->intercept];
    if (!w->clean)
        return GM_OK;
    const double scale =
        1.0 / sqrt(e->kind->divisor(e, (double)w->plan->batch_size, w->plan->noise.variance, 0.0));
    double *noise = w->noise + index * d;
    e->kind->extract(e, d, gradients, noise, w->clean + index * d);
    for (int64_t j = 0; j < d; j++)
        noise[j] *= scale;
    return GM_OK;
}

static void keep(work *w, int64_t count) {
    const int64_t room = w->pass->kept - w->first, d = w->plan->dimension;
    const int64_t kept = room < count ? room : count;
    if (kept <= 0)
        return;
    memcpy(w->pass->clean + w->first * d, w->clean, (size_t)(kept * d) * sizeof *w->clean);
    memcpy(w->pass->noise + w->first * d, w->noise, (size_t)(kept * d) * sizeof *w->noise);
}

static gm_status run_chunk(work *w, int64_t count) {
    gm_status status = GM_OK;
    gm_risk_pass *p = w->pass;
    const int64_t number = sizeof *p->losses, row = w->plan->dimension * number;
    gm_shared found[5] = {{p->losses + w->first, number, 0}, {p->entropy + w->first, number, 0}};
    int arrays = 2;
    if (p->residual)
        found[arrays++] = (gm_shared){p->residual + w->first, number, 0};
    if (w->clean) {
        found[arrays++] = (gm_shared){w->clean, row, 0};
        found[arrays++] = (gm_shared){w->noise, row, 0};
    }
    GM_TRY(gm_share_for(w->context, count, run_batch, w, arrays, found));
    if (w->clean) {
        keep(w, count);
        GM_TRY(gm_accumulator_add(w->of_clean, count, w->clean));
        GM_TRY(gm_accumulator_add(w->of_noise, count, w->noise));
    }
    w->first += count;
    GM_TRY(gm_progress(w->context, "evaluating gradients", (double)w->first,
                       (double)w->plan->batches));
done:
    return status;
}

/* Room for what is kept of every batch, and for what the Gaussian form needs beside. */
static gm_status prepare(work *w) {
    gm_status status = GM_OK;
    gm_context *context = w->context;
    gm_risk_pass *p = w->pass;
    const int64_t d = w->plan->dimension, k = w->plan->batches;
    p->batches = k;
    GM_TRY(GM_NEW(context, p->losses, k));
    GM_TRY(GM_NEW(context, p->entropy, k));
    if (w->plan->intercept >= 0)
        GM_TRY(GM_NEW(context, p->residual, k));
    GM_TRY(
        GM_NEW(context, w->gradients, gm_context_threads(context) * w->plan->estimator.copies * d));
    if (w->plan->source != GM_RESIDUAL_GAUSSIAN)
        return GM_OK;
    p->kept = k < GM_RISK_KEPT ? k : GM_RISK_KEPT;
    GM_TRY(GM_NEW(context, p->mean, d));
    GM_TRY(GM_NEW(context, p->clean, p->kept * d));
    GM_TRY(GM_NEW(context, p->noise, p->kept * d));
    GM_TRY(GM_NEW(context, w->clean, CHUNK * d));
    GM_TRY(GM_NEW(context, w->noise, CHUNK * d));
    GM_TRY(gm_accumulator_create(context, d, &w->of_clean));
    GM_TRY(gm_accumulator_create(context, d, &w->of_noise));
done:
    return status;
}

/* Scatters become what the Gaussian form takes. */
static gm_status finish(work *w) {
    gm_status status = GM_OK;
    gm_risk_pass *p = w->pass;
    const int64_t d = w->plan->dimension;
    double *noise_mean = NULL;
    if (!w->of_clean)
        return GM_OK;
    GM_TRY(GM_NEW(w->context, noise_mean, d));
    GM_TRY(gm_accumulator_finish(w->of_clean, p->mean, &p->scatter));
    GM_TRY(gm_accumulator_finish(w->of_noise, noise_mean, &p->moments));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++)
            p->moments[i * d + j] =
                p->moments[i * d + j] / (double)p->batches + noise_mean[i] * noise_mean[j];
done:
    gm_release(w->context, noise_mean);
    return status;
}

gm_status gm_risk_pass_run(gm_context *context, const gm_problem *problem, const gm_risk_plan *plan,
                           gm_risk_pass *out) {
    gm_status status = GM_OK;
    work w = {.context = context, .problem = problem, .plan = plan, .pass = out};
    *out = (gm_risk_pass){0};
    GM_TRY(prepare(&w));
    GM_TRY(problem->supply->open(problem->supply, &plan->noise, plan->seeds, &w.source));
    while (w.first < plan->batches) {
        const int64_t rest = plan->batches - w.first;
        GM_TRY(run_chunk(&w, rest < CHUNK ? rest : CHUNK));
    }
    GM_TRY(finish(&w));
done:
    gm_accumulator_destroy(w.of_noise);
    gm_accumulator_destroy(w.of_clean);
    gm_source_destroy(w.source);
    gm_release(context, w.noise);
    gm_release(context, w.clean);
    gm_release(context, w.gradients);
    return status;
}

void gm_risk_pass_release(gm_context *context, gm_risk_pass *p) {
    gm_release(context, p->noise);
    gm_release(context, p->clean);
    gm_release(context, p->moments);
    gm_release(context, p->scatter);
    gm_release(context, p->mean);
    gm_release(context, p->residual);
    gm_release(context, p->entropy);
    gm_release(context, p->losses);
}
