/* What the squared length of a noise vector is expected to be, from rows of the data. */
#ifndef GM_TRACE_H
#define GM_TRACE_H

#include "curvature/problem.h"

/*
 * tr Jᵀ H J of rows, J = ∂z/∂w and H = ∂²L/∂z², or the identity for plain noise: out [n], of rows
 * index[i], or 0 … n − 1 where it is NULL. The loss is affine. Models that are linear in their
 * weights: columns + c² operations a row; others: c products with the Jacobian, 2 c d and more.
 * GM_OUT_OF_MEMORY.
 */
gm_status gm_row_traces(gm_context *context, const gm_model *model, const double *w,
                        gm_noise_law law, const gm_rows *rows, int64_t n, const int64_t *index,
                        double *out) __attribute__((warn_unused_result));

/* A mean over rows, and its squared standard error. */
typedef struct gm_mean_trace {
    double value, variance;
} gm_mean_trace;

/* Mean of the values of n rows, which are a random sample of `of` rows that are all different; of
   fewer than two a sample says nothing: value NaN, unless it is all of them. */
gm_mean_trace gm_trace_mean(int64_t n, const double *traces, int64_t of);

/*
 * Trace of what noise of that law shows of the curvature, at the weights, from the data: of models
 * that are linear in their weights over all rows, of others over 512 that the seed draws, all where
 * there are no more. NaN where the loss is not affine.
 */
gm_status gm_problem_trace(gm_problem *problem, gm_noise_law law, uint64_t seed, gm_mean_trace *out)
    __attribute__((warn_unused_result));

#endif
