/* Threefry2x64-20 [salmon2011] and Box–Muller in plain loops over blocks, which compilers
   vectorise. Only +, −, ×, ÷, √ and fused multiply-add are used, each correctly rounded: same bits
   in every instruction set that has the fused one. */
#include "random/random_kernel.h"

#include <math.h>

enum { CHUNK = 64 };

static inline uint64_t rotate_left(uint64_t x, int bits) {
    return x << bits | x >> (64 - bits);
}

/* Rotation distances of Threefry2x64, and the parity constant of the Threefish key schedule. */
#define MIX(distance)       (x0 += x1, x1 = rotate_left(x1, distance) ^ x0)
#define FOUR_ROUNDS_A       (MIX(16), MIX(42), MIX(12), MIX(31))
#define FOUR_ROUNDS_B       (MIX(16), MIX(32), MIX(24), MIX(21))
#define INJECT(a, b, round) (x0 += (a), x1 += (b) + (round))
static const uint64_t PARITY = 0x1BD11BDAA9FC1A22u;

static inline void threefry(uint64_t k0, uint64_t k1, uint64_t counter, uint64_t *out0,
                            uint64_t *out1) {
    uint64_t k2 = PARITY ^ k0 ^ k1;
    uint64_t x0 = counter + k0, x1 = k1;
    FOUR_ROUNDS_A, INJECT(k1, k2, 1);
    FOUR_ROUNDS_B, INJECT(k2, k0, 2);
    FOUR_ROUNDS_A, INJECT(k0, k1, 3);
    FOUR_ROUNDS_B, INJECT(k1, k2, 4);
    FOUR_ROUNDS_A, INJECT(k2, k0, 5);
    *out0 = x0;
    *out1 = x1;
}

void GM_KERNEL(gm_threefry_blocks)(uint64_t seed, uint64_t stream, uint64_t first, int64_t blocks,
                                   uint64_t *out) {
    GM_INDEPENDENT
    for (int64_t b = 0; b < blocks; b++)
        threefry(seed, stream, first + (uint64_t)b, &out[2 * b], &out[2 * b + 1]);
}

/* Natural logarithm of u in [2^-53, 1): u = 2^e m with m in [√½, √2), log m = 2 artanh(s) with
   s = (m−1)/(m+1), s² < .0295: eleven terms of the series leave less than 1e-17. */
static inline double logarithm(double u) {
    const uint64_t one = 0x3FF0000000000000u, root_half = 0x3FE6A09E667F3BCDu;
    uint64_t bits = gm_as_bits(u);
    uint64_t biased = (bits + (one - root_half)) >> 52; /* 1023 + e */
    double m = gm_as_double(bits - (biased << 52) + one);
    double e = gm_as_double(biased | 0x4330000000000000u) - (0x1p52 + 1023.0);
    double f = m - 1.0;
    double s = f / (2.0 + f);
    double z = s * s;
    double p = 2.0 / 23;
    p = GM_FMA(p, z, 2.0 / 21);
    p = GM_FMA(p, z, 2.0 / 19);
    p = GM_FMA(p, z, 2.0 / 17);
    p = GM_FMA(p, z, 2.0 / 15);
    p = GM_FMA(p, z, 2.0 / 13);
    p = GM_FMA(p, z, 2.0 / 11);
    p = GM_FMA(p, z, 2.0 / 9);
    p = GM_FMA(p, z, 2.0 / 7);
    p = GM_FMA(p, z, 2.0 / 5);
    p = GM_FMA(p, z, 2.0 / 3);
    /* 2 artanh(s) = f − s (f − z p) exactly; the small correction is subtracted last. */
    double log_m = f - s * GM_FMA(-z, p, f);
    return GM_FMA(e, 0.693147180559945309417, log_m);
}

/* Cosine of t, |t| ≤ π/4, by its series. */
static inline double cosine(double t) {
    double z = t * t;
    double p = -1.0 / 6402373705728000.0;
    p = GM_FMA(p, z, 1.0 / 20922789888000.0);
    p = GM_FMA(p, z, -1.0 / 87178291200.0);
    p = GM_FMA(p, z, 1.0 / 479001600.0);
    p = GM_FMA(p, z, -1.0 / 3628800.0);
    p = GM_FMA(p, z, 1.0 / 40320.0);
    p = GM_FMA(p, z, -1.0 / 720.0);
    p = GM_FMA(p, z, 1.0 / 24.0);
    p = GM_FMA(p, z, -0.5);
    return GM_FMA(p, z, 1.0);
}

/* Two words to two normals: √(−2 ln u) (cos, sin)(t + qπ/2), u from 52 bits of the first word, the
   quadrant q and t uniform on [−π/4, π/4) from the second. */
static inline void box_muller(uint64_t first, uint64_t second, double *out0, double *out1) {
    const uint64_t one = 0x3FF0000000000000u;
    double u = (gm_as_double(first >> 12 | one) - 1.0) + 0x1p-53;
    double radius = sqrt(-2.0 * logarithm(u));
    uint64_t quadrant = second >> 62;
    double t = ((gm_as_double((second << 2) >> 12 | one) - 1.5) + 0x1p-53) * 1.57079632679489661923;
    uint64_t c = gm_as_bits(cosine(t)), s = gm_as_bits(gm_sine_series(t));
    uint64_t swap = 0 - (quadrant & 1);
    uint64_t x = (c & ~swap) | (s & swap), y = (s & ~swap) | (c & swap);
    x ^= ((quadrant + 1) >> 1) << 63; /* quadrants 1 and 2; the shift drops the second bit */
    y ^= (quadrant >> 1) << 63;       /* quadrants 2 and 3 */
    *out0 = radius * gm_as_double(x);
    *out1 = radius * gm_as_double(y);
}

void GM_KERNEL(gm_gaussian_blocks)(uint64_t seed, uint64_t stream, uint64_t first, int64_t blocks,
                                   double *out) {
    for (int64_t start = 0; start < blocks; start += CHUNK) {
        int64_t count = blocks - start < CHUNK ? blocks - start : CHUNK;
        uint64_t word0[CHUNK], word1[CHUNK];
        double normal0[CHUNK], normal1[CHUNK];
        for (int64_t b = 0; b < CHUNK; b++)
            threefry(seed, stream, first + (uint64_t)(start + b), &word0[b], &word1[b]);
        for (int64_t b = 0; b < CHUNK; b++)
            box_muller(word0[b], word1[b], &normal0[b], &normal1[b]);
        double *target = out + 2 * start;
        for (int64_t b = 0; b < count; b++) {
            target[2 * b] = normal0[b];
            target[2 * b + 1] = normal1[b];
        }
    }
}
