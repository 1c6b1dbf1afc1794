#include "informativeness/independence.h"

#include <math.h>
#include <string.h>

#include "base/special.h"
#include "informativeness/jackknife.h"
#include "linalg/linalg.h"
#include "parallel/ranks.h"
#include "random/streams.h"

enum { MOST = 512, MOST_WHOLE = 1024, PIECE = 128 };

/* Sums over the inputs of a block. v_i and v'_i are the variances of the residual at input i in
   either set: what an input paired with itself, or with an equal one, adds. */
typedef struct block_sums {
    double *own, *equal;        /* Σ v_i v'_i and Σ P(x_i) v_i v'_i */
    double *gram;               /* [count][count] Σ_i l_hi r_gi */
    double *by_left, *by_right; /* [count] Σ_i l_hi² v'_i and Σ_i r_gi² v_i */
} block_sums;

/* Two sets of targets: halves of those drawn, twice the whole class, or draws from a large one. */
typedef struct halves {
    const gm_meter *meter;
    const gm_sample *sample;
    bool whole;           /* the class itself, whose covariance is known */
    int64_t count;        /* of either set, M' */
    int64_t *index;       /* [2][count] numbers of the targets of both sets */
    const double *weight; /* [count] of a target in a covariance */
    double *residuals;    /* [workers][2][PIECE][count] less the mean of their set */
    double *numbers;      /* what the sums of the blocks lead to */
    double *total;        /* [count][count] gram of all blocks */
    block_sums block[GM_INPUT_BLOCKS];
} halves;

/* Residuals of row i against one set, less their mean over it, which those of the whole class have
   none of; returns their variance. */
static double centre(const halves *work, int64_t i, const int64_t *index, double *out) {
    const double *phi = work->sample->phi + i * (work->sample->targets + 1);
    double mean = 0.0, variance = 0.0;
    for (int64_t h = 0; h < work->count && !work->whole; h++)
        mean += phi[index[h]] / (double)work->count;
    for (int64_t h = 0; h < work->count; h++) {
        out[h] = phi[index[h]] - mean;
        variance += work->weight[h] * out[h] * out[h];
    }
    return variance;
}

static gm_status run_block(void *argument, int64_t b, int worker) {
    halves *work = argument;
    const gm_sample *s = work->sample;
    const int64_t m = work->count, end = gm_sample_block(s, b + 1);
    double *left = work->residuals + worker * 2 * PIECE * m, *right = left + PIECE * m;
    block_sums *sums = &work->block[b];
    for (int64_t first = gm_sample_block(s, b); first < end; first += PIECE) {
        const int64_t rows = end - first < PIECE ? end - first : PIECE;
        for (int64_t i = 0; i < rows; i++) {
            double *l = left + i * m, *r = right + i * m;
            const double v = centre(work, first + i, work->index, l);
            const double other = centre(work, first + i, work->index + m, r);
            *sums->own += v * other;
            *sums->equal += s->p[first + i] * v * other;
            for (int64_t h = 0; h < m; h++) {
                sums->by_left[h] += l[h] * l[h] * other;
                sums->by_right[h] += r[h] * r[h] * v;
            }
        }
        gm_multiply_inner_add(m, m, rows, left, m, right, m, sums->gram, m);
    }
    return GM_OK;
}

typedef struct leave_job {
    const halves *work;
    double *value;              /* [GM_INPUT_BLOCKS + 1], the last with all blocks */
    double *by_left, *by_right; /* [count] what the targets of either set add to Σ_{i≠j} κ κ' */
} leave_job;

/* Row h of the sum over blocks, in their order. */
static gm_status add_blocks(void *argument, int64_t h, int worker) {
    const halves *work = argument;
    const int64_t m = work->count;
    double *total = work->total + h * m;
    (void)worker;
    memcpy(total, work->block[0].gram + h * m, (size_t)m * sizeof *total);
    for (int b = 1; b < GM_INPUT_BLOCKS; b++)
        for (int64_t g = 0; g < m; g++)
            total[g] += work->block[b].gram[h * m + g];
    return GM_OK;
}

/* Σ_{h,g} ω_h ω_g gram_hg² without a block, or of all blocks where that is NULL; then also what
   either target of a pair adds. */
static double sum_squares(const leave_job *job, const block_sums *without) {
    const halves *work = job->work;
    const int64_t m = work->count;
    double sum = 0.0;
    for (int64_t h = 0; h < m; h++) {
        const double *total = work->total + h * m, *gone = without ? without->gram + h * m : NULL;
        double row = 0.0;
        for (int64_t g = 0; g < m; g++) {
            const double gram = gone ? total[g] - gone[g] : total[g];
            const double pair = work->weight[g] * gram * gram;
            row += pair;
            if (!gone)
                job->by_right[g] += work->weight[h] * pair;
        }
        sum += work->weight[h] * row;
        if (!gone)
            job->by_left[h] = work->weight[h] * row;
    }
    return sum;
}

/* Without block `index`, or with all blocks. */
static gm_status leave_out(void *argument, int64_t index, int worker) {
    const leave_job *job = argument;
    const halves *work = job->work;
    const gm_sample *s = work->sample;
    const bool all = index == GM_INPUT_BLOCKS;
    double n = 0.0, own = 0.0, equal = 0.0;
    (void)worker;
    for (int64_t b = 0; b < GM_INPUT_BLOCKS; b++)
        if (b != index) {
            n += (double)(gm_sample_block(s, b + 1) - gm_sample_block(s, b));
            own += *work->block[b].own;
            equal += *work->block[b].equal;
        }
    const double squares = sum_squares(job, all ? NULL : &work->block[index]);
    job->value[index] = (squares - own) / (n * (n - 1.0)) - equal / n;
    for (int64_t h = 0; h < work->count && all; h++)
        for (int b = 0; b < GM_INPUT_BLOCKS; b++) {
            job->by_left[h] -= work->weight[h] * work->block[b].by_left[h];
            job->by_right[h] -= work->weight[h] * work->block[b].by_right[h];
        }
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

/* What a block leads to lies together, as it is handed to other ranks. */
static int64_t numbers_of_block(int64_t m) {
    return m * (m + 2) + 2;
}

static gm_status make_room(halves *work, double **weight, leave_job *job) {
    gm_status status = GM_OK;
    gm_context *context = work->meter->context;
    const int64_t m = work->count, each = numbers_of_block(m);
    GM_TRY(GM_NEW(context, *weight, m));
    GM_TRY(GM_NEW(context, work->index, 2 * m));
    GM_TRY(GM_NEW(context, work->residuals, (int64_t)context->threads * 2 * PIECE * m));
    GM_TRY(GM_NEW_ZERO(context, work->numbers, GM_INPUT_BLOCKS * each));
    for (int b = 0; b < GM_INPUT_BLOCKS; b++) {
        double *numbers = work->numbers + b * each;
        work->block[b] = (block_sums){.gram = numbers,
                                      .by_left = numbers + m * m,
                                      .by_right = numbers + m * m + m,
                                      .own = numbers + m * m + 2 * m,
                                      .equal = numbers + m * m + 2 * m + 1};
    }
    GM_TRY(GM_NEW(context, work->total, m * m));
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
    const int64_t bytes = numbers_of_block(work.count) * (int64_t)sizeof *work.numbers;
    const gm_shared sums = {work.numbers, bytes, 0};
    GM_TRY(gm_share_for(context, GM_INPUT_BLOCKS, run_block, &work, 1, &sums));
    GM_TRY(gm_progress(context, "dependence of the class", 1.0, 2.0));
    GM_TRY(gm_parallel_for(context, work.count, add_blocks, &work));
    GM_TRY(gm_parallel_for(context, GM_INPUT_BLOCKS + 1, leave_out, &job));
    conclude(&work, &job, out);
done:
    gm_release(context, job.by_right);
    gm_release(context, job.by_left);
    gm_release(context, job.value);
    gm_release(context, work.total);
    gm_release(context, work.numbers);
    gm_release(context, work.residuals);
    gm_release(context, work.index);
    gm_release(context, weight);
    return status;
}
