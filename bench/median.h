/* The median of a few timings. */
#ifndef GM_BENCH_MEDIAN_H
#define GM_BENCH_MEDIAN_H

#include <stdlib.h>

enum { MOST_REPEATS = 101 };

static inline int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, ascending);
    return count % 2 ? values[count / 2] : 0.5 * (values[count / 2 - 1] + values[count / 2]);
}

#endif
