/* What the monitor computes of numbers that are known, and what it refuses. Runs with a known
   trouble are in tests/statistics/staged.c. */
#include "context.h"

#include "train/phase.h"

static gm_monitor *make(int64_t dimension, int64_t window, double baseline) {
    const gm_monitor_options options = {
        .dimension = dimension, .batch_size = 100, .window = window, .baseline = baseline};
    gm_monitor *monitor = NULL;
    check_ok(context, gm_monitor_create(context, &options, &monitor));
    return monitor;
}

static void observe(gm_monitor *monitor, double loss, const double *first, const double *second) {
    check_ok(context, gm_monitor_observe(monitor, loss, first, second));
}

static gm_monitor_state read_state(const gm_monitor *monitor) {
    gm_monitor_state state;
    gm_monitor_read(monitor, &state);
    return state;
}

static void check_cause(const gm_monitor *monitor, gm_cause cause, const char *words) {
    const gm_monitor_state state = read_state(monitor);
    if (state.cause != cause || !strstr(state.advice, words))
        fail_msg("'%s' is no %s with '%s'", state.advice, gm_cause_name(cause), words);
}

/* g₁ = (3, 0, 1), g₂ = (1, 2, 1): ⟨g₁, g₂⟩ = 4, ‖g₁ − g₂‖²/4 = 2. */
static void known_numbers(void **unused) {
    (void)unused;
    const double first[] = {3, 0, 1}, second[] = {1, 2, 1};
    gm_monitor *monitor = make(3, 0, 1);
    for (int t = 0; t < 40; t++)
        observe(monitor, 0.25, first, second);
    const gm_monitor_state state = read_state(monitor);
    assert_int_equal(state.observations, 40);
    check_near(state.loss, .25, 1e-15);
    check_near(state.gradient_norm.value, 2, 1e-14);
    check_near(state.gradient_norm.low, 2, 1e-14);
    check_near(state.gradient_norm.high, 2, 1e-14);
    check_near(state.signal_to_noise.value, 2, 1e-14);
    check_near(state.signal_to_noise.std_error, 0, 1e-14);
    check_near(state.samples_to_see, 50, 1e-10);
    assert_true(state.plateau);
    gm_monitor_destroy(monitor);
}

/* Two values in turn: blocks of two steps do not scatter; of 64 steps in windows of 32, the last
   count. */
static void the_window_forgets(void **unused) {
    (void)unused;
    const double one[] = {1}, three[] = {3}, zero[] = {0};
    gm_monitor *monitor = make(1, 32, 10);
    for (int t = 0; t < 100; t++)
        observe(monitor, 5, zero, zero);
    for (int t = 0; t < 32; t++)
        observe(monitor, t % 2, t % 2 ? one : three, three);
    const gm_monitor_state state = read_state(monitor);
    check_near(state.loss, .5, 1e-15);
    check_near(state.gradient_norm.value, sqrt(6), 1e-14);
    check_near(state.signal_to_noise.value, 6 / .5, 1e-12);
    check_near(state.gradient_norm.std_error, 0, 1e-14);
    gm_monitor_destroy(monitor);
}

/* Means, ratios, slope and sharpness of 64 steps by hand. */
static void window_statistics(void **unused) {
    (void)unused;
    gm_step ring[64];
    gm_blocks blocks;
    double mean = 0, squares = 0;
    for (int t = 0; t < 64; t++) /* blocks of four; block b has inner b² and noise 2 b² */
        ring[t] = (gm_step){{7 - .5 * t, (t / 4) * (t / 4), 2 * (t / 4) * (t / 4), 4, 6}};
    gm_window_blocks(ring, 64, 64, 64, &blocks);
    const double inner[GM_QUANTITIES] = {[GM_INNER] = 1}, noise[GM_QUANTITIES] = {[GM_NOISE] = 1};
    for (int b = 0; b < 16; b++)
        mean += b * b / 16.;
    for (int b = 0; b < 16; b++)
        squares += pow(b * b - mean, 2);
    const gm_bounded value = gm_window_mean(&blocks, inner);
    check_near(value.value, mean, 1e-12);
    check_near(value.std_error, sqrt(squares / 15 / 16), 1e-12);
    check_near(value.high - value.value, 3.7328 * value.std_error, 2e-3 * value.std_error);
    const gm_bounded ratio = gm_window_ratio(&blocks, inner, noise);
    check_near(ratio.value, .5, 1e-15);
    check_near(ratio.std_error, 0, 1e-14);
    check_near(gm_window_slope(&blocks).value, -.5, 1e-13);
    check_near(gm_window_slope(&blocks).std_error, 0, 1e-13);
    check_near(gm_window_sharpness(&blocks).value, 1.5, 1e-14);
    assert_int_equal(gm_window_above(&blocks, 7 - .5 * 1.5 - .5 * 16 - .01), 5);
    const gm_estimate estimate = gm_window_estimate(value, "halves");
    check_near(estimate.high - estimate.value, 2.1314 * value.std_error, 1e-3 * value.std_error);
}

/* 64 steps in pieces of two with a gradient of t. */
static gm_phase walk(double (*gradient)(int t), double (*loss)(int t)) {
    static double piece[1], whole[1];
    gm_phase phase = {.dimension = 1, .piece = piece, .whole = whole};
    bool over = false;
    gm_phase_begin(&phase, 2);
    for (int t = 0; t < 2 * GM_PHASE_PIECES; t++) {
        assert_false(over);
        piece[0] += gradient(t);
        over = gm_phase_add(&phase, &(gm_step){{loss(t), 0, 0, 2, 1}});
    }
    assert_true(over);
    return phase;
}

static double constant(int t) {
    return 1 + 0 * t;
}
static double turning(int t) {
    return t / 2 % 2 ? 1 : -1;
}
/* A direction that changes after 16 steps: that of a wave longer than pieces, not of a drift. */
static double waving(int t) {
    return t / 16 % 2 ? 1 : -1;
}
static double falling(int t) {
    return -.01 * t + (t % 2 ? .1 : -.1);
}
static double rising(int t) {
    return -falling(t);
}
static double shaking(int t) {
    return 1e8 + (t % 4 < 2 ? .1 : -.1);
}

/* Of a constant gradient y_b = 4 (b − 1): Σ = 4 · 496, Σ of squares = 16 · 10416. */
static void phases(void **unused) {
    (void)unused;
    double constants, variance;
    gm_phase phase = walk(constant, falling);
    check_near(phase.overlap, 4 * 496, 1e-9);
    check_near(phase.overlap_squares, 16 * 10416, 1e-9);
    assert_true(gm_phase_drifts(&phase));
    assert_true(gm_phase_falls(&phase));
    gm_phase_constants(&phase, &constants, &variance);
    check_near(constants, 32, 1e-12);
    check_near(variance, 0, 1e-12);
    phase = walk(turning, rising);
    assert_false(gm_phase_drifts(&phase));
    assert_false(gm_phase_falls(&phase));
    phase = walk(waving, shaking);
    assert_false(gm_phase_drifts(&phase));
    assert_false(gm_phase_falls(&phase));
}

/* A deterministic run on ½ h w²: w ← (1 − rate h) w. */
static gm_monitor *descend(double rate, int steps, double slow) {
    gm_monitor *monitor = make(2, 0, 0);
    double w[] = {1, 1};
    for (int t = 0; t < steps; t++) {
        const double g[] = {w[0], slow * w[1]};
        observe(monitor, .5 * (w[0] * w[0] + slow * w[1] * w[1]), g, g);
        w[0] -= rate * g[0];
        w[1] -= rate * g[1];
    }
    return monitor;
}

static void descents(void **unused) {
    (void)unused;
    gm_monitor *monitor = descend(.1, 40, 1);
    check_cause(monitor, GM_CAUSE_HEALTHY, "the loss falls by");
    gm_monitor_destroy(monitor);
    monitor = descend(2.05, 64, .5);
    check_cause(monitor, GM_CAUSE_RATE_TOO_HIGH, "along a step is 2.05");
    gm_monitor_set_curvature(monitor, 1, 2, 2.05);
    check_cause(monitor, GM_CAUSE_RATE_TOO_HIGH, "the rate times the largest curvature is 2.05");
    gm_monitor_destroy(monitor);
    monitor = descend(3, 2000, .5);
    check_cause(monitor, GM_CAUSE_RATE_TOO_HIGH, "are not finite");
    check_near(isnan(read_state(monitor).loss), 1, 0);
    gm_monitor_destroy(monitor);
}

/* One step that is not finite is told for a window, and then forgotten. */
static void a_broken_step(void **unused) {
    (void)unused;
    const double one[] = {1}, bad[] = {(double)INFINITY};
    gm_monitor *monitor = make(1, 32, 1);
    for (int t = 0; t < 40; t++)
        observe(monitor, 1, one, one);
    observe(monitor, 1, one, bad);
    check_cause(monitor, GM_CAUSE_RATE_TOO_HIGH, "step 41 are not finite");
    for (int t = 0; t < 31; t++)
        observe(monitor, 1, one, one);
    check_cause(monitor, GM_CAUSE_RATE_TOO_HIGH, "step 41 are not finite");
    observe(monitor, 1, one, one);
    assert_int_not_equal(read_state(monitor).cause, GM_CAUSE_RATE_TOO_HIGH);
    observe(monitor, (double)NAN, one, one);
    check_cause(monitor, GM_CAUSE_RATE_TOO_HIGH, "step 74 are not finite");
    gm_monitor_destroy(monitor);
}

/* Gradients that cancel, of losses that stay: what knowing nothing costs tells the rest. */
static gm_monitor *stay(double loss, double baseline, int steps) {
    gm_monitor *monitor = make(2, 0, baseline);
    for (int t = 0; t < steps; t++) {
        const double sign = t % 2 ? 1 : -1, turn = t / 2 % 2 ? 1 : -1;
        const double first[] = {sign, 0}, second[] = {0, turn};
        observe(monitor, loss + .01 * (t % 4 < 2), first, second);
    }
    return monitor;
}

static void stays(void **unused) {
    (void)unused;
    gm_monitor *monitor = stay(.5, .5, 31);
    check_cause(monitor, GM_CAUSE_UNDECIDED, "31 steps were seen; 32 are needed");
    check_near(isnan(read_state(monitor).signal_to_noise.value), 1, 0);
    gm_monitor_destroy(monitor);
    monitor = stay(.5, .5, 200);
    check_cause(monitor, GM_CAUSE_UNINFORMATIVE, "gradient indistinguishable from noise");
    gm_monitor_destroy(monitor);
    monitor = stay(.5, .6, 200);
    check_cause(monitor, GM_CAUSE_CONVERGED, "from 0.6 to 0.505");
    gm_monitor_set_curvature(monitor, 1, 1e6, .5); /* 2e6 steps are needed */
    check_cause(monitor, GM_CAUSE_ILL_CONDITIONED, "κ = 1e+06; the flattest direction takes 2e+06");
    gm_monitor_set_curvature(monitor, 1, 10, .5);
    check_cause(monitor, GM_CAUSE_CONVERGED, "from 0.6");
    gm_monitor_destroy(monitor);
    monitor = stay(.5, 0, 40); /* the first losses stand in, and are in the window */
    check_cause(monitor, GM_CAUSE_UNDECIDED, "too few");
    gm_monitor_destroy(monitor);
    monitor = stay(.5, 0, 200);
    check_cause(monitor, GM_CAUSE_UNINFORMATIVE, "knowing nothing costs 0.5");
    gm_monitor_destroy(monitor);
}

static void check_refused(gm_monitor_options options, const char *text) {
    gm_monitor *monitor = NULL;
    check_fails(context, GM_INVALID_ARGUMENT, text, gm_monitor_create(context, &options, &monitor));
    assert_null(monitor);
}

static void refusals(void **unused) {
    (void)unused;
    const double g[] = {1, 2};
    gm_monitor *monitor = NULL;
    check_refused((gm_monitor_options){.batch_size = 2}, "dimension is 0");
    check_refused((gm_monitor_options){.dimension = 2, .batch_size = 1}, "batch_size is 1");
    check_refused((gm_monitor_options){.dimension = 2, .batch_size = 2, .window = 31},
                  "window is 31; it must be 0 or from 32");
    check_refused((gm_monitor_options){.dimension = 2, .batch_size = 2, .baseline = (double)NAN},
                  "baseline is nan");
    check_fails(context, GM_INVALID_ARGUMENT, "options is NULL",
                gm_monitor_create(context, NULL, &monitor));
    assert_int_equal(gm_monitor_create(NULL, NULL, NULL), GM_INVALID_ARGUMENT);
    assert_int_equal(gm_monitor_observe(NULL, 0, g, g), GM_INVALID_ARGUMENT);
    monitor = make(2, 0, 0);
    check_fails(context, GM_INVALID_ARGUMENT, "first or second is NULL",
                gm_monitor_observe(monitor, 0, g, NULL));
    check_cause(monitor, GM_CAUSE_UNDECIDED, "0 steps were seen");
    gm_monitor_destroy(monitor);
    gm_monitor_destroy(NULL);
    assert_string_equal(gm_cause_name(GM_CAUSE_RATE_TOO_HIGH), "rate-too-high");
    assert_string_equal(gm_cause_name(GM_CAUSE_ILL_CONDITIONED), "ill-conditioned");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_numbers),
        cmocka_unit_test(the_window_forgets),
        cmocka_unit_test(window_statistics),
        cmocka_unit_test(phases),
        cmocka_unit_test(descents),
        cmocka_unit_test(a_broken_step),
        cmocka_unit_test(stays),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
