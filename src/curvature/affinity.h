/* Whether the gradient is affine in the targets, which pairs and fan-out rely on. */
#ifndef GM_AFFINITY_H
#define GM_AFFINITY_H

#include "gradients/source.h"

/*
 * ‖g(y+e) + g(y−e) − 2 g(y)‖ / ‖g(y+e) − g(y−e)‖ on one batch: 0 up to rounding where it is; NaN
 * where the noise does not move the gradient. Cost: three gradients.
 */
gm_status gm_affinity_measure(gm_context *context, gm_supply *supply, const gm_target_noise *noise,
                              gm_source_seeds seeds, int64_t batch, double *out)
    __attribute__((warn_unused_result));

/* GM_INVALID_INPUT where that departure, under noise of that variance, is more than rounding. */
gm_status gm_affinity_check(gm_context *context, double departure, double variance,
                            const char *estimator) __attribute__((warn_unused_result));

#endif
