/* A plain loop, which compilers vectorise, of +, −, ×, ÷ and fused multiply-adds alone: same bits
   in every instruction set that has the fused one. */
#include "base/tanh_kernel.h"

/*
 * tanh |x| = t/(t + 2) with t = e^y − 1, y = 2|x|: nothing is lost to cancellation near 0. With
 * y = k ln 2 + r, |r| ≤ ½ ln 2, t = 2^k (e^r − 1) + (2^k − 1), where 2^k − 1 is exact as long as it
 * counts. The series of e^r − 1 up to r^13 leaves less than 2e-17 of it. From y = 40 on the
 * quotient is 1.
 */
static inline double tangent(double x) {
    const uint64_t sign = (uint64_t)1 << 63;
    const double shift = 0x1.8p52; /* brings whole numbers to the low bits */
    const double size = 2.0 * gm_as_double(gm_as_bits(x) & ~sign);
    const double y = size > 40.0 ? 40.0 : size; /* NaN stays */
    const double shifted = GM_FMA(y, 1.44269504088896340736, shift);
    const double k = shifted - shift;
    /* The first part of ln 2 has 32 bits, so that its product with k is exact. */
    const double r =
        GM_FMA(-k, 1.90821492927058770002e-10, GM_FMA(-k, 6.93147180369123816490e-01, y));
    const double power = gm_as_double((gm_as_bits(shifted) + 1023) << 52);
    double p = 1.0 / 6227020800.0;
    p = GM_FMA(p, r, 1.0 / 479001600.0);
    p = GM_FMA(p, r, 1.0 / 39916800.0);
    p = GM_FMA(p, r, 1.0 / 3628800.0);
    p = GM_FMA(p, r, 1.0 / 362880.0);
    p = GM_FMA(p, r, 1.0 / 40320.0);
    p = GM_FMA(p, r, 1.0 / 5040.0);
    p = GM_FMA(p, r, 1.0 / 720.0);
    p = GM_FMA(p, r, 1.0 / 120.0);
    p = GM_FMA(p, r, 1.0 / 24.0);
    p = GM_FMA(p, r, 1.0 / 6.0);
    p = GM_FMA(p, r, 0.5);
    p = GM_FMA(p * r, r, r);
    const double t = GM_FMA(power, p, power - 1.0);
    return gm_as_double(gm_as_bits(t / (t + 2.0)) | (gm_as_bits(x) & sign));
}

void GM_KERNEL(gm_tanh_plain)(int64_t count, double *x) {
    for (int64_t i = 0; i < count; i++)
        x[i] = tangent(x[i]);
}
