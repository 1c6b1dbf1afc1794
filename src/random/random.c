#include <gradiometer/random.h>

#include "random/random_kernel.h"

/* A range of draws is whole counter blocks with perhaps half a block at either end. */
typedef struct range {
    uint64_t block;   /* first whole block */
    int64_t blocks;   /* number of whole blocks */
    bool head, tail;  /* half a block before, after */
} range;

static range split_range(int64_t first, int64_t count) {
    range r = {.head = first % 2 != 0 && count > 0};
    int64_t rest = count - r.head;
    r.block = (uint64_t)(first + r.head) / 2;
    r.blocks = rest / 2;
    r.tail = rest % 2 != 0;
    return r;
}

void gm_random_bits(const gm_context *context, gm_stream stream, int64_t first, int64_t count,
                    uint64_t *out) {
    const range r = split_range(first, count);
    uint64_t pair[2];
    if (r.head) {
        GM_SELECT_KERNEL(context->isa, gm_threefry_blocks)
        (stream.seed, stream.stream, r.block - 1, 1, pair);
        *out++ = pair[1];
    }
    GM_SELECT_KERNEL(context->isa, gm_threefry_blocks)
    (stream.seed, stream.stream, r.block, r.blocks, out);
    if (r.tail) {
        GM_SELECT_KERNEL(context->isa, gm_threefry_blocks)
        (stream.seed, stream.stream, r.block + (uint64_t)r.blocks, 1, pair);
        out[2 * r.blocks] = pair[0];
    }
}

void gm_random_gaussian(const gm_context *context, gm_stream stream, int64_t first, int64_t count,
                        double *out) {
    const range r = split_range(first, count);
    double pair[2];
    if (r.head) {
        GM_SELECT_KERNEL(context->isa, gm_gaussian_blocks)
        (stream.seed, stream.stream, r.block - 1, 1, pair);
        *out++ = pair[1];
    }
    GM_SELECT_KERNEL(context->isa, gm_gaussian_blocks)
    (stream.seed, stream.stream, r.block, r.blocks, out);
    if (r.tail) {
        GM_SELECT_KERNEL(context->isa, gm_gaussian_blocks)
        (stream.seed, stream.stream, r.block + (uint64_t)r.blocks, 1, pair);
        out[2 * r.blocks] = pair[0];
    }
}

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
