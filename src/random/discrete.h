/* The discrete Gaussian: P(x) ∝ exp(−x²/2σ²) on whole numbers. */
#ifndef GM_DISCRETE_H
#define GM_DISCRETE_H

#include <stdint.h>

/* Whole numbers farther from 0 than this have less than 2^−53 of the weight, all together. */
int64_t gm_discrete_gaussian_reach(double sigma);

/* P(x) for x = low … high, of sum 1 over these: out [high − low + 1]. σ > 0. */
void gm_discrete_gaussian(double sigma, int64_t low, int64_t high, double *out);

/* P(x mod q) for x = −⌊q/2⌋ … −⌊q/2⌋+q−1, of sum 1: out [q]. σ > 0. Cost: q + 18σ exponentials. */
void gm_discrete_gaussian_residues(double sigma, int64_t q, double *out);

#endif
