/* Drawing with gnuplot: what the command line does, on the scripts that the library writes. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <gradiometer/report.h>

/* A part of the program, not of the library: it is compiled into its test. */
#include "../../tools/gradiometer/gnuplot.c"

static gm_context *context;
static bool installed;
static char home[] = "/tmp/gradiometer-gnuplot-XXXXXX";

static int set_up(void **state) {
    (void)state;
    const char *reason = NULL;
    char *svg = gnuplot_draw("set terminal svg\nplot x\n", 60, NULL, NULL, &reason);
    installed = svg != NULL;
    if (!installed)
        print_message("without a picture (%s): most of these tests are skipped\n", reason);
    free(svg);
    if (!mkdtemp(home) || chdir(home) != 0)
        return -1;
    return gm_context_create(NULL, &context) == GM_OK ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    gm_context_destroy(context);
    return chdir("/") == 0 && rmdir(home) == 0 ? 0 : -1; /* a file in it: a script ran something */
}

static void need_gnuplot(void) {
    if (!installed)
        skip();
}

static void assert_drawn(const char *script) {
    const char *reason = "";
    char *svg = gnuplot_draw(script, 60, NULL, NULL, &reason);
    if (!svg)
        fail_msg("%s:\n%s", reason, script);
    assert_non_null(strstr(svg, "<svg"));
    assert_non_null(strstr(svg, "</svg>"));
    free(svg);
}

static gm_report *load_fixture(const char *name) {
    const char *here = strstr(__FILE__, "unit/gnuplot.c");
    gm_report *report = NULL;
    char path[1000];
    assert_non_null(here);
    snprintf(path, sizeof path, "%.*sfixtures/report/%s", (int)(here - __FILE__), __FILE__, name);
    assert_int_equal(gm_report_load(context, path, &report), GM_OK);
    return report;
}

static void draw_all(const gm_report *report, int expected) {
    assert_int_equal(gm_report_plots(report), expected);
    for (int i = 0; i < expected; i++) {
        char *script = NULL;
        assert_int_equal(gm_report_plot_script(report, i, &script), GM_OK);
        assert_drawn(script);
        gm_report_free_text(report, script);
    }
}

static void every_fixture_can_be_drawn(void **state) {
    (void)state;
    need_gnuplot();
    static const struct {
        const char *name;
        int plots;
    } fixtures[] = {{"compared.json", 2},      {"not-compared.json", 2}, {"calibrated.json", 1},
                    {"tiny.json", 1},          {"entropy.json", 1},      {"informative.json", 2},
                    {"uninformative.json", 2}, {"experiment.json", 2},   {"lwe-solve.json", 1},
                    {"lwe-attack.json", 0},    {"lwe-reduce.json", 1},   {"risk.json", 1},
                    {"along.json", 3},         {"train.json", 2}};
    for (size_t i = 0; i < sizeof fixtures / sizeof *fixtures; i++) {
        gm_report *report = load_fixture(fixtures[i].name);
        draw_all(report, fixtures[i].plots);
        gm_report_destroy(report);
    }
}

static void odd_values_can_be_drawn(void **state) {
    (void)state;
    need_gnuplot();
    gm_report *report = load_fixture("compared.json");
    const double values[] = {1e308, 3, 3, 0, -1, 1e-320};
    assert_int_equal(gm_report_set_numbers(report, "result.spectrum.estimate", values, 6), GM_OK);
    assert_int_equal(gm_report_set_null(report, "result.curve[0].predicted"), GM_OK);
    assert_int_equal(gm_report_set_number(report, "result.curve[1].predicted", 1e307), GM_OK);
    assert_int_equal(gm_report_set_number(report, "result.curve[2].ci95[0]", -1), GM_OK);
    assert_int_equal(gm_report_set_null(report, "result.curve[3].error"), GM_OK);
    assert_int_equal(gm_report_set_number(report, "result.curve[4].error", 1e-300), GM_OK);
    assert_int_equal(gm_report_set_number(report, "result.curve[5].gradients", 0), GM_OK);
    assert_int_equal(gm_report_set_number(report, "options.require", 0), GM_OK);
    draw_all(report, 2);
    gm_report_destroy(report);
}

/* Nothing may be executed: tear_down finds the folder empty. */
static void hostile_names_are_only_drawn(void **state) {
    (void)state;
    need_gnuplot();
    static const char *const names[] = {"it's `touch a` $(touch b) \"z\"",
                                        "'; system('touch c'); '",
                                        "''; system('touch f') #",
                                        "'''; system(\"touch g\") #",
                                        "\\",
                                        "a\\'",
                                        "''",
                                        "x\nsystem 'touch d'\n",
                                        "@m `touch e",
                                        "%d %s %% %n",
                                        "<b>&amp;</b> {x}_y^z",
                                        "",
                                        "grüß 数"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        gm_report *report = load_fixture("compared.json");
        assert_int_equal(gm_report_set_text(report, "result.data.path", names[i]), GM_OK);
        draw_all(report, 2);
        gm_report_destroy(report);
    }
}

static void a_missing_gnuplot_has_its_reason(void **state) {
    (void)state;
    const char *path = getenv("PATH"), *reason = NULL;
    char *kept = path ? strdup(path) : NULL;
    setenv("PATH", "/nonexistent", 1);
    char *svg = gnuplot_draw("plot x\n", 60, NULL, NULL, &reason);
    if (kept)
        setenv("PATH", kept, 1);
    free(kept);
    assert_null(svg);
    assert_string_equal(reason, "gnuplot is not installed");
}

static double seconds_since(double start) {
    return now() - start;
}

static bool is_cancelled(void *user) {
    return now() > *(const double *)user;
}

static void a_slow_script_is_ended(void **state) {
    (void)state;
    need_gnuplot();
    const char *reason = NULL;
    double start = now(), moment = start + 0.2;
    assert_null(gnuplot_draw("pause 100\n", 0.3, NULL, NULL, &reason));
    assert_string_equal(reason, "gnuplot took too long");
    assert_null(gnuplot_draw("pause 100\n", 60, is_cancelled, &moment, &reason));
    assert_string_equal(reason, "cancelled");
    /* Output closed, but alive. */
    assert_null(gnuplot_draw("while (1) { a = 1 }\n", 0.3, NULL, NULL, &reason));
    assert_string_equal(reason, "gnuplot took too long");
    assert_true(seconds_since(start) < 20);
}

static void a_failing_script_has_its_reason(void **state) {
    (void)state;
    need_gnuplot();
    const char *reason = NULL;
    assert_null(gnuplot_draw("plot nothing_such\n", 60, NULL, NULL, &reason));
    assert_string_equal(reason, "gnuplot failed");
    assert_null(gnuplot_draw("", 60, NULL, NULL, &reason));
    assert_string_equal(reason, "gnuplot drew nothing");
}

/* A child that ends before it has read its script must not end this process, whatever the state of
   SIGPIPE; and a long script and a long picture must pass each other. */
static void a_child_that_leaves_early_does_no_harm(void **state) {
    (void)state;
    need_gnuplot();
    enum { SIZE = 4 << 20 };
    const char *reason = NULL;
    char *script = malloc(SIZE + 1);
    assert_non_null(script);
    memset(script, '#', SIZE);
    memcpy(script, "exit\n", 5);
    for (int i = 100; i < SIZE; i += 100)
        script[i] = '\n';
    script[SIZE] = '\0';
    signal(SIGPIPE, SIG_DFL);
    assert_null(gnuplot_draw(script, 60, NULL, NULL, &reason));
    assert_string_equal(reason, "gnuplot drew nothing");
    memcpy(script, "#####", 5);
    static const char end[] = "\nset samples 20000\nset terminal svg\nplot x, sin(x), cos(x)\n";
    memcpy(script + SIZE - sizeof end + 1, end, sizeof end);
    assert_drawn(script);
    free(script);
}

/* The program blocks signals in its threads; a child that inherited that could not be stopped. */
static void the_child_has_no_signal_blocked(void **state) {
    (void)state;
    need_gnuplot();
    sigset_t all, before;
    const char *reason = NULL;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    signal(SIGTERM, SIG_IGN);
    char *svg = gnuplot_draw("print system('true')\nset terminal svg\n"
                             "set title system('grep SigBlk /proc/self/status; "
                             "grep SigIgn /proc/self/status')\nplot x\n",
                             60, NULL, NULL, &reason);
    signal(SIGTERM, SIG_DFL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    assert_non_null(svg);
    const char *blocked = strstr(svg, "SigBlk:"), *ignored = strstr(svg, "SigIgn:");
    if (blocked && ignored) { /* where /proc is */
        assert_true(strtoull(blocked + 7, NULL, 16) == 0);
        assert_true((strtoull(ignored + 7, NULL, 16) >> (SIGTERM - 1) & 1) == 0);
    }
    free(svg);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fixture_can_be_drawn),
        cmocka_unit_test(odd_values_can_be_drawn),
        cmocka_unit_test(hostile_names_are_only_drawn),
        cmocka_unit_test(a_missing_gnuplot_has_its_reason),
        cmocka_unit_test(a_slow_script_is_ended),
        cmocka_unit_test(a_failing_script_has_its_reason),
        cmocka_unit_test(a_child_that_leaves_early_does_no_harm),
        cmocka_unit_test(the_child_has_no_signal_blocked),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
