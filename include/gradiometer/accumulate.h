#ifndef GRADIOMETER_ACCUMULATE_H
#define GRADIOMETER_ACCUMULATE_H

#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/export.h>

GM_BEGIN_DECLS

/**
 * Streaming mean and scatter Σ (g − ḡ)(g − ḡ)ᵀ of vectors of one length.
 *
 * Vectors are centred block by block before they are squared and blocks are merged with Chan's
 * formula [chan1983], so a mean a hundred deviations away costs no digit. Blocks, and the nodes of
 * a binary tree above them, sit at fixed positions of the sequence: however the vectors are cut
 * into calls, and on however many threads, the bits are the same.
 *
 * Memory: d² numbers for the open leaf, and d²/2 for each tree node that waits for its brother; a
 * leaf holds at least 32 d vectors.
 */
typedef struct gm_accumulator gm_accumulator;

/**
 * Create an empty accumulator.
 * @param dimension  d, from 1 to 2^29
 * @param out        owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_accumulator_create(gm_context *context, int64_t dimension,
                                                   gm_accumulator **out);

/** Free an accumulator. NULL is allowed. */
GM_API void gm_accumulator_destroy(gm_accumulator *accumulator);

/**
 * Append vectors. Cost: count · d² operations.
 * @param vectors  [count, d]
 * @return GM_OUT_OF_MEMORY, GM_CANCELLED; the accumulator can then only be destroyed
 */
GM_API GM_MUST_USE gm_status gm_accumulator_add(gm_accumulator *accumulator, int64_t count,
                                                const double *vectors);

/** Number of vectors appended so far. */
GM_API int64_t gm_accumulator_count(const gm_accumulator *accumulator);

/**
 * Compute mean and scatter of everything appended so far; more can be appended afterwards.
 * @param mean     [d], may be NULL; zero before the first vector
 * @param scatter  [d, d], symmetric, not divided by the count
 * @return GM_OUT_OF_MEMORY, GM_CANCELLED. Cost: d² for each waiting tree node.
 */
GM_API GM_MUST_USE gm_status gm_accumulator_total(gm_accumulator *accumulator, double *mean,
                                                  double *scatter);

/**
 * Merge another accumulator, as if its vectors had been appended after those of `into`.
 *
 * Where `into` ends on a whole number of leaves and every subtree of `from` finds its place in the
 * tree (its level is not above the lowest one that waits in `into`), the bits are those of one run;
 * elsewhere the result agrees with it to rounding, 1e-12 relative.
 * @param from  of the same dimension; unchanged
 * @return GM_INVALID_ARGUMENT (another dimension), GM_OUT_OF_MEMORY, GM_CANCELLED; `into` is then
 * as it was. Cost: d² for each waiting node.
 */
GM_API GM_MUST_USE gm_status gm_accumulator_merge(gm_accumulator *into, gm_accumulator *from);

/**
 * Save the state, so that loading it and going on gives the bits of a run without interruption.
 *
 * The file (version 1) appears under its name when it is whole; it ends with a checksum. It is read
 * on machines of the same byte order.
 * @return GM_IO_ERROR with the reason. Size: 4 d² bytes a node, and up to 256 vectors.
 */
GM_API GM_MUST_USE gm_status gm_accumulator_save(const gm_accumulator *accumulator,
                                                 const char *path);

/**
 * Load what gm_accumulator_save() wrote.
 * @param out  owned by the caller; untouched on failure
 * @return GM_INVALID_INPUT (absent, not such a file, another version or byte order, truncated,
 * damaged), GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_accumulator_load(gm_context *context, const char *path,
                                                 gm_accumulator **out);

GM_END_DECLS

#endif
