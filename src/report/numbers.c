#include "report/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 400 }; /* DBL_MAX as %.0f has 309 digits */

/* Print with a point whatever the locale: what is neither digit, sign nor exponent is the locale's
   decimal point, which may have several bytes. */
static void print_number(char *out, const char *format, int digits, double value) {
    char raw[NUMBER_SIZE];
    snprintf(raw, sizeof raw, format, digits, value);
    size_t length = 0;
    bool in_point = false;
    for (const char *c = raw; *c; c++) {
        bool ordinary = strchr("0123456789+-e", *c) != NULL;
        if (ordinary || !in_point)
            out[length++] = ordinary ? *c : '.';
        in_point = !ordinary;
    }
    out[length] = '\0';
}

void gm_text_exact(gm_text *text, double value) {
    char raw[NUMBER_SIZE], number[NUMBER_SIZE];
    int digits = 15;
    do /* read back what the locale printed: strtod follows the same locale */
        snprintf(raw, sizeof raw, "%.*g", digits, value);
    while (strtod(raw, NULL) != value && ++digits < 17);
    print_number(number, "%.*g", digits, value);
    gm_text_add(text, number);
    if (!strpbrk(number, ".e")) /* stays a real number when read again */
        gm_text_add(text, ".0");
}

/* A number printed with %.*f, with separators between thousands from 10,000 on. */
static void add_fixed(gm_text *text, double value, int decimals) {
    char number[NUMBER_SIZE];
    print_number(number, "%.*f", decimals, value == 0 ? 0 : value); /* no −0 */
    const char *digits = number;
    if (*digits == '-') {
        gm_text_add(text, "−");
        digits++;
    }
    size_t whole = strcspn(digits, ".");
    for (size_t i = 0; i < whole; i++) {
        gm_text_add_bytes(text, digits + i, 1);
        size_t left = whole - 1 - i;
        if (whole > 4 && left && left % 3 == 0)
            gm_text_add(text, ",");
    }
    gm_text_add(text, digits + whole);
}

/* "1.2 × 10⁷" */
static void add_scientific(gm_text *text, double value) {
    static const char *const superscript[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char number[NUMBER_SIZE];
    print_number(number, "%.*e", 1, value);
    char *exponent = strchr(number, 'e');
    *exponent++ = '\0';
    gm_text_format(text, "%s%s × 10", number[0] == '-' ? "−" : "", number + (number[0] == '-'));
    int power = atoi(exponent);
    if (power < 0)
        gm_text_add(text, "⁻");
    char digits[16];
    snprintf(digits, sizeof digits, "%d", abs(power));
    for (const char *c = digits; *c; c++)
        gm_text_add(text, superscript[*c - '0']);
}

/* Decimals that leave `significant` digits of a value, at most 6. */
static int decimals_for(double magnitude, int significant) {
    if (magnitude == 0)
        return 0;
    int power = (int)floor(log10(magnitude) + 1e-9);
    int decimals = significant - 1 - power;
    return decimals < 0 ? 0 : decimals > 6 ? 6 : decimals;
}

void gm_text_number(gm_text *text, double value) {
    double magnitude = fabs(value);
    if (isnan(value))
        gm_text_add(text, "–");
    else if (isinf(value))
        gm_text_add(text, value > 0 ? "∞" : "−∞");
    else if (magnitude != 0 && (magnitude < 1e-3 || magnitude >= 1e6))
        add_scientific(text, value);
    else if (value == floor(value))
        add_fixed(text, value, 0);
    else
        add_fixed(text, value, decimals_for(magnitude, 3));
}

void gm_text_count(gm_text *text, double value) {
    if (!isfinite(value))
        gm_text_number(text, value);
    else
        add_fixed(text, value, 0);
}

static int percent_decimals(double percent) {
    double magnitude = fabs(percent);
    if (magnitude >= 10) /* 98.3, but 10 and 250 */
        return magnitude >= 100 || fabs(magnitude - round(magnitude)) < 0.05 ? 0 : 1;
    return decimals_for(magnitude, 2);
}

static void add_percent_number(gm_text *text, double percent) {
    if (!isfinite(percent))
        gm_text_number(text, percent);
    else if (percent != 0 && (fabs(percent) < 1e-4 || fabs(percent) >= 1e6))
        add_scientific(text, percent);
    else
        add_fixed(text, percent, percent_decimals(percent));
}

void gm_text_percent(gm_text *text, double ratio) {
    add_percent_number(text, 100 * ratio);
    if (isfinite(ratio))
        gm_text_add(text, " %");
}

void gm_text_percent_range(gm_text *text, double low, double high) {
    add_percent_number(text, 100 * low);
    gm_text_add(text, "–");
    gm_text_percent(text, high);
}
