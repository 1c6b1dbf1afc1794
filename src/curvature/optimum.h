/* Where the loss over all data is least, for convex models. */
#ifndef GM_OPTIMUM_H
#define GM_OPTIMUM_H

#include "base/base.h"
#include "curvature/problem.h"

enum { GM_MOST_FOR_NEWTON = 2000 }; /* parameters: a step solves a system of that order */

/* Check that an optimum of this model can be named and computed. GM_INVALID_ARGUMENT. */
gm_status gm_optimum_check(gm_context *context, const gm_model *model)
    __attribute__((warn_unused_result));

/*
 * The minimiser of the mean loss, of least norm where there are several; least squares by the
 * problem's moments, which are made, others by Newton steps with backtracking from zero.
 *   out  [d]
 * GM_NUMERICAL_FAILURE where the loss has no minimum: classes that a hyperplane separates send the
 * weights to infinity. Cost of a step: the curvature, d³/3 operations; about ten steps.
 */
gm_status gm_optimum_find(gm_problem *problem, double *out) __attribute__((warn_unused_result));

#endif
