/* Decimal text to the nearest float64, in any locale. */
#include "base/word.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 uint128;

enum {
    EXACT_DIGITS = 19,  /* 10^19 < 2^64 */
    EXACT_POWER = 27,   /* 5^27 < 2^63 */
    SLOW_DIGITS = 800,  /* a float64 midpoint has at most 767 significant digits */
    EXPONENT_END = 9999 /* far beyond float64 for SLOW_DIGITS digits */
};

/* A decimal number taken apart: ±digits × 10^power; `rest` if digits beyond the 19th were not 0. */
typedef struct decimal {
    bool negative, rest;
    uint64_t digits;
    int64_t power;
    const char *mantissa, *mantissa_end;
    int64_t explicit_power;
} decimal;

static bool is_digit(char c) {
    return (unsigned char)(c - '0') < 10;
}

/* Read [+-]digits after the letter e; false where there is no digit. */
static bool read_exponent(const char **position, const char *end, int64_t *out) {
    const char *p = *position;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '+' || *p == '-'))
        p++;
    if (p == end || !is_digit(*p))
        return false;
    int64_t value = 0;
    for (; p < end && is_digit(*p); p++)
        if (value < INT64_C(1000000000000000))
            value = value * 10 + (*p - '0');
    *position = p;
    *out = negative ? -value : value;
    return true;
}

static bool take_apart(const char *p, const char *end, decimal *out) {
    decimal d = {0};
    if (p < end && (*p == '+' || *p == '-'))
        d.negative = *p++ == '-';
    d.mantissa = p;
    int significant = 0;
    bool any = false, fraction = false;
    for (; p < end; p++) {
        if (*p == '.' && !fraction) {
            fraction = true;
            continue;
        }
        if (!is_digit(*p))
            break;
        any = true;
        if (significant < EXACT_DIGITS) {
            d.digits = d.digits * 10 + (uint64_t)(*p - '0');
            significant += d.digits != 0;
            d.power -= fraction;
        } else {
            d.rest |= *p != '0';
            d.power += !fraction;
        }
    }
    d.mantissa_end = p;
    if (!any)
        return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (!read_exponent(&p, end, &d.explicit_power))
            return false;
    }
    d.power += d.explicit_power;
    *out = d;
    return p == end;
}

/* Round value × 2^exponent, with `sticky` for nonzero bits below it, to float64. */
static double round_bits(uint128 value, bool sticky, int exponent) {
    uint64_t high = (uint64_t)(value >> 64), top;
    if (high == 0) {
        top = (uint64_t)value;
    } else {
        int shift = 64 - __builtin_clzll(high);
        top = (uint64_t)(value >> shift);
        sticky |= (uint128)top << shift != value;
        exponent += shift;
    }
    /* 64 bits are at least two more than float64 keeps: the last one can stand for all below. */
    return ldexp((double)(top | sticky), exponent);
}

/* digits × 10^power for |power| ≤ 27, correctly rounded: 10^k = 5^k 2^k and 5^27 fits 64 bits. */
static double exact_value(uint64_t digits, int power) {
    static const double ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    static const uint64_t five_to_the[EXACT_POWER + 1] = {UINT64_C(1),
                                                          UINT64_C(5),
                                                          UINT64_C(25),
                                                          UINT64_C(125),
                                                          UINT64_C(625),
                                                          UINT64_C(3125),
                                                          UINT64_C(15625),
                                                          UINT64_C(78125),
                                                          UINT64_C(390625),
                                                          UINT64_C(1953125),
                                                          UINT64_C(9765625),
                                                          UINT64_C(48828125),
                                                          UINT64_C(244140625),
                                                          UINT64_C(1220703125),
                                                          UINT64_C(6103515625),
                                                          UINT64_C(30517578125),
                                                          UINT64_C(152587890625),
                                                          UINT64_C(762939453125),
                                                          UINT64_C(3814697265625),
                                                          UINT64_C(19073486328125),
                                                          UINT64_C(95367431640625),
                                                          UINT64_C(476837158203125),
                                                          UINT64_C(2384185791015625),
                                                          UINT64_C(11920928955078125),
                                                          UINT64_C(59604644775390625),
                                                          UINT64_C(298023223876953125),
                                                          UINT64_C(1490116119384765625),
                                                          UINT64_C(7450580596923828125)};
    if (digits <= UINT64_C(1) << 53 && power >= -22 && power <= 22)
        return power < 0 ? (double)digits / ten[-power] : (double)digits * ten[power];
    uint64_t five = five_to_the[power < 0 ? -power : power];
    if (power >= 0)
        return round_bits((uint128)digits * five, false, power);
    int shift = __builtin_clzll(digits);
    uint128 numerator = (uint128)(digits << shift) << 64;
    uint128 quotient = numerator / five; /* more than 64 bits, as five < 2^63 */
    return round_bits(quotient, quotient * five != numerator, power - shift - 64);
}

/* The general case: all digits that can matter, without a point, through strtod(). */
static double slow_value(const decimal *d) {
    char text[SLOW_DIGITS + 32];
    size_t used = 0;
    int64_t power = d->explicit_power;
    bool fraction = false, rest = false;
    for (const char *p = d->mantissa; p < d->mantissa_end; p++) {
        if (*p == '.') {
            fraction = true;
        } else if (used < SLOW_DIGITS) {
            if (used || *p != '0')
                text[used++] = *p;
            power -= fraction;
        } else {
            rest |= *p != '0';
            power += !fraction;
        }
    }
    /* One more digit stands for all that were cut: it only says "above". */
    text[used++] = rest ? '1' : '0';
    power--;
    if (power > EXPONENT_END)
        return HUGE_VAL;
    if (power < -EXPONENT_END)
        return 0;
    snprintf(text + used, sizeof text - used, "e%d", (int)power);
    return strtod(text, NULL);
}

gm_token gm_word_number(const char *text, size_t size, double *value) {
    decimal d;
    if (!take_apart(text, text + size, &d))
        return GM_TOKEN_TEXT;
    double result = 0;
    if (d.digits != 0) {
        if (!d.rest && d.power >= -EXACT_POWER && d.power <= EXACT_POWER)
            result = exact_value(d.digits, (int)d.power);
        else
            result = slow_value(&d);
    }
    *value = d.negative ? -result : result;
    return isinf(result) ? GM_TOKEN_INFINITE : GM_TOKEN_NUMBER;
}
