/* One pass of gradients through an estimator: from a source to moments of noise vectors. */
#ifndef GM_STREAM_H
#define GM_STREAM_H

#include "curvature/plan.h"
#include "curvature/predict.h"
#include "curvature/sketch.h"
#include "linalg/tiled.h"

/* Called between chunks at the numbers of batches asked for, with the estimate so far. */
typedef struct gm_checkpoints {
    int64_t count;
    const int64_t *at; /* [count], ascending */
    gm_status (*reached)(void *argument, int64_t which, double *estimate);
    void *argument;
} gm_checkpoints;

/* What a pass leaves beside the estimate. */
typedef struct gm_stream_facts {
    double *mean_gradient;   /* [d] of the clean gradient, the caller's */
    double mean_loss;        /* over all copies; NaN where the source has no losses */
    gm_sketch_result sketch; /* where the plan has a rank */
    gm_tiled *tiles;         /* where the plan deals out the estimate; to be destroyed */
} gm_stream_facts;

/*
 * Run a plan's batches.
 *   predictor      sees every noise vector, scaled to the curvature; may be NULL
 *   checkpoints    may be NULL
 *   hessian        [d][d], the estimate, to be released by gm_release(); NULL where the plan has a
 *                  rank, or deals it out
 *   facts          may be NULL where neither is so
 */
gm_status gm_stream_run(gm_context *context, const gm_plan *plan, gm_source *source,
                        gm_predictor *predictor, const gm_checkpoints *checkpoints,
                        double **hessian, gm_stream_facts *facts)
    __attribute__((warn_unused_result));

#endif
