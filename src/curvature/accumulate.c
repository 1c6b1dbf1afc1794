#include "curvature/accumulate.h"

#include <math.h>
#include <string.h>

#include "curvature/moments_state.h"
#include "linalg/linalg.h"
#include "parallel/parallel.h"
#include "parallel/ranks.h"

/* A leaf is at least so many times d vectors: closed leaves take memory, and their merging time. */
enum { LEAF = 32 };

static int64_t leaf_size(int64_t d) {
    int64_t size = 4 * GM_BLOCK;
    while (size < LEAF * d)
        size *= 2;
    return size;
}

double gm_accumulator_numbers(int64_t d, int64_t count) {
    const double order = (double)d;
    double nodes = 0.0; /* packed ones, at the moment when the last of them is closed */
    for (int64_t leaves = count / leaf_size(d); leaves > 0; leaves /= 2)
        nodes += 1.0;
    return order * order + nodes * order * (order + 1.0) / 2.0 + (GM_BLOCK + 2.0) * order;
}

gm_status gm_run_create(gm_context *context, int64_t d, bool packed, gm_run *out) {
    gm_status status = GM_OK;
    gm_run m = {.packed = packed};
    GM_TRY(GM_NEW_ZERO(context, m.mean, d));
    GM_TRY(GM_NEW_ZERO(context, m.scatter, packed ? d * (d + 1) / 2 : d * d));
    *out = m;
    return GM_OK;
done:
    gm_release(context, m.mean);
    return status;
}

void gm_run_release(gm_context *context, gm_run *m) {
    gm_release(context, m->scatter);
    gm_release(context, m->mean);
    *m = (gm_run){0};
}

static gm_status create(gm_context *context, int64_t dimension, bool tiled, gm_accumulator **out) {
    gm_status status = GM_OK;
    gm_accumulator *a = NULL;
    if (dimension < 1 || dimension > GM_MOST_DIMENSION)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_accumulator_create: dimension is %lld, must be from 1 to %d",
                       (long long)dimension, GM_MOST_DIMENSION);
    GM_TRY(GM_NEW_ZERO(context, a, 1));
    a->context = context;
    a->dimension = dimension;
    a->leaf_size = leaf_size(dimension);
    GM_TRY(GM_NEW(context, a->block, (GM_BLOCK + 1) * dimension));
    if (tiled) {
        GM_TRY(GM_NEW_ZERO(context, a->leaf.mean, dimension));
        GM_TRY(gm_tiled_create(context, dimension, &a->tiles));
    } else {
        GM_TRY(gm_run_create(context, dimension, false, &a->leaf));
    }
    *out = a;
    a = NULL;
done:
    gm_accumulator_destroy(a);
    return status;
}

gm_status gm_accumulator_create(gm_context *context, int64_t dimension, gm_accumulator **out) {
    return create(context, dimension, false, out);
}

gm_status gm_accumulator_create_tiled(gm_context *context, int64_t dimension,
                                      gm_accumulator **out) {
    return create(context, dimension, true, out);
}

void gm_accumulator_destroy(gm_accumulator *a) {
    if (!a)
        return;
    for (int level = 0; level < GM_LEVELS; level++)
        gm_run_release(a->context, &a->node[level]);
    gm_run_release(a->context, &a->beside);
    gm_run_release(a->context, &a->leaf);
    gm_tiled_destroy(a->tiles);
    gm_release(a->context, a->block);
    gm_release(a->context, a);
}

int64_t gm_accumulator_count(const gm_accumulator *a) {
    return a->count;
}

/* Columns that one task centres: a few cache lines wide. */
enum { PANEL = 128 };

typedef struct fold_job {
    gm_accumulator *a;
    int64_t count;
    gm_run *into;
} fold_job;

/* Centre columns of the block on their mean and write the row of the difference of means below. */
static gm_status fold_panel(void *argument, int64_t index, int worker) {
    (void)worker;
    const fold_job *job = argument;
    const int64_t d = job->a->dimension, first = index * PANEL;
    const int64_t width = d - first < PANEL ? d - first : PANEL;
    const double count = (double)job->count, before = (double)job->into->count;
    double *block = job->a->block + first, *extra = block + job->count * d;
    double *into = job->into->mean + first, mean[PANEL] = {0};
    for (int64_t i = 0; i < job->count; i++)
        for (int64_t j = 0; j < width; j++)
            mean[j] += block[i * d + j];
    for (int64_t j = 0; j < width; j++)
        mean[j] /= count;
    for (int64_t i = 0; i < job->count; i++)
        for (int64_t j = 0; j < width; j++)
            block[i * d + j] -= mean[j];
    for (int64_t j = 0; j < width; j++) {
        const double difference = mean[j] - into[j];
        extra[j] = sqrt(before * count / (before + count)) * difference;
        into[j] += difference * (count / (before + count));
    }
    return GM_OK;
}

/* Add the first `count` rows of the block, which are destroyed, to m: with δ the difference of the
   means, the scatter gains that of the centred rows and (n m / (n + m)) δδᵀ, one more row. */
static gm_status fold_rows(gm_accumulator *a, int64_t count, gm_run *m) {
    fold_job job = {a, count, m};
    gm_status status =
        gm_parallel_for(a->context, (a->dimension + PANEL - 1) / PANEL, fold_panel, &job);
    if (status != GM_OK)
        return status;
    m->count += count;
    if (a->tiles)
        return gm_tiled_gram_add(a->tiles, count + 1, a->block);
    m->parted = gm_is_shared(a->context);
    return gm_gram_accumulate_part(a->context, count + 1, a->dimension, a->block, m->scatter);
}

gm_status gm_run_gather(gm_context *context, int64_t d, gm_run *m) {
    if (!m->parted)
        return GM_OK;
    m->parted = false;
    return gm_gram_gather(context, d, m->scatter);
}

/* into ← into ∪ from, by Chan's formula, on and below the diagonal. */
void gm_run_merge(int64_t d, gm_run *into, const gm_run *from) {
    const double total = (double)(into->count + from->count);
    const double weight = (double)into->count * (double)from->count / total;
    for (int64_t i = 0; i < d; i++) {
        const double di = weight * (from->mean[i] - into->mean[i]);
        const double *source = from->scatter + gm_run_row(from, d, i);
        double *target = into->scatter + gm_run_row(into, d, i);
        for (int64_t j = 0; j <= i; j++)
            target[j] += source[j] + di * (from->mean[j] - into->mean[j]);
    }
    for (int64_t j = 0; j < d; j++)
        into->mean[j] += (from->mean[j] - into->mean[j]) * ((double)from->count / total);
    into->count += from->count;
}

void gm_accumulator_climb(gm_accumulator *a, int level, gm_run run) {
    for (; a->node[level].count > 0; level++) {
        gm_run earlier = a->node[level];
        gm_run_merge(a->dimension, &earlier, &run);
        gm_run_release(a->context, &run);
        run = earlier;
        a->node[level] = (gm_run){0};
    }
    a->node[level] = run;
}

/* The leaf is packed into a node, and begun again. */
static gm_status close_leaf(gm_accumulator *a) {
    const int64_t d = a->dimension;
    gm_run closed = {0};
    gm_status status = gm_run_gather(a->context, d, &a->leaf);
    if (status == GM_OK)
        status = gm_run_create(a->context, d, true, &closed);
    if (status != GM_OK)
        return status;
    closed.count = a->leaf.count;
    memcpy(closed.mean, a->leaf.mean, (size_t)d * sizeof *closed.mean);
    gm_symmetric_pack(d, a->leaf.scatter, closed.scatter);
    a->leaf.count = 0;
    memset(a->leaf.mean, 0, (size_t)d * sizeof *a->leaf.mean);
    memset(a->leaf.scatter, 0, (size_t)(d * d) * sizeof *a->leaf.scatter);
    gm_accumulator_climb(a, 0, closed);
    return GM_OK;
}

double *gm_accumulator_room(gm_accumulator *a, int64_t *room) {
    *room = GM_BLOCK - a->pending;
    return a->block + a->pending * a->dimension;
}

gm_status gm_accumulator_take(gm_accumulator *a, int64_t count) {
    gm_status status = GM_OK;
    a->pending += count;
    a->count += count;
    if (a->pending < GM_BLOCK)
        return GM_OK;
    a->pending = 0;
    GM_TRY(fold_rows(a, GM_BLOCK, &a->leaf));
    if (!a->tiles && a->leaf.count == a->leaf_size)
        GM_TRY(close_leaf(a));
done:
    return status;
}

gm_status gm_accumulator_add(gm_accumulator *a, int64_t count, const double *vectors) {
    gm_status status = GM_OK;
    while (count > 0) {
        int64_t room = 0;
        double *target = gm_accumulator_room(a, &room);
        const int64_t taken = room < count ? room : count;
        memcpy(target, vectors, (size_t)(taken * a->dimension) * sizeof *vectors);
        GM_TRY(gm_accumulator_take(a, taken));
        count -= taken;
        vectors += taken * a->dimension;
    }
done:
    return status;
}

/* Fold what waits in the block into a copy of the leaf, leaving block and leaf as they are. */
static gm_status copy_open_leaf(gm_accumulator *a, gm_run *out) {
    gm_status status = GM_OK;
    const int64_t d = a->dimension;
    const size_t waiting = (size_t)(a->pending * d) * sizeof *a->block;
    double *kept = NULL;
    GM_TRY(gm_run_gather(a->context, d, &a->leaf));
    memcpy(out->scatter, a->leaf.scatter, (size_t)(d * d) * sizeof *out->scatter);
    memcpy(out->mean, a->leaf.mean, (size_t)d * sizeof *out->mean);
    out->count = a->leaf.count;
    if (a->pending == 0)
        return GM_OK;
    GM_TRY(GM_NEW(a->context, kept, a->pending * d));
    memcpy(kept, a->block, waiting);
    status = fold_rows(a, a->pending, out);
    memcpy(a->block, kept, waiting);
    if (status == GM_OK)
        status = gm_run_gather(a->context, d, out);
done:
    gm_release(a->context, kept);
    return status;
}

/* Every closed run into `total`, smallest first, which becomes symmetric. */
static void merge_closed(const gm_accumulator *a, gm_run *total) {
    const int64_t d = a->dimension;
    for (int level = 0; level <= GM_LEVELS; level++) {
        const gm_run *run = level < GM_LEVELS ? &a->node[level] : &a->beside;
        if (run->count == 0)
            continue;
        if (total->count == 0)
            memcpy(total->mean, run->mean, (size_t)d * sizeof *total->mean);
        gm_run_merge(d, total, run);
    }
    gm_symmetric_mirror(d, total->scatter);
}

gm_status gm_accumulator_total(gm_accumulator *a, double *mean, double *scatter) {
    gm_status status = GM_OK;
    gm_run total = {.scatter = scatter};
    GM_TRY(GM_NEW(a->context, total.mean, a->dimension));
    GM_TRY(copy_open_leaf(a, &total));
    merge_closed(a, &total);
    if (mean)
        memcpy(mean, total.mean, (size_t)a->dimension * sizeof *mean);
done:
    gm_release(a->context, total.mean);
    return status;
}

gm_status gm_accumulator_finish(gm_accumulator *a, double *mean, double **scatter) {
    gm_status status = GM_OK;
    if (a->pending > 0)
        GM_TRY(fold_rows(a, a->pending, &a->leaf));
    a->pending = 0;
    GM_TRY(gm_run_gather(a->context, a->dimension, &a->leaf));
    merge_closed(a, &a->leaf);
    memcpy(mean, a->leaf.mean, (size_t)a->dimension * sizeof *mean);
    *scatter = a->leaf.scatter;
    a->leaf.scatter = NULL;
done:
    return status;
}

gm_status gm_accumulator_finish_tiled(gm_accumulator *a, double *mean, gm_tiled **scatter) {
    gm_status status = GM_OK;
    if (a->pending > 0)
        GM_TRY(fold_rows(a, a->pending, &a->leaf));
    a->pending = 0;
    memcpy(mean, a->leaf.mean, (size_t)a->dimension * sizeof *mean);
    *scatter = a->tiles;
    a->tiles = NULL;
done:
    return status;
}
