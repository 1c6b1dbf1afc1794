/* The truth that recoveries are compared with: second moments computed from the data. */
#ifndef GM_MOMENTS_H
#define GM_MOMENTS_H

#include "base/base.h"
#include "linalg/rows.h"

/* GM_INVALID_INPUT where the square of a curvature of this trace is beyond float64, or NaN. */
gm_status gm_trace_check(gm_context *context, double trace) __attribute__((warn_unused_result));

/*
 * out = Σ_i c_i x_i x_iᵀ / Σ_i c_i, [d][d], symmetric.
 *   counts  [rows] c_i ≥ 0, or NULL for all ones
 * Cost: N d² operations; memory 256 d numbers.
 */
gm_status gm_second_moments(gm_context *context, const gm_rows *rows, const double *counts,
                            double *out) __attribute__((warn_unused_result));

/* The same divided by `total` in place of Σ_i c_i. */
gm_status gm_weighted_moments(gm_context *context, const gm_rows *rows, const double *counts,
                              double total, double *out) __attribute__((warn_unused_result));

/* out = (1/N) Σ_i y_i x_i, [d]. */
gm_status gm_cross_moments(gm_context *context, const gm_rows *rows, const double *targets,
                           double *out) __attribute__((warn_unused_result));

/*
 * Minimiser of (1/2N)‖Xw − y‖², of least norm where there are several: eigenvalues of the second
 * moments below d ε times the largest count as zero.
 *   moments  [d][d] from gm_second_moments()
 *   out      [d]
 */
gm_status gm_least_squares(gm_context *context, const gm_rows *rows, const double *targets,
                           const double *moments, double *out) __attribute__((warn_unused_result));

#endif
