/* The weights at which gradients are taken: --at. */
#ifndef GM_POINT_H
#define GM_POINT_H

#include <gradiometer/data.h>

#include "base/base.h"

/*
 * Whether `text` needs the second moments of the data ("optimum", "random:distance=").
 * GM_INVALID_ARGUMENT where it is not a point.
 */
gm_status gm_point_check(gm_context *context, const char *text, bool *needs_moments)
    __attribute__((warn_unused_result));

/*
 * Weights of least squares that `text` names.
 *   moments  [d][d] second moments, or NULL where not needed
 *   out      [d]
 * GM_INVALID_INPUT where the file of weights is absent or has another length.
 */
gm_status gm_point_resolve(gm_context *context, const char *text, const gm_dataset *dataset,
                           const double *moments, uint64_t seed, double *out)
    __attribute__((warn_unused_result));

#endif
