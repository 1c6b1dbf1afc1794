/* Reduction of a fixed number of blocks. */
#include <math.h>
#include <stddef.h>

#include "lwe/guess.h"
#include "lwe/reducer.h"

enum { BLOCKS = 2 };

gm_status gm_lwe_reduce_plan(gm_context *context, const gm_lwe *instance,
                             const gm_lwe_reduce_options *options, gm_lwe_plan *out) {
    if (!context || !instance || !options || !out)
        return context ? gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_reduce_plan: NULL")
                       : GM_INVALID_ARGUMENT;
    return gm_lwe_plan_make(context, &instance->parameters, options, 0, GM_LWE_UNCALIBRATED,
                            GM_LWE_GUESSES, out);
}

gm_status gm_lwe_reduce(gm_context *context, const gm_lwe *instance,
                        const gm_lwe_reduce_options *options, gm_lwe_rows **out,
                        gm_lwe_reduction *info) {
    gm_status status;
    gm_lwe_reducer *reducer = NULL;
    bool done = false;
    if (!context || !instance || !options || !out)
        return context ? gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_reduce: NULL")
                       : GM_INVALID_ARGUMENT;
    const int64_t blocks = options->blocks > 0 ? options->blocks : BLOCKS;
    const double deadline = options->time_limit > 0 ? gm_seconds() + options->time_limit : INFINITY;
    GM_TRY(gm_lwe_reducer_create(context, instance, options, 0, blocks, GM_LWE_GUESSES, &reducer));
    for (int64_t b = 0; !done; b++) {
        GM_TRY(gm_progress(context, "reducing blocks", (double)(b < blocks ? b : blocks),
                           (double)blocks));
        GM_TRY(gm_lwe_reducer_next(reducer, deadline, &done));
    }
    gm_lwe_reduction found = *gm_lwe_reducer_summary(reducer);
    if (found.blocks == 0)
        GM_TRY(gm_fail(context, GM_UNABLE, "no block was reduced: %s",
                       found.lost ? found.loss : "the time limit was too short"));
    GM_TRY(gm_lwe_reduction_describe(context, instance, gm_lwe_reducer_rows(reducer), &found));
    if (info)
        *info = found;
    *out = gm_lwe_reducer_release_rows(reducer);
done:
    gm_lwe_reducer_destroy(reducer);
    return status;
}
