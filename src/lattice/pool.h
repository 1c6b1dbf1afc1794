/* Lattice reduction in worker processes, each a helper program around fplll. A worker that dies,
   hangs or sends nonsense costs the job it had, never the caller. One thread at a time drives a
   pool. */
#ifndef GM_LATTICE_POOL_H
#define GM_LATTICE_POOL_H

#include "base/base.h"

typedef enum gm_lattice_task {
    GM_LATTICE_REDUCE,        /* LLL, then BKZ where block_size > 2 (first of 40 if it is above) */
    GM_LATTICE_SHORTEST_BELOW /* the same with growing blocks 2, 10, 20 … block_size; ends as soon
                                 as the first vector of the basis is no longer than `norm` */
} gm_lattice_task;

/* What is to be reduced. */
typedef struct gm_lattice_job {
    gm_lattice_task task;
    int64_t id;           /* the caller's name for it */
    int64_t rows;         /* d of the basis, at most `columns`; their order does not matter */
    int64_t columns;      /* of its vectors, at most 2048 */
    const int64_t *basis; /* [rows][columns], copied; |entries| < 2^62 */
    double delta;         /* of LLL, .99 */
    int block_size;       /* of BKZ, at most 128; below 3: LLL alone */
    int loops;            /* of BKZ at most */
    double norm;          /* of GM_LATTICE_SHORTEST_BELOW */
    double time_limit;    /* seconds, after which the worker is killed and the job fails */
} gm_lattice_job;

/* What came of a job. Free it with gm_lattice_result_destroy(). */
typedef struct gm_lattice_result {
    int64_t id;
    bool reduced;          /* false: the job was lost; `reason` says how */
    char reason[256];      /* of a loss: "worker ended by signal 9", "no answer in 60 s", … */
    const char *precision; /* static: "double", "long double", "mpfr": of the last stage of LLL */
    double lll_seconds, bkz_seconds; /* processor seconds of the reduction */
    double fplll_seconds;            /* of both, inside fplll */
    int loops; /* of BKZ that ran; of blocks above 40, which fplll does, those allowed */
    int64_t rows, columns;
    int64_t *basis; /* [rows][columns], reduced; same lattice as the job's */
} gm_lattice_result;

typedef struct gm_lattice_pool gm_lattice_pool;

/*
 * Make a pool. Workers are started by the first job that needs one.
 *   helper   path of the helper program; NULL: environment variable GRADIOMETER_LATTICE_HELPER,
 *            else found from where the library and the executable lie
 *
 *   workers  processes at one time, 1 to 64
 *
 * GM_UNAVAILABLE: there is no helper program.
 */
gm_status gm_lattice_pool_create(gm_context *context, const char *helper, int workers,
                                 gm_lattice_pool **out) __attribute__((warn_unused_result));

/* Queue a job. Jobs start in the order of their submission. GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY
 */
gm_status gm_lattice_pool_submit(gm_lattice_pool *pool, const gm_lattice_job *job)
    __attribute__((warn_unused_result));

/*
 * Wait for the next job that ends, in any order, and drive the others meanwhile.
 *   timeout  seconds to wait; negative: for ever
 *   out      NULL where none ended in that time, or nothing is queued
 * GM_CANCELLED within 100 ms of a cancellation; GM_IO_ERROR where no worker can be started
 * (three tries), GM_UNAVAILABLE where the helper speaks another version of the protocol.
 */
gm_status gm_lattice_pool_next(gm_lattice_pool *pool, double timeout, gm_lattice_result **out)
    __attribute__((warn_unused_result));

/* Jobs submitted whose results were not yet handed out. */
int64_t gm_lattice_pool_pending(const gm_lattice_pool *pool);

/* Drop all jobs that have not ended; workers on them are killed. */
void gm_lattice_pool_drop(gm_lattice_pool *pool);

/* Kill the workers and free. NULL is allowed. */
void gm_lattice_pool_destroy(gm_lattice_pool *pool);

void gm_lattice_result_destroy(gm_context *context, gm_lattice_result *result);

#endif
