/* Sums over pairs of inputs by the gradients of all targets on every block of inputs:
   Σ_{i,j} φ_hi K_ij φ_hj = ‖Σ_i φ_hi J_i‖². For models with few parameters. */
#include <math.h>
#include <string.h>

#include "informativeness/sums.h"
#include "linalg/linalg.h"
#include "parallel/ranks.h"

/* PAIRS of blocks, of which the order does not matter. */
enum { PIECE = 256, PAIRS = GM_INPUT_BLOCKS * (GM_INPUT_BLOCKS + 1) / 2 };

typedef struct jacobian_job {
    const gm_meter *meter;
    const gm_sample *sample;
    double *gradients; /* [GM_INPUT_BLOCKS][M + 1][P] */
    double *jacobian;  /* [workers][PIECE][P] */
    double *squares; /* [workers][2][P][P] Σ J Jᵀ and Σ Var φ J Jᵀ over a block; NULL: too many */
    int64_t first;   /* block of this rank */
    double *moments; /* [blocks of this rank][2][P (P + 1) / 2] the same, their lower triangles */
    double pair[PAIRS];
    gm_sums *sums;
} jacobian_job;

/* Σ J Jᵀ over rows, and then with the roots of the variances multiplied into the rows. */
static void add_moments(const jacobian_job *job, int64_t first, int64_t count, double *j,
                        double *squares) {
    const int64_t p = job->meter->model->parameters;
    gm_multiply_self_add(p, count, j, squares);
    for (int64_t i = 0; i < count; i++) {
        const double root = sqrt(job->sample->variance[first + i]);
        for (int64_t k = 0; k < p; k++)
            j[i * p + k] *= root;
    }
    gm_multiply_self_add(p, count, j, squares + p * p);
}

static gm_status run_block(void *argument, int64_t b, int worker) {
    const jacobian_job *job = argument;
    const gm_sample *s = job->sample;
    const gm_model *model = job->meter->model;
    const int64_t p = model->parameters, stride = s->targets + 1;
    double *j = job->jacobian + worker * PIECE * p, *gradients = job->gradients + b * stride * p;
    double *squares = job->squares ? job->squares + worker * 2 * p * p : NULL;
    if (squares)
        memset(squares, 0, (size_t)(2 * p * p) * sizeof *squares);
    for (int64_t first = gm_sample_block(s, b); first < gm_sample_block(s, b + 1); first += PIECE) {
        const int64_t left = gm_sample_block(s, b + 1) - first, count = left < PIECE ? left : PIECE;
        gm_model_jacobian(model, count, s->a + first * s->ins, s->delta + first * s->outs, j);
        gm_multiply_inner_add(stride, p, count, s->phi + first * stride, stride, j, p, gradients,
                              p);
        if (squares)
            add_moments(job, first, count, j, squares);
    }
    if (squares) {
        double *moments = job->moments + (b - job->first) * p * (p + 1);
        gm_symmetric_pack(p, squares, moments);
        gm_symmetric_pack(p, squares + p * p, moments + p * (p + 1) / 2);
    }
    return GM_OK;
}

/* Blocks (b, b') with b' ≤ b, less the pairs of a sample with itself. */
static gm_status run_pair(void *argument, int64_t index, int worker) {
    jacobian_job *job = argument;
    const gm_sample *s = job->sample;
    const int64_t p = job->meter->model->parameters, stride = s->targets + 1;
    int64_t b = 0, other = index;
    double sum = 0.0;
    (void)worker;
    while (other > b)
        other -= ++b;
    for (int64_t h = 0; h < s->targets; h++)
        sum += s->weight[h] * gm_inner(p, job->gradients + (b * stride + h) * p,
                                       job->gradients + (other * stride + h) * p);
    for (int64_t i = gm_sample_block(s, b); i < gm_sample_block(s, b + 1) && b == other; i++)
        sum -= s->norm[i] * s->variance[i];
    job->pair[index] = sum;
    return GM_OK;
}

static void place_pairs(const jacobian_job *job) {
    const double *next = job->pair;
    for (int b = 0; b < GM_INPUT_BLOCKS; b++)
        for (int other = 0; other <= b; other++)
            job->sums->block[b][other] = job->sums->block[other][b] = *next++;
}

/* Pieces of the parameters summed over the blocks: what one target's whole gradient is. */
static gm_status run_target(void *argument, int64_t h, int worker) {
    const jacobian_job *job = argument;
    const gm_sample *s = job->sample;
    const int64_t p = job->meter->model->parameters, stride = s->targets + 1;
    double sum = 0.0;
    (void)worker;
    for (int64_t k = 0; k < p; k++) {
        double whole = 0.0;
        for (int64_t b = 0; b < GM_INPUT_BLOCKS; b++)
            whole += job->gradients[(b * stride + h) * p + k];
        sum += whole * whole;
    }
    for (int64_t i = 0; i < s->rows; i++) {
        const double phi = s->phi[i * stride + h];
        sum -= s->norm[i] * phi * phi;
    }
    job->sums->target[h] = sum;
    return GM_OK;
}

/* ‖M‖_F² of a symmetric matrix by its lower triangle. */
static double triangle_norm(int64_t p, const double *triangle) {
    double sum = 0.0;
    for (int64_t row = 0; row < p; row++) {
        for (int64_t k = 0; k < row; k++)
            sum += 2.0 * triangle[k] * triangle[k];
        sum += triangle[row] * triangle[row];
        triangle += row + 1;
    }
    return sum;
}

/* Σ K² and Σ K² Var φ Var φ: of all pairs the squared norm of the moments of all inputs. */
static gm_status find_squares(const jacobian_job *job) {
    gm_status status = GM_OK;
    gm_context *context = job->meter->context;
    const gm_sample *s = job->sample;
    const int64_t p = job->meter->model->parameters, size = p * (p + 1) / 2;
    gm_sums *out = job->sums;
    double *whole = NULL;
    out->kernel = out->weighted = (double)NAN;
    if (!job->squares)
        return GM_OK;
    GM_TRY(GM_NEW(context, whole, 2 * size));
    GM_TRY(gm_share_sum(context, GM_INPUT_BLOCKS, 2 * size, job->moments, whole));
    out->kernel = triangle_norm(p, whole);
    out->weighted = triangle_norm(p, whole + size);
    for (int64_t i = 0; i < s->rows; i++) {
        out->kernel -= s->norm[i] * s->norm[i];
        out->weighted -= s->norm[i] * s->norm[i] * s->variance[i] * s->variance[i];
    }
done:
    gm_release(context, whole);
    return status;
}

/* Room for the moments of the blocks of this rank. */
static gm_status make_moments(jacobian_job *job) {
    gm_status status = GM_OK;
    gm_context *context = job->meter->context;
    const int64_t p = job->meter->model->parameters;
    int64_t end = 0;
    if (p > GM_MOST_MOMENTS)
        return GM_OK;
    gm_share_mine(context, GM_INPUT_BLOCKS, &job->first, &end);
    GM_TRY(GM_NEW(context, job->squares, context->threads * 2 * p * p));
    GM_TRY(GM_NEW(context, job->moments, (end - job->first) * p * (p + 1)));
done:
    return status;
}

gm_status gm_sums_by_jacobian(const gm_meter *meter, const gm_sample *sample, gm_sums *out) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    const int64_t p = meter->model->parameters, stride = sample->targets + 1;
    const int64_t number = sizeof(double);
    jacobian_job job = {.meter = meter, .sample = sample, .sums = out};
    *out = (gm_sums){0};
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(GM_NEW_ZERO(context, job.gradients, GM_INPUT_BLOCKS * stride * p));
    GM_TRY(GM_NEW(context, job.jacobian, context->threads * PIECE * p));
    GM_TRY(make_moments(&job));
    GM_TRY(GM_NEW_ZERO(context, out->target, stride));
    const gm_shared sums = {job.gradients, stride * p * number, 0};
    GM_TRY(gm_share_for(context, GM_INPUT_BLOCKS, run_block, &job, 1, &sums));
    GM_TRY(gm_progress(context, "pairs of inputs", 1.0, 2.0));
    const gm_shared pairs = {job.pair, number, 0}, targets = {out->target, number, 0};
    GM_TRY(gm_share_for(context, PAIRS, run_pair, &job, 1, &pairs));
    place_pairs(&job);
    GM_TRY(gm_share_for(context, stride, run_target, &job, 1, &targets));
    GM_TRY(find_squares(&job));
done:
    if (status != GM_OK)
        gm_sums_release(context, out);
    gm_release(context, job.moments);
    gm_release(context, job.squares);
    gm_release(context, job.jacobian);
    gm_release(context, job.gradients);
    return status;
}
