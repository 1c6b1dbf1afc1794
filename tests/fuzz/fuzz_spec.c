/* A specification, with numbers, keys and nearest words asked of it. */
#include "fuzz.h"

#include <gradiometer/spec.h>

#include "base/word.h"

static void ask(gm_context *context, const gm_spec *spec) {
    static const char *const keys[] = {"", "m", "hidden", "act", "distance"};
    double value = 0;
    fuzz_check(*gm_spec_name(spec));
    gm_status status = gm_spec_accept(context, spec, keys, 5);
    fuzz_check_status(context, status, status == GM_OK ? spec : NULL);
    for (int i = 0; i < 5; i++) {
        status = gm_spec_number(context, spec, keys[i], 2, 1, 64, &value);
        fuzz_check_status(context, status, status == GM_OK ? spec : NULL);
        fuzz_check(status != GM_OK || (value >= 1 && value <= 64));
        const char *text = gm_spec_value(spec, keys[i]);
        if (text)
            gm_nearest_word(text, keys, 5);
    }
}

/* The value of a number must be that of the C library, in the C locale. */
static void check_number(const char *text) {
    double value = 0, expected;
    char *end;
    if (gm_word_number(text, strlen(text), &value) == GM_TOKEN_TEXT)
        return;
    expected = strtod(text, &end);
    fuzz_check(!*end && memcmp(&value, &expected, sizeof value) == 0);
}

static void parse(gm_context *context, const uint8_t *data, size_t size) {
    char text[512], excerpt[GM_EXCERPT_SIZE];
    if (size >= sizeof text)
        return;
    memcpy(text, data, size);
    text[size] = '\0';
    fuzz_check(strlen(gm_word_excerpt(text, size, excerpt)) < GM_EXCERPT_SIZE);
    check_number(text);
    gm_spec *spec = NULL;
    gm_status status = gm_spec_parse(context, text, "--model", &spec);
    fuzz_check_status(context, status, spec);
    if (spec)
        ask(context, spec);
    gm_spec_destroy(context, spec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_run(parse, data, size);
}
