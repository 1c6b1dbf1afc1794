#include "transforms/walsh_kernel.h"

#include "linalg/lanes.h"

/* Lanes exchanged with those 1, 2, 4 away, in registers that have so many. */
#if defined(__AVX512F__)
#define lanes_swap1(x) _mm512_permute_pd((x), 0x55)
#define lanes_swap2(x) _mm512_permutex_pd((x), 0x4e)
#define lanes_swap4(x) _mm512_shuffle_f64x2((x), (x), 0x4e)
#elif defined(__AVX2__)
#define lanes_swap1(x) _mm256_permute_pd((x), 0x5)
#define lanes_swap2(x) _mm256_permute4x64_pd((x), 0x4e)
#elif defined(__SSE2__)
#define lanes_swap1(x) _mm_shuffle_pd((x), (x), 1)
#endif

/* −1 where that bit of the lane is set. */
static const double signs[3][8] = {
    {1, -1, 1, -1, 1, -1, 1, -1}, {1, 1, -1, -1, 1, 1, -1, -1}, {1, 1, 1, 1, -1, -1, -1, -1}};

/* The stages inside a register, from `length` on: x_0 + x_1 in one lane and x_0 − x_1 in the other.
   A product with ±1 is exact, so the bits are those of the stages below. */
static void stages_in_lanes(int64_t length, int64_t size, double *x) {
    (void)signs, (void)length; /* not used where a register holds one number */
    for (double *p = x; p < x + size; p += LANES) {
        lanes a = lanes_f64(p);
#ifdef lanes_swap1
        if (length <= 1)
            a = lanes_fma(lanes_f64(signs[0]), a, lanes_swap1(a));
#endif
#ifdef lanes_swap2
        if (length <= 2)
            a = lanes_fma(lanes_f64(signs[1]), a, lanes_swap2(a));
#endif
#ifdef lanes_swap4
        if (length <= 4)
            a = lanes_fma(lanes_f64(signs[2]), a, lanes_swap4(a));
#endif
        lanes_store(p, a);
    }
}

#define number_f64(p)      (*(p))
#define number_store(p, x) (*(p) = (x))
typedef double number;

/* Two bits of the index in one reading: (a ± b) ± (c ± d). */
#define QUARTET(type, p)                                                                           \
    {                                                                                              \
        const type a = type##_f64(p), b = type##_f64((p) + length);                                \
        const type c = type##_f64((p) + 2 * length), d = type##_f64((p) + 3 * length);             \
        const type e = a + b, f = a - b, g = c + d, h = c - d;                                     \
        type##_store((p), e + g);                                                                  \
        type##_store((p) + length, f + h);                                                         \
        type##_store((p) + 2 * length, e - g);                                                     \
        type##_store((p) + 3 * length, f - h);                                                     \
    }

#define PAIR(type, p)                                                                              \
    {                                                                                              \
        const type a = type##_f64(p), b = type##_f64((p) + length);                                \
        type##_store((p), a + b);                                                                  \
        type##_store((p) + length, a - b);                                                         \
    }

/* One stage: whatever lies `length` apart, in blocks. */
#define STAGE(shape, block)                                                                        \
    for (double *b0 = x; b0 < x + size; b0 += (block)) {                                           \
        int64_t l = 0;                                                                             \
        for (; l + LANES <= length; l += LANES)                                                    \
            shape(lanes, b0 + l);                                                                  \
        for (; l < length; l++)                                                                    \
            shape(number, b0 + l);                                                                 \
    }

void GM_KERNEL(gm_walsh_rows)(int64_t rows, int64_t s, double *x) {
    const int64_t size = rows * s;
    int64_t length = s;
    if (s < LANES && LANES % s == 0 && size % LANES == 0) {
        stages_in_lanes(s, size, x);
        length = LANES;
    }
    for (; 4 * length <= size; length *= 4)
        STAGE(QUARTET, 4 * length)
    if (length < size)
        STAGE(PAIR, 2 * length)
}
