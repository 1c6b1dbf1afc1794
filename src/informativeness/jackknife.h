/* The error of an estimate from its values with one part left out each. */
#ifndef GM_JACKKNIFE_H
#define GM_JACKKNIFE_H

#include <stdint.h>

/* Squared standard error: (count − 1)/count Σ (value − mean)². */
static inline double gm_jackknife(int64_t count, const double *values) {
    double mean = 0.0, squares = 0.0;
    for (int64_t i = 0; i < count; i++)
        mean += values[i] / (double)count;
    for (int64_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return squares * (double)(count - 1) / (double)count;
}

#endif
