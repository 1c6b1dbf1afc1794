/* Normal phases, counted in turns: what is left of their cosines and sines [docs/theory/lwe.md]. */
#ifndef GM_LWE_PHASE_H
#define GM_LWE_PHASE_H

#include <math.h>

#define GM_TWO_PI 6.283185307179586476925

/* Added to the diagonal of the covariance of sin 2πy: what keeps rows that nearly repeat each other
   from being divided by rounding errors. */
#define GM_LWE_RIDGE 1e-6

/* E cos 2πY = e^(−2π²v) of normal Y with mean 0 and variance v. */
static inline double gm_lwe_damping(double v) {
    return exp(-0.5 * GM_TWO_PI * GM_TWO_PI * v);
}

/* E sin 2πa sin 2πb of jointly normal a and b with mean 0, `both` the sum of their variances and c
   their covariance: half the difference of E cos 2π(a − b) and E cos 2π(a + b). */
static inline double gm_lwe_sine_covariance(double both, double c) {
    return 0.5 * (gm_lwe_damping(both - 2.0 * c) - gm_lwe_damping(both + 2.0 * c));
}

/* E cos 2πa cos 2πb of the same: half their sum. */
static inline double gm_lwe_cosine_product(double both, double c) {
    return 0.5 * (gm_lwe_damping(both - 2.0 * c) + gm_lwe_damping(both + 2.0 * c));
}

#endif
