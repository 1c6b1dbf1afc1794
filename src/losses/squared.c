#include "losses/loss.h"

#include <string.h>

static void value(int64_t n, int c, const double *z, const double *y, double *out) {
    for (int64_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int64_t j = i * c; j < (i + 1) * c; j++)
            sum += 0.5 * (z[j] - y[j]) * (z[j] - y[j]);
        out[i] = sum;
    }
}

static void residual(int64_t n, int c, const double *z, const double *y, double *out) {
    for (int64_t i = 0; i < n * c; i++)
        out[i] = z[i] - y[i];
}

/* ∂²L/∂z² is the identity, its own root, and the law of least squares is N(z, I). */
static void root(int64_t n, int c, const double *z, const double *u, double *out) {
    (void)z;
    if (out != u)
        memmove(out, u, (size_t)(n * c) * sizeof *out);
}

static void curvature(int64_t n, int c, const double *z, int a, int b, double *out) {
    (void)c;
    (void)z;
    for (int64_t i = 0; i < n; i++)
        out[i] = (double)(a == b);
}

static void parts(double z, double *base, gm_complex *slope) {
    *base = z;
    *slope = (gm_complex){-1.0, 0.0};
}

static gm_complex feature(double y) {
    return (gm_complex){y, 0.0};
}

const gm_loss gm_loss_squared = {.name = "squared",
                                 .affine = true,
                                 .value = value,
                                 .residual = residual,
                                 .parts = parts,
                                 .feature = feature,
                                 .root = root,
                                 .sampled = root,
                                 .curvature = curvature,
                                 .product = root};
