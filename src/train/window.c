#include "train/window.h"

#include <math.h>

#include "base/special.h"

enum { MEAN_DEGREES = GM_WINDOW_BLOCKS - 1, SLOPE_DEGREES = GM_WINDOW_BLOCKS - 2 };

void gm_window_blocks(const gm_step *ring, int64_t size, int64_t next, int64_t count,
                      gm_blocks *out) {
    out->steps = (double)count / GM_WINDOW_BLOCKS;
    for (int64_t b = 0; b < GM_WINDOW_BLOCKS; b++) {
        const int64_t first = next - count + b * count / GM_WINDOW_BLOCKS;
        const int64_t last = next - count + (b + 1) * count / GM_WINDOW_BLOCKS;
        for (int q = 0; q < GM_QUANTITIES; q++) {
            double sum = 0.0;
            for (int64_t t = first; t < last; t++)
                sum += ring[t % size].of[q];
            out->mean[b][q] = sum / (double)(last - first);
        }
    }
}

static double combine(const double *values, const double *weight) {
    double sum = 0.0;
    for (int q = 0; q < GM_QUANTITIES; q++)
        sum += weight[q] != 0.0 ? weight[q] * values[q] : 0.0;
    return sum;
}

static gm_bounded bound(double value, double std_error, int degrees) {
    const double reach = gm_student_quantile(degrees, GM_MONITOR_LEVEL) * std_error;
    return (gm_bounded){value, std_error, value - reach, value + reach};
}

gm_bounded gm_window_mean(const gm_blocks *blocks, const double weight[GM_QUANTITIES]) {
    static const double one[GM_QUANTITIES] = {0.0};
    return gm_window_ratio(blocks, weight, one);
}

/* `below` of zeros stands for 1. The error of a ratio R of means is that of the mean of above −
   R below, over the mean of below. */
gm_bounded gm_window_ratio(const gm_blocks *blocks, const double above[GM_QUANTITIES],
                           const double below[GM_QUANTITIES]) {
    const bool plain = combine(below, below) <= 0.0;
    double top = 0.0, bottom = 0.0, squares = 0.0;
    for (int b = 0; b < GM_WINDOW_BLOCKS; b++) {
        top += combine(blocks->mean[b], above) / GM_WINDOW_BLOCKS;
        bottom += (plain ? 1.0 : combine(blocks->mean[b], below)) / GM_WINDOW_BLOCKS;
    }
    const double ratio = top / bottom;
    for (int b = 0; b < GM_WINDOW_BLOCKS; b++) {
        const double part = plain ? 1.0 : combine(blocks->mean[b], below);
        const double rest = combine(blocks->mean[b], above) - ratio * part;
        squares += rest * rest;
    }
    return bound(ratio, sqrt(squares / MEAN_DEGREES / GM_WINDOW_BLOCKS) / fabs(bottom),
                 MEAN_DEGREES);
}

gm_bounded gm_window_slope(const gm_blocks *blocks) {
    const double centre = 0.5 * (GM_WINDOW_BLOCKS - 1);
    double mean = 0.0, across = 0.0, spread = 0.0, squares = 0.0;
    for (int b = 0; b < GM_WINDOW_BLOCKS; b++)
        mean += blocks->mean[b][GM_LOSS] / GM_WINDOW_BLOCKS;
    for (int b = 0; b < GM_WINDOW_BLOCKS; b++) {
        across += (b - centre) * (blocks->mean[b][GM_LOSS] - mean);
        spread += (b - centre) * (b - centre);
    }
    const double slope = across / spread;
    for (int b = 0; b < GM_WINDOW_BLOCKS; b++) {
        const double rest = blocks->mean[b][GM_LOSS] - mean - slope * (b - centre);
        squares += rest * rest;
    }
    return bound(slope / blocks->steps, sqrt(squares / SLOPE_DEGREES / spread) / blocks->steps,
                 SLOPE_DEGREES);
}

gm_bounded gm_window_sharpness(const gm_blocks *blocks) {
    double part[GM_WINDOW_BLOCKS], mean = 0.0, squares = 0.0;
    for (int b = 0; b < GM_WINDOW_BLOCKS; b++) {
        const double before = blocks->mean[b][GM_BEFORE];
        part[b] = before > 0.0 ? blocks->mean[b][GM_TURNED] / before : 0.0;
        mean += part[b] / GM_WINDOW_BLOCKS;
    }
    for (int b = 0; b < GM_WINDOW_BLOCKS; b++)
        squares += (part[b] - mean) * (part[b] - mean);
    return bound(mean, sqrt(squares / MEAN_DEGREES / GM_WINDOW_BLOCKS), MEAN_DEGREES);
}

int gm_window_above(const gm_blocks *blocks, double least) {
    int count = 0;
    for (int b = 0; b < GM_WINDOW_BLOCKS; b++)
        count += blocks->mean[b][GM_LOSS] > least;
    return count;
}

gm_estimate gm_window_estimate(gm_bounded bounded, const char *method) {
    const double reach = gm_student_quantile(MEAN_DEGREES, 0.975) * bounded.std_error;
    return (gm_estimate){bounded.value, bounded.std_error, bounded.value - reach,
                         bounded.value + reach, method};
}
