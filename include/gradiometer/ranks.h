#ifndef GRADIOMETER_RANKS_H
#define GRADIOMETER_RANKS_H

#include <stdbool.h>
#include <stddef.h>

#include <gradiometer/context.h>
#include <gradiometer/export.h>

GM_BEGIN_DECLS

/**
 * @file
 * Ranks: the same program in several processes, which MPI started together (`mpirun -n R program`).
 *
 * Every rank makes the same calls with the same arguments in the same order. Each holds all data
 * and all results; the work of long loops is shared, and what one rank found is handed to the
 * others. Results have the bits of a process alone, whatever the number of ranks. A call that fails
 * on one rank fails on all of them. MPI is loaded at run time, and only where a launcher started
 * more than one process.
 */

/**
 * Rank that a launcher of MPI gave this process, by the environment: known before anything is
 * joined. 0 where the process was started alone, or GRADIOMETER_MPI is "off".
 * @param ranks  receives how many processes were started, at least 1; NULL: not asked for
 */
GM_API int gm_ranks_launched(int *ranks);

/**
 * Join the other ranks: a context alone becomes one of R. To be called once, before any other use
 * of the context. Nothing happens where the process was started alone.
 *
 * A context whose threads were left to choose gets its share of the processors that ranks of the
 * same machine may use; all ranks have as many threads as the one that has fewest.
 * @return GM_UNAVAILABLE (a launcher of MPI started several processes, and the module for MPI is
 *         not there or can not be loaded), GM_INVALID_INPUT (the ranks differ in version,
 *         instruction set or BLAS core, so that they would not have the same bits), GM_IO_ERROR
 *         (MPI failed), GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_ranks_join(gm_context *context);

/**
 * GM_OK if it is that on every rank; otherwise the status and message of the lowest rank that
 * failed, on every rank.
 * @param mine  how what this rank did before ended
 */
GM_API GM_MUST_USE gm_status gm_ranks_agree(gm_context *context, gm_status mine);

/**
 * Come to the end, before the context is destroyed: wait until every rank is here. A rank that
 * comes with a failure ends what the others wait for, so that they come here too.
 * @param ended        how the work ended on this rank. With GM_OK it waits as long as the others
 *                     work, otherwise ten seconds
 * @param exit_status  what this process would exit with; receives what all are to exit with: that
 *                     of rank 0, unless a signal ended the work
 * @param tells        whether this rank has a failure to tell; receives whether it is the one to
 *                     tell it, which is the lowest that has one
 * @return false where not every rank came: the caller tells what it has to tell and then calls
 *         gm_ranks_abort(). Where all came, gm_context_destroy() waits until each has told. A
 * context that never joined: true, nothing is changed.
 */
GM_API bool gm_ranks_leave(gm_context *context, gm_status ended, int *exit_status, bool *tells);

/** Have the launcher end every rank, this one too, with an exit status. */
GM_API void gm_ranks_abort(gm_context *context, int exit_status);

/** Number of ranks R; 1 for a context alone. */
GM_API int gm_context_ranks(const gm_context *context);

/** This rank, from 0 to R − 1. What is written or printed is the affair of rank 0. */
GM_API int gm_context_rank(const gm_context *context);

enum { GM_RANKS_TEXT = 256 };

/**
 * Say which MPI would be used.
 * @param text  receives a line such as "Open MPI 4.1.4, ScaLAPACK", or why there is none; cut where
 * too long
 * @return GM_UNAVAILABLE (no module, or it can not be loaded)
 */
GM_API GM_MUST_USE gm_status gm_ranks_available(gm_context *context, char text[GM_RANKS_TEXT]);

GM_END_DECLS

#endif
