/*
 * 3 × 3 convolutions of sixteen images at once, which lie side by side: number (c, y, x) of image i
 * stands at [c][y][x][i], so that a register holds the same place of several images and no product
 * crosses it. Planes that are read have a border of one place of zeros around: [h + 2][w + 2].
 */
#ifndef GM_CONVOLVE_KERNEL_H
#define GM_CONVOLVE_KERNEL_H

#include <stdint.h>

#include "base/kernel.h"

enum {
    GM_IMAGES = 16,     /* of a block */
    GM_TAPS = 9,        /* of a filter */
    GM_FILTER_GROUP = 4 /* filters that are computed together */
};

typedef struct gm_convolution {
    int64_t in, out;       /* planes */
    int64_t height, width; /* of the planes that are read, without their border; at least 2 */
    int64_t rows, columns; /* places that are computed, from the first on; at least 2 */
} gm_convolution;

/*
 * to[o][y][x] = bias[o] + Σ_c Σ_ij filter[o][c][i][j] from[c][y + i][x + j], one chain a place.
 *   from     [in][height + 2][width + 2][16]
 *   filters  [⌈out / 4⌉][in · 9][4], by gm_filters_pack()
 *   to       [out][rows][columns][16]
 */
GM_DECLARE_KERNEL(void, gm_convolve_plain,
                  (const gm_convolution *shape, const float *from, const float *filters,
                   const float *bias, float *to));

/*
 * sums[o][c][i][j] += Σ_yx delta[o][y + 1][x + 1] from[c][y + i][x + j], image by image.
 *   delta  [out][height + 2][width + 2][16]
 *   sums   [out][in][9][16]
 */
GM_DECLARE_KERNEL(void, gm_correlate_plain,
                  (const gm_convolution *shape, const float *from, const float *delta,
                   float *sums));

/* max(a, 0) of sums a [count] into `to`; a becomes the slope, 1 where a > 0 and 0 elsewhere. */
GM_DECLARE_KERNEL(void, gm_relu_plain, (int64_t count, float *a, float *to));

/* Means of 2 × 2 places of two rows [2][columns][16] into to [columns / 2][16]. */
GM_DECLARE_KERNEL(void, gm_pool_plain, (int64_t columns, const float *two, float *to));

/*
 * The transpose of that times the slopes: to[y][x] = ¼ slope[y][x] pooled[x / 2] of two rows, of
 * which those of `to` lie `stride` places apart; bias [16] += their sums over the places.
 */
GM_DECLARE_KERNEL(void, gm_unpool_plain,
                  (int64_t columns, const float *pooled, const float *slope, int64_t stride,
                   float *to, float *bias));

/* out[i] += Σ of lanes[i] [16] in float64, for i < count. */
GM_DECLARE_KERNEL(void, gm_add_images_plain, (int64_t count, const float *lanes, double *out));

#endif
