/* What every loss of the table must keep, and known values of each. */
#include "check.h"

#include "losses/loss.h"

static const double outputs[] = {-3.1, -0.4, 0, 0.7, 2.6};
static const double targets[] = {0, 1};
enum { OUTPUTS = sizeof outputs / sizeof outputs[0], TARGETS = sizeof targets / sizeof targets[0] };

/* Central differences: error h²/6 of the third derivative, and rounding 1e-16/h. */
static const double step = 1e-5, tolerance = 1e-8;

/* A function of a loss at one point of one output. */
typedef void loss_function(int64_t n, int c, const double *z, const double *y, double *out);

static double at(loss_function *function, double z, double y) {
    double out = NAN;
    function(1, 1, &z, &y, &out);
    return out;
}

static void derivatives_agree_with_differences(void **state) {
    (void)state;
    const gm_loss *loss;
    for (int l = 0; (loss = gm_loss_at(l)) != NULL; l++)
        for (int i = 0; i < OUTPUTS; i++)
            for (int j = 0; j < TARGETS; j++) {
                double z = outputs[i], y = targets[j];
                double slope =
                    (at(loss->value, z + step, y) - at(loss->value, z - step, y)) / (2 * step);
                double bend = (at(loss->residual, z + step, y) - at(loss->residual, z - step, y)) /
                              (2 * step);
                double root = at(loss->root, z, 1.0);
                check_near(at(loss->residual, z, y), slope, tolerance);
                check_near(root * root, bend, tolerance);
            }
    assert_true(gm_loss_at(0) != NULL);
}

/* Label noise e enters the residual as −e, at every output: what the estimators rely on. */
static void residual_is_affine_in_the_target(void **state) {
    (void)state;
    const gm_loss *loss;
    for (int l = 0; (loss = gm_loss_at(l)) != NULL; l++)
        for (int i = 0; i < OUTPUTS; i++)
            for (int j = 0; j < TARGETS; j++) {
                double z = outputs[i], y = targets[j];
                check_near(at(loss->residual, z, y + 2.5), at(loss->residual, z, y) - 2.5, 1e-14);
            }
}

static void names_find_their_loss(void **state) {
    (void)state;
    const gm_loss *loss;
    int count = 0;
    for (; (loss = gm_loss_at(count)) != NULL; count++)
        assert_ptr_equal(gm_loss_find(loss->name), loss);
    assert_null(gm_loss_at(-1));
    assert_null(gm_loss_at(count + 1));
    assert_null(gm_loss_find("no such loss"));
    assert_null(gm_loss_find(""));
}

static void squared_has_its_half(void **state) {
    (void)state;
    check_near(at(gm_loss_squared.value, 3, 1), 2, 0);
    check_near(at(gm_loss_squared.residual, 3, 1), 2, 0);
    check_near(at(gm_loss_squared.root, 3, 7), 7, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derivatives_agree_with_differences),
        cmocka_unit_test(residual_is_affine_in_the_target),
        cmocka_unit_test(names_find_their_loss),
        cmocka_unit_test(squared_has_its_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
