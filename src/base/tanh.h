/* The hyperbolic tangent of many numbers. */
#ifndef GM_TANH_H
#define GM_TANH_H

#include "base/base.h"

/* x[i] = tanh x[i] of `count` numbers, within 3 units in the last place; ±0, ±∞ and NaN as tanh()
   has them. The bits are the same with AVX2 and AVX-512, wherever a number stands. */
void gm_tanh(gm_isa isa, int64_t count, double *x);

#endif
