/* Heavy tails of the inputs are told from a few of them, Gaussian ones are not, and the estimator
   gaussian passes the warning on. */
#include "context.h"
#include "problem.h"

#include "curvature/tails.h"

enum { ROWS = 20000, D = 12, GRADIENTS = 1200 };

/* Rows with multivariate t(5), independent t(5) or Gaussian coordinates, turned by a reflection. */
static void draw_rows(int tails, int64_t count, int64_t d, uint64_t seed, double *out) {
    double *v = malloc((size_t)d * sizeof *v), norm = 0.0;
    gm_random_gaussian(context, (gm_stream){seed, 1}, 0, d, v);
    for (int64_t j = 0; j < d; j++)
        norm += v[j] * v[j];
    gm_random_gaussian(context, (gm_stream){seed, 2}, 0, count * d, out);
    for (int64_t i = 0; i < count; i++) {
        double *x = out + i * d, inner = 0.0, chi[5], common = 0.0;
        for (int64_t j = 0; j < d; j++) {
            if (j == 0 || tails == 2) {
                gm_random_gaussian(context, (gm_stream){seed, 3}, (i * d + j) * 5, 5, chi);
                common = 0.0;
                for (int k = 0; k < 5; k++)
                    common += chi[k] * chi[k] / 5.0;
            }
            x[j] *= (tails ? 1.0 / sqrt(common) : 1.0) / sqrt(1.0 + (double)j);
            inner += v[j] * x[j];
        }
        for (int64_t j = 0; j < d; j++)
            x[j] -= 2.0 * inner / norm * v[j];
    }
    free(v);
}

/* Σ = H diag(1/(1+j)) H of the reflection above. */
static void true_moments(int64_t d, uint64_t seed, double *out) {
    double *v = malloc((size_t)d * sizeof *v), norm = 0.0;
    gm_random_gaussian(context, (gm_stream){seed, 1}, 0, d, v);
    for (int64_t j = 0; j < d; j++)
        norm += v[j] * v[j];
    for (int64_t a = 0; a < d; a++)
        for (int64_t b = 0; b < d; b++) {
            double sum = 0.0;
            for (int64_t j = 0; j < d; j++)
                sum += ((a == j) - 2.0 * v[a] * v[j] / norm) *
                       ((b == j) - 2.0 * v[b] * v[j] / norm) / (1.0 + (double)j);
            out[a * d + b] = sum;
        }
    free(v);
}

static void tails_are_told_and_gaussian_ones_are_not(void **state) {
    (void)state;
    enum { COUNT = 63, MOST = 60, DRAWS = 150 };
    static double rows[COUNT * MOST], moments[MOST * MOST];
    static const int64_t dimensions[] = {5, 20, 60};
    for (int i = 0; i < 3; i++)
        for (int tails = 0; tails < 3; tails++) {
            int told = 0;
            for (uint64_t s = 0; s < DRAWS; s++) {
                char text[512];
                gm_tails found;
                draw_rows(tails, COUNT, dimensions[i], 100 + s, rows);
                true_moments(dimensions[i], 100 + s, moments);
                check_ok(context,
                         gm_tails_test(context, COUNT, dimensions[i], rows, moments, &found));
                gm_tails_say(&found, sizeof text, text);
                told += text[0] != '\0';
            }
            print_message("d = %2d, %s: told in %d of %d\n", (int)dimensions[i],
                          tails == 0   ? "Gaussian"
                          : tails == 1 ? "multivariate t(5)"
                                       : "independent t(5)",
                          told, DRAWS);
            if (tails == 0)
                assert_in_range(told, 0, DRAWS / 50);
            else
                assert_in_range(told, i == 0 ? DRAWS / 2 : 9 * DRAWS / 10, DRAWS);
        }
}

/* On Gaussian rows each sign has mean 0 and a deviation of at most 1; that of the principal axes
   has 1, and so has that of the coordinates where all of them are one (form 3). A mean of the
   inputs moves none. */
static void signs_are_standardised(void **state) {
    (void)state;
    enum { COUNT = 63, MOST = 60, DRAWS = 400, SIGNS = 3 };
    static double rows[COUNT * MOST], moments[MOST * MOST];
    static const int64_t dimensions[] = {5, 20, 60, 20};
    for (int form = 0; form < 4; form++) {
        const int64_t d = dimensions[form];
        double sum[SIGNS] = {0.0}, squares[SIGNS] = {0.0};
        for (uint64_t s = 0; s < DRAWS; s++) {
            gm_tails found, moved;
            draw_rows(0, COUNT, d, 1000 + s, rows);
            true_moments(d, 1000 + s, moments);
            for (int64_t i = 0; form == 3 && i < COUNT * d; i++)
                rows[i] = rows[i - i % d];
            check_ok(context, gm_tails_test(context, COUNT, d, rows, moments, &found));
            const double z[SIGNS] = {found.marginal, found.principal, found.radial};
            for (int t = 0; t < SIGNS; t++) {
                sum[t] += z[t] / DRAWS;
                squares[t] += z[t] * z[t] / DRAWS;
            }
            for (int64_t i = 0; i < COUNT * d; i++)
                rows[i] += 7.0;
            check_ok(context, gm_tails_test(context, COUNT, d, rows, moments, &moved));
            check_near(moved.marginal, found.marginal, 1e-8);
            check_near(moved.radial, found.radial, 1e-8);
        }
        for (int t = 0; t < SIGNS; t++) {
            const double deviation = sqrt(squares[t] - sum[t] * sum[t]);
            print_message("d = %2d, form %d, sign %d: mean %.3f, deviation %.3f\n", (int)d, form, t,
                          sum[t], deviation);
            if (form == 3 && t == 1)
                continue; /* one coordinate has no principal axes */
            /* Five standard errors: 1/√400 of a mean, 1/√800 of a deviation; kurtosis is skew. */
            check_near(sum[t], 0.0, 0.25);
            check_between(deviation, (t == 1) || (form == 3 && t == 0) ? 0.75 : 0.2, 1.25);
        }
    }
}

/* In the principal axes a rotation is not seen: one by two reflections, which is not symmetric. */
static void principal_axes_are_those_of_the_moments(void **state) {
    (void)state;
    enum { COUNT = 63, SIZE = 6 };
    double rows[COUNT * SIZE], moments[SIZE * SIZE] = {0.0}, v[2][SIZE];
    gm_tails straight, turned;
    gm_random_gaussian(context, (gm_stream){8, 1}, 0, (int64_t)COUNT * SIZE, rows);
    gm_random_gaussian(context, (gm_stream){8, 2}, 0, 2 * SIZE, v[0]);
    for (int j = 0; j < SIZE; j++) {
        moments[j * SIZE + j] = 1.0 / (1 + j);
        for (int i = 0; i < COUNT; i++) /* tails that differ from coordinate to coordinate */
            rows[i * SIZE + j] *= pow(fabs(rows[i * SIZE + j]), 0.3 * j) / sqrt(1.0 + j);
    }
    check_ok(context, gm_tails_test(context, COUNT, SIZE, rows, moments, &straight));
    for (int r = 0; r < 2; r++) {
        double norm = 0.0, image[SIZE] = {0.0}, twice = 0.0;
        for (int j = 0; j < SIZE; j++)
            norm += v[r][j] * v[r][j];
        for (int i = 0; i < COUNT; i++) {
            double inner = 0.0;
            for (int j = 0; j < SIZE; j++)
                inner += v[r][j] * rows[i * SIZE + j];
            for (int j = 0; j < SIZE; j++)
                rows[i * SIZE + j] -= 2.0 * inner / norm * v[r][j];
        }
        /* (I − 2vvᵀ/|v|²) M (I − 2vvᵀ/|v|²) */
        for (int a = 0; a < SIZE; a++)
            for (int b = 0; b < SIZE; b++)
                image[a] += moments[a * SIZE + b] * v[r][b];
        for (int a = 0; a < SIZE; a++)
            twice += v[r][a] * image[a];
        for (int a = 0; a < SIZE; a++)
            for (int b = 0; b < SIZE; b++)
                moments[a * SIZE + b] += -2.0 / norm * (v[r][a] * image[b] + image[a] * v[r][b]) +
                                         4.0 * twice / (norm * norm) * v[r][a] * v[r][b];
    }
    check_ok(context, gm_tails_test(context, COUNT, SIZE, rows, moments, &turned));
    check_near(turned.principal, straight.principal, 1e-8);
    check_near(turned.radial, straight.radial, 1e-8);
    assert_true(fabs(turned.marginal - straight.marginal) > 0.01);
}

/* The warning reaches the recovery, and the estimate is off where it says so. */
static void the_warning_reaches_the_recovery(void **state) {
    (void)state;
    enum { RUNS = 6 };
    double *inputs = malloc(ROWS * D * sizeof *inputs), *targets = calloc(ROWS, sizeof *targets);
    for (int tails = 0; tails < 2; tails++) {
        gm_dataset *dataset = NULL;
        int told = 0;
        draw_rows(tails, ROWS, D, 9, inputs);
        check_ok(context, gm_dataset_from_arrays(context, ROWS, D, inputs, targets, &dataset));
        for (uint64_t seed = 0; seed < RUNS; seed++) {
            const gm_recover_options options = {.estimator = "gaussian",
                                                .at = "random:distance=100",
                                                .num_gradients = GRADIENTS,
                                                .compare = true,
                                                .seed = seed};
            gm_recovery *r = NULL;
            check_ok(context, gm_recover(context, dataset, &options, &r));
            for (int i = 0; r->warnings[i]; i++)
                told += strstr(r->warnings[i], "heavier tails") != NULL;
            if (tails)
                check_between(r->error.operator_relative, 0.5, 100.0);
            gm_recovery_destroy(context, r);
        }
        assert_in_range(told, tails ? RUNS - 2 : 0, tails ? RUNS : 0);
        gm_dataset_destroy(dataset);
    }
    free(targets);
    free(inputs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_are_told_and_gaussian_ones_are_not),
        cmocka_unit_test(signs_are_standardised),
        cmocka_unit_test(principal_axes_are_those_of_the_moments),
        cmocka_unit_test(the_warning_reaches_the_recovery),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
