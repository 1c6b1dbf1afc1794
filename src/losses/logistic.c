#include "losses/loss.h"

#include <math.h>

/* 1/(1 + e^−z). The complement is taken at −z, where it keeps its digits. */
static double probability(double z) {
    return 1.0 / (1.0 + exp(-z));
}

static void value(int64_t n, int c, const double *z, const double *y, double *out) {
    (void)c;
    for (int64_t i = 0; i < n; i++)
        out[i] = fmax(z[i], 0.0) + log1p(exp(-fabs(z[i]))) - y[i] * z[i];
}

static void residual(int64_t n, int c, const double *z, const double *y, double *out) {
    (void)c;
    for (int64_t i = 0; i < n; i++)
        out[i] = probability(z[i]) - y[i];
}

static void root(int64_t n, int c, const double *z, const double *u, double *out) {
    (void)c;
    for (int64_t i = 0; i < n; i++)
        out[i] = sqrt(probability(z[i]) * probability(-z[i])) * u[i];
}

/* 1 where Φ(u) falls below p, which has probability p. */
static void sampled(int64_t n, int c, const double *z, const double *u, double *out) {
    (void)c;
    for (int64_t i = 0; i < n; i++) {
        const double p = probability(z[i]), uniform = 0.5 * erfc(-u[i] * 0.70710678118654752440);
        out[i] = uniform < p ? probability(-z[i]) : -p;
    }
}

static void curvature(int64_t n, int c, const double *z, int a, int b, double *out) {
    (void)c;
    (void)a;
    (void)b;
    for (int64_t i = 0; i < n; i++)
        out[i] = probability(z[i]) * probability(-z[i]);
}

static void product(int64_t n, int c, const double *z, const double *u, double *out) {
    (void)c;
    for (int64_t i = 0; i < n; i++)
        out[i] = probability(z[i]) * probability(-z[i]) * u[i];
}

static void parts(double z, double *base, gm_complex *slope) {
    *base = probability(z);
    *slope = (gm_complex){-1.0, 0.0};
}

static gm_complex feature(double y) {
    return (gm_complex){y, 0.0};
}

const gm_loss gm_loss_logistic = {.name = "logistic",
                                  .affine = true,
                                  .classes = true,
                                  .value = value,
                                  .residual = residual,
                                  .parts = parts,
                                  .feature = feature,
                                  .root = root,
                                  .sampled = sampled,
                                  .curvature = curvature,
                                  .product = product};
