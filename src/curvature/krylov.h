/* Extreme eigenvalues of many weighted Gram matrices of the same vectors at once. */
#ifndef GM_KRYLOV_H
#define GM_KRYLOV_H

#include "base/base.h"

/*
 * For each column c of weights, the extreme eigenvalues of Gᵀ diag(weights[:][c]) G by Lanczos, all
 * columns together: two float32 products a step.
 *   vectors  G, [k][d]
 *   weights  [k][columns]
 *   starts   [d][columns], random starting vectors, destroyed
 *   top, bottom  [columns], largest and smallest eigenvalue
 *   ritz     [kept][d], unit vectors of the largest eigenvalue of the last `kept` columns
 * Sixteen steps: an isolated eigenvalue is found to the precision of float32, one at the edge of a
 * dense spectrum to 1.7 % of its half-width.
 */
gm_status gm_weighted_gram_extremes(gm_context *context, int64_t k, int64_t d, int64_t columns,
                                    const float *vectors, const float *weights, float *starts,
                                    int64_t kept, double *top, double *bottom, float *ritz)
    __attribute__((warn_unused_result));

#endif
