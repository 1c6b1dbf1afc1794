/* Shrinkage of the estimate towards a multiple of the identity. Derivation in
 * docs/theory/shrinkage.md. */
#ifndef GM_SHRINK_H
#define GM_SHRINK_H

#include "curvature/plan.h"
#include "curvature/predict.h"

/* Check the name: auto, none, oas or ledoit-wolf. GM_INVALID_ARGUMENT. */
gm_status gm_shrink_check(gm_context *context, const char *text)
    __attribute__((warn_unused_result));

/*
 * Replace S by (1 − ρ) S + ρ (tr S / d) I, its eigenvalues, condition number and predicted errors
 * with it. Nothing is done where ρ comes to 0, for the control without noise, and for low rank.
 *   prediction  of S; its mean of ‖A‖_F² is what Ledoit and Wolf need
 */
void gm_shrink(const gm_plan *plan, const gm_prediction *prediction, gm_recovery *recovery);

#endif
