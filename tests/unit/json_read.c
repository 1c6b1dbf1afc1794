/* Reading JSON: what is accepted and becomes what, what is refused and where. Whole documents and
   files are in json_document.c. */
#include "json_text.h"

#include <locale.h>

static gm_context *context;

static int set_up(void **state) {
    (void)state;
    context = make_context(1, GM_ISA_AUTO);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    gm_context_destroy(context);
    return 0;
}

static void refuses(const char *text, const char *message) {
    json_must_fail(context, text, strlen(text), message);
}

/* --- what is accepted --- */

static void values_become_their_kind(void **state) {
    static const char *const cases[][2] = {
        {"null", "null"},
        {" true\r\n\t ", "true"},
        {"false", "false"},
        {"[]", "[]"},
        {"[ ]", "[]"},
        {"{}", "{}"},
        {"{ \n}", "{}"},
        {"[1,[2,[]],{}]", "[1,[2,[]],{}]"},
        {" [ 1 , true , null ] ", "[1,true,null]"},
        {"{\"b\":1,\"a\":{\"b\":2},\"\":[3]}", "{\"b\":1,\"a\":{\"b\":2},\"\":[3]}"},
        {"{\"a\" : \"x\" , \"aa\" : \"\"}", "{\"a\":\"x\",\"aa\":\"\"}"},
        {"\"\"", "\"\""},
        {"\"\x7f\"", "\"\x7f\""},
        {"1.5", "1.5"},
        {"[0,-1,0.0,1e0,1E+2,1.25e-1]", "[0,-1,0.0,1.0,100.0,0.125]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *root = json_must_parse(context, cases[i][0]);
        char *text = json_dumps(root, JSON_ENCODE_ANY | JSON_COMPACT);
        assert_string_equal(text, cases[i][1]);
        free(text);
        json_decref(root);
    }
}

static void whole_numbers_are_integers_as_far_as_int64_goes(void **state) {
    static const struct {
        const char *text;
        int64_t value;
    } integers[] = {{"0", 0},
                    {"-0", 0},
                    {"10", 10},
                    {"-7", -7},
                    {"9223372036854775807", INT64_MAX},
                    {"-9223372036854775808", INT64_MIN}};
    static const char *const reals[] = {"9223372036854775808",
                                        "-9223372036854775809",
                                        "18446744073709551616",
                                        "99999999999999999999999999",
                                        "1.0",
                                        "-0.0",
                                        "1e2",
                                        "0E0",
                                        "1e-400"};
    (void)state;
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        json_t *root = json_must_parse(context, integers[i].text);
        assert_true(json_is_integer(root));
        assert_true(json_integer_value(root) == integers[i].value);
        json_decref(root);
    }
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        json_t *root = json_must_parse(context, reals[i]);
        double value = json_real_value(root), exact = strtod(reals[i], NULL);
        assert_true(json_is_real(root));
        assert_memory_equal(&value, &exact, sizeof value);
        json_decref(root);
    }
}

static void strings_lose_their_escapes(void **state) {
    static const char *const cases[][2] = {
        {"\"\\\" \\\\ \\/ \\b\\f\\n\\r\\t\"", "\" \\ / \b\f\n\r\t"},
        {"\"\\u0041\\u00e9\\u20AC\\uFFFF\"", "A\xc3\xa9\xe2\x82\xac\xef\xbf\xbf"},
        {"\"\\u007f\\u0080\\u07fF\\u0800\"", "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80"},
        {"\"\\ud83d\\uDE42x\"", "\xf0\x9f\x99\x82x"},
        {"\"\\uD800\\uDC00\\uDBFF\\uDFFF\"", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
        {"\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x99\x82\"", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x99\x82"},
        {"\"\\u0001\\\\u0041\"", "\x01\\u0041"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *root = json_must_parse(context, cases[i][0]);
        assert_string_equal(json_string_value(root), cases[i][1]);
        assert_int_equal(json_string_length(root), strlen(cases[i][1]));
        json_decref(root);
    }
    json_t *root = json_must_parse(context, "{\"\\u0061\\n\": 1}");
    assert_non_null(json_object_get(root, "a\n"));
    json_decref(root);
}

/* --- what is refused, and where --- */

static void structure_is_checked(void **state) {
    (void)state;
    refuses("", "doc:1:1: a value is expected, not the end");
    refuses(" \n ", "doc:2:2: a value is expected, not the end");
    refuses("x", "doc:1:1: a value is expected, not 'x'");
    refuses("\xef\xbb\xbf{}", "doc:1:1: a value is expected, not U+FEFF");
    refuses("\xff", "doc:1:1: a value is expected, not byte 0xFF");
    json_must_fail(context, "[1,\0]", 5, "doc:1:4: a value is expected, not U+0000");
    refuses("[1] x", "doc:1:5: the end is expected, not 'x'");
    json_must_fail(context, "[1]\0", 4, "doc:1:4: the end is expected, not U+0000");
    refuses("[1,]", "doc:1:4: a value is expected, not ']'");
    refuses("[,1]", "doc:1:2: a value is expected, not ','");
    refuses("[1 2]", "doc:1:4: ',' or ']' is expected, not '2'");
    refuses("[1}", "doc:1:3: ',' or ']' is expected, not '}'");
    refuses("[", "doc:1:2: a value is expected, not the end");
    refuses("{", "doc:1:2: a key in double quotes is expected, not the end");
    refuses("{a: 1}", "doc:1:2: a key in double quotes is expected, not 'a'");
    refuses("{\"a\": 1,\n}", "doc:2:1: a key in double quotes is expected, not '}'");
    refuses("{\"a\" 1}", "doc:1:6: ':' is expected, not '1'");
    refuses("{\"a\":}", "doc:1:6: a value is expected, not '}'");
    refuses("{\"a\":1]", "doc:1:7: ',' or '}' is expected, not ']'");
    refuses("{\"a\":1 \"b\":2}", "doc:1:8: ',' or '}' is expected, not '\"'");
    refuses("{\"\xc3\xa9\xc3\xa9\":\f1}", "doc:1:7: a value is expected, not U+000C");
    refuses("nul", "doc:1:1: a value is expected, not 'n'");
    refuses("nulll", "doc:1:5: the end is expected, not 'l'");
    refuses("True", "doc:1:1: a value is expected, not 'T'");
    refuses("// no\n1", "doc:1:1: a value is expected, not '/'");
    refuses("NaN", "doc:1:1: a value is expected, not 'N'");
    refuses("Infinity", "doc:1:1: a value is expected, not 'I'");
    refuses("'a'", "doc:1:1: a value is expected, not '''");
}

static void numbers_are_checked(void **state) {
    (void)state;
    refuses("-", "doc:1:2: a digit is expected, not the end");
    refuses("[-a]", "doc:1:3: a digit is expected, not 'a'");
    refuses("+1", "doc:1:1: a value is expected, not '+'");
    refuses(".5", "doc:1:1: a value is expected, not '.'");
    refuses("[1.]", "doc:1:4: a digit is expected, not ']'");
    refuses("1.e2", "doc:1:3: a digit is expected, not 'e'");
    refuses("1e", "doc:1:3: a digit is expected, not the end");
    refuses("[1e+]", "doc:1:5: a digit is expected, not ']'");
    refuses("01", "doc:1:2: the end is expected, not '1'");
    refuses("-01", "doc:1:3: the end is expected, not '1'");
    refuses("[0x10]", "doc:1:3: ',' or ']' is expected, not 'x'");
    refuses("1,5", "doc:1:2: the end is expected, not ','");
    refuses("-inf", "doc:1:2: a digit is expected, not 'i'");
    refuses("[1, -1e999]", "doc:1:5: the number is beyond float64; at most 1.797e308 is accepted");
    refuses("1.7976931348623159e308",
            "doc:1:1: the number is beyond float64; at most 1.797e308 is accepted");
    char digits[401] = {0};
    memset(digits, '9', 400);
    refuses(digits, "doc:1:1: the number is beyond float64; at most 1.797e308 is accepted");
}

static void strings_are_checked(void **state) {
    static const char control[] =
        "doc:1:3: a string holds a control character; \\n, \\t or \\u00XX is accepted";
    static const char half[] = "doc:1:2: half of a surrogate pair; \\uD800-\\uDBFF is accepted "
                               "only before \\uDC00-\\uDFFF";
    static const char *const halves[] = {
        "\"\\ud83d\"",        "\"\\ud83dx\"",      "\"\\ud83d\\n\"",     "\"\\ud83d\\u0041\"",
        "\"\\ud83d\\ud83d\"", "\"\\ude42\"",       "\"\\ude42\\ud83d\"", "\"\\ud83d\\ude4\"",
        "\"\\ud83d\\ue000\"", "\"\\ud83d\\udbff\""};
    static const char *const wrong[] = {
        "\"a\x80\"",         "\"a\xc3\"",         "\"a\xc0\xaf\"",         "\"a\xe2\x82\"",
        "\"a\xed\xa0\x80\"", "\"a\xe0\x80\xaf\"", "\"a\xf4\x90\x80\x80\"", "\"a\xfe\"",
        "\"a\xf0\x9f\x99\"", "\"a\xf8\""};
    (void)state;
    refuses("\"a", "doc:1:3: the text ends within a string");
    refuses("[\"a\\\"", "doc:1:6: the text ends within a string");
    refuses("\"a\n\"", control);
    refuses("\"a\t\"", control);
    json_must_fail(context, "\"a\0\"", 4, control);
    refuses("\"\\", "doc:1:2: unknown escape; after \\ one of \" \\ / b f n r t uXXXX is accepted");
    refuses("\"\\x41\"",
            "doc:1:2: unknown escape; after \\ one of \" \\ / b f n r t uXXXX is accepted");
    refuses("\"\\U0041\"",
            "doc:1:2: unknown escape; after \\ one of \" \\ / b f n r t uXXXX is accepted");
    refuses("\"\\u12\"", "doc:1:2: four hexadecimal digits are expected after \\u");
    refuses("\"\\u12g4\"", "doc:1:2: four hexadecimal digits are expected after \\u");
    refuses("\"\\u", "doc:1:2: four hexadecimal digits are expected after \\u");
    refuses("\"\\u0000\"", "doc:1:2: a string holds U+0000; any other character is accepted");
    refuses("{\"a\\u0000\": 1}", "doc:1:4: a string holds U+0000; any other character is accepted");
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++)
        refuses(halves[i], half);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        refuses(wrong[i], "doc:1:3: the bytes are not UTF-8");
}

static void keys_stand_once(void **state) {
    (void)state;
    refuses("{\"a\": 1,\n \"b\": 2, \"a\": 3}",
            "doc:2:10: the key \"a\" stands twice in the same object");
    refuses("{\"a\": null, \"\\u0061\": null}",
            "doc:1:13: the key \"a\" stands twice in the same object");
    refuses("{\"\\n\": {}, \"\\n\": {}}",
            "doc:1:12: the key \" \" stands twice in the same object");
    json_decref(json_must_parse(context, "{\"a\": {\"a\": {\"a\": 1}}, \"b\": {\"a\": 1}}"));
}

/* --- limits --- */

static char *nested(int levels, const char *open, const char *close) {
    char *text = calloc((size_t)levels + 1, strlen(open) + strlen(close));
    assert_non_null(text);
    for (int i = 0; i < levels; i++)
        strcat(text, open);
    for (int i = 0; i < levels; i++)
        strcat(text, close);
    return text;
}

static void levels_have_a_limit(void **state) {
    static const char *const message =
        "doc:1:65: arrays and objects nested too deeply; 64 levels are accepted";
    (void)state;
    char *text = nested(GM_JSON_DEPTH, "[", "]");
    json_decref(json_must_parse(context, text));
    free(text);
    text = nested(GM_JSON_DEPTH + 1, "[", "]");
    refuses(text, message);
    free(text);
    text = nested(200000 / 8, "[", "");
    refuses(text, message);
    free(text);
    text = nested(GM_JSON_DEPTH, "{\"a\":[", "]}");
    refuses(text, "doc:1:193: arrays and objects nested too deeply; 64 levels are accepted");
    free(text);
    /* Levels are those around a value, not all that were ever opened. */
    text = nested(1000, "", "[],");
    text[strlen(text) - 1] = '\0';
    char *wide = malloc(strlen(text) + 3);
    assert_non_null(wide);
    sprintf(wide, "[%s]", text);
    json_decref(json_must_parse(context, wide));
    free(wide);
    free(text);
}

static void *no_memory(size_t bytes) {
    (void)bytes;
    return NULL;
}

static void every_kind_of_value_may_find_no_memory(void **state) {
    static const char *const texts[] = {"1", "1.5", "\"a\"", "\"\"", "[1]", "{}", "{\"a\": 1}"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *root = NULL;
        json_set_alloc_funcs(no_memory, free);
        gm_status status = json_parse_exactly(context, texts[i], strlen(texts[i]), &root);
        json_set_alloc_funcs(malloc, free);
        assert_int_equal(status, GM_OUT_OF_MEMORY);
        assert_null(root);
        assert_string_equal(gm_context_message(context), "out of memory: reading doc");
    }
}

static void reading_can_be_cancelled(void **state) {
    (void)state;
    gm_context *stopped = make_context(1, GM_ISA_AUTO);
    json_t *root = NULL;
    gm_context_cancel(stopped);
    check_fails(stopped, GM_CANCELLED, "reading a report",
                gm_json_parse(stopped, "doc", "[1]", 3, &root));
    assert_null(root);
    gm_context_destroy(stopped);
}

static void numbers_have_a_point_in_every_locale(void **state) {
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8"};
    (void)state;
    for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
        if (!setlocale(LC_NUMERIC, locales[i]))
            continue; /* not on this system */
        json_t *root = json_must_parse(
            context, "[0.5, 1.2345678901234567890123e-30]"); /* both ways of number.c */
        assert_true(json_real_value(json_array_get(root, 0)) == 0.5);
        assert_true(json_real_value(json_array_get(root, 1)) == 1.2345678901234567890123e-30);
        json_decref(root);
    }
    setlocale(LC_NUMERIC, "C");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_become_their_kind),
        cmocka_unit_test(whole_numbers_are_integers_as_far_as_int64_goes),
        cmocka_unit_test(strings_lose_their_escapes),
        cmocka_unit_test(structure_is_checked),
        cmocka_unit_test(numbers_are_checked),
        cmocka_unit_test(strings_are_checked),
        cmocka_unit_test(keys_stand_once),
        cmocka_unit_test(levels_have_a_limit),
        cmocka_unit_test(every_kind_of_value_may_find_no_memory),
        cmocka_unit_test(reading_can_be_cancelled),
        cmocka_unit_test(numbers_have_a_point_in_every_locale),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
