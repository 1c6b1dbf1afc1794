/* How far a class is from pairwise independence, seen through the residuals. */
#ifndef GM_INDEPENDENCE_H
#define GM_INDEPENDENCE_H

#include "informativeness/sample.h"

/*
 * ε² = E[κ²; X ≠ X'], κ(x, x') = Cov_h(φ(x), φ(x')), without bias: drawn targets are split into
 * halves, whose covariances are independent; of a whole class κ is known. In the dual form, so that
 * no N × N matrix is made: 2 N M'² operations and 17 M'² numbers, M' ≤ 512 targets a half.
 * Error by jackknife over blocks of inputs and, of drawn targets, over those of either half.
 */
gm_status gm_epsilon_squared(const gm_meter *meter, const gm_sample *sample, gm_estimate *out)
    __attribute__((warn_unused_result));

#endif
