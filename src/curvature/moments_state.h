/* The inside of an accumulator, for the files that add, save and merge. */
#ifndef GM_MOMENTS_STATE_H
#define GM_MOMENTS_STATE_H

#include <gradiometer/accumulate.h>

#include "base/base.h"
#include "linalg/tiled.h"

/* GM_BLOCK vectors are centred together; GM_LEVELS levels of nodes are more than 2^63 vectors can
 * fill. */
enum { GM_BLOCK = 256, GM_LEVELS = 63 };

/* Above it the bytes of d² numbers, and of a block, are more than an int64_t counts. */
enum { GM_MOST_DIMENSION = 1 << 29 };

/* Moments of a run of vectors; the scatter on and below the diagonal. */
typedef struct gm_run {
    int64_t count;
    bool parted;     /* of several ranks each has its own tiles of the scatter */
    bool packed;     /* rows of the scatter follow each other without what is above the diagonal */
    double *mean;    /* [d] */
    double *scatter; /* [d][d], or [d (d + 1) / 2] */
} gm_run;

/* Where row i of the scatter begins. */
static inline int64_t gm_run_row(const gm_run *run, int64_t d, int64_t i) {
    return run->packed ? i * (i + 1) / 2 : i * d;
}

struct gm_accumulator {
    gm_context *context;
    int64_t dimension;
    int64_t leaf_size; /* vectors of a leaf: a power of two times GM_BLOCK */
    int64_t pending;   /* vectors waiting in block */
    double *block;     /* [GM_BLOCK + 1][d]; the last row carries the difference of the means */
    gm_run leaf;       /* the leaf being filled, block after block */
    gm_tiled *tiles;   /* dealt out to ranks: the scatter of the only leaf; otherwise NULL */
    gm_run
        node[GM_LEVELS]; /* full subtrees of 2^level leaves that wait for their brother, packed */
    gm_run beside;       /* what was merged where no node had its place */
    int64_t count;
};

gm_status gm_run_create(gm_context *context, int64_t d, bool packed, gm_run *out)
    __attribute__((warn_unused_result));
/* The tiles of the other ranks, where each has its own; collective. */
gm_status gm_run_gather(gm_context *context, int64_t d, gm_run *run)
    __attribute__((warn_unused_result));
void gm_run_release(gm_context *context, gm_run *run);

/* into ← into ∪ from, by Chan's formula, on and below the diagonal. */
void gm_run_merge(int64_t d, gm_run *into, const gm_run *from);

/* A full subtree climbs, merging with every brother that waits: the carry of a counter. Takes
 * `run`. */
void gm_accumulator_climb(gm_accumulator *accumulator, int level, gm_run run);

#endif
