/* Runs whose trouble is known beforehand: the monitor must name it. docs/theory/monitor.md says why
   each is what it is. GRADIOMETER_LONG=1: twelve seeds of each, and how many calls are right. */
#include "context.h"

#include "staged.h"

enum { MOMENTS = 2 };

/* What the monitor has to say after so many steps. */
typedef struct stage {
    staged run;
    struct {
        int step;
        gm_cause cause;
    } expected[MOMENTS];
    const char *advice; /* a word of the last */
} stage;

#define UNINFORMATIVE GM_CAUSE_UNINFORMATIVE
#define ILL           GM_CAUSE_ILL_CONDITIONED
#define RATE          GM_CAUSE_RATE_TOO_HIGH
#define HEALTHY       GM_CAUSE_HEALTHY
#define CONVERGED     GM_CAUSE_CONVERGED

static const double LOG_2 = 0.6931471805599453;

static const stage stages[] = {
    {{"parity of 20 signs, network", STAGED_PARITY, STAGED_SQUARED, 20, 16, .1, 0, 0, 128, .5},
     {{500, UNINFORMATIVE}, {1000, UNINFORMATIVE}},
     "indistinguishable from noise"},
    {{"parity of 20 signs, linear", STAGED_PARITY, STAGED_SQUARED, 20, 0, .1, 0, 0, 128, .5},
     {{200, UNINFORMATIVE}, {1000, UNINFORMATIVE}},
     "indistinguishable from noise"},
    {{"phases of a sparse secret", STAGED_PHASE, STAGED_COSINE, 24, 0, .05, .02, 0, 128, 0},
     {{200, UNINFORMATIVE}, {1000, UNINFORMATIVE}},
     "indistinguishable from noise"},
    {{"wave of high frequency", STAGED_WAVE, STAGED_SQUARED, 10, 16, .1, 0, 0, 128, .25},
     {{500, UNINFORMATIVE}, {1000, UNINFORMATIVE}},
     "indistinguishable from noise"},
    {{"condition 1e6", STAGED_LINEAR, STAGED_SQUARED, 20, 0, .5, 0, 6, 128, 0},
     {{2000, ILL}, {4000, ILL}},
     "ill-conditioned: "},
    {{"condition 1e6, noise", STAGED_LINEAR, STAGED_SQUARED, 20, 0, .5, .03, 6, 128, 0},
     {{2000, ILL}, {3000, ILL}},
     "ill-conditioned: "},
    {{"rate 1.05 times the limit", STAGED_LINEAR, STAGED_SQUARED, 20, 0, 2.1, .3, 2, 128, 0},
     {{100, RATE}, {300, RATE}},
     "step too large"},
    {{"rate 10 times the limit", STAGED_LINEAR, STAGED_SQUARED, 20, 0, 20, .3, 2, 128, 0},
     {{64, RATE}, {200, RATE}},
     "step too large"},
    {{"rate far too high, logistic", STAGED_CLASSES, STAGED_LOGISTIC, 10, 0, 50, 0, 0, 128, LOG_2},
     {{100, RATE}, {500, RATE}},
     "step too large"},
    {{"rate far too high, network", STAGED_TEACHER, STAGED_SQUARED, 10, 16, 3, .1, 0, 128, 0},
     {{100, RATE}, {500, RATE}},
     "step too large"},
    {{"linear regression", STAGED_LINEAR, STAGED_SQUARED, 20, 0, .05, .5, .3, 128, 0},
     {{64, HEALTHY}, {1500, CONVERGED}},
     "converged"},
    {{"logistic regression", STAGED_CLASSES, STAGED_LOGISTIC, 10, 0, .5, 0, .3, 128, LOG_2},
     {{40, HEALTHY}, {1000, CONVERGED}},
     "converged"},
    {{"network of a teacher", STAGED_TEACHER, STAGED_SQUARED, 10, 16, .1, .3, 0, 128, 0},
     {{40, HEALTHY}, {8000, CONVERGED}},
     "converged"},
    {{"linear regression, small steps", STAGED_LINEAR, STAGED_SQUARED, 20, 0, .005, .5, .3, 128, 0},
     {{300, HEALTHY}, {4000, CONVERGED}},
     "converged"},
};

/* Right calls of a run, of two. */
static int watch(const stage *what, uint64_t seed) {
    static staged_run run;
    gm_monitor *monitor = NULL;
    gm_monitor_state state;
    int right = 0;
    staged_begin(&run, &what->run, seed);
    const gm_monitor_options options = {.dimension = run.parameters,
                                        .batch_size = what->run.batch,
                                        .baseline = what->run.baseline,
                                        .zero_baseline = what->run.loss == STAGED_COSINE};
    check_ok(context, gm_monitor_create(context, &options, &monitor));
    for (int t = 1; t <= what->expected[MOMENTS - 1].step; t++) {
        const double loss = staged_batch(&run);
        check_ok(context, gm_monitor_observe(monitor, loss, run.first, run.second));
        staged_step(&run);
        for (int i = 0; i < MOMENTS; i++) {
            if (t != what->expected[i].step)
                continue;
            gm_monitor_read(monitor, &state);
            right += state.cause == what->expected[i].cause;
            if (state.cause != what->expected[i].cause)
                print_message("%s, seed %d, step %d: %s\n", what->run.name, (int)seed, t,
                              state.advice);
            else if (i == MOMENTS - 1 && !strstr(state.advice, what->advice))
                fail_msg("%s: advice '%s' lacks '%s'", what->run.name, state.advice, what->advice);
        }
    }
    gm_monitor_destroy(monitor);
    return right;
}

/* All calls of the first seeds are right; of many, all but the few that tests of level .001 leave.
 */
static void staged_runs(void **state) {
    (void)state;
    const bool more = getenv("GRADIOMETER_LONG") != NULL;
    const int seeds = more ? 12 : 2, count = sizeof stages / sizeof *stages;
    for (int i = 0; i < count; i++) {
        int right = 0;
        for (int seed = 1; seed <= seeds; seed++)
            right += watch(&stages[i], (uint64_t)seed);
        if (more)
            print_message("%-32s %d of %d calls are right\n", stages[i].run.name, right,
                          MOMENTS * seeds);
        if (right < MOMENTS * seeds - (more ? 1 : 0))
            fail_msg("%s: %d of %d calls are right", stages[i].run.name, right, MOMENTS * seeds);
    }
}

/*
 * Halves of g = m + noise/√(n/2) of covariance I in 30 dimensions: ‖m‖² = .09, noise 30/n. The mean
 * of the estimates of ‖∇C‖² and of the ratio, and the cover of their intervals, over 400 windows.
 */
static void intervals_cover(void **state) {
    (void)state;
    enum { D = 30, N = 100, STEPS = 64, RUNS = 400 };
    dice d = {9};
    double first[D], second[D], mean = 0, squares = 0;
    int covered = 0;
    const double truth = .09 / (30. / N);
    for (int run = 0; run < RUNS; run++) {
        gm_monitor *monitor = NULL;
        gm_monitor_state seen;
        const gm_monitor_options options = {.dimension = D, .batch_size = N, .baseline = 1};
        check_ok(context, gm_monitor_create(context, &options, &monitor));
        for (int t = 0; t < STEPS; t++) {
            for (int i = 0; i < D; i++) {
                first[i] = .3 * (i == 0) + dice_gaussian(&d) / sqrt(N / 2);
                second[i] = .3 * (i == 0) + dice_gaussian(&d) / sqrt(N / 2);
            }
            check_ok(context, gm_monitor_observe(monitor, 1, first, second));
        }
        gm_monitor_read(monitor, &seen);
        const double ratio = seen.signal_to_noise.value;
        covered += seen.signal_to_noise.low <= truth && truth <= seen.signal_to_noise.high;
        mean += ratio / RUNS;
        squares += (ratio - truth) * (ratio - truth) / RUNS;
        gm_monitor_destroy(monitor);
    }
    check_near(mean, truth, 5 * sqrt(squares / RUNS));
    check_between(sqrt(squares / RUNS), 0, .05 * truth); /* so that 1 % of bias shows */
    check_between((double)covered / RUNS, .95 - 5 * sqrt(.95 * .05 / RUNS), 1 - 1e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(staged_runs),
        cmocka_unit_test(intervals_cover),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
