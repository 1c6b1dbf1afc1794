#include "check.h"

/* Vectors with mean ± `offset` and correlated coordinates, [k][d]. */
static double *make_vectors(gm_context *context, int64_t k, int64_t d, double offset) {
    double *v = malloc((size_t)(k * d) * sizeof *v);
    gm_random_gaussian(context, (gm_stream){4, (uint64_t)d}, 0, k * d, v);
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < d; j++)
            v[i * d + j] = offset * (j % 2 ? -1.0 : 1.0) + v[i * d + j] / (1.0 + (double)j) +
                           (j > 0 ? 0.5 * v[i * d + j - 1] : 0.0);
    return v;
}

/* Two passes in extended precision: the plain definition. */
static void check_against_definition(int64_t k, int64_t d, const double *v, const double *mean,
                                     const double *scatter, double tolerance) {
    long double *m = calloc((size_t)d, sizeof *m);
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < d; j++)
            m[j] += (long double)v[i * d + j] / (long double)k;
    for (int64_t a = 0; a < d; a++) {
        check_near(mean[a], (double)m[a], tolerance * (1.0 + fabs((double)m[a])));
        for (int64_t b = 0; b < d; b++) {
            long double sum = 0.0L;
            for (int64_t i = 0; i < k; i++)
                sum += ((long double)v[i * d + a] - m[a]) * ((long double)v[i * d + b] - m[b]);
            check_near(scatter[a * d + b] / (double)k, (double)sum / (double)k, tolerance);
        }
    }
    free(m);
}

static void accumulate(gm_context *context, int64_t k, int64_t d, const double *v, int64_t piece,
                       double *mean, double *scatter) {
    gm_accumulator *a = NULL;
    check_ok(context, gm_accumulator_create(context, d, &a));
    for (int64_t start = 0; start < k; start += piece) {
        int64_t size = k - start < piece ? k - start : piece;
        check_ok(context, gm_accumulator_add(a, size, v + start * d));
    }
    assert_int_equal(gm_accumulator_count(a), k);
    check_ok(context, gm_accumulator_total(a, mean, scatter));
    gm_accumulator_destroy(a);
}

/* Numbers of vectors on either side of blocks (256) and leaves (1024 at d = 5): one, three and more
   tree nodes. */
static void moments_match_the_definition(void **state) {
    (void)state;
    static const int64_t counts[] = {1, 2, 255, 256, 257, 1024, 1025, 3 * 1024, 7 * 1024 + 300};
    enum { D = 5 };
    double mean[D], scatter[D * D];
    gm_context *context = make_context(2, GM_ISA_AUTO);
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        double *v = make_vectors(context, counts[c], D, 1.0);
        accumulate(context, counts[c], D, v, 100, mean, scatter);
        check_against_definition(counts[c], D, v, mean, scatter, 1e-13);
        free(v);
    }
    gm_context_destroy(context);
}

/* A mean a million deviations away: the one-pass formula E v² − (E v)² would keep four digits. */
static void a_large_mean_costs_nothing(void **state) {
    (void)state;
    enum { K = 5000, D = 4 };
    double mean[D], scatter[D * D];
    gm_context *context = make_context(1, GM_ISA_AUTO);
    double *v = make_vectors(context, K, D, 1e6);
    accumulate(context, K, D, v, K, mean, scatter);
    check_against_definition(K, D, v, mean, scatter, 1e-9); /* the inputs themselves carry 1e-10 */
    free(v);
    gm_context_destroy(context);
}

/* Whatever the calls and the threads, the same bits. */
static void bits_depend_on_the_sequence_alone(void **state) {
    (void)state;
    enum { K = 2 * 8192 + 77, D = 170 };
    static const int64_t pieces[] = {K, 1, 13, 256, 1000};
    double *mean[6], *scatter[6];
    gm_context *context = make_context(1, GM_ISA_AUTO);
    double *v = make_vectors(context, K, D, 3.0);
    for (int i = 0; i < 6; i++) {
        gm_context *own = make_context(i == 5 ? 4 : 1, GM_ISA_AUTO);
        mean[i] = malloc(D * sizeof(double));
        scatter[i] = malloc(D * D * sizeof(double));
        accumulate(own, K, D, v, pieces[i % 5], mean[i], scatter[i]);
        assert_memory_equal(mean[i], mean[0], D * sizeof(double));
        assert_memory_equal(scatter[i], scatter[0], D * D * sizeof(double));
        gm_context_destroy(own);
    }
    for (int i = 0; i < 6; i++) {
        free(mean[i]);
        free(scatter[i]);
    }
    free(v);
    gm_context_destroy(context);
}

/* Looking does not disturb: totals on the way leave the final bits as they are. */
static void totals_can_be_taken_on_the_way(void **state) {
    (void)state;
    enum { K = 2600, D = 9 };
    double mean[2][D], scatter[2][D * D];
    gm_context *context = make_context(1, GM_ISA_AUTO);
    double *v = make_vectors(context, K, D, 2.0);
    gm_accumulator *a = NULL;
    check_ok(context, gm_accumulator_create(context, D, &a));
    check_ok(context, gm_accumulator_total(a, mean[0], scatter[0]));
    for (int j = 0; j < D; j++)
        assert_true(mean[0][j] == 0.0 && scatter[0][j] == 0.0);
    for (int64_t i = 0; i < K; i++) {
        check_ok(context, gm_accumulator_add(a, 1, v + i * D));
        if (i % 301 == 0) {
            check_ok(context, gm_accumulator_total(a, mean[0], scatter[0]));
            if (i == 602)
                check_against_definition(603, D, v, mean[0], scatter[0], 1e-13);
        }
    }
    check_ok(context, gm_accumulator_total(a, mean[0], scatter[0]));
    accumulate(context, K, D, v, K, mean[1], scatter[1]);
    assert_memory_equal(mean[0], mean[1], sizeof mean[0]);
    assert_memory_equal(scatter[0], scatter[1], sizeof scatter[0]);
    gm_accumulator_destroy(a);
    free(v);
    gm_context_destroy(context);
}

static void arguments_are_checked(void **state) {
    (void)state;
    gm_accumulator *a = NULL;
    gm_context *context = make_context(1, GM_ISA_AUTO);
    check_fails(context, GM_INVALID_ARGUMENT, "dimension is 0",
                gm_accumulator_create(context, 0, &a));
    check_fails(context, GM_INVALID_ARGUMENT, "must be from 1 to",
                gm_accumulator_create(context, INT64_MAX, &a));
    assert_null(a);
    gm_accumulator_destroy(NULL);
    gm_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_match_the_definition),
        cmocka_unit_test(a_large_mean_costs_nothing),
        cmocka_unit_test(bits_depend_on_the_sequence_alone),
        cmocka_unit_test(totals_can_be_taken_on_the_way),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
