/* Options of a recovery, checked and with every default filled in. */
#ifndef GM_PLAN_H
#define GM_PLAN_H

#include <gradiometer/recover.h>

#include "curvature/estimator.h"
#include "gradients/source.h"
#include "models/model.h"

typedef struct gm_plan {
    const gm_model *model;
    const gm_estimator *estimator;
    const char *reason;
    const char *at;
    bool needs_moments; /* second moments of the data, for the point or the comparison */
    bool compare;
    int64_t dimension, batch_size;
    int64_t batches; /* batches to draw; one noise vector each */
    double noise_variance, label_noise, require;
    uint64_t seed;
} gm_plan;

/* Check options against a data set. Statuses as gm_recover(). */
gm_status gm_plan_make(gm_context *context, const gm_dataset *dataset,
                       const gm_recover_options *options, gm_plan *out)
    __attribute__((warn_unused_result));

/* The same plan for the control without noise: as many gradients, from the same batches on. */
gm_plan gm_plan_control(const gm_plan *plan);

#endif
