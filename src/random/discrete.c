#include "random/discrete.h"

#include <math.h>

/* exp(−9²/2) is 2.6e−18. */
int64_t gm_discrete_gaussian_reach(double sigma) {
    return (int64_t)ceil(9.0 * sigma);
}

void gm_discrete_gaussian(double sigma, int64_t low, int64_t high, double *out) {
    double total = 0.0;
    for (int64_t x = low; x <= high; x++) {
        const double t = (double)x / sigma;
        out[x - low] = exp(-0.5 * t * t);
        total += out[x - low];
    }
    for (int64_t x = low; x <= high; x++)
        out[x - low] /= total;
}
