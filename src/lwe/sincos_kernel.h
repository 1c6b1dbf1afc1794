/* Sines and cosines of phases counted in turns, compiled for each instruction set. */
#ifndef GM_SINCOS_KERNEL_H
#define GM_SINCOS_KERNEL_H

#include "base/kernel.h"

/* sine[i] = sin 2πt, cosine[i] = cos 2πt of t = turns[i], |t| < 2^50, to 1e-12. */
GM_DECLARE_KERNEL(void, gm_sincos_turns,
                  (int64_t count, const double *turns, double *sine, double *cosine));

/* Turn phases from [2 count], cosines and then sines, by those of `by`, back where sign is −1. */
GM_DECLARE_KERNEL(void, gm_turn_phases,
                  (int64_t count, float sign, const float *from, const float *by, float *to));

/* sine[i] = weight[i] sin 2πt, cosine[i] = weight[i] cos 2πt, in float32, to 3e-7 of the weight. */
GM_DECLARE_KERNEL(void, gm_sincos_turns_f32,
                  (int64_t count, const double *turns, const double *weight, float *sine,
                   float *cosine));

#endif
