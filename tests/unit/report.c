/* The result document and what is made of it. Fixtures: tests/fixtures/report. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include <gradiometer/report.h>

#include "report/document.h"
#include "report/svg.h"

/* A name that tries to leave every quoting there is. */
static const char hostile[] = "it's `touch hostile-1` $(touch hostile-2) \"z\" <script>alert(1)"
                              "</script> & {x}_y \\ @m %d %%\n\033[31m\x7f\xe2\x80\xae";

static gm_context *context;

static int set_up(void **state) {
    (void)state;
    return gm_context_create(NULL, &context) == GM_OK ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    gm_context_destroy(context);
    return 0;
}

#define assert_ok(expression)       assert_string_equal(gm_status_name(expression), "GM_OK")
#define assert_contains(text, part) assert_non_null(strstr((text), (part)))
#define assert_lacks(text, part)    assert_null(strstr((text), (part)))

static void fixture_path(const char *name, char *path, size_t size) {
    const char *here = strstr(__FILE__, "unit/report.c");
    assert_non_null(here);
    snprintf(path, size, "%.*sfixtures/report/%s", (int)(here - __FILE__), __FILE__, name);
}

static gm_report *load_fixture(const char *name) {
    char path[1000];
    gm_report *report = NULL;
    fixture_path(name, path, sizeof path);
    assert_ok(gm_report_load(context, path, &report));
    return report;
}

static gm_report *new_report(void) {
    gm_report *report = NULL;
    assert_ok(gm_report_create(context, "recover", &report));
    return report;
}

/* --- the document --- */

static void a_new_document_has_its_members_in_order(void **state) {
    (void)state;
    static const char *const keys[] = {"\"schema\": 1",     "\"command\": \"recover\"",
                                       "\"version\"",       "\"commit\"",
                                       "\"seed\": null",    "\"threads\"",
                                       "\"ranks\": 1",      "\"blas\"",
                                       "\"seconds\": null", "\"options\": {}",
                                       "\"result\": {}",    "\"warnings\": []"};
    gm_report *report = new_report();
    char *text = NULL;
    assert_ok(gm_report_json(report, &text));
    const char *at = text;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        at = strstr(at, keys[i]);
        assert_non_null(at);
    }
    assert_string_equal(text + strlen(text) - 3, "\n}\n");
    gm_report_free_text(report, text);
    gm_report_destroy(report);
}

static void numbers_survive_the_round_trip_bit_by_bit(void **state) {
    (void)state;
    static const double values[] = {
        0.1,  1.0 / 3, -0.0,   5e-324,   1.7976931348623157e308, 12345678,
        1e22, 1e23,    123.25, -2.5e-10, 9007199254740993.0,     0};
    enum { COUNT = sizeof values / sizeof *values };
    gm_report *report = new_report(), *again = NULL;
    char *text = NULL, name[] = "report-test-XXXXXX", path[64];
    assert_ok(gm_report_set_numbers(report, "result.values", values, COUNT));
    assert_ok(gm_report_json(report, &text));
    assert_contains(text, "[0.1, 0.3333333333333333, -0.0, 4.94065645841247e-324,");
    int file = mkstemp(name);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
    assert_ok(gm_report_load(context, name, &again));
    unlink(name);
    for (int i = 0; i < COUNT; i++) {
        double value = NAN;
        snprintf(path, sizeof path, "result.values[%d]", i);
        assert_true(gm_report_number(again, path, &value));
        assert_memory_equal(&value, &values[i], sizeof value);
    }
    char *second = NULL;
    assert_ok(gm_report_json(again, &second));
    assert_string_equal(second, text);
    gm_report_free_text(report, text);
    gm_report_free_text(again, second);
    gm_report_destroy(report);
    gm_report_destroy(again);
}

static void what_is_not_finite_becomes_null(void **state) {
    (void)state;
    const double values[] = {1, NAN, -INFINITY};
    gm_report *report = new_report();
    double value = 7;
    char *text = NULL;
    assert_ok(gm_report_set_number(report, "result.a", NAN));
    assert_ok(gm_report_set_number(report, "result.b", INFINITY));
    assert_ok(gm_report_set_numbers(report, "result.c", values, 3));
    assert_ok(gm_report_set_text(report, "result.d", NULL));
    assert_false(gm_report_number(report, "result.a", &value));
    assert_true(value == 7);
    assert_ok(gm_report_json(report, &text));
    assert_contains(text, "\"a\": null");
    assert_contains(text, "\"b\": null");
    assert_contains(text, "\"c\": [1.0, null, null]");
    assert_contains(text, "\"d\": null");
    gm_report_free_text(report, text);
    gm_report_destroy(report);
}

static void paths_make_what_is_on_the_way(void **state) {
    (void)state;
    gm_report *report = new_report();
    double value = 0;
    bool flag = false;
    assert_ok(gm_report_set_number(report, "result.a.b.c", 1.5));
    assert_ok(gm_report_set_integer(report, "result.curve[0].gradients", 64));
    assert_ok(gm_report_set_integer(report, "result.curve[1].gradients", 128));
    assert_ok(gm_report_set_number(report, "result.curve[1].ci95[0]", 0.25));
    assert_ok(gm_report_set_number(report, "result.curve[1].ci95[1]", 0.5));
    assert_ok(gm_report_set_null(report, "result.later"));
    assert_ok(gm_report_set_boolean(report, "result.later.known", true));
    assert_true(gm_report_number(report, "result.a.b.c", &value) && value == 1.5);
    assert_true(gm_report_number(report, "result.curve[1].gradients", &value) && value == 128);
    assert_true(gm_report_number(report, "result.curve[1].ci95[1]", &value) && value == 0.5);
    assert_true(gm_report_boolean(report, "result.later.known", &flag) && flag);
    assert_false(gm_report_number(report, "result.later.known", &value));
    assert_false(gm_report_number(report, "result.curve[2].gradients", &value));
    assert_null(gm_report_text(report, "result.a.b.c"));
    assert_string_equal(gm_report_text(report, "command"), "recover");
    gm_report_destroy(report);
}

static void bad_paths_are_refused_and_change_nothing(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",          ".",          "a.",        "a..b",      "[0]",        "a[",
        "a[x]",      "a[1]",       "a[-1]",     "a[0]b",     "a b",        "a[9999999999]",
        "command.x", "warnings.x", "result[0]", "a\xc3\xa4", "warnings[1]"};
    gm_report *report = new_report();
    char *before = NULL, *after = NULL;
    assert_ok(gm_report_set_null(report, "a"));
    assert_ok(gm_report_json(report, &before));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double value = 0;
        assert_int_equal(gm_report_set_number(report, bad[i], 1), GM_INVALID_ARGUMENT);
        assert_contains(gm_context_message(context), "gm_report_set");
        assert_false(gm_report_number(report, bad[i], &value));
    }
    assert_int_equal(gm_report_append_text(report, "command", "x"), GM_INVALID_ARGUMENT);
    assert_ok(gm_report_json(report, &after));
    json_t *a = json_loads(after, 0, NULL), *b = json_loads(before, 0, NULL);
    json_object_del(a, "a"); /* a path may fail after its first steps were made */
    json_object_del(b, "a");
    assert_true(json_equal(a, b));
    json_decref(a);
    json_decref(b);
    gm_report_free_text(report, before);
    gm_report_free_text(report, after);
    gm_report_destroy(report);
}

static void bytes_that_are_not_utf8_become_question_marks(void **state) {
    (void)state;
    gm_report *report = new_report();
    assert_ok(
        gm_report_set_text(report, "result.a", "gr\xc3\xbc\xc3\x9f \xe2\x89\xa4 \xf0\x9f\x99\x82"));
    assert_string_equal(gm_report_text(report, "result.a"), "grüß ≤ 🙂");
    /* lone continuation, Latin-1, cut short, overlong, surrogate, beyond the last code point */
    assert_ok(gm_report_set_text(report, "result.b", "\x80 \xfc \xe2\x89"));
    assert_string_equal(gm_report_text(report, "result.b"), "? ? ??");
    assert_ok(gm_report_set_text(report, "result.b", "\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80"));
    assert_string_equal(gm_report_text(report, "result.b"), "?? ??? ????");
    assert_ok(gm_report_append_text(report, "warnings", "a\xff"));
    assert_string_equal(gm_report_text(report, "warnings[0]"), "a?");
    gm_report_destroy(report);
}

static void loading_refuses_what_is_no_result(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "{",
                                      "[1]",
                                      "7",
                                      "{\"schema\": 1}",
                                      "{\"schema\": 2, \"command\": \"recover\"}",
                                      "{\"schema\": \"1\", \"command\": \"recover\"}",
                                      "{\"schema\": 1, \"schema\": 1, \"command\": \"recover\"}",
                                      "{\"schema\": 1, \"command\": \"recover\", \"x\": 1e999}",
                                      "{\"schema\": 1, \"command\": \"recover\"} x"};
    gm_report *report = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char name[] = "report-test-XXXXXX";
        int file = mkstemp(name);
        assert_true(file >= 0);
        assert_int_equal(write(file, bad[i], strlen(bad[i])), strlen(bad[i]));
        close(file);
        assert_int_equal(gm_report_load(context, name, &report), GM_INVALID_INPUT);
        assert_contains(gm_context_message(context), name);
        unlink(name);
        assert_null(report);
    }
    assert_int_equal(gm_report_load(context, "/nonexistent/x.json", &report), GM_INVALID_INPUT);
    assert_contains(gm_context_message(context), "/nonexistent/x.json: cannot open");
    assert_int_equal(gm_report_load(context, "/", &report), GM_INVALID_INPUT);
}

/* --- numbers and texts --- */

static void check_number(void (*add)(gm_text *, double), double value, const char *expected) {
    gm_text text = GM_TEXT(context);
    add(&text, value);
    assert_string_equal(gm_text_view(&text), expected);
    gm_text_drop(&text);
}

static void numbers_are_written_as_a_person_would(void **state) {
    (void)state;
    check_number(gm_text_percent, 0.019, "1.9 %");
    check_number(gm_text_percent, 0.00123, "0.12 %");
    check_number(gm_text_percent, 0.9984, "99.8 %");
    check_number(gm_text_percent, 0.1, "10 %");
    check_number(gm_text_percent, 0.13004, "13 %");
    check_number(gm_text_percent, 1, "100 %");
    check_number(gm_text_percent, 50, "5000 %");
    check_number(gm_text_percent, 125, "12,500 %");
    check_number(gm_text_percent, 2e-8, "2.0 × 10⁻⁶ %");
    check_number(gm_text_percent, 0, "0 %");
    check_number(gm_text_percent, NAN, "–");
    check_number(gm_text_number, 1.2e7, "1.2 × 10⁷");
    check_number(gm_text_number, -1.2e-12, "−1.2 × 10⁻¹²");
    check_number(gm_text_number, 4.125, "4.12");
    check_number(gm_text_number, -0.0, "0");
    check_number(gm_text_number, 256, "256");
    check_number(gm_text_number, 123456.5, "123,456");
    check_number(gm_text_number, INFINITY, "∞");
    check_number(gm_text_count, 8192, "8192");
    check_number(gm_text_count, 60000, "60,000");
    check_number(gm_text_count, 1234567, "1,234,567");
    check_number(gm_text_exact, 0.1, "0.1");
    check_number(gm_text_exact, 2, "2.0");
}

static void numbers_have_a_point_in_every_locale(void **state) {
    (void)state;
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8"};
    for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
        if (!setlocale(LC_NUMERIC, locales[i]))
            continue; /* not on this system */
        check_number(gm_text_exact, 0.1, "0.1");
        check_number(gm_text_number, 1.25e8, "1.2 × 10⁸");
    }
    setlocale(LC_NUMERIC, "C");
    check_number(gm_text_exact, 0.1, "0.1");
}

static void shell_words_are_quoted(void **state) {
    (void)state;
    gm_text text = GM_TEXT(context);
    gm_text_shell(&text, "a/b-1.csv");
    gm_text_add(&text, " ");
    gm_text_shell(&text, "it's $x `y`");
    gm_text_add(&text, " ");
    gm_text_shell(&text, "");
    assert_string_equal(gm_text_view(&text), "a/b-1.csv 'it'\\''s $x `y`' ''");
    gm_text_drop(&text);
}

/* --- table --- */

static char *table_of(const gm_report *report, bool color) {
    char *text = NULL;
    assert_ok(gm_report_table(report, color, &text));
    return text;
}

static void assert_narrow(const char *text) {
    for (const char *line = text; *line;) {
        char copy[1000];
        size_t length = strcspn(line, "\n");
        assert_true(length < sizeof copy);
        memcpy(copy, line, length);
        copy[length] = '\0';
        assert_true(gm_text_width(copy) <= 80);
        line += length + (line[length] == '\n');
    }
}

static void check_table(const char *fixture, const char *const *parts, const char *const *absent) {
    gm_report *report = load_fixture(fixture);
    char *text = table_of(report, false);
    for (; *parts; parts++)
        assert_contains(text, *parts);
    for (; *absent; absent++)
        assert_lacks(text, *absent);
    assert_narrow(text);
    assert_lacks(text, "\033");
    assert_lacks(text, "nan");
    gm_report_free_text(report, text);
    gm_report_destroy(report);
}

static void the_table_of_a_comparison_says_everything(void **state) {
    (void)state;
    check_table("compared.json",
                (const char *[]){
                    "Recovered the 784 × 784 curvature from 8192 gradients: relative "
                    "error 2.7 %\n(predicted 2.0 %, 95 % interval 0.91–4.3 %).",
                    "60,000 rows × 784", "Control: no noise                       98.3 %",
                    "Oracle: sees the same data              0.13 %",
                    "✓ The error lies inside the predicted interval.",
                    "yes: the interval ends at 4.3 %, within the 10 % required", "1.3 × 10⁹",
                    "1.48 of 784", "108, 13.1, 5.64", "hessian.npy", "1.73 s on 2 threads", NULL},
                (const char *[]){"Warnings", "OUTSIDE", "HVP", NULL});
}

static void the_table_without_truth_says_so(void **state) {
    (void)state;
    check_table("not-compared.json",
                (const char *[]){"Recovered the 784 × 784 curvature from 8192 gradients",
                                 "not compared with the truth", "0.91–4.3 %", NULL},
                (const char *[]){"Control", "Oracle", "lies inside", "Condition number",
                                 "Enough gradients", NULL});
}

static void the_table_of_a_biased_calibration_warns(void **state) {
    (void)state;
    check_table("calibrated.json",
                (const char *[]){"Did not recover the 9 × 9 curvature", "about 351 %",
                                 "the paired\n                      estimator has none",
                                 "✗ The error lies OUTSIDE the predicted interval.",
                                 "Warnings\n  ! ", "207 rows with missing values left out", NULL},
                (const char *[]){"inside the", NULL});
}

static void the_table_of_one_dimension_is_sensible(void **state) {
    (void)state;
    check_table("tiny.json",
                (const char *[]){"Did not recover the 1 × 1 curvature from 2 gradients",
                                 "giving 1 noise vector\n", "a = 0, b = 1", "3 rows × 1 column,",
                                 "1 of 1", NULL},
                (const char *[]){"Control", "−0", "would do", "are needed", NULL});
}

static void the_table_of_an_entropy_names_its_proxy(void **state) {
    (void)state;
    check_table("entropy.json",
                (const char *[]){"The inputs have a collision entropy of 9.73 nats (14.0 bits): "
                                 "119 pairs among\n2000 rows are equal.",
                                 "rows5.npy, 2000 rows × 5 columns, modulo 11",
                                 "95 % interval     9.51–9.94 nats",
                                 "119 pairs; 1884 rows are distinct", "12.0 nats (17.3 bits)",
                                 "1.9434–1.9472 nats, median 1.95", "a proxy", NULL},
                (const char *[]){"Warnings", "Lower bound", "infinite", NULL});
}

static void the_table_of_a_risk_names_its_interval(void **state) {
    (void)state;
    check_table("risk.json",
                (const char *[]){"An attack of radius 0.200 raises the risk from ",
                                 "computed from the data it is 181, inside.",
                                 "concrete.csv.gz, 1030 rows × 9 columns",
                                 "4096 over batches of 256", "mean squared residual",
                                 "Gaussian residual", "from the intercept",
                                 "each input moved by a length of up to 0.200", NULL},
                (const char *[]){"Warnings", "nan", "logistic", NULL});
}

/* Risks that no run of ours writes. */
static void odd_risks_still_have_table_and_page(void **state) {
    (void)state;
    static const char *const paths[] = {
        "result.adversarial_risk", "result.interval", "result.clean_risk", "result.exact",
        "result.residual_power",   "result.residual", "result.model",      "result.norm",
        "result.radius",           "result.curve",    "result.curve.low",  "result.curve.exact",
        "result.gradients",        "result.reason",   "result.dual_norm",  "result.loss_power"};
    static const double odd[] = {-1e308, NAN};
    for (size_t i = 0; i < 3 * (sizeof paths / sizeof *paths); i++) {
        gm_report *report = load_fixture("risk.json");
        const char *path = paths[i / 3];
        char *text = NULL;
        assert_ok(i % 3 == 0   ? gm_report_set_null(report, path)
                  : i % 3 == 1 ? gm_report_set_numbers(report, path, odd, 2)
                               : gm_report_set_text(report, path, hostile));
        text = table_of(report, false);
        assert_contains(text, "Adversarial risk");
        gm_report_free_text(report, text);
        assert_ok(gm_report_html(report, NULL, &text));
        assert_contains(text, "</html>");
        assert_lacks(text, "<script>");
        gm_report_free_text(report, text);
        for (int p = 0; p < gm_report_plots(report); p++) {
            assert_ok(gm_report_plot_script(report, p, &text));
            assert_lacks(text, "touch hostile-1`");
            gm_report_free_text(report, text);
        }
        gm_report_destroy(report);
    }
}

static void the_table_of_a_training_compares(void **state) {
    (void)state;
    check_table("train.json",
                (const char *[]){"gradiometer reached a loss of ", "2.0 % above the least",
                                 "adam took ", "To the goal", "accuracy", "✓ gradiometer", "✓ adam",
                                 "✗ lbfgs", "lbfgs did not reach the goal", "best of ",
                                 "full, condition number ", "Newton steps by conjugate",
                                 "weights-adam.npy", NULL},
                (const char *[]){"nan", "inf", "null", NULL});
}

static void a_training_without_a_goal_misses_none(void **state) {
    (void)state;
    gm_report *report = load_fixture("train.json");
    char *text = NULL;
    assert_ok(gm_report_set_null(report, "result.goal.kind"));
    assert_ok(gm_report_set_null(report, "result.goal.value"));
    assert_ok(gm_report_set_null(report, "result.goal_loss"));
    for (int i = 0; i < 3; i++) {
        char path[64];
        snprintf(path, sizeof path, "result.optimizers[%d].reached", i);
        assert_ok(gm_report_set_null(report, path));
    }
    text = table_of(report, false);
    assert_contains(text, "gradiometer came to a loss of ");
    assert_contains(text, "of the others adam came lowest, to");
    assert_lacks(text, "✓");
    assert_lacks(text, "✗");
    gm_report_free_text(report, text);
    gm_report_destroy(report);
}

/* Trainings that no run of ours writes. */
static void odd_trainings_still_have_table_and_page(void **state) {
    (void)state;
    static const char *const paths[] = {"result.optimizers",
                                        "result.optimizers[0]",
                                        "result.optimizers[0].name",
                                        "result.optimizers[1].name",
                                        "result.optimizers[0].reached",
                                        "result.optimizers[1].reached",
                                        "result.optimizers[0].gradient_evaluations",
                                        "result.optimizers[0].final_loss",
                                        "result.optimizers[0].curve",
                                        "result.optimizers[0].curve.loss",
                                        "result.optimizers[2].curve.seconds",
                                        "result.optimizers[0].preconditioner",
                                        "result.optimizers[0].monitor.advice",
                                        "result.optimum",
                                        "result.optimum_method",
                                        "result.goal_loss",
                                        "result.goal.kind",
                                        "result.initial_loss",
                                        "result.monitor",
                                        "result.data.path",
                                        "options.model",
                                        "options.at"};
    static const double odd[] = {-1e308, NAN};
    for (size_t i = 0; i < 3 * (sizeof paths / sizeof *paths); i++) {
        gm_report *report = load_fixture("train.json");
        const char *path = paths[i / 3];
        char *text = NULL;
        assert_ok(i % 3 == 0   ? gm_report_set_null(report, path)
                  : i % 3 == 1 ? gm_report_set_numbers(report, path, odd, 2)
                               : gm_report_set_text(report, path, hostile));
        text = table_of(report, false);
        assert_contains(text, "Made by");
        gm_report_free_text(report, text);
        assert_ok(gm_report_html(report, NULL, &text));
        assert_contains(text, "</html>");
        assert_lacks(text, "<script>");
        gm_report_free_text(report, text);
        for (int p = 0; p < gm_report_plots(report); p++) {
            assert_ok(gm_report_plot_script(report, p, &text));
            assert_lacks(text, "it's"); /* the quote would end gnuplot's */
            gm_report_free_text(report, text);
        }
        gm_report_destroy(report);
    }
}

static void the_table_of_a_checked_secret_says_by_chance(void **state) {
    (void)state;
    check_table("lwe-verify.json",
                (const char *[]){"The secret fits: residuals of 3.23 are below 6.40.",
                                 "n = 64, q = 3329, 256 samples", "ternary, 16 entries not 0",
                                 "probability at most 2^−1786", NULL},
                (const char *[]){"Warnings", "Files", "Entries", "nan", NULL});
    gm_report *report = load_fixture("lwe-verify.json");
    char *text = NULL;
    assert_ok(gm_report_html(report, NULL, &text));
    assert_contains(text, "gradiometer lwe verify \\\n    --instance inst");
    assert_contains(text, "class=\"badge good\"");
    gm_report_free_text(report, text);
    assert_ok(gm_report_set_boolean(report, "result.accepted", false));
    assert_ok(gm_report_set_text(report, "result.secret", hostile));
    assert_ok(gm_report_set_number(report, "result.log2_false_acceptance", 0.0));
    text = table_of(report, false);
    assert_contains(text, "The secret does not fit");
    assert_contains(text, "probability at most 1");
    assert_null(strchr(text, '\033'));
    gm_report_free_text(report, text);
    assert_ok(gm_report_html(report, NULL, &text));
    assert_lacks(text, "<script>alert");
    gm_report_free_text(report, text);
    assert_ok(gm_report_set_null(report, "result"));
    text = table_of(report, false);
    assert_lacks(text, "nan");
    gm_report_free_text(report, text);
    assert_ok(gm_report_html(report, NULL, &text));
    gm_report_free_text(report, text);
    gm_report_destroy(report);
}

static void the_table_of_a_recovered_secret_shows_the_evidence(void **state) {
    (void)state;
    check_table(
        "lwe-solve.json",
        (const char *[]){"The secret was recovered by the whitened gradient, in 0.",
                         "The same attack\non unreduced samples found nothing.",
                         "16 of 64 entries are not 0: s[2] = 1, s[4] = 1", "s[37] = 1, …",
                         "its weight is not used", "from the best guess, in 14",
                         "found nothing in 256 unreduced samples, with the same",
                         "V, reduced          0.00801 (95 %: 0.00670 to 0.00932), undecided",
                         "V, unreduced        ", "d' = 1.50; unreduced", "d' = 1.59",
                         "Collision entropy   from 519 to 432 nats", "by LLL: it was faster than",
                         "2^101 secrets of this law", "Why                 least time expected",
                         "processors: LLL", NULL},
        (const char *[]){"Warnings", "not run", "Blocks lost", NULL});
}

static void the_table_of_nothing_found_says_what_was_tried(void **state) {
    (void)state;
    check_table("lwe-attack.json",
                (const char *[]){"The secret was not recovered: ", " rows of 2 blocks and ",
                                 " guesses were", "Shortest vector     not run (--baselines)",
                                 "V, reduced", NULL},
                (const char *[]){"Found by", "Residuals", "z observed", "Plan", "Reduction", NULL});
    check_table("lwe-reduce.json",
                (const char *[]){"100 rows of 2 blocks, with entries of 18.5 % of the length of "
                                 "uniform ones.",
                                 "2, 3, 7, 8, 11, 16, 19, 24, 26, 36, 38, 44", "After the first",
                                 "embedding weight 7, LLL alone", "RA.npy", NULL},
                (const char *[]){"Warnings", "Blocks lost", NULL});
}

/* Documents of others: every text hostile, every number absent or of the wrong kind. */
static void odd_attacks_still_have_table_and_page(void **state) {
    (void)state;
    static const char *const fixtures[] = {"lwe-solve.json", "lwe-attack.json", "lwe-reduce.json"};
    static const char *const texts[] = {
        "result.secret_law",           "result.solver",    "result.plan.text",
        "result.plan.reason",          "result.precision", "result.informativeness.reduced.verdict",
        "result.baselines.usvp.reason"};
    static const char *const objects[] = {"result.secret",  "result.columns",   "result.column_std",
                                          "result.control", "result.predicted", "result.q",
                                          "result"};
    for (size_t i = 0; i < sizeof fixtures / sizeof *fixtures; i++) {
        gm_report *report = load_fixture(fixtures[i]);
        char *text = NULL;
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            if (gm_report_text(report, texts[k]))
                assert_ok(gm_report_set_text(report, texts[k], hostile));
        for (size_t k = 0; k <= sizeof objects / sizeof *objects; k++) {
            text = table_of(report, false);
            assert_null(strchr(text, '\033'));
            assert_lacks(text, "nan");
            gm_report_free_text(report, text);
            assert_ok(gm_report_html(report, NULL, &text));
            assert_lacks(text, "<script>alert");
            assert_lacks(text, "nan");
            gm_report_free_text(report, text);
            for (int p = 0; p < gm_report_plots(report); p++) {
                assert_ok(gm_report_plot_script(report, p, &text));
                gm_report_free_text(report, text);
            }
            if (k < sizeof objects / sizeof *objects)
                assert_ok(gm_report_set_null(report, objects[k]));
        }
        gm_report_destroy(report);
    }
}

/* Entropies that no run of ours writes: nothing is undefined, and no number of them is lost. */
static void odd_entropies_still_have_table_and_page(void **state) {
    (void)state;
    static const double pairs[][2] = {{1e300, 1e308}, {-5, 3}, {3, 3}, {9, 2}, {0, 0}, {0, 1e-9}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        gm_report *report = load_fixture("entropy.json");
        char *text = NULL;
        assert_ok(gm_report_set_numbers(report, "result.collision_entropy.ci95", pairs[i], 2));
        assert_ok(gm_report_set_numbers(report, "result.per_coordinate", pairs[i], 2));
        assert_ok(gm_report_set_number(report, "result.columns", i % 2 ? 0 : -1e300));
        assert_ok(gm_report_set_text(report, "result.uniform", "much"));
        text = table_of(report, false);
        assert_contains(text, "interval");
        gm_report_free_text(report, text);
        assert_ok(gm_report_html(report, NULL, &text));
        gm_report_free_text(report, text);
        assert_ok(gm_report_plot_script(report, 0, &text));
        gm_report_free_text(report, text);
        assert_ok(gm_report_set_null(report, "result"));
        text = table_of(report, false);
        assert_lacks(text, "nan");
        gm_report_free_text(report, text);
        assert_ok(gm_report_html(report, NULL, &text));
        gm_report_free_text(report, text);
        gm_report_destroy(report);
    }
}

/* Table, page and plots; none of them may fail, or show what is no number. */
static void render(const gm_report *report) {
    char *text = table_of(report, false);
    assert_narrow(text);
    assert_lacks(text, "nan");
    gm_report_free_text(report, text);
    assert_ok(gm_report_html(report, NULL, &text));
    gm_report_free_text(report, text);
    for (int p = 0; p < gm_report_plots(report); p++) {
        assert_ok(gm_report_plot_script(report, p, &text));
        assert_lacks(text, "inf,");
        assert_lacks(text, "nan");
        gm_report_free_text(report, text);
    }
}

static void the_table_of_a_measurement_says_what_v_is_made_of(void **state) {
    (void)state;
    check_table("informative.json",
                (const char *[]){"The gradient tells the targets apart: a batch of 64 samples "
                                 "shows which target\nit is, within the budget of 4096.",
                                 "cube:n=6, 6 columns", "parity, all 64 of the class",
                                 "Variance V          0.0923, exact",
                                 "D = 0.0923 (equal inputs), O = 0 (different inputs)",
                                 "0.0938 = 0.0938 (collisions) + 0 (dependence)",
                                 "64, the batch whose noise", "4.16 nats (6 bits)",
                                 "6.18 of 64 carry the variance", NULL},
                (const char *[]){"Warnings", "Smallest visible", "±", "inf", NULL});
}

static void the_table_of_nothing_found_says_so(void **state) {
    (void)state;
    check_table("uninformative.json",
                (const char *[]){"The gradient does not tell the targets apart: at least 18500",
                                 "1.9 × 10⁻⁴ ± 2.4 × 10⁻⁴, 95 % interval 0 to 7.1 × 10⁻⁴",
                                 "0.00339: too large, since it pairs each input with itself",
                                 "not known; at least 18,544", "all 448 of the\n",
                                 "ε = 1.32; ε² = 1.74, 95 % interval 1.73 to 1.75", NULL},
                (const char *[]){"carry the variance", "exact", "Total variation", NULL});
}

static void the_table_of_a_course_says_what_the_run_suffers_from(void **state) {
    (void)state;
    check_table("along.json",
                (const char *[]){"Along training\n", "64 steps at a rate of 0.354, on 256 fresh",
                                 "healthy: the loss falls by 0.00311 a step",
                                 "V 0.00204 at first, 0.0201 at last; loss 0.568 at first",
                                 "knowing nothing costs 0.500", NULL},
                (const char *[]){"Warnings", "no longer finite", NULL});
    check_table("uninformative.json", (const char *[]){"Noise T", NULL},
                (const char *[]){"Along", "Monitor", NULL});
}

/* Courses that no run of ours writes: rows without a picture, or neither. */
static void odd_courses_still_have_table_and_page(void **state) {
    (void)state;
    static const char *const paths[] = {"result.along",
                                        "result.along[0]",
                                        "result.along[0].step",
                                        "result.along[0].variance",
                                        "result.along[3].variance.value",
                                        "result.along[7].step",
                                        "result.along[7].loss",
                                        "result.training",
                                        "result.training.baseline",
                                        "result.training.rate",
                                        "result.training.diverged",
                                        "result.training.monitor.advice"};
    static const double numbers[] = {-1e308, 0, 5e-324, 1e300, 1e308};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        for (size_t kind = 0; kind < 2 + sizeof numbers / sizeof *numbers; kind++) {
            gm_report *report = load_fixture("along.json");
            if (kind == 0)
                assert_ok(gm_report_set_text(report, paths[i], hostile));
            else if (kind == 1)
                assert_ok(gm_report_set_null(report, paths[i]));
            else
                assert_ok(gm_report_set_number(report, paths[i], numbers[kind - 2]));
            render(report);
            gm_report_destroy(report);
        }
    gm_report *report = load_fixture("along.json");
    char path[64], *text = NULL;
    assert_int_equal(gm_report_plots(report), 3);
    assert_string_equal(gm_report_plot_name(report, 2), "along.svg");
    assert_ok(gm_report_html(report, NULL, &text));
    assert_contains(text, "<b>Along training.</b>");
    gm_report_free_text(report, text);
    for (int p = 0; p < 8; p++) { /* V at or below 0 at every point: rows, no picture */
        snprintf(path, sizeof path, "result.along[%d].variance.value", p);
        assert_ok(gm_report_set_number(report, path, -1));
        snprintf(path, sizeof path, "result.along[%d].variance.ci95", p);
        assert_ok(gm_report_set_null(report, path));
    }
    assert_int_equal(gm_report_plots(report), 2);
    text = table_of(report, false);
    assert_contains(text, "Along training");
    gm_report_free_text(report, text);
    gm_report_destroy(report);
}

static void the_page_of_a_measurement_fits_its_method(void **state) {
    (void)state;
    static const struct {
        const char *fixture, *badge, *method, *absent;
    } pages[] = {{"informative.json", "<span class=\"badge good\">Informative</span>",
                  "<b>Exact.</b>", "<b>Sampled.</b>"},
                 {"uninformative.json", "<span class=\"badge bad\">Uninformative</span>",
                  "<b>Sampled.</b>", "<b>Exact.</b>"}};
    for (size_t i = 0; i < 2; i++) {
        gm_report *report = load_fixture(pages[i].fixture);
        char *page = NULL;
        assert_int_equal(gm_report_plots(report), 2);
        assert_ok(gm_report_html(report, NULL, &page));
        assert_contains(page, pages[i].badge);
        assert_contains(page, pages[i].method);
        assert_lacks(page, pages[i].absent);
        gm_report_free_text(report, page);
        gm_report_destroy(report);
    }
}

/* Measurements that no run of ours writes. */
static void odd_measurements_still_have_table_and_page(void **state) {
    (void)state;
    static const char *const paths[] = {"result.variance",
                                        "result.variance.value",
                                        "result.variance.ci95",
                                        "result.naive_variance",
                                        "result.collision_term",
                                        "result.dependence_term",
                                        "result.bound",
                                        "result.bound.value",
                                        "result.noise_trace",
                                        "result.label_noise_trace",
                                        "result.samples_to_see_target",
                                        "result.samples_lower_bound",
                                        "result.budget",
                                        "result.columns",
                                        "result.samples",
                                        "result.targets",
                                        "result.enumerated",
                                        "result.effective_targets",
                                        "result.smallest_visible",
                                        "result.method",
                                        "result.form",
                                        "result.verdict",
                                        "result.reason",
                                        "result.collision_entropy",
                                        "result.independence",
                                        "result.independence.epsilon",
                                        "result.data",
                                        "options.targets",
                                        "options.weights",
                                        "options",
                                        "result.independence.epsilon_squared.value",
                                        "result"};
    static const double numbers[] = {-1e308, -1, 0, 5e-324, 1, 1e300, 1e308};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        for (size_t kind = 0; kind < 2 + sizeof numbers / sizeof *numbers; kind++) {
            gm_report *report = load_fixture(kind % 2 ? "informative.json" : "uninformative.json");
            const double pair[] = {numbers[kind % 7], NAN};
            if (kind == 0)
                assert_ok(gm_report_set_text(report, paths[i], hostile));
            else if (kind == 1)
                assert_ok(gm_report_set_numbers(report, paths[i], pair, 2));
            else
                assert_ok(gm_report_set_number(report, paths[i], numbers[kind - 2]));
            render(report);
            gm_report_destroy(report);
        }
}

static void colours_come_only_when_asked_for(void **state) {
    (void)state;
    gm_report *report = load_fixture("compared.json");
    char *text = table_of(report, true);
    assert_contains(text, "\033[1;32mRecovered");
    gm_report_free_text(report, text);
    gm_report_destroy(report);
}

static void an_empty_result_still_has_table_and_page(void **state) {
    (void)state;
    gm_report *report = new_report();
    char *text = table_of(report, false), *page = NULL;
    assert_contains(text, "Recovered the curvature; its error is not known.");
    assert_int_equal(gm_report_plots(report), 0);
    assert_null(gm_report_plot_name(report, 0));
    assert_ok(gm_report_html(report, NULL, &page));
    assert_contains(page, "its error is not known");
    gm_report_free_text(report, page);
    assert_int_equal(gm_report_plot_script(report, 0, &page), GM_INVALID_ARGUMENT);
    gm_report_free_text(report, text);
    gm_report_destroy(report);
}

static void members_of_a_wrong_kind_do_no_harm(void **state) {
    (void)state;
    static const char *const paths[] = {"options",          "result.error",
                                        "result.controls",  "result.curve",
                                        "result.spectrum",  "result.data",
                                        "result.enough",    "result.predicted_error",
                                        "result.shrinkage", "result.eigenvalues",
                                        "result.files",     "result.estimator",
                                        "warnings",         "seed",
                                        "version",          "result.dimension"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        for (int kind = 0; kind < 3; kind++) {
            gm_report *report = load_fixture("compared.json");
            const double numbers[] = {1, NAN};
            if (kind == 0)
                assert_ok(gm_report_set_text(report, paths[i], "text"));
            else if (kind == 1)
                assert_ok(gm_report_set_number(report, paths[i], 3));
            else
                assert_ok(gm_report_set_numbers(report, paths[i], numbers, 2));
            render(report);
            gm_report_destroy(report);
        }
}

/* --- experiments --- */

static char *script_of(const gm_report *report, int plot) {
    char *script = NULL;
    assert_ok(gm_report_plot_script(report, plot, &script));
    return script;
}

static void axes_are_logarithmic_unless_the_plot_says_otherwise(void **state) {
    (void)state;
    gm_report *report = load_fixture("experiment.json");
    char *script = script_of(report, 0);
    assert_contains(script, "set logscale xy\n");
    assert_lacks(script, "unset logscale");
    assert_contains(script, "100.0 5.0 0.5 10.0\n"); /* the bar ends at a tenth */
    assert_lacks(script, "-0.25");
    gm_report_free_text(report, script);
    script = script_of(report, 1);
    assert_contains(script, "unset logscale x\n");
    assert_contains(script, "unset logscale y\n");
    assert_contains(script, "-10.0 0.5 -0.5 1.0\n");
    assert_contains(script, "90.0 -0.25 -0.75 0.125\n");
    assert_contains(script, "set xrange [-16.0:96.0]\n");
    assert_contains(script, "set yrange [-0.85");
    assert_contains(script, "[-16.0:96.0] 0.0 with lines"); /* the level */
    gm_report_free_text(report, script);
    assert_ok(gm_report_set_text(report, "result.plots[1].linear", "y"));
    script = script_of(report, 1);
    assert_lacks(script, "unset logscale x");
    assert_contains(script, "unset logscale y\n");
    assert_lacks(script, "-10.0 0.5");
    gm_report_free_text(report, script);
    gm_report_destroy(report);
}

/* Of one value, an axis has a range all the same. */
static void a_linear_axis_of_one_value_has_a_range(void **state) {
    (void)state;
    gm_report *report = load_fixture("experiment.json");
    const double zero = 0, low = 0, high = 0;
    assert_ok(gm_report_set_numbers(report, "result.plots[1].series[0].x", &zero, 1));
    assert_ok(gm_report_set_numbers(report, "result.plots[1].series[0].y", &zero, 1));
    assert_ok(gm_report_set_numbers(report, "result.plots[1].series[0].low", &low, 1));
    assert_ok(gm_report_set_numbers(report, "result.plots[1].series[0].high", &high, 1));
    assert_ok(gm_report_set_numbers(report, "result.plots[1].series[1].x", &zero, 1));
    assert_ok(gm_report_set_numbers(report, "result.plots[1].series[1].y", &zero, 1));
    char *script = script_of(report, 1);
    assert_contains(script, "set xrange [-0.06:0.06]\n");
    gm_report_free_text(report, script);
    gm_report_destroy(report);
}

static void an_experiment_counts_its_runs(void **state) {
    (void)state;
    gm_report *report = load_fixture("experiment.json");
    char *text = table_of(report, false);
    assert_contains(text, "12, scale 1");
    assert_lacks(text, "ecoveries");
    gm_report_free_text(report, text);
    assert_ok(gm_report_html(report, NULL, &text));
    assert_contains(text, "recoveries or measurements");
    gm_report_free_text(report, text);
    gm_report_destroy(report);
}

static void other_commands_are_not_available(void **state) {
    (void)state;
    gm_report *report = NULL;
    char *text = NULL;
    assert_ok(gm_report_create(context, "dance", &report));
    assert_int_equal(gm_report_table(report, false, &text), GM_UNAVAILABLE);
    assert_contains(gm_context_message(context), "\"dance\"");
    assert_int_equal(gm_report_html(report, NULL, &text), GM_UNAVAILABLE);
    assert_int_equal(gm_report_plots(report), 0);
    assert_null(text);
    gm_report_destroy(report);
}

/* --- page --- */

static const char svg[] =
    "<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<svg viewBox=\"0 0 9 9\"\n "
    "xmlns=\"http://www.w3.org/2000/svg\">\n<title>Gnuplot</title>\n<defs>"
    "<circle id='gpDot' r='1'/></defs><use xlink:href='#gpDot' id=\"u\"/>"
    "<g filter=\"url(#textbox)\"><text> id='kept' a &amp; b</text></g></svg>\n";

static void the_page_is_whole_and_self_contained(void **state) {
    (void)state;
    static const char *const fixtures[] = {
        "compared.json",    "not-compared.json",  "calibrated.json", "tiny.json",
        "informative.json", "uninformative.json", "lwe-solve.json",  "lwe-attack.json",
        "lwe-reduce.json",  "risk.json",          "train.json"};
    const char *const svgs[] = {svg, svg, svg};
    for (size_t i = 0; i < sizeof fixtures / sizeof *fixtures; i++) {
        gm_report *report = load_fixture(fixtures[i]);
        char *page = NULL;
        assert_ok(gm_report_html(report, svgs, &page));
        assert_contains(page, "<!doctype html>");
        assert_contains(page, "</html>");
        assert_lacks(page, "{{");
        assert_lacks(page, "}}");
        assert_lacks(page, "nan");
        assert_lacks(page, "<script");
        assert_lacks(page, " src=");
        assert_lacks(page, "@import");
        assert_contains(page, "prefers-color-scheme: dark");
        gm_report_free_text(report, page);
        gm_report_destroy(report);
    }
}

static void the_page_of_a_comparison_says_everything(void **state) {
    (void)state;
    static const char *const parts[] = {"Recovered the 784\u00A0×\u00A0784 curvature from 8192 "
                                        "gradients: relative error 2.7\u00A0%",
                                        "badge good",
                                        "Accurate enough",
                                        "Control: no noise",
                                        "Oracle: sees the same data",
                                        "Paired gradients.",
                                        "multiplier bootstrap",
                                        "Effective rank",
                                        "id='p0-gpDot'",
                                        "id='p1-gpDot'",
                                        "href='#p1-gpDot'",
                                        "role=\"img\"",
                                        "url(#p0-textbox)",
                                        " id='kept'",
                                        "gradiometer recover \\\n    --data "
                                        "/usr/share/datasets/fashion-mnist \\\n    --model linear",
                                        "    --compare \\\n",
                                        "    --batch-size 256 \\\n",
                                        "--seed 1",
                                        "SkylakeX",
                                        "BSD 3-Clause"};
    gm_report *report = load_fixture("compared.json");
    const char *const svgs[] = {svg, svg};
    char *page = NULL;
    assert_int_equal(gm_report_plots(report), 2);
    assert_ok(gm_report_html(report, svgs, &page));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_contains(page, parts[i]);
    assert_lacks(page, "<?xml");
    assert_lacks(page, "Gnuplot</title>");
    assert_lacks(page, "Not drawn");
    gm_report_free_text(report, page);
    assert_ok(gm_report_html(report, NULL, &page));
    assert_contains(page, "Not drawn: error.svg needs gnuplot.");
    gm_report_free_text(report, page);
    gm_report_destroy(report);
}

static void the_method_fits_the_estimator(void **state) {
    (void)state;
    gm_report *report = load_fixture("calibrated.json");
    char *page = NULL;
    assert_ok(gm_report_html(report, NULL, &page));
    assert_contains(page, "Calibrated noise.");
    assert_contains(page, "It cannot see a bias");
    assert_contains(page, "class=\"warnings\"");
    assert_contains(page, "<b>outside</b> the predicted interval");
    gm_report_free_text(report, page);
    assert_ok(gm_report_set_text(report, "result.estimator", "none"));
    assert_ok(gm_report_html(report, NULL, &page));
    assert_contains(page, "No noise: a control.");
    gm_report_free_text(report, page);
    gm_report_destroy(report);
}

static void a_picture_that_could_run_something_is_left_out(void **state) {
    (void)state;
    static const char *const bad[] = {"no picture",
                                      "<svg viewBox='0 0 1 1'>",
                                      "<svg><script>1</script></svg>",
                                      "<svg><SCRIPT>1</SCRIPT></svg>",
                                      "<svg onload=\"x()\"></svg>",
                                      "<svg><g\nonclick = 'x'/></svg>",
                                      "<svg><image href=\"http://x/y\"/></svg>",
                                      "<svg><use href=\"http://x/y#z\"/></svg>",
                                      "<svg><foreignObject/></svg>",
                                      "<svg><a xlink:href='#x'>y</a></svg>"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        gm_text html = GM_TEXT(context);
        assert_false(gm_svg_inline(bad[i], "p-", "x", &html));
        assert_string_equal(gm_text_view(&html), "");
        gm_text_drop(&html);
    }
    gm_text html = GM_TEXT(context);
    assert_true(
        gm_svg_inline("<svg><style>body{}</style><text>on x = 3 &lt;script</text></svg> tail", "p-",
                      "a \"b\"", &html));
    assert_string_equal(gm_text_view(&html), "<svg role=\"img\" aria-label=\"a &quot;b&quot;\">"
                                             "<text>on x = 3 &lt;script</text></svg>");
    gm_text_drop(&html);
}

/* --- hostile texts --- */

static gm_report *hostile_report(void) {
    static const char *const paths[] = {"options.data",
                                        "options.model",
                                        "options.at",
                                        "result.data.path",
                                        "result.data.target",
                                        "result.reason",
                                        "result.shrinkage.method",
                                        "result.predicted_error.operator.method",
                                        "result.files[0]",
                                        "version",
                                        "commit",
                                        "blas"};
    gm_report *report = load_fixture("compared.json");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_ok(gm_report_set_text(report, paths[i], hostile));
    assert_ok(gm_report_append_text(report, "warnings", hostile));
    return report;
}

static void hostile_texts_stay_texts(void **state) {
    (void)state;
    gm_report *report = hostile_report();
    char *text = table_of(report, false);
    assert_lacks(text, "\033");
    assert_lacks(text, "\x7f");
    assert_lacks(text, "\xe2\x80\xae");
    assert_narrow(text);
    gm_report_free_text(report, text);
    assert_ok(gm_report_html(report, NULL, &text));
    assert_lacks(text, "<script>");
    assert_lacks(text, "\033");
    assert_lacks(text, "\"z\"");
    assert_contains(text, "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {x}_y");
    assert_contains(text, "--data &#39;it&#39;\\&#39;&#39;s `touch hostile-1` $(touch hostile-2)");
    gm_report_free_text(report, text);
    assert_ok(gm_report_plot_script(report, 0, &text));
    assert_contains(text, "script> & {x}_y \\ @m %d %%?"
                          "?[31m?"
                          "?' noenhanced\n");
    gm_report_free_text(report, text);
    assert_ok(gm_report_set_text(report, "result.data.path", "it's `touch hostile-1`"));
    assert_ok(gm_report_plot_script(report, 0, &text));
    assert_contains(text, ": it’s `touch hostile-1`' noenhanced\n");
    gm_report_free_text(report, text);
    gm_report_destroy(report);
}

/* --- memory --- */

/* Everything once, on a small document. Nothing may leak or crash, whatever fails. */
static gm_status exercise(gm_context *with, const char *path) {
    gm_report *report = NULL, *loaded = NULL;
    char *text = NULL;
    const char *const svgs[] = {svg, svg};
    const double values[] = {3, 1, 0};
    gm_status status = gm_report_create(with, "recover", &report);
    if (status == GM_OK)
        status = gm_report_set_numbers(report, "result.eigenvalues", values, 3);
    if (status == GM_OK)
        status = gm_report_set_text(report, "options.data", hostile);
    if (status == GM_OK)
        status = gm_report_set_number(report, "result.curve[0].predicted", 0.25);
    if (status == GM_OK)
        status = gm_report_set_integer(report, "result.curve[0].gradients", 2);
    if (status == GM_OK)
        status = gm_report_set_number(report, "result.error.operator_relative", 0.125);
    if (status == GM_OK)
        status = gm_report_append_text(report, "warnings", "beware");
    if (status == GM_OK)
        status = gm_report_load(with, path, &loaded);
    gm_report *shown = loaded ? loaded : report;
    gm_status (*const makers[])(const gm_report *, char **) = {gm_report_json};
    if (status == GM_OK && (status = makers[0](shown, &text)) == GM_OK)
        gm_report_free_text(shown, text);
    if (status == GM_OK && (status = gm_report_table(shown, true, &text)) == GM_OK)
        gm_report_free_text(shown, text);
    for (int i = 0; status == GM_OK && i < gm_report_plots(shown); i++)
        if ((status = gm_report_plot_script(shown, i, &text)) == GM_OK)
            gm_report_free_text(shown, text);
    if (status == GM_OK && (status = gm_report_html(shown, svgs, &text)) == GM_OK)
        gm_report_free_text(shown, text);
    gm_report_destroy(report);
    gm_report_destroy(loaded);
    return status;
}

static int64_t countdown; /* the allocation that fails; the rest of this file is one thread */

static void *failing_allocate(void *user, size_t alignment, size_t bytes) {
    (void)user;
    if (--countdown == 0)
        return NULL;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void failing_release(void *user, void *pointer) {
    (void)user;
    free(pointer);
}

static void every_allocation_of_ours_may_fail(void **state) {
    (void)state;
    const gm_allocator allocator = {failing_allocate, failing_release, NULL};
    const gm_context_options options = {.threads = 1, .allocator = &allocator};
    gm_context *small = NULL;
    char path[1000];
    fixture_path("compared.json", path, sizeof path);
    countdown = -1;
    assert_ok(gm_context_create(&options, &small));
    int64_t failures = 0;
    for (int64_t n = 1; n < 100000; n++) {
        countdown = n;
        gm_status status = exercise(small, path);
        if (status == GM_OK) {
            assert_true(countdown > 0); /* nothing failed unnoticed */
            break;
        }
        assert_int_equal(status, GM_OUT_OF_MEMORY);
        failures++;
    }
    assert_true(failures > 40 && failures < 99000);
    countdown = -1;
    gm_context_destroy(small);
}

static void *failing_malloc(size_t bytes) {
    return --countdown == 0 ? NULL : malloc(bytes);
}

static void every_allocation_of_jansson_may_fail(void **state) {
    (void)state;
    char path[1000];
    fixture_path("compared.json", path, sizeof path);
    json_set_alloc_funcs(failing_malloc, free);
    int64_t failures = 0;
    for (int64_t n = 1; n < 100000; n++) {
        countdown = n;
        gm_status status = exercise(context, path);
        if (status == GM_OK) {
            assert_true(countdown > 0); /* nothing failed unnoticed */
            break;
        }
        assert_int_equal(status, GM_OUT_OF_MEMORY);
        assert_contains(gm_context_message(context), "out of memory");
        failures++;
    }
    countdown = -1;
    json_set_alloc_funcs(malloc, free);
    assert_true(failures > 200 && failures < 99000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_document_has_its_members_in_order),
        cmocka_unit_test(numbers_survive_the_round_trip_bit_by_bit),
        cmocka_unit_test(what_is_not_finite_becomes_null),
        cmocka_unit_test(paths_make_what_is_on_the_way),
        cmocka_unit_test(bad_paths_are_refused_and_change_nothing),
        cmocka_unit_test(bytes_that_are_not_utf8_become_question_marks),
        cmocka_unit_test(loading_refuses_what_is_no_result),
        cmocka_unit_test(numbers_are_written_as_a_person_would),
        cmocka_unit_test(numbers_have_a_point_in_every_locale),
        cmocka_unit_test(shell_words_are_quoted),
        cmocka_unit_test(the_table_of_a_comparison_says_everything),
        cmocka_unit_test(the_table_without_truth_says_so),
        cmocka_unit_test(the_table_of_a_biased_calibration_warns),
        cmocka_unit_test(the_table_of_one_dimension_is_sensible),
        cmocka_unit_test(the_table_of_an_entropy_names_its_proxy),
        cmocka_unit_test(the_table_of_a_risk_names_its_interval),
        cmocka_unit_test(odd_risks_still_have_table_and_page),
        cmocka_unit_test(the_table_of_a_training_compares),
        cmocka_unit_test(a_training_without_a_goal_misses_none),
        cmocka_unit_test(odd_trainings_still_have_table_and_page),
        cmocka_unit_test(the_table_of_a_checked_secret_says_by_chance),
        cmocka_unit_test(the_table_of_a_recovered_secret_shows_the_evidence),
        cmocka_unit_test(the_table_of_nothing_found_says_what_was_tried),
        cmocka_unit_test(odd_attacks_still_have_table_and_page),
        cmocka_unit_test(odd_entropies_still_have_table_and_page),
        cmocka_unit_test(the_table_of_a_measurement_says_what_v_is_made_of),
        cmocka_unit_test(the_table_of_nothing_found_says_so),
        cmocka_unit_test(the_table_of_a_course_says_what_the_run_suffers_from),
        cmocka_unit_test(odd_courses_still_have_table_and_page),
        cmocka_unit_test(the_page_of_a_measurement_fits_its_method),
        cmocka_unit_test(odd_measurements_still_have_table_and_page),
        cmocka_unit_test(colours_come_only_when_asked_for),
        cmocka_unit_test(an_empty_result_still_has_table_and_page),
        cmocka_unit_test(members_of_a_wrong_kind_do_no_harm),
        cmocka_unit_test(axes_are_logarithmic_unless_the_plot_says_otherwise),
        cmocka_unit_test(a_linear_axis_of_one_value_has_a_range),
        cmocka_unit_test(an_experiment_counts_its_runs),
        cmocka_unit_test(other_commands_are_not_available),
        cmocka_unit_test(the_page_is_whole_and_self_contained),
        cmocka_unit_test(the_page_of_a_comparison_says_everything),
        cmocka_unit_test(the_method_fits_the_estimator),
        cmocka_unit_test(a_picture_that_could_run_something_is_left_out),
        cmocka_unit_test(hostile_texts_stay_texts),
        cmocka_unit_test(every_allocation_of_ours_may_fail),
        cmocka_unit_test(every_allocation_of_jansson_may_fail),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
