/* Sines and cosines of phases counted in turns, compiled for each instruction set. */
#ifndef GM_SINCOS_KERNEL_H
#define GM_SINCOS_KERNEL_H

#include "base/kernel.h"

/* sine[i] = sin 2πt, cosine[i] = cos 2πt of t = turns[i], |t| < 2^50, to 1e-12. */
GM_DECLARE_KERNEL(void, gm_sincos_turns,
                  (int64_t count, const double *turns, double *sine, double *cosine));

/* sine[i] = weight[i] sin 2πt, cosine[i] = weight[i] cos 2πt, in float32. */
GM_DECLARE_KERNEL(void, gm_sincos_turns_f32,
                  (int64_t count, const double *turns, const double *weight, float *sine,
                   float *cosine));

#endif
