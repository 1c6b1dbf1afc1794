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
        cmocka_unit_test(the_warning_reaches_the_recovery),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
