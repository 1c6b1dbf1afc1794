#ifndef GRADIOMETER_RANKS_H
#define GRADIOMETER_RANKS_H

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
 * Join the other ranks: a context alone becomes one of R. To be called once, before any other use
 * of the context. Nothing happens where the process was started alone.
 * @return GM_UNAVAILABLE (a launcher of MPI started several processes, and the module for MPI is
 * not there or can not be loaded), GM_INVALID_INPUT (the ranks differ in version, instruction set
 * or BLAS core, so that they would not have the same bits), GM_IO_ERROR (MPI failed)
 */
GM_API GM_MUST_USE gm_status gm_ranks_join(gm_context *context);

/**
 * Leave, before the context is destroyed. With exit status 0 it waits for the others. Otherwise it
 * gives them a moment to come to the same end, and then has the launcher end them with that status,
 * so that none waits for ever; it may then not return. A context that never joined: nothing.
 */
GM_API void gm_ranks_leave(gm_context *context, int exit_status);

/** Number of ranks R; 1 for a context alone. */
GM_API int gm_context_ranks(const gm_context *context);

/** This rank, from 0 to R − 1. What is written or printed is the affair of rank 0. */
GM_API int gm_context_rank(const gm_context *context);

GM_END_DECLS

#endif
