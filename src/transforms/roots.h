/* Roots of unity to the last digit. */
#ifndef GM_ROOTS_H
#define GM_ROOTS_H

#include <stdint.h>

/*
 * e^{2πi j/q} for 0 ≤ j < q < 2^60. The angle is brought to [0, π/4] in integers, so that neither a
 * large j nor π in float64 costs digits: errors are below 1.2e-16, powers of i are exact, and so
 * are conjugates.
 */
void gm_root_of_unity(int64_t j, int64_t q, double *cosine, double *sine);

#endif
