#ifndef GRADIOMETER_RANDOM_H
#define GRADIOMETER_RANDOM_H

#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/export.h>

GM_BEGIN_DECLS

/**
 * A stream of random numbers, addressed and not advanced: draw `index` of stream (seed, stream) is
 * the same number whoever asks, in whatever order, on however many threads.
 *
 * Threefry2x64-20 [salmon2011, section 3.2] under the key (seed, stream) at the counter (b, 0): the
 * 128 bits of block b are draws 2b and 2b+1. Indices run over [0, 2^63).
 */
typedef struct gm_stream {
    uint64_t seed;
    uint64_t stream;
} gm_stream;

/** Write draws first … first+count−1 as 64 random bits each. Cost: about 1 ns a draw. */
GM_API void gm_random_bits(const gm_context *context, gm_stream stream, int64_t first,
                           int64_t count, uint64_t *out);

/** Write draws first … first+count−1, uniform on the open interval (0, 1), 52 bits. */
GM_API void gm_random_uniform(const gm_context *context, gm_stream stream, int64_t first,
                              int64_t count, double *out);

/**
 * Write draws first … first+count−1, standard normal, independent.
 *
 * Box–Muller on counter block b: draws 2b and 2b+1 are the cosine and the sine half. Logarithm and
 * sine are polynomials with error below 2 ulp; |draw| ≤ 8.6. AVX2 and AVX-512 give the same bits.
 */
GM_API void gm_random_gaussian(const gm_context *context, gm_stream stream, int64_t first,
                               int64_t count, double *out);

/**
 * Write draws first … first+count−1, uniform on {0, …, bound−1}, bound in [1, 2^62].
 * By multiply-shift of 64 bits: no value is favoured by more than bound/2^64.
 */
GM_API void gm_random_index(const gm_context *context, gm_stream stream, int64_t first,
                            int64_t count, int64_t bound, int64_t *out);

GM_END_DECLS

#endif
