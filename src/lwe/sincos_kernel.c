/* A turn is cut to [−½, ½] exactly; the cosine is the sine of a quarter turn less. */
#include "lwe/sincos_kernel.h"

/* sin πa for |a| ≤ ½. */
static inline double sine_half_turns(double a) {
    return gm_sine_series(a * 3.14159265358979323846);
}

/* The same in float32, to 1e-7. */
static inline float sine_half_turns_f32(float a) {
    const float t = a * 3.14159265358979323846f;
    const float z = t * t;
    float p = -1.0f / 39916800;
    p = GM_FMAF(p, z, 1.0f / 362880);
    p = GM_FMAF(p, z, -1.0f / 5040);
    p = GM_FMAF(p, z, 1.0f / 120);
    p = GM_FMAF(p, z, -1.0f / 6);
    return GM_FMAF(p * z, t, t);
}

/* sin 2πr and cos 2πr of r in [−½, ½]: with c = ½ − 2|r| in [−½, ½], cos 2πr = sin πc and
   |sin 2πr| = cos πc = sin π(½ − |c|). */
static inline void sincos_turn(double turns, double *sine, double *cosine) {
    const double whole = 0x1.8p52;
    const double r = turns - ((turns + whole) - whole);
    const double c = 0.5 - 2 * __builtin_fabs(r);
    *cosine = sine_half_turns(c);
    *sine = __builtin_copysign(sine_half_turns(0.5 - __builtin_fabs(c)), r);
}

void GM_KERNEL(gm_sincos_turns)(int64_t count, const double *turns, double *sine, double *cosine) {
    GM_INDEPENDENT
    for (int64_t i = 0; i < count; i++)
        sincos_turn(turns[i], &sine[i], &cosine[i]);
}

void GM_KERNEL(gm_turn_phases)(int64_t count, float sign, const float *from, const float *by,
                               float *to) {
    GM_INDEPENDENT
    for (int64_t i = 0; i < count; i++) {
        const float c = from[i], s = from[count + i], sine = sign * by[count + i];
        to[i] = GM_FMAF(c, by[i], -(s * sine));
        to[count + i] = GM_FMAF(s, by[i], c * sine);
    }
}

void GM_KERNEL(gm_sincos_turns_f32)(int64_t count, const double *turns, const double *weight,
                                    float *sine, float *cosine) {
    GM_INDEPENDENT
    for (int64_t i = 0; i < count; i++) {
        const double whole = 0x1.8p52;
        const float r = (float)(turns[i] - ((turns[i] + whole) - whole));
        const float c = 0.5f - 2 * __builtin_fabsf(r);
        const float w = (float)weight[i];
        cosine[i] = w * sine_half_turns_f32(c);
        sine[i] = w * __builtin_copysignf(sine_half_turns_f32(0.5f - __builtin_fabsf(c)), r);
    }
}
