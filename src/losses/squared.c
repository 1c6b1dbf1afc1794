#include "losses/loss.h"

static void value(int64_t n, const double *z, const double *y, double *out) {
    for (int64_t i = 0; i < n; i++)
        out[i] = 0.5 * (z[i] - y[i]) * (z[i] - y[i]);
}

static void residual(int64_t n, const double *z, const double *y, double *out) {
    for (int64_t i = 0; i < n; i++)
        out[i] = z[i] - y[i];
}

static void curvature(int64_t n, const double *z, const double *y, double *out) {
    (void)z;
    (void)y;
    for (int64_t i = 0; i < n; i++)
        out[i] = 1.0;
}

const gm_loss gm_loss_squared = {"squared", value, residual, curvature};
