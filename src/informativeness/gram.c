/* Sums over pairs of inputs by the Gram matrix of the Jacobians. */
#include <string.h>

#include "informativeness/sums.h"
#include "informativeness/sums_kernel.h"
#include "linalg/linalg.h"
#include "parallel/ranks.h"

/* Side of the tiles of K and columns of Φ that are multiplied at a time. Rows of a tile lie an odd
   number of cache lines apart, since those a power of two apart would meet in few sets. */
enum { TILE = 256, STRIDE = TILE + 8, COLUMNS = 640, MOST_TASKS = 4096 };
/* K, then K Φ and its sums, or two matrices of factors before. */
enum { Y_STRIDE = COLUMNS + 8, SCRATCH = TILE * (STRIDE + Y_STRIDE) + COLUMNS };
_Static_assert(TILE *Y_STRIDE + COLUMNS >= 2 * STRIDE * STRIDE, "room for the factors");

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
    double *scratch;          /* [workers][SCRATCH] */
    double *target;           /* [tasks][M + 1] */
    double
        *block; /* [tasks][GM_INPUT_BLOCKS] Σ_h ω_h of the pairs of a row of tiles with a block */
    double *kernel, *weighted; /* [tasks] */
} gram_job;

/* The δ of columns with one output, side by side: their product is one number a pair. */
static void take_outputs(int64_t count, int64_t stride, const double *delta, double *out) {
    for (int64_t c = 0; c < count; c++)
        out[c] = delta[c * stride];
}

/* Σ over factors of (δδᵀ) ∘ (aaᵀ + bias). */
void gm_kernel_tile(const gm_meter *meter, const gm_sample *s, int64_t i, int64_t count_i,
                    int64_t j, int64_t count_j, int64_t stride, double *k, double *scratch) {
    const gm_model *model = meter->model;
    const double *a = s->a + i * s->ins, *a2 = s->a + j * s->ins;
    const double *d = s->delta + i * s->outs, *d2 = s->delta + j * s->outs;
    double *inner = scratch, *outer = scratch + stride * stride;
    for (int f = 0; f < model->factor_count; f++) {
        const gm_factor *factor = &model->factor[f];
        const bool single = factor->out == 1;
        gm_multiply_outer(count_i, count_j, factor->in, a, s->ins, a2, s->ins, inner, stride);
        if (single)
            take_outputs(count_j, s->outs, d2, outer);
        else
            gm_multiply_outer(count_i, count_j, factor->out, d, s->outs, d2, s->outs, outer,
                              stride);
        for (int64_t r = 0; r < count_i; r++) {
            GM_SELECT_KERNEL(meter->context->isa, gm_factor_row)
            (count_j, f == 0, factor->bias ? 1.0 : 0.0, single ? d[r * s->outs] : 1.0,
             inner + r * stride, outer + (single ? 0 : r * stride), k + r * stride);
        }
        a += factor->in, a2 += factor->in;
        d += factor->out, d2 += factor->out;
    }
}

static void add_squares(const gram_job *job, const tile *i, const tile *j, const double *k,
                        double factor, double *kernel, double *weighted) {
    const double *v = job->sample->variance;
    for (int64_t r = 0; r < i->count; r++) {
        double sums[2];
        GM_SELECT_KERNEL(job->meter->context->isa, gm_squares_row)
        (j->count, v + j->first, k + r * STRIDE, sums);
        *kernel += factor * sums[0];
        *weighted += factor * sums[1] * v[i->first + r];
    }
}

/* Add factor · Σ φ_hi K_ij φ_hj over the pairs of a tile to `target`; returns Σ_h ω_h of it. */
static double add_pairs(const gram_job *job, const tile *i, const tile *j, const double *k,
                        double factor, double *room, double *target) {
    const gm_sample *s = job->sample;
    const int64_t stride = s->targets + 1, pieces = (stride + COLUMNS - 1) / COLUMNS;
    double total = 0.0, *sums = room, *y = room + COLUMNS;
    for (int64_t p = 0; p < pieces; p++) {
        const int64_t first = p * stride / pieces, count = (p + 1) * stride / pieces - first;
        memset(sums, 0, (size_t)count * sizeof *sums);
        gm_multiply(i->count, count, j->count, k, STRIDE, s->phi + j->first * stride + first,
                    stride, y, Y_STRIDE);
        for (int64_t r = 0; r < i->count; r++) {
            GM_SELECT_KERNEL(job->meter->context->isa, gm_products_row)
            (count, s->phi + (i->first + r) * stride + first, y + r * Y_STRIDE, sums);
        }
        for (int64_t h = 0; h < count; h++) {
            target[first + h] += factor * sums[h];
            total += first + h < s->targets ? s->weight[first + h] * sums[h] : 0.0;
        }
    }
    return total;
}

/* Add the pairs of two tiles to what task `index` has found; returns Σ_h ω_h of them, i with j. */
static double add_tiles(const gram_job *job, int64_t index, const tile *i, const tile *j,
                        double *scratch) {
    double *k = scratch, *room = scratch + TILE * STRIDE;
    const bool same = i->first == j->first;
    const double factor = same ? 1.0 : 2.0; /* (i, j) and (j, i) */
    gm_kernel_tile(job->meter, job->sample, i->first, i->count, j->first, j->count, STRIDE, k,
                   room);
    for (int64_t r = 0; r < i->count && same; r++)
        k[r * STRIDE + r] = 0.0; /* an input is no pair with itself */
    add_squares(job, i, j, k, factor, &job->kernel[index], &job->weighted[index]);
    return add_pairs(job, i, j, k, factor, room, job->target + index * (job->sample->targets + 1));
}

/* A tile with itself: of its two halves one product is the mirror of another. Σ_h ω_h of all. */
static double add_diagonal(const gram_job *job, int64_t index, const tile *i, double *scratch) {
    const int64_t half = i->count / 2;
    if (i->count < TILE / 2)
        return add_tiles(job, index, i, i, scratch);
    const tile low = {i->first, half, i->block},
               high = {i->first + half, i->count - half, i->block};
    return add_tiles(job, index, &low, &low, scratch) +
           2.0 * add_tiles(job, index, &high, &low, scratch) +
           add_tiles(job, index, &high, &high, scratch);
}

static gm_status run_task(void *argument, int64_t number, int worker) {
    const gram_job *job = argument;
    const int64_t index = job->done + number;
    const task *t = &job->tasks[index];
    double *scratch = job->scratch + (int64_t)worker * SCRATCH;
    const tile *i = &job->tiles[t->row];
    for (int64_t column = t->from; column < t->to; column++) {
        const tile *j = &job->tiles[column];
        const double sum =
            i == j ? add_diagonal(job, index, i, scratch) : add_tiles(job, index, i, j, scratch);
        job->block[index * GM_INPUT_BLOCKS + j->block] +=
            (i != j && i->block == j->block ? 2.0 : 1.0) * sum;
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

/* The next tasks, whose sums every rank has after. */
static gm_status run_part(gram_job *job, int64_t count) {
    const int64_t stride = job->sample->targets + 1, number = sizeof *job->target;
    const gm_shared found[] = {
        {job->target + job->done * stride, stride * number, 0},
        {job->block + job->done * GM_INPUT_BLOCKS, GM_INPUT_BLOCKS * number, 0},
        {job->kernel + job->done, number, 0},
        {job->weighted + job->done, number, 0}};
    return gm_share_for(job->meter->context, count, run_task, job, 4, found);
}

/* A part at a time, so that progress is told. */
static gm_status run_tasks(gram_job *job) {
    gm_status status = GM_OK;
    gm_context *context = job->meter->context;
    const int64_t part =
        job->task_count / 64 + INT64_C(8) * context->threads * gm_context_ranks(context);
    while (job->done < job->task_count) {
        const int64_t left = job->task_count - job->done, count = left < part ? left : part;
        GM_TRY(run_part(job, count));
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
    GM_TRY(GM_NEW(context, job.scratch, (int64_t)context->threads * SCRATCH));
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
