/* Loops that the ranks of a context share, and what they hand to each other. Calls are collective:
   every rank makes them, in the same order. A context alone runs them without ado. */
#ifndef GM_RANKS_H
#define GM_RANKS_H

#include <gradiometer/ranks.h>

#include "parallel/parallel.h"
#include "parallel/transport.h"

/* An array that a shared loop fills: index i writes `bytes` bytes at base + i × bytes, and nothing
   else of it. */
typedef struct gm_shared {
    void *base;
    int64_t bytes;
    int64_t total; /* bytes of the array, where the last index has fewer; 0: count × bytes */
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

/* gm_share_for() without outputs: what a task wrote stays on the rank that ran it. */
gm_status gm_share_keep(gm_context *context, int64_t count, gm_task task, void *argument)
    __attribute__((warn_unused_result));

/* Hand out what each rank has of the `outputs`, by the part of `count` indices that is its own
   (gm_share_mine()); `mine` is how it came to have it, and the status that of gm_ranks_agree(). */
gm_status gm_share_gather(gm_context *context, int64_t count, gm_status mine, int output_count,
                          const gm_shared *outputs) __attribute__((warn_unused_result));

/* Parts of any sizes: that of rank r are the bytes from offsets[r] to offsets[r + 1], and every
   rank has all of them after. offsets [R + 1], the same on every rank. */
gm_status gm_share_parts(gm_context *context, const int64_t *offsets, void *bytes)
    __attribute__((warn_unused_result));

/* The part of `count` indices that a rank runs: [first, end). */
void gm_share_part(int64_t count, int ranks, int rank, int64_t *first, int64_t *end);

/* The part of this rank; all of them for a context alone and inside a task. */
void gm_share_mine(const gm_context *context, int64_t count, int64_t *first, int64_t *end);

/*
 * out [size] ← the sum of `count` ≥ 1 arrays of `size` ≥ 1 numbers, on every rank. They are added
 * in the order of a binary tree, neighbours first, which does not depend on ranks or threads.
 * arrays [end − first][size] are those of this rank (gm_share_mine() of the same count); destroyed.
 * Traffic: of the arrays of a rank at most 2 log₂ `count` sums to every rank, one where R is a
 * power of two that divides `count`.
 */
gm_status gm_share_sum(gm_context *context, int64_t count, int64_t size, double *arrays,
                       double *out) __attribute__((warn_unused_result));

/* Whether loops are shared here: several ranks, and not inside a task. */
bool gm_is_shared(const gm_context *context);

/* `bytes` of rank `root` on every rank. */
gm_status gm_ranks_take(gm_context *context, int root, int64_t size, void *bytes)
    __attribute__((warn_unused_result));

/* The same of rank 0: clocks and entropy, of which each rank has its own. */
gm_status gm_ranks_take_first(gm_context *context, int64_t size, void *bytes)
    __attribute__((warn_unused_result));

/* Whether it is later than `deadline`, by the gm_seconds() of rank 0. */
gm_status gm_ranks_is_late(gm_context *context, double deadline, bool *late)
    __attribute__((warn_unused_result));

/* Whether eigenvalues and solutions of matrices that are dealt out (transport.h) can be had. */
bool gm_ranks_have_algebra(const gm_context *context);

/*
 * Eigenvalues, ascending, of a symmetric matrix that is dealt out, its lower triangle being read
 * and destroyed; values [order], those of rank 0 on every rank. They depend on the grid by
 * rounding. GM_NUMERICAL_FAILURE, GM_UNAVAILABLE.
 */
gm_status gm_grid_eigenvalues(gm_context *context, const gm_grid *grid, double *matrix,
                              double *values) __attribute__((warn_unused_result));

/* x [order] ← matrix⁻¹ x for a positive definite matrix, likewise. GM_UNDEFINED where it is not
   positive definite to working precision. */
gm_status gm_grid_solve(gm_context *context, const gm_grid *grid, double *matrix, double *x)
    __attribute__((warn_unused_result));

/* Join by a given transport. */
gm_status gm_ranks_join_by(gm_context *context, const gm_transport *transport)
    __attribute__((warn_unused_result));

#endif
