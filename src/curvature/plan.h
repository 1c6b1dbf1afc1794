/* Options of a recovery, checked and with every default filled in. */
#ifndef GM_PLAN_H
#define GM_PLAN_H

#include <gradiometer/recover.h>

#include "curvature/estimator.h"
#include "gradients/source.h"

typedef struct gm_plan {
    gm_estimator estimator;
    const char *reason;
    gm_noise_law law;
    bool compare, leak, private_noise;
    const char *shrink;
    int64_t rank; /* of the low-rank structure; 0: full */
    bool tiled;   /* full, dealt out to the ranks */
    int64_t dimension, batch_size;
    int64_t batches; /* batches to draw; estimator.vectors noise vectors each */
    int64_t probes;  /* gradients set aside for the estimator's own probes, after the batches */
    double noise_variance, label_noise, require;
    gm_source_seeds seeds;
} gm_plan;

/* Check options against where gradients come from. Statuses as gm_recover(). */
gm_status gm_plan_make(gm_context *context, const gm_supply *supply,
                       const gm_recover_options *options, gm_plan *out)
    __attribute__((warn_unused_result));

/* The same plan for the control without noise: as many gradients, from the same batches on. */
gm_plan gm_plan_control(const gm_plan *plan);

/* The noise of one batch. */
gm_target_noise gm_plan_noise(const gm_plan *plan);

/* Noise vectors k' of all batches, and gradients evaluated, probes included. */
int64_t gm_plan_vectors(const gm_plan *plan);
int64_t gm_plan_gradients(const gm_plan *plan);

#endif
