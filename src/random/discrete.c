#include "random/discrete.h"

#include <math.h>

/* exp(−9²/2) is 2.6e−18. */
int64_t gm_discrete_gaussian_reach(double sigma) {
    return (int64_t)ceil(9.0 * sigma);
}

static double weight(double sigma, int64_t x) {
    const double t = (double)x / sigma;
    return exp(-0.5 * t * t);
}

void gm_discrete_gaussian(double sigma, int64_t low, int64_t high, double *out) {
    double total = 0.0;
    for (int64_t x = low; x <= high; x++) {
        out[x - low] = weight(sigma, x);
        total += out[x - low];
    }
    for (int64_t x = low; x <= high; x++)
        out[x - low] /= total;
}

void gm_discrete_gaussian_residues(double sigma, int64_t q, double *out) {
    const int64_t reach = gm_discrete_gaussian_reach(sigma), low = -(q / 2);
    double total = 0.0;
    for (int64_t i = 0; i < q; i++) {
        out[i] = weight(sigma, low + i);
        for (int64_t x = low + i - q; x >= -reach; x -= q)
            out[i] += weight(sigma, x);
        for (int64_t x = low + i + q; x <= reach; x += q)
            out[i] += weight(sigma, x);
        total += out[i];
    }
    for (int64_t i = 0; i < q; i++)
        out[i] /= total;
}
