/* One element of .npy: its bits, and what they mean as a number. */
#ifndef GM_NPY_ELEMENT_H
#define GM_NPY_ELEMENT_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "data/npy.h"

/* An element as an unsigned integer, in the byte order of the file. */
static inline uint64_t gm_npy_bits(const unsigned char *bytes, int width, bool big_endian) {
    uint64_t value = 0;
    for (int i = 0; i < width; i++)
        value = value << 8 | bytes[big_endian ? i : width - 1 - i];
    return value;
}

static inline double gm_npy_half(uint64_t bits) {
    int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    double value = exponent == 31  ? (fraction ? NAN : INFINITY)
                   : exponent == 0 ? ldexp(fraction, -24)
                                   : ldexp(fraction + 1024, exponent - 25);
    return bits & 0x8000 ? -value : value;
}

/* A floating-point element of 2, 4 or 8 bytes. */
static inline double gm_npy_float(uint64_t bits, int width) {
    double value;
    float narrow;
    const uint32_t narrow_bits = (uint32_t)bits;
    if (width == 2)
        return gm_npy_half(bits);
    memcpy(&value, &bits, sizeof value);
    memcpy(&narrow, &narrow_bits, sizeof narrow);
    return width == 8 ? value : (double)narrow;
}

#endif
