/* The hyperbolic tangent of many numbers, compiled for each instruction set. */
#ifndef GM_TANH_KERNEL_H
#define GM_TANH_KERNEL_H

#include "base/kernel.h"

/* As gm_tanh() of base/tanh.h. */
GM_DECLARE_KERNEL(void, gm_tanh_plain, (int64_t count, double *x));

#endif
