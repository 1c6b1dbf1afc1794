/* Sums over pairs of the inputs of a sample, in three forms. */
#ifndef GM_SUMS_H
#define GM_SUMS_H

#include "informativeness/sample.h"

/* Sums over pairs of inputs. ω are the weights of the targets. */
typedef struct gm_sums {
    double *target; /* [M + 1] Σ_{i≠j} φ_hi K_ij φ_hj; the last is that of the mean over targets */
    double block[GM_INPUT_BLOCKS][GM_INPUT_BLOCKS]; /* Σ_h ω_h of the same over pairs of blocks */
    double kernel;   /* Σ_{i≠j} K_ij²; NaN where it was not found */
    double weighted; /* Σ_{i≠j} K_ij² Var φ_i Var φ_j; likewise */
} gm_sums;

/* K of rows i … and j …: k [count_i][stride]. Scratch: 2 stride² numbers; counts are at most
 * stride. */
void gm_kernel_tile(const gm_meter *meter, const gm_sample *sample, int64_t i, int64_t count_i,
                    int64_t j, int64_t count_j, int64_t stride, double *k, double *scratch);

/* By the Gram matrix K of the Jacobians, tile by tile. N² (M + Σ widths) operations. */
gm_status gm_sums_by_gram(const gm_meter *meter, const gm_sample *sample, gm_sums *out)
    __attribute__((warn_unused_result));

/* By the gradients of all targets on every block, and where P is at most GM_MOST_MOMENTS the second
 * moments of the Jacobian. 2 N M P + 2 N P² operations; 16 (M P + P²) numbers. */
gm_status gm_sums_by_jacobian(const gm_meter *meter, const gm_sample *sample, gm_sums *out)
    __attribute__((warn_unused_result));

/* By products of the caller's function alone, target after target: M passes over the inputs. Where
   N P numbers are too many. */
gm_status gm_sums_by_products(const gm_meter *meter, const gm_sample *sample, gm_sums *out)
    __attribute__((warn_unused_result));

/* Release the sums of a target. */
void gm_sums_release(gm_context *context, gm_sums *sums);

#endif
