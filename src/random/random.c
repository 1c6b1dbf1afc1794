#include <gradiometer/random.h>

#include "random/random_kernel.h"

/* A range of draws is whole counter blocks with perhaps half a block at either end. */
#define DEFINE_RANGE(name, type, kernel)                                                           \
    void name(const gm_context *context, gm_stream stream, int64_t first, int64_t count,           \
              type *out) {                                                                         \
        type pair[2];                                                                              \
        uint64_t block = (uint64_t)first / 2;                                                      \
        if (first % 2 != 0 && count > 0) {                                                         \
            GM_SELECT_KERNEL(context->isa, kernel)(stream.seed, stream.stream, block++, 1, pair);  \
            *out++ = pair[1];                                                                      \
            count--;                                                                               \
        }                                                                                          \
        const int64_t blocks = count / 2;                                                          \
        GM_SELECT_KERNEL(context->isa, kernel)(stream.seed, stream.stream, block, blocks, out);    \
        if (count % 2 != 0) {                                                                      \
            block += (uint64_t)blocks;                                                             \
            GM_SELECT_KERNEL(context->isa, kernel)(stream.seed, stream.stream, block, 1, pair);    \
            out[2 * blocks] = pair[0];                                                             \
        }                                                                                          \
    }

DEFINE_RANGE(gm_random_bits, uint64_t, gm_threefry_blocks)
DEFINE_RANGE(gm_random_gaussian, double, gm_gaussian_blocks)

enum { PIECE = 256 };
__extension__ typedef unsigned __int128 wide;

void gm_random_uniform(const gm_context *context, gm_stream stream, int64_t first, int64_t count,
                       double *out) {
    uint64_t bits[PIECE];
    for (int64_t start = 0; start < count; start += PIECE) {
        int64_t size = count - start < PIECE ? count - start : PIECE;
        gm_random_bits(context, stream, first + start, size, bits);
        for (int64_t i = 0; i < size; i++)
            out[start + i] = ((double)(bits[i] >> 12) + 0.5) * 0x1p-52;
    }
}

void gm_random_index(const gm_context *context, gm_stream stream, int64_t first, int64_t count,
                     int64_t bound, int64_t *out) {
    uint64_t bits[PIECE];
    for (int64_t start = 0; start < count; start += PIECE) {
        int64_t size = count - start < PIECE ? count - start : PIECE;
        gm_random_bits(context, stream, first + start, size, bits);
        for (int64_t i = 0; i < size; i++)
            out[start + i] = (int64_t)((wide)bits[i] * (wide)bound >> 64);
    }
}
