/* The generalised Gauss–Newton matrix computed from the data: the truth that recoveries are
   compared with. docs/theory/models.md. */
#ifndef GM_GAUSS_NEWTON_H
#define GM_GAUSS_NEWTON_H

#include "base/base.h"
#include "linalg/rows.h"
#include "models/model.h"

/*
 * out = (1/Σ c_i) Σ_i c_i J_iᵀ H_i J_i, J = ∂z/∂w, H = ∂²L/∂z², [d][d], symmetric.
 *   counts  [rows] c_i ≥ 0, or NULL for all ones
 * Models that are linear in w go through gm_gauss_newton_blocks(), others through
 * gm_gauss_newton_rows(). GM_OUT_OF_MEMORY, GM_CANCELLED.
 */
gm_status gm_gauss_newton(gm_context *context, const gm_rows *rows, const gm_model *model,
                          const double *weights, const double *counts, double *out)
    __attribute__((warn_unused_result));

/*
 * The same for z_a = ⟨w_a, x⟩, block by block of classes: Σ_i c_i H_i[a][b] x_i x_iᵀ / Σ_i c_i.
 * Cost: N columns² c(c+1)/2 operations; memory N (c + 1) + columns² numbers.
 */
gm_status gm_gauss_newton_blocks(gm_context *context, const gm_rows *rows, const gm_model *model,
                                 const double *weights, const double *counts, double *out)
    __attribute__((warn_unused_result));

/*
 * The same for any model: rows J_iᵀ R_i e_j with R_i R_iᵀ = H_i, and their Gram matrix.
 * Cost: N c backward passes of a row and N c d² operations; memory about 512 d numbers.
 */
gm_status gm_gauss_newton_rows(gm_context *context, const gm_rows *rows, const gm_model *model,
                               const double *weights, const double *counts, double *out)
    __attribute__((warn_unused_result));

#endif
