#include <math.h>

#include "losses/loss.h"

static const double two_pi = 6.283185307179586476925;

static void value(int64_t n, int c, const double *z, const double *y, double *out) {
    (void)c;
    for (int64_t i = 0; i < n; i++)
        out[i] = -cos(two_pi * (z[i] - y[i]));
}

static void residual(int64_t n, int c, const double *z, const double *y, double *out) {
    (void)c;
    for (int64_t i = 0; i < n; i++)
        out[i] = two_pi * sin(two_pi * (z[i] - y[i]));
}

/* 2π Im(e^{2πiz} e^{−2πiy}) = Re(−2πi e^{2πiz} · e^{−2πiy}). */
static void parts(double z, double *base, gm_complex *slope) {
    *base = 0.0;
    *slope = (gm_complex){two_pi * sin(two_pi * z), -two_pi * cos(two_pi * z)};
}

static gm_complex feature(double y) {
    return (gm_complex){cos(two_pi * y), -sin(two_pi * y)};
}

const gm_loss gm_loss_cosine = {
    .name = "cosine", .value = value, .residual = residual, .parts = parts, .feature = feature};
