/* Informativeness along training: what is known of it, and what is refused. */
#include "context.h"

#include "train/fresh.h"

static gm_along *run_on(gm_context *with, gm_measure_options measure, gm_along_options along) {
    gm_along *out = NULL;
    measure.samples = measure.samples ? measure.samples : 128;
    measure.target_draws = measure.target_draws ? measure.target_draws : 8;
    check_ok(with, gm_measure_along(with, &measure, &along, &out));
    return out;
}

static gm_along *run(const char *inputs, const char *targets, const char *loss, const char *model,
                     gm_along_options along) {
    return run_on(
        context,
        (gm_measure_options){.inputs = inputs, .targets = targets, .loss = loss, .model = model},
        along);
}

/* Residuals ⟨w, x⟩ − ⟨a, x⟩ less their mean over a do not depend on w, so V stays; the loss of one
   a is ½‖w − a‖², which shrinks by (1 − rate)² a step, and that of the best constant is ½‖a‖². */
static void linear_least_squares(void **state) {
    (void)state;
    gm_along *along =
        run("gaussian:n=3", "linear", NULL, NULL, (gm_along_options){.steps = 100, .rate = .1});
    static const int64_t steps[] = {0, 1, 2, 4, 8, 16, 32, 64, 100};
    assert_int_equal(along->count, 9);
    assert_false(along->diverged);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(along->points[i].step, steps[i]);
        check_near(along->points[i].variance.value, along->first->variance.value, 1e-12);
        check_near(along->points[i].loss / along->points[0].loss, pow(.9, 2. * (double)steps[i]),
                   .03 * pow(.9, .5 * (double)steps[i]));
        assert_int_equal(along->points[i].monitor.observations, steps[i]);
    }
    check_near(along->baseline, along->points[0].loss, .08 * along->baseline);
    assert_int_equal(along->points[1].monitor.cause, GM_CAUSE_UNDECIDED);
    assert_int_equal(along->points[7].monitor.cause, GM_CAUSE_HEALTHY);
    assert_int_equal(along->monitor.observations, 100);
    check_near(along->rate, .1, 0);
    assert_int_equal(along->batch_size, 256);
    gm_along_destroy(context, along);
}

/* The first point is what gm_measure() says, and weights that are given are where it starts. */
static void the_first_point(void **state) {
    (void)state;
    const double w[] = {10, 0, 0};
    gm_measure_options options = {.inputs = "gaussian:n=3",
                                  .targets = "teacher:hidden=2",
                                  .model = "mlp:hidden=4",
                                  .samples = 128,
                                  .target_draws = 8};
    gm_measurement *alone = NULL;
    check_ok(context, gm_measure(context, &options, &alone));
    gm_along *along = run_on(context, options, (gm_along_options){.steps = 1});
    assert_int_equal(along->count, 2);
    assert_true(along->points[0].variance.value == alone->variance.value);
    assert_true(along->first->variance.high == alone->variance.high);
    assert_string_equal(along->first->reason, alone->reason);
    assert_true(along->points[1].variance.value != alone->variance.value);
    gm_along_destroy(context, along);
    gm_measurement_destroy(context, alone);
    along =
        run_on(context,
               (gm_measure_options){
                   .inputs = "gaussian:n=3", .targets = "random", .weights = w, .weight_count = 3},
               (gm_along_options){.steps = 1});
    check_near(along->points[0].loss, 50.5, 4); /* ½ (100 + 1), of 8192 samples */
    check_near(along->baseline, .5, .001);
    gm_along_destroy(context, along);
}

/* ½ over the largest eigenvalue of E x xᵀ, which is 1, or of 256 rows up to (1 + √(3/256))²; a
   quarter of that curvature under logistic loss, and 4π² under cosine. */
static void automatic_rate(void **state) {
    (void)state;
    const gm_along_options one = {.steps = 1};
    gm_along *along = run("gaussian:n=3", "linear", NULL, NULL, one);
    check_between(along->rate, .35, .5);
    const double rate = along->rate;
    gm_along_destroy(context, along);
    along = run("gaussian:n=3", "random", "logistic", NULL, one);
    check_near(along->rate, 4 * rate, 1e-9);
    gm_along_destroy(context, along);
    along = run("gaussian:n=3", "linear", "cosine", NULL, one);
    check_near(along->rate, rate / (4 * 9.869604401089358), 1e-9);
    gm_along_destroy(context, along);
}

/* One sign of two is learnt by every loss that takes it; what knowing nothing costs is ln 2. */
static void learnable(void **state) {
    (void)state;
    gm_along *along =
        run("cube:n=2", "parity:k=1", "logistic", NULL, (gm_along_options){.steps = 200});
    check_near(along->baseline, log(2), 1e-3);
    check_near(along->points[0].loss, log(2), 1e-12);
    check_between(along->points[along->count - 1].loss, 0, .1);
    assert_int_equal(along->monitor.cause, GM_CAUSE_HEALTHY);
    gm_along_destroy(context, along);
}

/* All parities of 16 signs but few are out of reach, and the phases of a secret of eight entries.
 */
static void hopeless(void **state) {
    (void)state;
    gm_along *along =
        run("cube:n=16", "parity:k=8", NULL, "mlp:hidden=8", (gm_along_options){.steps = 400});
    assert_int_equal(along->monitor.cause, GM_CAUSE_UNINFORMATIVE);
    check_near(along->baseline, .5, 1e-3);
    gm_along_destroy(context, along);
    along = run_on(context,
                   (gm_measure_options){.inputs = "zq:n=12,q=31",
                                        .targets = "lwe:secret=binary,hamming=8,read=phase,sigma=1",
                                        .loss = "cosine",
                                        .method = "sampled"},
                   (gm_along_options){.steps = 300});
    assert_int_equal(along->monitor.cause, GM_CAUSE_UNINFORMATIVE);
    check_near(along->baseline, 0, .02);
    assert_non_null(strstr(along->monitor.advice, "gradient indistinguishable from noise"));
    gm_along_destroy(context, along);
}

static void divergence(void **state) {
    (void)state;
    gm_along *along =
        run("gaussian:n=3", "linear", NULL, NULL, (gm_along_options){.steps = 1000, .rate = 1e9});
    assert_true(along->diverged);
    check_between((double)along->count, 2, 9);
    assert_int_equal(along->monitor.cause, GM_CAUSE_RATE_TOO_HIGH);
    gm_along_destroy(context, along);
}

/* At most 18 points, whatever the number of steps; the last is the last step. */
static void many_steps(void **state) {
    (void)state;
    gm_along *along =
        run_on(context,
               (gm_measure_options){
                   .inputs = "gaussian:n=1", .targets = "linear", .samples = 32, .target_draws = 4},
               (gm_along_options){.steps = 100000, .batch_size = 2});
    check_between((double)along->count, 16, GM_MOST_ALONG);
    for (int i = 1; i < along->count; i++)
        assert_true(along->points[i].step > along->points[i - 1].step);
    assert_int_equal(along->points[along->count - 1].step, 100000);
    assert_int_equal(along->score_samples, 8192);
    gm_along_destroy(context, along);
}

static void the_same_bits_on_any_number_of_threads(void **state) {
    (void)state;
    gm_along *seen[2];
    for (int i = 0; i < 2; i++) {
        gm_context *with = make_context(i ? 4 : 1, GM_ISA_AUTO);
        seen[i] = run_on(with,
                         (gm_measure_options){.inputs = "box:n=4",
                                              .targets = "wave:R=3",
                                              .model = "mlp:hidden=8",
                                              .samples = 600},
                         (gm_along_options){.steps = 40});
        assert_int_equal(seen[i]->count, 8);
        gm_context_destroy(with);
    }
    for (int i = 0; i < 8; i++) {
        const gm_along_point *a = &seen[0]->points[i], *b = &seen[1]->points[i];
        assert_true(a->loss == b->loss && a->variance.value == b->variance.value);
        assert_true(isnan(a->monitor.loss) ? i == 0 : a->monitor.loss == b->monitor.loss);
        assert_string_equal(a->monitor.advice, b->monitor.advice);
    }
    for (int i = 0; i < 2; i++)
        gm_along_destroy(context, seen[i]);
}

/* The mean of the halves' gradients is the slope of the batch's loss. */
static void check_gradients(const char *inputs, const char *targets, const char *loss,
                            const char *model) {
    const gm_measure_options options = {
        .inputs = inputs, .targets = targets, .loss = loss, .model = model};
    double first[64], second[64], other[64], weights[64];
    gm_meter *meter = NULL;
    gm_fresh *fresh = NULL;
    check_ok(context, gm_meter_create(context, &options, &meter));
    check_ok(context, gm_fresh_create(meter, 16, &fresh));
    const int64_t parameters = meter->model->parameters;
    assert_true(parameters <= 64);
    for (int64_t k = 0; k < parameters; k++)
        weights[k] = meter->weights[k] + .01 * (double)(k % 7);
    gm_fresh_draw(fresh, 3);
    const double value = gm_fresh_gradients(fresh, weights, first, second);
    assert_true(value == gm_fresh_loss(fresh, weights, 3, 1)); /* the same batch again */
    assert_true(first[0] != second[0]);
    for (int64_t k = 0; k < parameters; k++) {
        const double kept = weights[k], step = 1e-5;
        weights[k] = kept + step;
        const double above = gm_fresh_loss(fresh, weights, 3, 1);
        weights[k] = kept - step;
        const double below = gm_fresh_loss(fresh, weights, 3, 1);
        weights[k] = kept;
        check_near(.5 * (first[k] + second[k]), (above - below) / (2 * step), 1e-7);
    }
    gm_fresh_draw(fresh, 4);
    gm_fresh_gradients(fresh, weights, other, second);
    assert_true(other[0] != first[0]);
    gm_fresh_destroy(fresh);
    gm_meter_destroy(context, meter);
}

static void gradients(void **state) {
    (void)state;
    check_gradients("gaussian:n=3", "teacher:hidden=2", "squared", "mlp:hidden=4");
    check_gradients("cube:n=3", "parity", "logistic", "mlp:hidden=3,act=sin");
    check_gradients("zq:n=3,q=7", "lwe:read=phase,sigma=1", "cosine", "linear");
}

/* Errors of labels have the law that they should: of ⟨s, r⟩ + e with r = 0 the phase is e/q. */
static void errors_of_labels(void **state) {
    (void)state;
    const gm_measure_options options = {
        .inputs = "zq:n=2,q=31,width=1", .targets = "lwe:read=centered,sigma=2", .model = "linear"};
    gm_meter *meter = NULL;
    gm_fresh *fresh = NULL;
    double mean = 0, squares = 0;
    enum { ROWS = 20000 };
    check_ok(context, gm_meter_create(context, &options, &meter));
    check_ok(context, gm_fresh_create(meter, ROWS, &fresh));
    gm_fresh_draw(fresh, 0);
    for (int i = 0; i < ROWS; i++) {
        mean += fresh->y[i] * 31 / ROWS;
        squares += pow(fresh->y[i] * 31, 2) / ROWS;
    }
    check_near(mean, 0, 5 * 2 / sqrt(ROWS));
    check_near(squares, 4, 5 * 4 * sqrt(2. / ROWS));
    gm_fresh_destroy(fresh);
    gm_meter_destroy(context, meter);
}

static void check_refused(gm_measure_options measure, gm_along_options along, const char *text) {
    gm_along *out = NULL;
    gm_measure_cost cost;
    check_fails(context, GM_INVALID_ARGUMENT, text,
                gm_measure_along(context, &measure, &along, &out));
    check_fails(context, GM_INVALID_ARGUMENT, text,
                gm_along_get_cost(context, &measure, &along, &cost));
    assert_null(out);
}

static void refusals_and_cost(void **state) {
    (void)state;
    const gm_function_model function = {3, 3, NULL, NULL, NULL};
    gm_measure_options m = {.inputs = "gaussian:n=3", .targets = "linear"};
    gm_measure_cost few, many;
    gm_along *out = NULL;
    check_refused(m, (gm_along_options){0}, "steps is 0; it must be from 1 up to 10000000");
    check_refused(m, (gm_along_options){.steps = 10000001}, "steps is 10000001");
    check_refused(m, (gm_along_options){.steps = 1, .batch_size = 3},
                  "batch_size is 3; it must be even, from 2 up to 65536");
    check_refused(m, (gm_along_options){.steps = 1, .rate = -1}, "rate is -1");
    check_refused(m, (gm_along_options){.steps = 1, .rate = (double)NAN}, "rate is nan");
    check_fails(context, GM_INVALID_ARGUMENT, "options or along is NULL",
                gm_measure_along(context, &m, NULL, &out));
    check_ok(context, gm_along_get_cost(context, &m, &(gm_along_options){.steps = 4}, &few));
    check_ok(context, gm_along_get_cost(context, &m, &(gm_along_options){.steps = 4000}, &many));
    check_between(few.operations, 1, many.operations);
    check_between(few.seconds, 1e-9, 10); /* a measured speed: not the same twice */
    check_between(many.seconds, 1e-9, 100);
    m.init_draws = 2;
    check_refused(m, (gm_along_options){.steps = 1}, "2 draws of initial weights");
    m = (gm_measure_options){.inputs = "gaussian:n=3", .targets = "linear", .function = &function};
    check_refused(m, (gm_along_options){.steps = 1}, "a model that is a function");
    m = (gm_measure_options){.inputs = "gaussian:n=3", .targets = "linear", .loss = "hinge"};
    check_refused(m, (gm_along_options){.steps = 1}, "unknown loss 'hinge'");
    gm_along_destroy(context, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_least_squares),
        cmocka_unit_test(the_first_point),
        cmocka_unit_test(automatic_rate),
        cmocka_unit_test(learnable),
        cmocka_unit_test(hopeless),
        cmocka_unit_test(divergence),
        cmocka_unit_test(many_steps),
        cmocka_unit_test(the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(gradients),
        cmocka_unit_test(errors_of_labels),
        cmocka_unit_test(refusals_and_cost),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
