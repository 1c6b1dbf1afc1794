#include "curvature/accumulate.h"

#include <math.h>
#include <string.h>

#include "curvature/moments_state.h"
#include "linalg/linalg.h"
#include "parallel/parallel.h"

gm_status gm_run_create(gm_context *context, int64_t d, gm_run *out) {
    gm_status status = GM_OK;
    gm_run m = {0};
    GM_TRY(GM_NEW_ZERO(context, m.mean, d));
    GM_TRY(GM_NEW_ZERO(context, m.scatter, d * d));
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

gm_status gm_accumulator_create(gm_context *context, int64_t dimension, gm_accumulator **out) {
    gm_status status = GM_OK;
    gm_accumulator *a = NULL;
    if (dimension < 1)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_accumulator_create: dimension is %lld, must be at least 1",
                       (long long)dimension);
    GM_TRY(GM_NEW_ZERO(context, a, 1));
    a->context = context;
    a->dimension = dimension;
    a->leaf_size = 4 * GM_BLOCK;
    while (a->leaf_size < 8 * dimension)
        a->leaf_size *= 2;
    GM_TRY(GM_NEW(context, a->block, (GM_BLOCK + 1) * dimension));
    GM_TRY(gm_run_create(context, dimension, &a->leaf));
    *out = a;
    a = NULL;
done:
    gm_accumulator_destroy(a);
    return status;
}

void gm_accumulator_destroy(gm_accumulator *a) {
    if (!a)
        return;
    for (int level = 0; level < GM_LEVELS; level++)
        gm_run_release(a->context, &a->node[level]);
    gm_run_release(a->context, &a->beside);
    gm_run_release(a->context, &a->leaf);
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
    return gm_gram_accumulate(a->context, count + 1, a->dimension, a->block, m->scatter);
}

/* into ← into ∪ from, by Chan's formula, on and below the diagonal. */
void gm_run_merge(int64_t d, gm_run *into, const gm_run *from) {
    const double total = (double)(into->count + from->count);
    const double weight = (double)into->count * (double)from->count / total;
    for (int64_t i = 0; i < d; i++) {
        const double di = weight * (from->mean[i] - into->mean[i]);
        const double *source = from->scatter + i * d;
        double *target = into->scatter + i * d;
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

static gm_status close_leaf(gm_accumulator *a) {
    gm_run fresh = {0}, full = a->leaf;
    gm_status status = gm_run_create(a->context, a->dimension, &fresh);
    if (status != GM_OK)
        return status;
    a->leaf = fresh;
    gm_accumulator_climb(a, 0, full);
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
    if (a->leaf.count == a->leaf_size)
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
    memcpy(out->scatter, a->leaf.scatter, (size_t)(d * d) * sizeof *out->scatter);
    memcpy(out->mean, a->leaf.mean, (size_t)d * sizeof *out->mean);
    out->count = a->leaf.count;
    if (a->pending == 0)
        return GM_OK;
    GM_TRY(GM_NEW(a->context, kept, a->pending * d));
    memcpy(kept, a->block, waiting);
    status = fold_rows(a, a->pending, out);
    memcpy(a->block, kept, waiting);
done:
    gm_release(a->context, kept);
    return status;
}

gm_status gm_accumulator_total(gm_accumulator *a, double *mean, double *scatter) {
    gm_status status = GM_OK;
    const int64_t d = a->dimension;
    gm_run total = {.scatter = scatter};
    GM_TRY(GM_NEW(a->context, total.mean, d));
    GM_TRY(copy_open_leaf(a, &total));
    for (int level = 0; level < GM_LEVELS; level++)
        if (a->node[level].count > 0) {
            if (total.count == 0)
                memcpy(total.mean, a->node[level].mean, (size_t)d * sizeof *total.mean);
            gm_run_merge(d, &total, &a->node[level]);
        }
    if (a->beside.count > 0) {
        if (total.count == 0)
            memcpy(total.mean, a->beside.mean, (size_t)d * sizeof *total.mean);
        gm_run_merge(d, &total, &a->beside);
    }
    gm_symmetric_mirror(d, scatter);
    if (mean)
        memcpy(mean, total.mean, (size_t)d * sizeof *mean);
done:
    gm_release(a->context, total.mean);
    return status;
}
