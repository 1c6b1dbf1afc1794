#include "ranks.h"

#include <math.h>

/* Half of how many more values are below the i-th than above it: its rank less the mean rank, equal
   values sharing the mean of their ranks. */
static double centred_rank(int count, const double *values, int i) {
    double rank = isnan(values[i]) ? (double)NAN : 0.0;
    for (int j = 0; j < count; j++)
        rank += values[j] < values[i] ? 0.5 : values[j] > values[i] ? -0.5 : 0.0;
    return rank;
}

double rank_correlation(int count, const double *x, const double *y) {
    double xx = 0.0, yy = 0.0, xy = 0.0;
    for (int i = 0; i < count; i++) {
        const double a = centred_rank(count, x, i), b = centred_rank(count, y, i);
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    return xx > 0.0 && yy > 0.0 ? xy / sqrt(xx * yy) : (double)NAN;
}
