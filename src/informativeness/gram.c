/* Sums over pairs of inputs by the Gram matrix of the Jacobians. */
#include <string.h>

#include "informativeness/sample.h"
#include "linalg/linalg.h"
#include "parallel/parallel.h"

/* Tiles of K, of the factors' products and of K Φ stay in the second-level cache. */
enum { TILE = 256, MOST_TASKS = 4096 };

typedef struct tile {
    int64_t first, count;
    int block; /* of the jackknife */
} tile;

/* Tiles [from, to) of one row of tiles. */
typedef struct task {
    int64_t row, from, to;
} task;

typedef struct gram_job {
    const gm_meter *meter;
    const gm_sample *sample;
    tile *tiles;
    int64_t tile_count;
    task *tasks;
    int64_t task_count, done; /* tasks before those of the running loop */
    double *scratch;          /* [workers][4 TILE²] */
    double *target;           /* [tasks][M + 1] */
    double
        *block; /* [tasks][GM_INPUT_BLOCKS] Σ_h ω_h of the pairs of a row of tiles with a block */
    double *kernel, *weighted; /* [tasks] */
} gram_job;

double gm_gram_operations(const gm_model *model, double rows, double targets) {
    return rows * rows *
           (targets + (double)(gm_model_factor_inputs(model) + gm_model_factor_outputs(model)));
}

/* Σ over factors of (δδᵀ) ∘ (aaᵀ + bias). */
void gm_kernel_tile(const gm_model *model, const gm_sample *s, int64_t i, int64_t count_i,
                    int64_t j, int64_t count_j, int64_t stride, double *k, double *scratch) {
    const double *a = s->a + i * s->ins, *a2 = s->a + j * s->ins;
    const double *d = s->delta + i * s->outs, *d2 = s->delta + j * s->outs;
    double *inner = scratch, *outer = scratch + stride * stride;
    for (int f = 0; f < model->factor_count; f++) {
        const gm_factor *factor = &model->factor[f];
        const double bias = factor->bias ? 1.0 : 0.0;
        gm_multiply_outer(count_i, count_j, factor->in, a, s->ins, a2, s->ins, inner, stride);
        gm_multiply_outer(count_i, count_j, factor->out, d, s->outs, d2, s->outs, outer, stride);
        for (int64_t r = 0; r < count_i; r++) {
            double *row = k + r * stride;
            const double *in = inner + r * stride, *out = outer + r * stride;
            for (int64_t c = 0; c < count_j; c++)
                row[c] = (f ? row[c] : 0.0) + (in[c] + bias) * out[c];
        }
        a += factor->in, a2 += factor->in;
        d += factor->out, d2 += factor->out;
    }
}

static void add_squares(const gram_job *job, const tile *i, const tile *j, const double *k,
                        double factor, double *kernel, double *weighted) {
    const double *v = job->sample->variance;
    for (int64_t r = 0; r < i->count; r++) {
        double plain = 0.0, with = 0.0;
        for (int64_t c = 0; c < j->count; c++) {
            const double square = k[r * TILE + c] * k[r * TILE + c];
            plain += square;
            with += square * v[j->first + c];
        }
        *kernel += factor * plain;
        *weighted += factor * with * v[i->first + r];
    }
}

/* Add factor · Σ φ_hi K_ij φ_hj over the pairs of a tile to `target`; returns Σ_h ω_h of it. */
static double add_pairs(const gram_job *job, const tile *i, const tile *j, const double *k,
                        double factor, double *y, double *target) {
    const gm_sample *s = job->sample;
    const int64_t stride = s->targets + 1;
    double total = 0.0;
    for (int64_t first = 0; first < stride; first += TILE) {
        const int64_t count = stride - first < TILE ? stride - first : TILE;
        double sums[TILE] = {0};
        gm_multiply(i->count, count, j->count, k, TILE, s->phi + j->first * stride + first, stride,
                    y, TILE);
        for (int64_t r = 0; r < i->count; r++) {
            const double *phi = s->phi + (i->first + r) * stride + first;
            for (int64_t h = 0; h < count; h++)
                sums[h] += phi[h] * y[r * TILE + h];
        }
        for (int64_t h = 0; h < count; h++) {
            target[first + h] += factor * sums[h];
            total += first + h < s->targets ? s->weight[first + h] * sums[h] : 0.0;
        }
    }
    return total;
}

static gm_status run_task(void *argument, int64_t number, int worker) {
    const gram_job *job = argument;
    const int64_t index = job->done + number;
    const task *t = &job->tasks[index];
    double *k = job->scratch + (int64_t)worker * 4 * TILE * TILE, *y = k + TILE * TILE;
    double *target = job->target + index * (job->sample->targets + 1);
    const tile *i = &job->tiles[t->row];
    for (int64_t column = t->from; column < t->to; column++) {
        const tile *j = &job->tiles[column];
        const double factor = i == j ? 1.0 : 2.0; /* (i, j) and (j, i) */
        gm_kernel_tile(job->meter->model, job->sample, i->first, i->count, j->first, j->count, TILE,
                       k, y + TILE * TILE);
        for (int64_t r = 0; r < i->count && i == j; r++)
            k[r * TILE + r] = 0.0; /* an input is no pair with itself */
        add_squares(job, i, j, k, factor, &job->kernel[index], &job->weighted[index]);
        const double sum = add_pairs(job, i, j, k, factor, y, target);
        job->block[index * GM_INPUT_BLOCKS + j->block] +=
            (i->block == j->block ? factor : 1.0) * sum;
    }
    return GM_OK;
}

/* Tiles that do not cross a block of the jackknife, and rows of them cut into tasks alike. */
static gm_status lay_out(gram_job *job) {
    gm_status status = GM_OK;
    gm_context *context = job->meter->context;
    const gm_sample *s = job->sample;
    const int64_t largest = (s->rows + GM_INPUT_BLOCKS - 1) / GM_INPUT_BLOCKS;
    const int64_t pieces = (largest + TILE - 1) / TILE;
    GM_TRY(GM_NEW(context, job->tiles, pieces * GM_INPUT_BLOCKS));
    for (int b = 0; b < GM_INPUT_BLOCKS; b++) {
        const int64_t first = gm_sample_block(s, b), size = gm_sample_block(s, b + 1) - first;
        for (int64_t p = 0; p < pieces; p++) {
            const int64_t from = first + p * size / pieces, to = first + (p + 1) * size / pieces;
            if (to > from)
                job->tiles[job->tile_count++] = (tile){from, to - from, b};
        }
    }
    const int64_t count = job->tile_count, all = count * (count + 1) / 2;
    const int64_t longest = all / MOST_TASKS + 1;
    GM_TRY(GM_NEW(context, job->tasks, all / longest + count));
    for (int64_t row = count - 1; row >= 0; row--)
        for (int64_t from = 0; from <= row; from += longest) {
            const int64_t to = from + longest < row + 1 ? from + longest : row + 1;
            job->tasks[job->task_count++] = (task){row, from, to};
        }
done:
    return status;
}

/* A part at a time, so that progress is told. */
static gm_status run_tasks(gram_job *job) {
    gm_status status = GM_OK;
    gm_context *context = job->meter->context;
    const int64_t part = job->task_count / 64 + 8 * context->threads;
    while (job->done < job->task_count) {
        const int64_t left = job->task_count - job->done, count = left < part ? left : part;
        GM_TRY(gm_parallel_for(context, count, run_task, job));
        job->done += count;
        GM_TRY(gm_progress(context, "pairs of inputs", (double)job->done, (double)job->task_count));
    }
done:
    return status;
}

/* In the order of the tasks, which does not depend on the threads. */
static void collect(const gram_job *job, gm_sums *out) {
    const int64_t stride = job->sample->targets + 1;
    for (int64_t t = 0; t < job->task_count; t++) {
        const int row = job->tiles[job->tasks[t].row].block;
        for (int64_t h = 0; h < stride; h++)
            out->target[h] += job->target[t * stride + h];
        for (int b = 0; b < GM_INPUT_BLOCKS; b++) {
            const double sum = job->block[t * GM_INPUT_BLOCKS + b];
            out->block[row][b] += sum;
            if (b != row)
                out->block[b][row] += sum;
        }
        out->kernel += job->kernel[t];
        out->weighted += job->weighted[t];
    }
}

gm_status gm_sums_by_gram(const gm_meter *meter, const gm_sample *sample, gm_sums *out) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    gram_job job = {.meter = meter, .sample = sample};
    *out = (gm_sums){0};
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(lay_out(&job));
    GM_TRY(GM_NEW(context, job.scratch, (int64_t)context->threads * 4 * TILE * TILE));
    GM_TRY(GM_NEW_ZERO(context, job.target, job.task_count * (sample->targets + 1)));
    GM_TRY(GM_NEW_ZERO(context, job.block, job.task_count * GM_INPUT_BLOCKS));
    GM_TRY(GM_NEW_ZERO(context, job.kernel, job.task_count));
    GM_TRY(GM_NEW_ZERO(context, job.weighted, job.task_count));
    GM_TRY(GM_NEW_ZERO(context, out->target, sample->targets + 1));
    GM_TRY(run_tasks(&job));
    collect(&job, out);
done:
    if (status != GM_OK)
        gm_sums_release(context, out);
    double *const arrays[] = {job.scratch, job.target, job.block, job.kernel, job.weighted};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        gm_release(context, arrays[i]);
    gm_release(context, job.tasks);
    gm_release(context, job.tiles);
    return status;
}
