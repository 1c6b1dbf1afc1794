#include <string.h>

#include "curvature/moments_state.h"

static int lowest_level(const gm_accumulator *a) {
    for (int level = 0; level < GM_LEVELS; level++)
        if (a->node[level].count > 0)
            return level;
    return GM_LEVELS;
}

static int highest_level(const gm_accumulator *a) {
    for (int level = GM_LEVELS - 1; level >= 0; level--)
        if (a->node[level].count > 0)
            return level;
    return -1;
}

/* Whether the nodes of `from` fall on nodes of the tree that `into` grows. */
static bool fits(const gm_accumulator *into, const gm_accumulator *from) {
    return into->pending == 0 && into->leaf.count == 0 && into->beside.count == 0 &&
           from->beside.count == 0 && lowest_level(into) >= highest_level(from);
}

static gm_status copy_run(gm_context *context, int64_t d, const gm_run *from, gm_run *out) {
    gm_status status = gm_run_create(context, d, from->packed, out);
    if (status != GM_OK)
        return status;
    out->count = from->count;
    memcpy(out->mean, from->mean, (size_t)d * sizeof *out->mean);
    memcpy(out->scatter, from->scatter, (size_t)gm_run_row(from, d, d) * sizeof *out->scatter);
    return GM_OK;
}

/* The subtrees first, largest first as they came, then the open leaf and what waits for it. */
static gm_status take_nodes(gm_accumulator *into, const gm_accumulator *from) {
    gm_status status = GM_OK;
    const int64_t d = into->dimension;
    gm_run copies[GM_LEVELS] = {{0}}, leaf = {0};
    for (int level = 0; level < GM_LEVELS; level++)
        if (from->node[level].count > 0)
            GM_TRY(copy_run(into->context, d, &from->node[level], &copies[level]));
    GM_TRY(copy_run(into->context, d, &from->leaf, &leaf));
    for (int level = GM_LEVELS - 1; level >= 0; level--)
        if (copies[level].count > 0)
            gm_accumulator_climb(into, level, copies[level]);
    gm_run_release(into->context, &into->leaf);
    into->leaf = leaf;
    into->pending = from->pending;
    memcpy(into->block, from->block, (size_t)(from->pending * d) * sizeof *into->block);
    return GM_OK;
done:
    for (int level = 0; level < GM_LEVELS; level++)
        gm_run_release(into->context, &copies[level]);
    return status;
}

static gm_status take_total(gm_accumulator *into, gm_accumulator *from) {
    gm_status status = GM_OK;
    gm_run total = {0};
    GM_TRY(gm_run_create(into->context, into->dimension, false, &total));
    GM_TRY(gm_accumulator_total(from, total.mean, total.scatter));
    total.count = from->count;
    if (into->beside.count > 0) {
        gm_run_merge(into->dimension, &into->beside, &total);
    } else {
        into->beside = total;
        total = (gm_run){0};
    }
done:
    gm_run_release(into->context, &total);
    return status;
}

gm_status gm_accumulator_merge(gm_accumulator *into, gm_accumulator *from) {
    if (into->dimension != from->dimension)
        return gm_fail(into->context, GM_INVALID_ARGUMENT,
                       "gm_accumulator_merge: dimensions %lld and %lld differ",
                       (long long)into->dimension, (long long)from->dimension);
    if (from->count == 0)
        return GM_OK;
    const int64_t count = from->count;
    gm_status status = gm_run_gather(from->context, from->dimension, &from->leaf);
    if (status == GM_OK)
        status = fits(into, from) ? take_nodes(into, from) : take_total(into, from);
    if (status == GM_OK)
        into->count += count;
    return status;
}
