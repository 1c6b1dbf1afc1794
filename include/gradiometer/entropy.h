#ifndef GRADIOMETER_ENTROPY_H
#define GRADIOMETER_ENTROPY_H

#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/cost.h>
#include <gradiometer/export.h>

GM_BEGIN_DECLS

/**
 * Collision entropy E_c = −ln Σ P(x)², in nats. Undefined members are NaN. Of a continuous law,
 * two draws of which are never equal, all are infinite.
 */
typedef struct gm_collision_entropy {
    double nats;        /**< NaN where no collision was seen */
    double low, high;   /**< 95 % interval; high is infinite where no collision was seen */
    double lower_bound; /**< at 95 % or more: `low`. Where no collision was seen it holds at 95 %
                             for every law, elsewhere as the interval does */
    const char *method; /**< static: "exact", "rows", "subsample" (rows, but fewer than there are),
                             "lower-bound" (no collision was seen) or "continuous" */
} gm_collision_entropy;

/** Entropy of inputs and of their coordinates. Free it with gm_entropy_destroy(). */
typedef struct gm_entropy {
    gm_collision_entropy whole;
    int64_t columns;
    gm_collision_entropy *coordinates; /**< [columns], of the marginal laws */
    double product_proxy; /**< sum of the marginals' entropies: what E_c would be were the
                               coordinates independent. Neither bound nor estimate: Rényi's entropy
                               of order 2 is not subadditive. NaN where a marginal's is */
    double uniform; /**< E_c of the uniform law on all that the coordinates can be: n ln q, of a
                         cube n ln 2; NaN where that is not known or not finite */
    int64_t rows;   /**< of the array; 0 for a law, as all members below */
    int64_t coordinate_rows; /**< fewest rows that a marginal was estimated from: 2^17, the first
                                  ones, where a coordinate has more than 2^17 values */
    double collisions;       /**< pairs of equal rows */
    int64_t distinct;        /**< rows that differ from each other */
} gm_entropy;

/**
 * Entropy of a law of inputs, exactly: `zq:n,q,width`, `dgauss:n,q,sigma`, `cube:n,p`,
 * `gaussian:n`, `box:n`.
 * @param out  owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_entropy_of_inputs(gm_context *context, const char *inputs,
                                                  gm_entropy **out);

/**
 * Entropy of the unknown law that the rows of a .npy array [N, n] were drawn from independently, by
 * counting equal rows: p̂ = pairs of equal rows / (N choose 2) is unbiased for Σ P(x)². Interval and
 * bound are derived, and their coverage is measured, in docs/theory/entropy.md.
 *
 * Rows are compared as numbers, 64-bit integers without rounding; with a modulus as residues. Any
 * type and byte order of .npy, also in Fortran order or within gzip. The file is read once, in
 * pieces. Equal rows are found by 64-bit hashes: that any two different rows are taken for equal
 * has probability N²/2^65, as for a random function. The result is the same for any number of
 * threads.
 * @param modulus  2 to 2^53: entries must be whole and are taken modulo q; 0: any finite numbers
 * @param out      owned by the caller; untouched on failure
 * @return GM_INVALID_INPUT (absent, not [N ≥ 2, 1 ≤ n ≤ 2^20], an entry that is not finite or, with
 *         a modulus, not whole, named by row and column from 0), GM_INVALID_ARGUMENT,
 *         GM_OUT_OF_MEMORY, GM_CANCELLED
 * Cost: O(N n) expected; memory 16 bytes a row, at most 4 MiB a column (6 while it grows) and
 * 4 MiB, never the array.
 */
GM_API GM_MUST_USE gm_status gm_entropy_of_rows(gm_context *context, const char *path,
                                                int64_t modulus, gm_entropy **out);

/**
 * What gm_entropy_of_rows() would cost; reads the header alone.
 * @return as gm_entropy_of_rows(), entries aside
 */
GM_API GM_MUST_USE gm_status gm_entropy_of_rows_cost(gm_context *context, const char *path,
                                                     int64_t modulus, gm_cost *out);

/** Free an entropy. NULL is allowed. */
GM_API void gm_entropy_destroy(gm_context *context, gm_entropy *entropy);

GM_END_DECLS

#endif
