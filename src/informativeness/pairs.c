#include "informativeness/pairs.h"

#include <math.h>
#include <string.h>

#include "informativeness/sums.h"
#include "linalg/linalg.h"
#include "parallel/ranks.h"

enum { TILE = 256, MOST_LABELS = 64 };
static const double most_variation = 1e9;

double gm_pairs_operations(const gm_meter *meter) {
    const double support = meter->inputs->support, count = meter->targets->count;
    if (!(support > 0.0) || !(count > 0.0) || support * count > 0x1p27 || count > 0x1p26)
        return (double)INFINITY;
    return support * support * (2.0 * count + 2.0 * (double)meter->model->parameters);
}

/* Labels of one value have one number; returns how many there are, MOST_LABELS + 1: more. */
static int64_t number_labels(const gm_targets *targets, double *distinct, int64_t *number) {
    int64_t count = 0;
    for (int64_t t = 0; t < targets->modulus; t++) {
        int64_t i = 0;
        while (i < count && fabs(distinct[i] - targets->labels[t]) > 1e-12)
            i++;
        if (i == count) {
            if (count == MOST_LABELS)
                return MOST_LABELS + 1;
            distinct[count++] = targets->labels[t];
        }
        number[t] = i;
    }
    return count;
}

double gm_total_variation_operations(const gm_meter *meter) {
    const double support = meter->inputs->support, q = (double)meter->targets->modulus;
    if (!(support > 0.0) || !(q > 0.0) || q > 4.0 * MOST_LABELS ||
        !isfinite(gm_pairs_operations(meter)))
        return (double)INFINITY;
    const double labels = fmin(q, MOST_LABELS);
    return 0.5 * support * support * (2.0 * meter->targets->count + 3.0 * labels * labels);
}

typedef struct pair_job {
    const gm_meter *meter;
    const gm_sample *whole;
    double *scaled;      /* [workers][TILE][M] residuals times the probabilities of the targets */
    int64_t *scaled_row; /* [workers] the first of their rows; −1: none yet */
    double *scratch;     /* [workers][4 TILE²] */
    double *sums;        /* [tiles][tiles][3] */
    int64_t tiles;
    /* total variation */
    const double *evaluated; /* [rows][M] */
    const int64_t *number;   /* [q] */
    int64_t labels;
    double *marginal; /* [rows][labels] */
    double *joint;    /* [workers][labels²] */
    double *distance; /* [rows] in the order that they are summed in */
    double *ordered;  /* [rows] */
} pair_job;

/* π_h φ_hi of rows i …, kept from one tile to the next of the same rows. */
static const double *scaled_rows(const pair_job *job, int worker, int64_t i, int64_t count) {
    const gm_sample *s = job->whole;
    const int64_t m = s->targets;
    double *scaled = job->scaled + worker * TILE * m;
    if (job->scaled_row[worker] == i)
        return scaled;
    job->scaled_row[worker] = i;
    for (int64_t r = 0; r < count; r++)
        for (int64_t h = 0; h < m; h++)
            scaled[r * m + h] = s->share[h] * s->phi[(i + r) * (m + 1) + h];
    return scaled;
}

/* κ [rows i][rows j] = Σ_h π_h φ_hi φ_hj. */
static void covariance_tile(const pair_job *job, int worker, int64_t i, int64_t count_i, int64_t j,
                            int64_t count_j, double *out) {
    const gm_sample *s = job->whole;
    const int64_t stride = s->targets + 1;
    gm_multiply_outer(count_i, count_j, s->targets, scaled_rows(job, worker, i, count_i),
                      s->targets, s->phi + j * stride, stride, out, TILE);
}

/* Row of the pairs that is summed as number `index`: a long and a short one in turn, so that any
   part of them takes as long as another. */
static int64_t row_at(int64_t rows, int64_t index) {
    return index % 2 == 0 ? rows - 1 - index / 2 : index / 2;
}

static gm_status run_tile(void *argument, int64_t index, int worker) {
    const pair_job *job = argument;
    const gm_sample *s = job->whole;
    const int64_t i = row_at(job->tiles, index / job->tiles) * TILE, j = index % job->tiles * TILE;
    const int64_t count_i = s->rows - i < TILE ? s->rows - i : TILE;
    const int64_t count_j = s->rows - j < TILE ? s->rows - j : TILE;
    double *k = job->scratch + (int64_t)worker * 4 * TILE * TILE, *kappa = k + TILE * TILE;
    double *sums = job->sums + 3 * index;
    if (j > i)
        return GM_OK;
    gm_kernel_tile(job->meter, s, i, count_i, j, count_j, TILE, k, kappa + TILE * TILE);
    covariance_tile(job, worker, i, count_i, j, count_j, kappa);
    for (int64_t r = 0; r < count_i; r++)
        for (int64_t c = 0; c < count_j && j + c < i + r; c++) {
            const double p = 2.0 * s->p[i + r] * s->p[j + c];
            const double kernel = k[r * TILE + c], covariance = kappa[r * TILE + c];
            sums[0] += p * kernel * kernel;
            sums[1] += p * covariance * covariance;
            sums[2] += p * kernel * covariance;
        }
    return GM_OK;
}

static gm_status sum_tiles(pair_job *job, gm_pair_sums *out) {
    gm_status status = GM_OK;
    gm_context *context = job->meter->context;
    const gm_sample *s = job->whole;
    int64_t *place = NULL; /* [tiles] where a row of tiles stands */
    job->tiles = (s->rows + TILE - 1) / TILE;
    GM_TRY(GM_NEW(context, job->scaled, (int64_t)context->threads * TILE * s->targets));
    GM_TRY(GM_NEW(context, job->scaled_row, context->threads));
    GM_TRY(GM_NEW(context, job->scratch, (int64_t)context->threads * 4 * TILE * TILE));
    GM_TRY(GM_NEW(context, place, job->tiles));
    GM_TRY(GM_NEW_ZERO(context, job->sums, 3 * job->tiles * job->tiles));
    for (int i = 0; i < context->threads; i++)
        job->scaled_row[i] = -1;
    const gm_shared sums = {job->sums, 3 * (int64_t)sizeof *job->sums, 0};
    GM_TRY(gm_share_for(context, job->tiles * job->tiles, run_tile, job, 1, &sums));
    for (int64_t row = 0; row < job->tiles; row++)
        place[row_at(job->tiles, row)] = row;
    for (int64_t t = 0; t < job->tiles * job->tiles; t++) {
        const double *tile = job->sums + 3 * (place[t / job->tiles] * job->tiles + t % job->tiles);
        out->kernel += tile[0];
        out->epsilon_squared += tile[1];
        out->dependence += tile[2];
    }
done:
    gm_release(context, place);
    return status;
}

/* --- total variation --- */

static double distance(const pair_job *job, int64_t i, int64_t j, double *joint) {
    const gm_sample *s = job->whole;
    const double *left = job->evaluated + i * s->targets, *right = job->evaluated + j * s->targets;
    const double *p = job->marginal + i * job->labels, *q = job->marginal + j * job->labels;
    double sum = 0.0;
    memset(joint, 0, (size_t)(job->labels * job->labels) * sizeof *joint);
    for (int64_t h = 0; h < s->targets; h++)
        joint[job->number[(int64_t)left[h]] * job->labels + job->number[(int64_t)right[h]]] +=
            s->share[h];
    for (int64_t a = 0; a < job->labels; a++)
        for (int64_t b = 0; b < job->labels; b++)
            sum += fabs(joint[a * job->labels + b] - p[a] * q[b]);
    return 0.5 * sum;
}

static gm_status run_row(void *argument, int64_t index, int worker) {
    const pair_job *job = argument;
    const gm_sample *s = job->whole;
    const int64_t i = row_at(s->rows, index);
    double *joint = job->joint + (int64_t)worker * job->labels * job->labels;
    for (int64_t j = 0; j < i; j++)
        job->distance[index] += 2.0 * s->p[i] * s->p[j] * distance(job, i, j, joint);
    return GM_OK;
}

static gm_status evaluate_all(const gm_meter *meter, const gm_sample *s, double *out) {
    gm_status status = GM_OK;
    const gm_targets *targets = meter->targets;
    double *description = NULL, *share = NULL, *scratch = NULL;
    const int64_t needed = targets->scratch ? targets->scratch(targets, s->rows, s->targets) : 0;
    GM_TRY(GM_NEW(meter->context, description, s->targets * targets->width));
    GM_TRY(GM_NEW(meter->context, share, s->targets));
    GM_TRY(GM_NEW(meter->context, scratch, needed));
    targets->enumerate(targets, 0, s->targets, description, share);
    targets->evaluate(targets, meter->context, s->targets, description, s->rows, s->x, scratch,
                      out);
done:
    gm_release(meter->context, scratch);
    gm_release(meter->context, share);
    gm_release(meter->context, description);
    return status;
}

static gm_status sum_distances(pair_job *job, gm_pair_sums *out) {
    gm_status status = GM_OK;
    gm_context *context = job->meter->context;
    const gm_sample *s = job->whole;
    double *evaluated = NULL, distinct[MOST_LABELS];
    int64_t *number = NULL;
    out->total_variation = (double)NAN;
    if (!(gm_total_variation_operations(job->meter) <= most_variation))
        return GM_OK;
    GM_TRY(GM_NEW(context, number, job->meter->targets->modulus));
    job->labels = number_labels(job->meter->targets, distinct, number);
    if (job->labels > MOST_LABELS)
        goto done;
    GM_TRY(GM_NEW(context, evaluated, s->rows * s->targets));
    GM_TRY(GM_NEW_ZERO(context, job->marginal, s->rows * job->labels));
    GM_TRY(GM_NEW(context, job->joint, context->threads * job->labels * job->labels));
    GM_TRY(GM_NEW_ZERO(context, job->distance, s->rows));
    GM_TRY(GM_NEW(context, job->ordered, s->rows));
    GM_TRY(evaluate_all(job->meter, s, evaluated));
    for (int64_t i = 0; i < s->rows; i++)
        for (int64_t h = 0; h < s->targets; h++)
            job->marginal[i * job->labels + number[(int64_t)evaluated[i * s->targets + h]]] +=
                s->share[h];
    job->evaluated = evaluated;
    job->number = number;
    const gm_shared distances = {job->distance, sizeof *job->distance, 0};
    GM_TRY(gm_share_for(context, s->rows, run_row, job, 1, &distances));
    for (int64_t index = 0; index < s->rows; index++)
        job->ordered[row_at(s->rows, index)] = job->distance[index];
    out->total_variation = 0.0;
    for (int64_t i = 0; i < s->rows; i++)
        out->total_variation += job->ordered[i];
done:
    gm_release(context, evaluated);
    gm_release(context, number);
    return status;
}

gm_status gm_pairs(const gm_meter *meter, const gm_sample *whole, gm_pair_sums *out) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    gm_pair_sums sums = {0};
    pair_job job = {.meter = meter, .whole = whole};
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(sum_tiles(&job, &sums));
    GM_TRY(sum_distances(&job, &sums));
    *out = sums;
done:
    gm_release(context, job.ordered);
    gm_release(context, job.distance);
    gm_release(context, job.joint);
    gm_release(context, job.marginal);
    gm_release(context, job.sums);
    gm_release(context, job.scratch);
    gm_release(context, job.scaled_row);
    gm_release(context, job.scaled);
    return status;
}
