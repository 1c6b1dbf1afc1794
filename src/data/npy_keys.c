/* The elements of .npy as keys that are compared and counted. */
#include "data/npy_element.h"

static void take_bits(const gm_npy_layout *header, const unsigned char *bytes, int64_t count,
                      uint64_t *out) {
    const int width = header->width;
    const bool big = header->big_endian;
    /* Constant arguments turn each loop into moves. */
    if (width == 1)
        for (int64_t i = 0; i < count; i++)
            out[i] = bytes[i];
    else if (width == 8 && !big)
        for (int64_t i = 0; i < count; i++)
            out[i] = gm_npy_bits(bytes + 8 * i, 8, false);
    else if (width == 4 && !big)
        for (int64_t i = 0; i < count; i++)
            out[i] = gm_npy_bits(bytes + 4 * i, 4, false);
    else
        for (int64_t i = 0; i < count; i++)
            out[i] = gm_npy_bits(bytes + width * i, width, big);
}

/* Bits of finite numbers, −0 as 0. */
static int64_t check_floats(int width, int64_t count, uint64_t *keys) {
    const uint64_t sign = UINT64_C(1) << (8 * width - 1);
    const uint64_t infinity = width == 8   ? UINT64_C(0x7ff) << 52
                              : width == 4 ? UINT64_C(0xff) << 23
                                           : UINT64_C(0x1f) << 10;
    for (int64_t i = 0; i < count; i++) {
        if ((keys[i] & infinity) == infinity)
            return i;
        keys[i] = keys[i] == sign ? 0 : keys[i];
    }
    return count;
}

static int64_t float_residues(int width, int64_t q, int64_t count, uint64_t *keys) {
    for (int64_t i = 0; i < count; i++) {
        const double x = gm_npy_float(keys[i], width);
        if (!(isfinite(x) && x == trunc(x)))
            return i;
        const double r = fmod(x, (double)q); /* exact */
        keys[i] = (uint64_t)(r < 0.0 ? r + (double)q : r);
    }
    return count;
}

static void signed_residues(int width, int64_t q, int64_t count, uint64_t *keys) {
    const uint64_t sign = UINT64_C(1) << (8 * width - 1), modulus = (uint64_t)q;
    for (int64_t i = 0; i < count; i++) {
        /* −1 − x of a negative x: what −2^63 has as well. */
        const bool negative = keys[i] & sign;
        const uint64_t size = negative ? ~keys[i] & (sign - 1) : keys[i];
        const uint64_t r = size < modulus ? size : size % modulus;
        keys[i] = negative ? modulus - 1 - r : r;
    }
}

static void unsigned_residues(int64_t q, int64_t count, uint64_t *keys) {
    for (int64_t i = 0; i < count; i++)
        if (keys[i] >= (uint64_t)q)
            keys[i] %= (uint64_t)q;
}

int64_t gm_npy_keys(const gm_npy_layout *header, int64_t modulus, const unsigned char *bytes,
                    int64_t count, uint64_t *out) {
    take_bits(header, bytes, count, out);
    if (header->kind == 'f')
        return modulus ? float_residues(header->width, modulus, count, out)
                       : check_floats(header->width, count, out);
    if (header->kind == 'b')
        for (int64_t i = 0; i < count; i++)
            out[i] = out[i] != 0;
    else if (modulus && header->kind == 'i')
        signed_residues(header->width, modulus, count, out);
    else if (modulus)
        unsigned_residues(modulus, count, out);
    return count;
}
