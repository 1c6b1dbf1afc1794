#define _GNU_SOURCE
#include "data_files.h"

#include <math.h>

#include <gradiometer/spec.h>

static int set_up(void **state) {
    return gm_context_create(NULL, (gm_context **)state);
}

static int tear_down(void **state) {
    gm_context_destroy(*state);
    return 0;
}

static gm_spec *parse(gm_context *context, const char *text) {
    gm_spec *spec = NULL;
    gm_status status = gm_spec_parse(context, text, "--estimator", &spec);
    if (status != GM_OK)
        fail_msg("%s", gm_context_message(context));
    return spec;
}

static void reads_the_grammar(void **state) {
    gm_spec *spec = parse(*state, "mlp");
    assert_string_equal(gm_spec_name(spec), "mlp");
    assert_null(gm_spec_value(spec, ""));
    gm_spec_destroy(*state, spec);
    spec = parse(*state, "mlp:hidden=64x32,act=tanh");
    assert_string_equal(gm_spec_name(spec), "mlp");
    assert_string_equal(gm_spec_value(spec, "hidden"), "64x32");
    assert_string_equal(gm_spec_value(spec, "act"), "tanh");
    assert_null(gm_spec_value(spec, "ac"));
    gm_spec_destroy(*state, spec);
    spec = parse(*state, "fanout:8,seed=1");
    assert_string_equal(gm_spec_value(spec, ""), "8");
    assert_string_equal(gm_spec_value(spec, "seed"), "1");
    gm_spec_destroy(*state, spec);
    spec = parse(*state, "file:path=a:b=c");
    assert_string_equal(gm_spec_value(spec, "path"), "a:b=c");
    gm_spec_destroy(*state, spec);
    gm_spec_destroy(*state, NULL);
}

static void refuses_bad_grammar(void **state) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "--estimator '': the name is empty"},
        {":m=1", "--estimator ':m=1': the name is empty"},
        {"m=1", "a name comes first, then a colon"},
        {"a,b", "a name comes first"},
        {"a:", "--estimator a: an empty item"},
        {"a:m=1,", "an empty item"},
        {"a:=1", "'=1' has no key"},
        {"a:m=1,8", "'8' has no key"},
        {"a:m=1,m=2", "key 'm' is given twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_spec *spec = NULL;
        assert_int_equal(gm_spec_parse(*state, cases[i].text, "--estimator", &spec),
                         GM_INVALID_ARGUMENT);
        assert_null(spec);
        assert_says(*state, cases[i].message, NULL);
    }
    gm_spec *spec = NULL;
    assert_int_equal(gm_spec_parse(*state, NULL, "x", &spec), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_spec_parse(*state, "x", NULL, &spec), GM_INVALID_ARGUMENT);
}

static void accepts_known_keys_only(void **state) {
    static const char *const keys[] = {"hidden", "act"}, *const bare[] = {"", "m"};
    gm_spec *spec = parse(*state, "mlp:hiden=3");
    assert_int_equal(gm_spec_accept(*state, spec, keys, 2), GM_INVALID_ARGUMENT);
    assert_says(*state, "--estimator mlp: unknown key 'hiden'; did you mean 'hidden'?",
                "accepted: hidden, act", NULL);
    assert_int_equal(gm_spec_accept(*state, spec, keys, 0), GM_INVALID_ARGUMENT);
    assert_says(*state, "unknown key 'hiden'; accepted: no options", NULL);
    gm_spec_destroy(*state, spec);
    spec = parse(*state, "fanout:8");
    assert_int_equal(gm_spec_accept(*state, spec, bare, 2), GM_OK);
    assert_int_equal(gm_spec_accept(*state, spec, keys, 2), GM_INVALID_ARGUMENT);
    assert_says(*state, "'8' has no key; accepted: hidden, act", NULL);
    gm_spec_destroy(*state, spec);
}

static void reads_numbers(void **state) {
    gm_spec *spec = parse(*state, "a:m=8,x=-1.5e3,big=1e999,text=8x,none=,hex=0x8");
    double value = 0;
    assert_int_equal(gm_spec_number(*state, spec, "m", 1, 1, 64, &value), GM_OK);
    assert_close(value, 8, 0);
    assert_int_equal(gm_spec_number(*state, spec, "x", 1, -INFINITY, 0, &value), GM_OK);
    assert_close(value, -1500, 0);
    assert_int_equal(gm_spec_number(*state, spec, "absent", 7, 1, 2, &value), GM_OK);
    assert_close(value, 7, 0); /* a fallback may lie outside the range */
    assert_int_equal(gm_spec_number(*state, spec, "m", 1, 9, 64, &value), GM_INVALID_ARGUMENT);
    assert_says(*state, "--estimator a: m=8; accepted: a number from 9 to 64", NULL);
    assert_int_equal(gm_spec_number(*state, spec, "m", 1, 9, INFINITY, &value),
                     GM_INVALID_ARGUMENT);
    assert_says(*state, "accepted: a number of at least 9", NULL);
    assert_int_equal(gm_spec_number(*state, spec, "m", 1, -INFINITY, 2, &value),
                     GM_INVALID_ARGUMENT);
    assert_says(*state, "accepted: a number of at most 2", NULL);
    static const char *const bad[] = {"big", "text", "none", "hex"};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(gm_spec_number(*state, spec, bad[i], 1, -INFINITY, INFINITY, &value),
                         GM_INVALID_ARGUMENT);
        assert_says(*state, bad[i], "accepted: a finite number", NULL);
    }
    assert_close(value, 7, 0);
    gm_spec_destroy(*state, spec);
}

static void reads_whole_numbers(void **state) {
    gm_spec *spec =
        parse(*state, "a:7,n=8,low=-3,big=9007199254740992,half=1.5,text=8x,none=,e=1e3,nan=nan,"
                      "huge=1e300");
    int64_t value = 0;
    assert_int_equal(gm_spec_integer(*state, spec, "n", 0, 1, 64, &value), GM_OK);
    assert_int_equal(value, 8);
    assert_int_equal(gm_spec_integer(*state, spec, "n", 0, 8, 8, &value), GM_OK);
    assert_int_equal(value, 8);
    assert_int_equal(gm_spec_integer(*state, spec, "low", 0, -3, 0, &value), GM_OK);
    assert_int_equal(value, -3);
    assert_int_equal(gm_spec_integer(*state, spec, "e", 0, 0, 2000, &value), GM_OK);
    assert_int_equal(value, 1000);
    assert_int_equal(gm_spec_integer(*state, spec, "", 0, 1, 64, &value), GM_OK);
    assert_int_equal(value, 7);
    const int64_t most = (int64_t)1 << 53;
    assert_int_equal(gm_spec_integer(*state, spec, "big", 0, -most, most, &value), GM_OK);
    assert_true(value == most);
    assert_int_equal(gm_spec_integer(*state, spec, "absent", 5, 1, 64, &value), GM_OK);
    assert_int_equal(value, 5);
    assert_int_equal(gm_spec_integer(*state, spec, "absent", 1, 1, 64, &value), GM_OK);
    assert_int_equal(value, 1);
    assert_int_equal(gm_spec_integer(*state, spec, "absent", 99, 1, 64, &value), GM_OK);
    assert_int_equal(value, 99); /* a fallback may lie above the range */
    assert_int_equal(gm_spec_integer(*state, spec, "absent", 0, 1, 64, &value),
                     GM_INVALID_ARGUMENT);
    assert_says(*state,
                "--estimator a: absent is missing; give absent=N, a whole number from 1 "
                "to 64",
                NULL);
    assert_int_equal(gm_spec_integer(*state, spec, "n", 0, 9, 64, &value), GM_INVALID_ARGUMENT);
    assert_says(*state, "--estimator a: n=8; accepted: a whole number from 9 to 64", NULL);
    assert_int_equal(gm_spec_integer(*state, spec, "n", 0, 1, 7, &value), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_spec_integer(*state, spec, "", 0, 8, 9, &value), GM_INVALID_ARGUMENT);
    assert_says(*state, "--estimator a: 7; accepted: a whole number from 8 to 9", NULL);
    static const char *const bad[] = {"half", "text", "none", "nan", "huge"};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(gm_spec_integer(*state, spec, bad[i], 1, -most, most, &value),
                         GM_INVALID_ARGUMENT);
        assert_says(*state, bad[i], "accepted: a whole number", NULL);
    }
    assert_int_equal(value, 99); /* untouched */
    gm_spec_destroy(*state, spec);
}

static void chooses_among_names(void **state) {
    static const char *const names[] = {"paired", "none", "calibrated"};
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"pairde:m=1", "unknown --estimator 'pairde'; use one of paired, none, calibrated (did you "
                       "mean 'paired'?)"},
        {"paire", "(did you mean 'paired'?)"},
        {"Paired", "unknown --estimator 'Paired'"},
    };
    int found = -1;
    for (int i = 0; i < 3; i++) {
        gm_spec *spec = parse(*state, names[i]);
        assert_int_equal(gm_spec_choose(*state, spec, names, 3, &found), GM_OK);
        assert_int_equal(found, i);
        gm_spec_destroy(*state, spec);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        gm_spec *spec = parse(*state, wrong[i].text);
        assert_int_equal(gm_spec_choose(*state, spec, names, 3, &found), GM_INVALID_ARGUMENT);
        assert_says(*state, wrong[i].message, NULL);
        gm_spec_destroy(*state, spec);
    }
    gm_spec *spec = parse(*state, "gaussian");
    assert_int_equal(gm_spec_choose(*state, spec, names, 3, &found), GM_INVALID_ARGUMENT);
    assert_string_equal(gm_context_message(*state),
                        "unknown --estimator 'gaussian'; use one of paired, none, calibrated");
    gm_spec_destroy(*state, spec);
    assert_int_equal(found, 2); /* untouched */
}

static void finds_nearest_words(void **state) {
    static const char *const words[] = {"paired", "calibrated", "none", "m"};
    (void)state;
    assert_string_equal(gm_nearest_word("pairde", words, 4), "paired");
    assert_string_equal(gm_nearest_word("PAIRED", words, 4), "paired");
    assert_string_equal(gm_nearest_word("calibrate", words, 4), "calibrated");
    assert_string_equal(gm_nearest_word("nine", words, 4), "none");
    assert_string_equal(gm_nearest_word("M", words, 4), "m");
    assert_null(gm_nearest_word("x", words, 4));
    assert_null(gm_nearest_word("gaussian", words, 4));
    assert_null(gm_nearest_word("", words, 4));
    assert_null(gm_nearest_word("none", words, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_the_grammar, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_bad_grammar, set_up, tear_down),
        cmocka_unit_test_setup_teardown(accepts_known_keys_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_whole_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(chooses_among_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(finds_nearest_words, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
