/* The vectorised part of src/random/random.c, compiled for each instruction set. */
#ifndef GM_RANDOM_KERNEL_H
#define GM_RANDOM_KERNEL_H

#include "base/kernel.h"

/* Counter blocks first … first+blocks−1 of Threefry2x64-20 under key (seed, stream): out[2·blocks].
 */
GM_DECLARE_KERNEL(void, gm_threefry_blocks,
                  (uint64_t seed, uint64_t stream, uint64_t first, int64_t blocks, uint64_t *out));

/* The same blocks as pairs of standard normals: out[2·blocks]. */
GM_DECLARE_KERNEL(void, gm_gaussian_blocks,
                  (uint64_t seed, uint64_t stream, uint64_t first, int64_t blocks, double *out));

#endif
