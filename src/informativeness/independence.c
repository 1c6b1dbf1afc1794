#include "informativeness/independence.h"

#include <math.h>
#include <string.h>

#include "base/special.h"
#include "informativeness/jackknife.h"
#include "linalg/linalg.h"
#include "parallel/parallel.h"
#include "random/streams.h"

enum { MOST = 512, MOST_WHOLE = 1024 };

/* Two sets of targets: halves of those drawn, twice the whole class, or draws from a large one. */
typedef struct halves {
    const gm_meter *meter;
    const gm_sample *sample;
    bool whole;            /* the class itself, whose covariance is known */
    int64_t count;         /* of either set, M' */
    int64_t *index;        /* [2][count] numbers of the targets of both sets */
    const double *weight;  /* [count] of a target in a covariance */
    double *left, *right;  /* [N][count] residuals less the mean of their set */
    double *gram, *square; /* [GM_INPUT_BLOCKS][count][count] Σ_i of l_hi r_h'i and of its square */
} halves;

/* Residuals of row i against one set, less their mean over it; those of the whole class have none.
 */
static void centre(const halves *work, int64_t i, const int64_t *index, double *out) {
    const double *phi = work->sample->phi + i * (work->sample->targets + 1);
    double mean = 0.0;
    for (int64_t h = 0; h < work->count && !work->whole; h++)
        mean += phi[index[h]] / (double)work->count;
    for (int64_t h = 0; h < work->count; h++)
        out[h] = phi[index[h]] - mean;
}

static gm_status run_block(void *argument, int64_t b, int worker) {
    const halves *work = argument;
    const gm_sample *s = work->sample;
    const int64_t m = work->count, first = gm_sample_block(s, b);
    const int64_t rows = gm_sample_block(s, b + 1) - first;
    double *left = work->left + first * m, *right = work->right + first * m;
    (void)worker;
    for (int64_t i = 0; i < rows; i++) {
        centre(work, first + i, work->index, left + i * m);
        centre(work, first + i, work->index + m, right + i * m);
    }
    gm_multiply_inner_add(m, m, rows, left, m, right, m, work->gram + b * m * m, m);
    for (int64_t i = 0; i < rows * m; i++) {
        left[i] *= left[i];
        right[i] *= right[i];
    }
    gm_multiply_inner_add(m, m, rows, left, m, right, m, work->square + b * m * m, m);
    return GM_OK;
}

/* Σ_{h,h'} ω ω' [(Σ_b gram)² − Σ_b square] over all blocks but `without` (−1: all); sums of the
   rows and columns of h × h' are kept where asked for. */
static double sum_pairs(const halves *work, int without, double *by_left, double *by_right) {
    const int64_t m = work->count;
    double total = 0.0;
    for (int64_t h = 0; h < m; h++)
        for (int64_t g = 0; g < m; g++) {
            double gram = 0.0, square = 0.0;
            for (int b = 0; b < GM_INPUT_BLOCKS; b++)
                if (b != without) {
                    gram += work->gram[(b * m + h) * m + g];
                    square += work->square[(b * m + h) * m + g];
                }
            const double pair = work->weight[h] * work->weight[g] * (gram * gram - square);
            total += pair;
            if (by_left) {
                by_left[h] += pair;
                by_right[g] += pair;
            }
        }
    return total;
}

/* Σ_i P(x_i) v_i v'_i over all blocks but one, v and v' the variances in either set: what pairs of
   equal inputs add. Squares of the residuals lie in left and right. */
static double sum_equal(const halves *work, int without) {
    const gm_sample *s = work->sample;
    const int64_t m = work->count;
    double total = 0.0;
    for (int b = 0; b < GM_INPUT_BLOCKS; b++)
        for (int64_t i = gm_sample_block(s, b); i < gm_sample_block(s, b + 1) && b != without;
             i++) {
            double left = 0.0, right = 0.0;
            for (int64_t h = 0; h < m && s->p[i] > 0.0; h++) {
                left += work->weight[h] * work->left[i * m + h];
                right += work->weight[h] * work->right[i * m + h];
            }
            total += s->p[i] * left * right;
        }
    return total;
}

typedef struct leave_job {
    const halves *work;
    double *value; /* [GM_INPUT_BLOCKS + 1], the last with all blocks */
    double *by_left, *by_right;
} leave_job;

static gm_status leave_out(void *argument, int64_t index, int worker) {
    const leave_job *job = argument;
    const gm_sample *s = job->work->sample;
    const bool all = index == GM_INPUT_BLOCKS;
    const int without = all ? -1 : (int)index;
    const double gone =
        all ? 0.0 : (double)(gm_sample_block(s, index + 1) - gm_sample_block(s, index));
    const double n = (double)s->rows - gone;
    (void)worker;
    job->value[index] =
        sum_pairs(job->work, without, all ? job->by_left : NULL, all ? job->by_right : NULL) /
            (n * (n - 1.0)) -
        sum_equal(job->work, without) / n;
    return GM_OK;
}

/* Variance of the sum of what the targets of one set add: m² times that of their mean. */
static double spread(int64_t m, const double *parts) {
    double mean = 0.0, squares = 0.0;
    for (int64_t h = 0; h < m; h++)
        mean += parts[h] / (double)m;
    for (int64_t h = 0; h < m; h++)
        squares += (parts[h] - mean) * (parts[h] - mean);
    return squares * (double)m / (double)(m - 1);
}

static void conclude(const halves *work, const leave_job *job, gm_estimate *out) {
    const double n = (double)work->sample->rows, pairs = n * (n - 1.0);
    double variance = gm_jackknife(GM_INPUT_BLOCKS, job->value);
    if (!work->whole)
        variance += (spread(work->count, job->by_left) + spread(work->count, job->by_right)) /
                    (pairs * pairs);
    const double t = gm_student_quantile(GM_INPUT_BLOCKS - 1, 0.975);
    out->value = job->value[GM_INPUT_BLOCKS];
    out->std_error = sqrt(variance);
    out->low = fmax(0.0, out->value - t * out->std_error);
    out->high = fmax(0.0, out->value + t * out->std_error);
    out->method = work->whole ? "whole class" : "split halves";
}

static gm_status make_room(halves *work, double **weight, leave_job *job) {
    gm_status status = GM_OK;
    gm_context *context = work->meter->context;
    const int64_t m = work->count, n = work->sample->rows;
    GM_TRY(GM_NEW(context, *weight, m));
    GM_TRY(GM_NEW(context, work->index, 2 * m));
    GM_TRY(GM_NEW(context, work->left, n * m));
    GM_TRY(GM_NEW(context, work->right, n * m));
    GM_TRY(GM_NEW_ZERO(context, work->gram, GM_INPUT_BLOCKS * m * m));
    GM_TRY(GM_NEW_ZERO(context, work->square, GM_INPUT_BLOCKS * m * m));
    GM_TRY(GM_NEW(context, job->value, GM_INPUT_BLOCKS + 1));
    GM_TRY(GM_NEW_ZERO(context, job->by_left, m));
    GM_TRY(GM_NEW_ZERO(context, job->by_right, m));
done:
    return status;
}

/* Which targets are in either set. Of a large class both are drawn by their probabilities. */
static void choose(halves *work, double *weight) {
    const gm_sample *s = work->sample;
    const gm_stream stream = gm_meter_stream(work->meter, GM_STREAM_HALVES, 0);
    const int64_t m = work->count;
    for (int64_t h = 0; h < 2 * m; h++) {
        double u = 0.0;
        int64_t picked = work->whole ? h % m : h;
        if (s->enumerated && !work->whole) {
            gm_random_uniform(work->meter->context, stream, h, 1, &u);
            for (picked = 0; picked + 1 < s->targets && u >= s->share[picked]; picked++)
                u -= s->share[picked];
        }
        work->index[h] = picked;
        weight[h % m] = work->whole ? s->share[h % m] : 1.0 / (double)(m - 1);
    }
    work->weight = weight;
}

gm_status gm_epsilon_squared(const gm_meter *meter, const gm_sample *sample, gm_estimate *out) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    const int64_t half = sample->targets / 2;
    double *weight = NULL;
    halves work = {.meter = meter, .sample = sample};
    leave_job job = {.work = &work};
    work.whole = sample->enumerated && sample->targets <= MOST_WHOLE;
    work.count = work.whole ? sample->targets : half < MOST ? half : MOST;
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(make_room(&work, &weight, &job));
    choose(&work, weight);
    GM_TRY(gm_parallel_for(context, GM_INPUT_BLOCKS, run_block, &work));
    GM_TRY(gm_progress(context, "dependence of the class", 1.0, 2.0));
    GM_TRY(gm_parallel_for(context, GM_INPUT_BLOCKS + 1, leave_out, &job));
    conclude(&work, &job, out);
done:
    gm_release(context, job.by_right);
    gm_release(context, job.by_left);
    gm_release(context, job.value);
    gm_release(context, work.square);
    gm_release(context, work.gram);
    gm_release(context, work.right);
    gm_release(context, work.left);
    gm_release(context, work.index);
    gm_release(context, weight);
    return status;
}
