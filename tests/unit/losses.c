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
                check_near(at(loss->residual, z, y), slope, tolerance);
                if (!loss->affine)
                    continue;
                double root = at(loss->root, z, 1.0);
                check_near(root * root, bend, tolerance);
            }
    assert_true(gm_loss_at(0) != NULL);
}

/* base + Re(slope feature) is the residual, whatever output and target are. */
static void parts_make_up_the_residual(void **state) {
    (void)state;
    int count = 0;
    const gm_loss *loss;
    for (int l = 0; (loss = gm_loss_at(l)) != NULL; l++)
        for (int i = 0; i < OUTPUTS && loss->parts; i++)
            for (int j = 0; j < OUTPUTS; j++, count++) {
                const double z = outputs[i], y = outputs[j];
                double base = NAN;
                gm_complex slope = {NAN, NAN};
                loss->parts(z, &base, &slope);
                const gm_complex feature = loss->feature(y);
                check_near(base + slope.re * feature.re - slope.im * feature.im,
                           at(loss->residual, z, y), 1e-14);
            }
    assert_int_equal(count, 3 * OUTPUTS * OUTPUTS); /* all but softmax */
}

/* Label noise e enters the residual as −e, at every output: what the estimators rely on. */
static void residual_is_affine_in_the_target(void **state) {
    (void)state;
    const gm_loss *loss;
    for (int l = 0; (loss = gm_loss_at(l)) != NULL; l++)
        for (int i = 0; i < OUTPUTS && loss->affine; i++)
            for (int j = 0; j < TARGETS; j++) {
                double z = outputs[i], y = targets[j];
                check_near(at(loss->residual, z, y + 2.5), at(loss->residual, z, y) - 2.5, 1e-14);
            }
}

/* Outputs of three classes, some of them far apart. */
static const double triples[][3] = {{0, 0, 0}, {1.5, -0.3, 0.2}, {-2, 3, 2.5}, {30, 0, -8}};
enum { TRIPLES = sizeof triples / sizeof *triples, C = 3 };
static const double soft[C] = {1.7, -0.9, 0.4}; /* a noisy target, outside the simplex */

static int outputs_of(const gm_loss *loss) {
    return loss == &gm_loss_logistic || loss == &gm_loss_cosine ? 1 : C;
}

static void several_outputs_agree_with_differences(void **state) {
    (void)state;
    const gm_loss *loss;
    for (int l = 0; (loss = gm_loss_at(l)) != NULL; l++)
        for (int t = 0; outputs_of(loss) == C && t < TRIPLES; t++)
            for (int a = 0; a < C; a++) {
                double z[C], residual[C], up[C], down[C], above = NAN, below = NAN, sum = 0;
                memcpy(z, triples[t], sizeof z);
                loss->residual(1, C, z, soft, residual);
                z[a] += step;
                loss->value(1, C, z, soft, &above);
                loss->residual(1, C, z, soft, up);
                z[a] -= 2 * step;
                loss->value(1, C, z, soft, &below);
                loss->residual(1, C, z, soft, down);
                check_near(residual[a], (above - below) / (2 * step), 1e-8);
                for (int b = 0; b < C; b++) {
                    double h = NAN;
                    z[a] = triples[t][a];
                    loss->curvature(1, C, z, a, b, &h);
                    sum += h;
                    check_near(h, (up[b] - down[b]) / (2 * step), tolerance);
                }
                if (loss == &gm_loss_softmax)
                    check_near(sum, 0, 1e-15); /* rows of the second derivative sum to zero */
            }
}

/* R Rᵀ = ∂²L/∂z², column by column of R; in place, as the source calls it. */
static void root_squares_to_the_curvature(void **state) {
    (void)state;
    const gm_loss *loss;
    for (int l = 0; (loss = gm_loss_at(l)) != NULL; l++)
        for (int t = 0; t < TRIPLES && loss->affine; t++) {
            const int c = outputs_of(loss);
            double r[C][C] = {{0}};
            for (int k = 0; k < c; k++) {
                r[k][k] = 1.0;
                loss->root(1, c, triples[t], r[k], r[k]);
            }
            for (int a = 0; a < c; a++)
                for (int b = 0; b < c; b++) {
                    double sum = 0, h = NAN;
                    for (int k = 0; k < c; k++)
                        sum += r[k][a] * r[k][b];
                    loss->curvature(1, c, triples[t], a, b, &h);
                    check_near(sum, h, 1e-15);
                }
            double u[C] = {0.3, -1.1, 2.2}, total = 0;
            loss->root(1, c, triples[t], u, u);
            for (int a = 0; a < c; a++)
                total += u[a];
            if (loss == &gm_loss_softmax)
                check_near(total, 0, 1e-15); /* noise on classes sums to zero */
        }
}

/* Of any u: R Rᵀ u by the columns of R, ∂²L/∂z² u, and a difference of residuals along u; in place
   too. */
static void product_is_that_of_the_curvature(void **state) {
    (void)state;
    const gm_loss *loss;
    int count = 0;
    for (int l = 0; (loss = gm_loss_at(l)) != NULL; l++)
        for (int t = 0; t < TRIPLES && loss->affine; t++, count++) {
            const int c = outputs_of(loss);
            const double *z = triples[t], u[C] = {0.3, -1.1, 2.2};
            double found[C], in_place[C], up[C], down[C], r[C][C] = {{0}};
            loss->product(1, c, z, u, found);
            memcpy(in_place, u, sizeof u);
            loss->product(1, c, z, in_place, in_place);
            for (int k = 0; k < c; k++) {
                r[k][k] = 1.0;
                loss->root(1, c, z, r[k], r[k]);
                up[k] = z[k] + step * u[k];
                down[k] = z[k] - step * u[k];
            }
            loss->residual(1, c, up, soft, up);
            loss->residual(1, c, down, soft, down);
            for (int a = 0; a < c; a++) {
                double by_root = 0, by_curvature = 0, h = NAN;
                for (int b = 0; b < c; b++) {
                    loss->curvature(1, c, z, a, b, &h);
                    by_curvature += h * u[b];
                    for (int k = 0; k < c; k++)
                        by_root += r[k][a] * r[k][b] * u[b];
                }
                check_near(found[a], by_root, 1e-14);
                check_near(found[a], by_curvature, 1e-14);
                check_near(found[a], (up[a] - down[a]) / (2 * step), tolerance);
                check_near(in_place[a], found[a], 0);
            }
        }
    assert_int_equal(count, 3 * TRIPLES);
}

/*
 * Mean and covariance of `sampled` over u at the midpoints of a grid of Φ(u): the classes then
 * occur as often as their probabilities say, up to one cell each.
 */
static void sampled_has_the_covariance(void **state) {
    (void)state;
    enum { CELLS = 4000 };
    const gm_loss *const losses[] = {&gm_loss_logistic, &gm_loss_softmax};
    for (int l = 0; l < 2; l++)
        for (int t = 0; t < TRIPLES; t++) {
            const int c = outputs_of(losses[l]);
            double mean[C] = {0}, moment[C][C] = {{0}}, u = -9, h = NAN;
            for (int k = 0; k < CELLS; k++) {
                double draw[C] = {0};
                while (0.5 * erfc(-u / sqrt(2.0)) < (k + 0.5) / CELLS)
                    u += 1e-4;
                draw[0] = u;
                losses[l]->sampled(1, c, triples[t], draw, draw);
                for (int a = 0; a < c; a++) {
                    mean[a] += draw[a] / CELLS;
                    for (int b = 0; b < c; b++)
                        moment[a][b] += draw[a] * draw[b] / CELLS;
                }
            }
            for (int a = 0; a < c; a++) {
                check_near(mean[a], 0, 3.0 / CELLS);
                for (int b = 0; b < c; b++) {
                    losses[l]->curvature(1, c, triples[t], a, b, &h);
                    check_near(moment[a][b], h, 6.0 / CELLS);
                }
            }
        }
}

/* At |z| = 1000: log(1 + e^z) is z or 0, and nothing overflows into a NaN. */
static void large_outputs_are_stable(void **state) {
    (void)state;
    check_near(at(gm_loss_logistic.value, 1000, 0.25), 750, 1e-12);
    check_near(at(gm_loss_logistic.value, -1000, 0.25), 250, 1e-12);
    check_near(at(gm_loss_logistic.residual, 1000, 0.25), 0.75, 0);
    check_near(at(gm_loss_logistic.residual, -1000, 0.25), -0.25, 0);
    check_near(at(gm_loss_logistic.root, -1000, 1), 0, 0);
    check_near(at(gm_loss_logistic.root, 40, 1), exp(-20), 1e-16 * exp(-20) * 8);
    const double z[C] = {1000, -1000, 998}, y[C] = {0, 0, 1};
    double value = NAN, residual[C], h = NAN;
    gm_loss_softmax.value(1, C, z, y, &value);
    gm_loss_softmax.residual(1, C, z, y, residual);
    check_near(value, 2 + log1p(exp(-2)), 1e-12);
    check_near(residual[0], 1 / (1 + exp(-2)), 1e-15);
    check_near(residual[1], 0, 0);
    check_near(residual[2], -1 / (1 + exp(-2)), 1e-15);
    gm_loss_softmax.curvature(1, C, z, 1, 1, &h);
    check_near(h, 0, 0);
    /* p (1 − p) where p is 1 in all digits. */
    const double certain[C] = {40, 0, -1000};
    gm_loss_softmax.curvature(1, C, certain, 0, 0, &h);
    check_near(h, exp(-40), 1e-14 * exp(-40));
}

static void two_classes_are_logistic(void **state) {
    (void)state;
    const double z[2] = {0.4, -1.2}, y[2] = {0, 1};
    double value = NAN, residual[2];
    gm_loss_softmax.value(1, 2, z, y, &value);
    gm_loss_softmax.residual(1, 2, z, y, residual);
    check_near(value, at(gm_loss_logistic.value, -1.6, 1), 1e-15);
    check_near(residual[1], at(gm_loss_logistic.residual, -1.6, 1), 1e-15);
    check_near(at(gm_loss_logistic.value, 0, 1), log(2), 1e-15);
    check_near(at(gm_loss_logistic.residual, log(3), 1), -0.25, 1e-15);
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

static void cosine_has_the_period_of_a_phase(void **state) {
    (void)state;
    check_near(at(gm_loss_cosine.value, 1.25, 0.25), -1, 1e-15);
    check_near(at(gm_loss_cosine.residual, 0.5, 0.25), 8 * atan(1), 1e-14);
    check_near(at(gm_loss_cosine.residual, -0.5, 2.25), at(gm_loss_cosine.residual, 0.5, 0.25),
               1e-13);
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
        cmocka_unit_test(parts_make_up_the_residual),
        cmocka_unit_test(residual_is_affine_in_the_target),
        cmocka_unit_test(several_outputs_agree_with_differences),
        cmocka_unit_test(root_squares_to_the_curvature),
        cmocka_unit_test(product_is_that_of_the_curvature),
        cmocka_unit_test(sampled_has_the_covariance),
        cmocka_unit_test(large_outputs_are_stable),
        cmocka_unit_test(two_classes_are_logistic),
        cmocka_unit_test(names_find_their_loss),
        cmocka_unit_test(squared_has_its_half),
        cmocka_unit_test(cosine_has_the_period_of_a_phase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
