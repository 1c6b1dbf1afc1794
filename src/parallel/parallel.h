/* Parallel loops over indices. Which thread runs an index is not fixed; what it computes must be.
 */
#ifndef GM_PARALLEL_H
#define GM_PARALLEL_H

#include <stdint.h>

#include "base/base.h"

/* Work on index in [0, count). `worker` is in [0, gm_context_threads()) and no two tasks that run
   at one time share it, so that it can address scratch memory. */
typedef gm_status (*gm_task)(void *argument, int64_t index, int worker);

/*
 * Run task for every index in [0, count), the caller taking part; return when all have ended.
 *
 * The status is that of the lowest failing index among those run; after a failure or a cancellation
 * no new index is started. Inside a task, a loop runs on the calling thread alone, as its worker.
 */
gm_status gm_parallel_for(gm_context *context, int64_t count, gm_task task, void *argument)
    __attribute__((warn_unused_result));

/* Whether the calling thread runs a task. */
bool gm_parallel_is_inside(void);

#endif
