/* Loops that the ranks of a context share, and what they hand to each other. Calls are collective:
   every rank makes them, in the same order. A context alone runs them without ado. */
#ifndef GM_RANKS_H
#define GM_RANKS_H

#include <gradiometer/ranks.h>

#include "parallel/parallel.h"

/* An array that a shared loop fills: index i writes `bytes` bytes at base + i × bytes, and nothing
   else of it. */
typedef struct gm_shared {
    void *base;
    size_t bytes;
} gm_shared;

/*
 * gm_parallel_for() over all ranks: each runs a contiguous part of the indices on its threads, then
 * every rank has every index of the `outputs`. What the task writes beside them stays where it is.
 * The status is the same on every rank: that of the lowest failing index, with its message; a
 * cancellation of one rank is one of all. Inside a task it is a loop of the calling thread alone.
 * Traffic: the bytes of the outputs, to every rank.
 */
gm_status gm_share_for(gm_context *context, int64_t count, gm_task task, void *argument,
                       int output_count, const gm_shared *outputs)
    __attribute__((warn_unused_result));

/* The part of `count` indices that a rank runs: [first, end). */
void gm_share_part(int64_t count, int ranks, int rank, int64_t *first, int64_t *end);

/*
 * Hand to every rank what each has: this rank's part of `bytes`, at its place, is filled before,
 * and those of the others after. offsets  [ranks + 1] where the part of each rank begins, in bytes;
 * the same on every rank mine     status of what this rank did before: where it failed on one, it
 * fails on all
 */
gm_status gm_ranks_gather(gm_context *context, gm_status mine, const int64_t *offsets, void *bytes)
    __attribute__((warn_unused_result));

/* Agree: GM_OK if it is that on every rank; otherwise the status and message of the lowest rank
   that failed. */
gm_status gm_ranks_agree(gm_context *context, gm_status mine) __attribute__((warn_unused_result));

/* `bytes` of rank 0 on every rank: clocks and entropy, of which each rank has its own. */
gm_status gm_ranks_take_first(gm_context *context, int64_t size, void *bytes)
    __attribute__((warn_unused_result));

#endif
