#include "losses/loss.h"

#include <math.h>

/* p_j = e^(z_j − top) / sum. */
typedef struct scale {
    double top, sum;
} scale;

static scale scale_of(int c, const double *z) {
    scale s = {z[0], 0.0};
    for (int j = 1; j < c; j++)
        s.top = fmax(s.top, z[j]);
    for (int j = 0; j < c; j++)
        s.sum += exp(z[j] - s.top);
    return s;
}

static double probability(scale s, double z) {
    return exp(z - s.top) / s.sum;
}

static void value(int64_t n, int c, const double *z, const double *y, double *out) {
    for (int64_t i = 0; i < n; i++) {
        const scale s = scale_of(c, z + i * c);
        double sum = s.top + log(s.sum);
        for (int64_t j = i * c; j < (i + 1) * c; j++)
            sum -= y[j] * z[j];
        out[i] = sum;
    }
}

static void residual(int64_t n, int c, const double *z, const double *y, double *out) {
    for (int64_t i = 0; i < n; i++) {
        const scale s = scale_of(c, z + i * c);
        for (int64_t j = i * c; j < (i + 1) * c; j++)
            out[j] = probability(s, z[j]) - y[j];
    }
}

/* √p∘u − p(√p·u): (diag √p − p √pᵀ)(diag √p − √p pᵀ) = diag p − p pᵀ since Σ p = 1. */
static void root(int64_t n, int c, const double *z, const double *u, double *out) {
    for (int64_t i = 0; i < n; i++) {
        const scale s = scale_of(c, z + i * c);
        double inner = 0.0;
        for (int64_t j = i * c; j < (i + 1) * c; j++)
            inner += sqrt(probability(s, z[j])) * u[j];
        for (int64_t j = i * c; j < (i + 1) * c; j++) {
            const double p = probability(s, z[j]);
            out[j] = sqrt(p) * u[j] - p * inner;
        }
    }
}

/* The class whose slice of (0, 1) holds Φ of the row's first normal. */
static void sampled(int64_t n, int c, const double *z, const double *u, double *out) {
    for (int64_t i = 0; i < n; i++) {
        const double *row = z + i * c;
        const scale s = scale_of(c, row);
        const double uniform = 0.5 * erfc(-u[i * c] * 0.70710678118654752440);
        double below = probability(s, row[0]);
        int drawn = 0;
        while (drawn < c - 1 && uniform >= below)
            below += probability(s, row[++drawn]);
        for (int j = 0; j < c; j++)
            out[i * c + j] = (double)(j == drawn) - probability(s, row[j]);
    }
}

static void curvature(int64_t n, int c, const double *z, int a, int b, double *out) {
    for (int64_t i = 0; i < n; i++) {
        const double *row = z + i * c;
        const scale s = scale_of(c, row);
        double others = 0.0; /* 1 − p_a as a sum, which keeps its digits where p_a is near 1 */
        for (int j = 0; a == b && j < c; j++)
            others += j == a ? 0.0 : probability(s, row[j]);
        out[i] = probability(s, row[a]) * (a == b ? others : -probability(s, row[b]));
    }
}

/* p∘u − p(p·u). */
static void product(int64_t n, int c, const double *z, const double *u, double *out) {
    for (int64_t i = 0; i < n; i++) {
        const scale s = scale_of(c, z + i * c);
        double inner = 0.0;
        for (int64_t j = i * c; j < (i + 1) * c; j++)
            inner += probability(s, z[j]) * u[j];
        for (int64_t j = i * c; j < (i + 1) * c; j++)
            out[j] = probability(s, z[j]) * (u[j] - inner);
    }
}

const gm_loss gm_loss_softmax = {.name = "softmax",
                                 .affine = true,
                                 .classes = true,
                                 .value = value,
                                 .residual = residual,
                                 .root = root,
                                 .sampled = sampled,
                                 .curvature = curvature,
                                 .product = product};
