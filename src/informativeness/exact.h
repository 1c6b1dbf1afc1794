/* Exact values of V. One function for each way to have them. */
#ifndef GM_EXACT_H
#define GM_EXACT_H

#include "informativeness/values.h"

/* Points of a group, or of a support, that exact sums run over at most. */
#define GM_EXACT_MOST_POINTS 0x1p26

/* Characters on Z_q^n: transforms of P J B over the group, where B is the slope of the residual.
   Everything but independence and the kernel. */
gm_status gm_exact_fourier(const gm_meter *meter, gm_values *out)
    __attribute__((warn_unused_result));
double gm_exact_fourier_operations(const gm_meter *meter);
double gm_exact_fourier_memory(const gm_meter *meter);

/* Classes whose second moment is known, under a loss that is affine in the target: V from it, over
   the support. All but the kernel; effective_targets is NaN, since the class is infinite. */
gm_status gm_exact_moment(const gm_meter *meter, gm_values *out)
    __attribute__((warn_unused_result));
double gm_exact_moment_operations(const gm_meter *meter);
double gm_exact_moment_memory(const gm_meter *meter);

/* E[K²; X ≠ X'] = ‖E J Jᵀ‖_F² − Σ P² ‖J‖⁴ over the support: S P² operations. */
gm_status gm_exact_kernel(const gm_meter *meter, double *out) __attribute__((warn_unused_result));
double gm_exact_kernel_operations(const gm_meter *meter);

#endif
