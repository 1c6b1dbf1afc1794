/* Blocks of one round, reduced by worker processes ahead of who takes them, in a fixed order. */
#ifndef GM_LWE_REDUCER_H
#define GM_LWE_REDUCER_H

#include "lwe/plan.h"
#include "lwe/rows.h"

/*
 * Block b of round r combines its own random samples; all blocks of a round drop the same random
 * columns. Blocks 0 and 1 follow the first plan, all others the one that block 0, the probe, led
 * to. What a block is does not depend on the number of workers.
 */
typedef struct gm_lwe_reducer gm_lwe_reducer;

/*
 * Make a reducer; nothing is started. Instance and options are borrowed.
 *   blocks  of the round at most
 * As gm_lwe_plan_make(); GM_UNAVAILABLE (no helper program), GM_IO_ERROR (the checkpoint's folder).
 */
gm_status gm_lwe_reducer_create(gm_context *context, const gm_lwe *instance,
                                const gm_lwe_reduce_options *options, int64_t round, int64_t blocks,
                                double guesses, gm_lwe_reducer **out)
    __attribute__((warn_unused_result));

/*
 * Append the next block to the rows of gm_lwe_reducer_rows(). A block that was lost is counted in
 * the summary and appends nothing.
 *   deadline  by gm_seconds(); after it *done is true
 *   done      set true where all blocks are out, or time is
 */
gm_status gm_lwe_reducer_next(gm_lwe_reducer *reducer, double deadline, bool *done)
    __attribute__((warn_unused_result));

gm_lwe_rows *gm_lwe_reducer_rows(gm_lwe_reducer *reducer);

/* Take the rows over. */
gm_lwe_rows *gm_lwe_reducer_release_rows(gm_lwe_reducer *reducer);

/* Blocks, losses, times and plans so far; what the rows say is filled in by
   gm_lwe_reduction_describe(). */
const gm_lwe_reduction *gm_lwe_reducer_summary(const gm_lwe_reducer *reducer);

/* Fill rho, variance and entropies. */
gm_status gm_lwe_reduction_describe(gm_context *context, const gm_lwe *instance,
                                    const gm_lwe_rows *rows, gm_lwe_reduction *reduction)
    __attribute__((warn_unused_result));

/* Kill the workers and free. NULL is allowed. */
void gm_lwe_reducer_destroy(gm_lwe_reducer *reducer);

#endif
