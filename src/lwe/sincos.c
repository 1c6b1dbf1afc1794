#include "lwe/sincos.h"

#include "lwe/sincos_kernel.h"

void gm_sincos(gm_isa isa, int64_t count, const double *turns, double *sine, double *cosine) {
    GM_SELECT_KERNEL(isa, gm_sincos_turns)(count, turns, sine, cosine);
}

void gm_sincos_f32(gm_isa isa, int64_t count, const double *turns, const double *weight,
                   float *sine, float *cosine) {
    GM_SELECT_KERNEL(isa, gm_sincos_turns_f32)(count, turns, weight, sine, cosine);
}
