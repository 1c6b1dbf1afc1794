/* Line search: conditions of Wolfe on functions of every shape, and what it does where there is
   nothing to find. */
#include "context.h"

#include "optim/line_search.h"

typedef struct curve {
    double (*value)(double), (*slope)(double);
    gm_line_point last;
    double lowest;            /* value yet */
    int evaluations, failing; /* this evaluation fails; 0: none */
} curve;

static double bowl(double a) {
    return 3 + (a - 2) * (a - 2);
}
static double bowl_slope(double a) {
    return 2 * (a - 2);
}
/* A minimum far away, a steep one behind a flat stretch, a wavy fall to a far minimum.
 */
static double far(double a) {
    return -a / (a * a + 2);
}
static double far_slope(double a) {
    return (a * a - 2) / ((a * a + 2) * (a * a + 2));
}
static double steep(double a) {
    return pow(a + .004, 5) - 2 * pow(a + .004, 4);
}
static double steep_slope(double a) {
    return 5 * pow(a + .004, 4) - 8 * pow(a + .004, 3);
}
static double wavy(double a) {
    return .01 * a * a - a + .3 * sin(8 * a) - 2.39 * a;
}
static double wavy_slope(double a) {
    return .02 * a - 1 + 2.4 * cos(8 * a) - 2.39;
}
/* Not defined from 1 on. */
static double barrier(double a) {
    return -2 * a - log(1 - a);
}
static double barrier_slope(double a) {
    return -2 + 1 / (1 - a);
}
static double huge(double a) {
    return a < 3 ? exp(a * a * a) - 4 * a : INFINITY;
}
static double huge_slope(double a) {
    return a < 3 ? 3 * a * a * exp(a * a * a) - 4 : NAN;
}

static gm_status evaluate(void *user, gm_line_point *point) {
    curve *c = user;
    if (++c->evaluations == c->failing)
        return GM_CANCELLED;
    point->value = c->value(point->step);
    point->slope = c->slope(point->step);
    c->last = *point;
    c->lowest = fmin(c->lowest, point->value);
    return GM_OK;
}

static gm_line_point search(curve *c, double first) {
    const gm_line_point start = {0, c->value(0), c->slope(0)};
    gm_line_point found = {NAN, NAN, NAN};
    c->lowest = start.value;
    check_ok(context, gm_line_search(evaluate, c, start, first, &found));
    return found;
}

static void both_conditions_of_wolfe_hold(void **state) {
    (void)state;
    const curve curves[] = {
        {.value = bowl, .slope = bowl_slope},       {.value = far, .slope = far_slope},
        {.value = steep, .slope = steep_slope},     {.value = wavy, .slope = wavy_slope},
        {.value = barrier, .slope = barrier_slope}, {.value = huge, .slope = huge_slope}};
    for (size_t k = 0; k < sizeof curves / sizeof *curves; k++)
        for (int power = -4; power <= 4; power++) {
            curve c = curves[k];
            const double at_zero = c.value(0), slope = c.slope(0);
            const gm_line_point found = search(&c, pow(10, power));
            assert_true(found.step > 0);
            assert_true(found.value <= at_zero + 1e-4 * found.step * slope);
            assert_true(fabs(found.slope) <= .9 * fabs(slope));
            assert_memory_equal(&found, &c.last, sizeof found);
            assert_in_range(c.evaluations, 1, 20);
        }
}

/* Of a parabola the cubic knows the minimum: two evaluations, once a point beyond it was seen. */
static void a_parabola_is_seen_through(void **state) {
    (void)state;
    curve c = {.value = bowl, .slope = bowl_slope};
    const gm_line_point found = search(&c, 10);
    assert_int_equal(c.evaluations, 2);
    check_near(found.step, 2, 1e-12);
}

static double nothing_to_gain(double a) {
    return 1 + 1e-30 * (a - 1) * (a - 1);
}
static double nothing_to_gain_slope(double a) {
    return 2e-30 * (a - 1);
}
static double only_up(double a) {
    return a;
}
static double wrong_slope(double a) {
    (void)a;
    return -1;
}
static double never_defined(double a) {
    return a == 0 ? 0 : NAN;
}
static double falling(double a) {
    return -a;
}

static double kink(double a) {
    return fabs(a - 1.3);
}
static double kink_slope(double a) {
    return a < 1.3 ? -1 : 1;
}

/* No slope is flat: the search narrows down to rounding and goes back to the lowest it has seen. */
static void a_kink_ends_on_its_lowest_point(void **state) {
    (void)state;
    for (int power = -2; power <= 2; power++) {
        curve c = {.value = kink, .slope = kink_slope};
        const gm_line_point found = search(&c, 1.1 * pow(10, power));
        check_near(found.step, 1.3, .05);
        check_near(found.value, c.lowest, 0);
        assert_memory_equal(&found, &c.last, sizeof found);
        assert_in_range(c.evaluations, 3, 30);
    }
}

/* Rounding, a slope that lies, a function that is NaN everywhere: no step, and an end. */
static void nothing_lower_is_no_step(void **state) {
    (void)state;
    curve flat = {.value = nothing_to_gain, .slope = nothing_to_gain_slope};
    curve rising = {.value = only_up, .slope = wrong_slope};
    curve undefined = {.value = never_defined, .slope = wrong_slope};
    check_near(search(&flat, 1).step, 0, 0);
    assert_int_equal(flat.evaluations, 1); /* what is left is seen to be rounding */
    check_near(search(&rising, 1).step, 0, 0);
    assert_in_range(rising.evaluations, 1, 30);
    check_near(search(&undefined, 1).step, 0, 0);
    assert_in_range(undefined.evaluations, 1, 30);
}

/* Without a minimum the search ends all the same, as far down as it came. */
static void a_fall_without_end_is_cut(void **state) {
    (void)state;
    curve c = {.value = falling, .slope = wrong_slope};
    const gm_line_point found = search(&c, 1);
    assert_true(found.step > 1e6 && found.value == -found.step);
    assert_memory_equal(&found, &c.last, sizeof found);
    assert_in_range(c.evaluations, 1, 30);
}

static void failures_are_passed_on(void **state) {
    (void)state;
    for (int failing = 1; failing <= 2; failing++) {
        curve c = {.value = bowl, .slope = bowl_slope, .failing = failing};
        const gm_line_point start = {0, bowl(0), bowl_slope(0)};
        gm_line_point found = {-1, -1, -1};
        assert_int_equal(gm_line_search(evaluate, &c, start, 10, &found), GM_CANCELLED);
        check_near(found.step, -1, 0);
        assert_int_equal(c.evaluations, failing);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_conditions_of_wolfe_hold),
        cmocka_unit_test(a_parabola_is_seen_through),
        cmocka_unit_test(a_kink_ends_on_its_lowest_point),
        cmocka_unit_test(nothing_lower_is_no_step),
        cmocka_unit_test(a_fall_without_end_is_cut),
        cmocka_unit_test(failures_are_passed_on),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
