/* The weights at which gradients are taken: --at. */
#ifndef GM_POINT_H
#define GM_POINT_H

#include "curvature/problem.h"

/* Check that `text` is a point of this model. GM_INVALID_ARGUMENT where it is not. */
gm_status gm_point_check(gm_context *context, const char *text, const gm_model *model)
    __attribute__((warn_unused_result));

/*
 * Weights that the problem's `at` names. Second moments are made where it needs them.
 *   out  [d]
 * GM_INVALID_INPUT where the file of weights is absent or has another length.
 */
gm_status gm_point_resolve(gm_problem *problem, uint64_t seed, double *out)
    __attribute__((warn_unused_result));

/* Whether a point that was checked is found from the data. */
bool gm_point_needs_data(const char *text);

/* The name of a point that was checked, without its parameters; static. */
const char *gm_point_name(const char *text);

#endif
