/* Sines and cosines of phases counted in turns. */
#ifndef GM_SINCOS_H
#define GM_SINCOS_H

#include "base/base.h"

/* sine[i] = sin 2πt, cosine[i] = cos 2πt of t = turns[i], |t| < 2^50, to 1e-12. */
void gm_sincos(gm_isa isa, int64_t count, const double *turns, double *sine, double *cosine);

/* sine[i] = weight[i] sin 2πt, cosine[i] = weight[i] cos 2πt, in float32. */
void gm_sincos_f32(gm_isa isa, int64_t count, const double *turns, const double *weight,
                   float *sine, float *cosine);

#endif
