/* One pass of gradients through an estimator: from a source to moments of noise vectors. */
#ifndef GM_STREAM_H
#define GM_STREAM_H

#include "curvature/plan.h"
#include "curvature/predict.h"

/* Called between chunks at the numbers of noise vectors asked for; total is the estimate so far. */
typedef struct gm_checkpoints {
    int64_t count;
    const int64_t *at; /* [count], ascending */
    gm_status (*reached)(void *argument, int64_t which, double *estimate);
    void *argument;
} gm_checkpoints;

/*
 * Run a plan's batches.
 *   predictor      sees every noise vector, scaled to the curvature; may be NULL
 *   checkpoints    may be NULL
 *   hessian        [d][d], the estimate
 *   mean_gradient  [d], of the clean gradient; may be NULL
 */
gm_status gm_stream_run(gm_context *context, const gm_plan *plan, gm_source *source,
                        gm_predictor *predictor, const gm_checkpoints *checkpoints, double *hessian,
                        double *mean_gradient) __attribute__((warn_unused_result));

#endif
