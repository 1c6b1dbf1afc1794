#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/word.h"

static void tells_tokens_apart(void **state) {
    static const char *const missing[] = {"", "NA", "na", "N/A", "NaN", "nan", "null", "NULL", "?"};
    static const char *const numbers[] = {"0", "-0", "+1", "1.", ".5", "1e5", "1E+5", "00012.50"};
    static const char *const infinite[] = {"inf", "-Inf", "+INFINITY", "1e999", "-1e400"};
    static const char *const texts[] = {".",   "+",     "-",   "e5",    "1e",   "1e+",  "0x10",
                                        "1_0", "1,5",   "- 1", "1 ",    "??",   "NAN.", "none",
                                        "--1", "1.2.3", "in",  "infin", "n/a/", "-nan", "1f"};
    (void)state;
    double value;
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        assert_int_equal(gm_word_token(missing[i], strlen(missing[i]), &value), GM_TOKEN_MISSING);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        assert_int_equal(gm_word_token(numbers[i], strlen(numbers[i]), &value), GM_TOKEN_NUMBER);
    for (size_t i = 0; i < sizeof infinite / sizeof *infinite; i++)
        assert_int_equal(gm_word_token(infinite[i], strlen(infinite[i]), &value),
                         GM_TOKEN_INFINITE);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(gm_word_token(texts[i], strlen(texts[i]), &value), GM_TOKEN_TEXT);
}

static void assert_same_bits(const char *text) {
    double seen = 0, expected = strtod(text, NULL);
    assert_int_equal(gm_word_number(text, strlen(text), &seen), GM_TOKEN_NUMBER);
    if (memcmp(&seen, &expected, sizeof seen) != 0)
        fail_msg("%s: %.17g instead of %.17g", text, seen, expected);
}

static uint64_t next(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

/* strtod() of the C library rounds correctly: every path must give its bits. */
static void rounds_as_the_c_library(void **state) {
    static const char *const hard[] = {
        "9007199254740993",
        "9007199254740992.5",
        "9007199254740993.0000000000000000000000001",
        "2.2250738585072011e-308",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "8.41e21",
        "9223372036854775807e27",
        "18446744073709551615e-27",
        "1e23",
        "1e22",
        "1e-22",
        "0.1e-27",
        "123456789012345678e27",
        "9999999999999999999e-27",
        "5e-324",
        "1e-400",
        "-0.0",
        "6929495644600919.5",
        "3.518437208883201171875e13",
        "62.5364939768271845828",
        "0.500000000000000166533453693773481063544750213623046875",
    };
    (void)state;
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++)
        assert_same_bits(hard[i]);
    char text[64];
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 300000; i++) {
        uint64_t bits = next(&random), digits = next(&random) >> (bits & 63);
        int power = (int)(bits >> 8 & 63) - 32;
        snprintf(text, sizeof text, "%s%llue%d", bits & 64 ? "-" : "", (unsigned long long)digits,
                 power);
        assert_same_bits(text);
        snprintf(text, sizeof text, "%llu.%llu", (unsigned long long)(digits >> 40),
                 (unsigned long long)(digits & 0xffffffffff));
        assert_same_bits(text);
    }
}

/* A midpoint between two float64 with its last bit beyond 800 digits. */
static void reads_long_numbers(void **state) {
    (void)state;
    char text[3000] = "9007199254740993.";
    memset(text + 17, '0', 2000);
    strcpy(text + 2017, "1");
    assert_same_bits(text);
    text[2017] = '0';
    assert_same_bits(text);
    memset(text, '0', 1500);
    strcpy(text + 1500, ".25e1");
    assert_same_bits(text);
    strcpy(text, "0.");
    memset(text + 2, '0', 1500);
    strcpy(text + 1502, "12345678901234567890123e1503");
    assert_same_bits(text);
    memset(text, '7', 1500);
    strcpy(text + 1500, "e-1400");
    assert_same_bits(text);
}

static void cuts_excerpts(void **state) {
    (void)state;
    char out[GM_EXCERPT_SIZE];
    assert_string_equal(gm_word_excerpt("a\nb\x7f", 4, out), "a b ");
    assert_string_equal(gm_word_excerpt("\xc3\xa9\xff\xc3", 4, out), "\xc3\xa9??");
    assert_string_equal(gm_word_excerpt("\xed\xa0\x80\xc0\xaf", 5, out), "?????");
    char text[200];
    memset(text, 'x', sizeof text);
    assert_int_equal(strlen(gm_word_excerpt(text, sizeof text, out)), 63);
    assert_string_equal(out + 60, "...");
    for (int i = 0; i < 100; i++)
        memcpy(text + 2 * i, "\xc3\xa9", 2);
    gm_word_excerpt(text, sizeof text, out);
    assert_int_equal(strlen(out), 63);
    assert_string_equal(out + 58, "\xc3\xa9...");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_tokens_apart),
        cmocka_unit_test(rounds_as_the_c_library),
        cmocka_unit_test(reads_long_numbers),
        cmocka_unit_test(cuts_excerpts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
