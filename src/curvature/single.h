/* What estimators of one gradient a batch share: noise on every target, and the gradient as it
 * comes. */
#ifndef GM_SINGLE_H
#define GM_SINGLE_H

#include "curvature/estimator.h"

/* One copy under one draw of that variance. */
void gm_single_plan(const gm_estimator *self, double variance, gm_target_noise *out);

/* The gradient is the noise vector, and the clean gradient too, on average. */
void gm_single_extract(const gm_estimator *self, int64_t d, const double *gradients, double *vector,
                       double *clean);

/* (v + σ0²)/n: all the noise of a target counts. */
double gm_single_divisor(const gm_estimator *self, double batch_size, double variance,
                         double label_noise);

#endif
