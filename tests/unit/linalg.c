#include "check.h"

#include "linalg/linalg.h"
#include "parallel/parallel.h"

/* Q diag(values) Qᵀ with Q a product of reflections, so that the spectrum is known. */
static void plant(gm_context *context, int d, const double *values, double *a, uint64_t seed) {
    double *v = malloc((size_t)d * sizeof *v), *av = malloc((size_t)d * sizeof *av);
    memset(a, 0, (size_t)(d * d) * sizeof *a);
    for (int i = 0; i < d; i++)
        a[i * d + i] = values[i];
    for (uint64_t r = 0; r < 3; r++) {
        double norm2 = 0.0, vav = 0.0;
        gm_random_gaussian(context, (gm_stream){seed, r}, 0, d, v);
        for (int i = 0; i < d; i++)
            norm2 += v[i] * v[i];
        for (int i = 0; i < d; i++) {
            av[i] = 0.0;
            for (int j = 0; j < d; j++)
                av[i] += a[i * d + j] * v[j];
            vav += v[i] * av[i];
        }
        for (int i = 0; i < d; i++)
            for (int j = 0; j < d; j++)
                a[i * d + j] += -2.0 / norm2 * (v[i] * av[j] + av[i] * v[j]) +
                                4.0 * vav / (norm2 * norm2) * v[i] * v[j];
    }
    free(av);
    free(v);
}

/* Above and below the order at which the norm is found by Lanczos; the largest may be negative. */
static void norm_is_the_largest_eigenvalue_in_size(void **state) {
    (void)state;
    static const int orders[] = {3, 40, 700};
    gm_context *context = make_context(2, GM_ISA_AUTO), *single = make_context(1, GM_ISA_AUTO);
    for (int o = 0; o < 3; o++)
        for (int negative = 0; negative < 2; negative++) {
            const int d = orders[o];
            double *values = malloc((size_t)d * sizeof *values), norm = NAN, again = NAN;
            double *a = malloc((size_t)(d * d) * sizeof *a);
            for (int i = 0; i < d; i++) /* dense at both ends: the hard case of Lanczos */
                values[i] = (i % 2 ? -1.0 : 1.0) * (1.0 - 0.9 * i / d);
            values[d / 2] = negative ? -1.05 : 1.05;
            plant(context, d, values, a, 5);
            check_ok(context, gm_symmetric_norm(context, d, a, &norm));
            check_ok(single, gm_symmetric_norm(single, d, a, &again));
            check_near(norm, 1.05, 1e-9);
            assert_memory_equal(&norm, &again, sizeof norm);
            free(a);
            free(values);
        }
    static double zero[600 * 600];
    double none = NAN;
    check_ok(context, gm_symmetric_norm(context, 600, zero, &none));
    check_near(none, 0.0, 0.0);
    gm_context_destroy(single);
    gm_context_destroy(context);
}

static void gram_is_the_product_on_any_threads(void **state) {
    (void)state;
    enum { K = 61, D = 333 };
    double *rows = malloc(K * D * sizeof *rows), *lower[3];
    gm_context *single = make_context(1, GM_ISA_AUTO);
    gm_random_gaussian(single, (gm_stream){2, 2}, 0, K * D, rows);
    for (int t = 0; t < 3; t++) {
        gm_context *context = make_context(1 << t, GM_ISA_AUTO);
        lower[t] = calloc(D * D, sizeof *lower[t]);
        check_ok(context, gm_gram_accumulate(context, K, D, rows, lower[t]));
        check_ok(context, gm_gram_accumulate(context, K, D, rows, lower[t]));
        for (int i = 0; i < D; i++)
            assert_memory_equal(lower[t] + i * D, lower[0] + i * D, (size_t)(i + 1) * 8);
        gm_context_destroy(context);
    }
    gm_symmetric_mirror(D, lower[0]);
    for (int i = 0; i < D; i += 31)
        for (int j = 0; j < D; j += 17) {
            long double sum = 0.0L;
            for (int r = 0; r < K; r++)
                sum += 2.0L * (long double)rows[r * D + i] * (long double)rows[r * D + j];
            check_near(lower[0][i * D + j], (double)sum, 1e-12);
        }
    for (int t = 0; t < 3; t++)
        free(lower[t]);
    free(rows);
    gm_context_destroy(single);
}

typedef struct crowd {
    gm_context *context;
    const double *rows, *expected;
    atomic_int wrong;
} crowd;

enum { CROWD_ROWS = 64, CROWD_ORDER = 96 };

static gm_status one_product(void *argument, int64_t index, int worker) {
    (void)index;
    (void)worker;
    crowd *c = argument;
    double lower[CROWD_ORDER * CROWD_ORDER] = {0};
    gm_status status = gm_gram_accumulate(c->context, CROWD_ROWS, CROWD_ORDER, c->rows, lower);
    atomic_fetch_add(&c->wrong, memcmp(lower, c->expected, sizeof lower) != 0);
    return status;
}

/* Products on four threads at one time, each the same bits: an OpenBLAS whose allocator is not
   locked gives some threads one work space (about 230 wrong of a million on two processors). */
static void threads_have_work_space_of_their_own(void **state) {
    (void)state;
    enum { PRODUCTS = 60000 };
    static double rows[CROWD_ROWS * CROWD_ORDER], expected[CROWD_ORDER * CROWD_ORDER];
    gm_context *context = make_context(4, GM_ISA_AUTO);
    crowd c = {.context = context, .rows = rows, .expected = expected};
    gm_random_gaussian(context, (gm_stream){2, 9}, 0, CROWD_ROWS * CROWD_ORDER, rows);
    check_ok(context, gm_gram_accumulate(context, CROWD_ROWS, CROWD_ORDER, rows, expected));
    check_ok(context, gm_parallel_for(context, PRODUCTS, one_product, &c));
    assert_int_equal(c.wrong, 0);
    gm_context_destroy(context);
}

static void eigenvalues_are_those_planted(void **state) {
    (void)state;
    enum { D = 40 };
    double values[D], a[D * D], copy[D * D], found[D];
    gm_context *context = make_context(1, GM_ISA_AUTO);
    for (int i = 0; i < D; i++)
        values[i] = 10.0 / (i + 1) - 1.0; /* descending, of both signs */
    plant(context, D, values, a, 3);
    memcpy(copy, a, sizeof a);
    check_ok(context, gm_symmetric_eigenvalues(context, D, copy, found));
    for (int i = 0; i < D; i++)
        check_near(found[i], values[i], 1e-12);
    memcpy(copy, a, sizeof a);
    check_ok(context, gm_symmetric_eigen(context, D, copy, found));
    for (int r = 0; r < D; r++)
        for (int i = 0; i < D; i++) {
            double av = 0.0;
            for (int j = 0; j < D; j++)
                av += a[i * D + j] * copy[r * D + j];
            check_near(av, values[r] * copy[r * D + i], 1e-11);
        }
    gm_context_destroy(context);
}

/* Planted ranks from none to full, over six decades. */
static void dual_form_finds_the_same_spectrum(void **state) {
    (void)state;
    enum { ORDER = 90 };
    static const int ranks[] = {0, 1, 7, 40, ORDER};
    static double values[ORDER], a[ORDER * ORDER], seen[ORDER], copy[ORDER * ORDER];
    gm_context *context = make_context(2, GM_ISA_AUTO);
    for (int r = 0; r < 5; r++) {
        for (int i = 0; i < ORDER; i++)
            values[i] = i < ranks[r] ? pow(10.0, -6.0 * i / ORDER) : 0.0;
        plant(context, ORDER, values, a, 5 + (uint64_t)r);
        memcpy(copy, a, sizeof a);
        check_ok(context, gm_semidefinite_spectrum(context, ORDER, a, seen));
        assert_memory_equal(a, copy, sizeof a);
        for (int i = 0; i < ORDER; i++)
            check_near(seen[i], values[i], 1e-13);
    }
    gm_context_destroy(context);
}

static void generalized_and_solve(void **state) {
    (void)state;
    enum { D = 12 };
    double va[D], vb[D], a[D * D], b[D * D], b2[D * D], found[D], x[D], known[D];
    gm_context *context = make_context(1, GM_ISA_AUTO);
    for (int i = 0; i < D; i++) {
        va[i] = 3.0 * (1.0 + D - i);
        vb[i] = 1.0 + i;
    }
    plant(context, D, va, a, 4); /* the same rotation: they commute */
    plant(context, D, vb, b, 4);
    memcpy(b2, b, sizeof b);
    check_ok(context, gm_generalized_eigenvalues(context, D, a, b, found));
    for (int i = 0; i < D; i++)
        check_near(found[i], va[i] / vb[i], 1e-12 * va[0]);
    memcpy(b, b2, sizeof b);
    for (int i = 0; i < D; i++) {
        known[i] = i - 5.0;
        x[i] = 0.0;
    }
    for (int i = 0; i < D; i++)
        for (int j = 0; j < D; j++)
            x[i] += b2[i * D + j] * known[j];
    check_ok(context, gm_positive_solve(context, D, b, x));
    for (int i = 0; i < D; i++)
        check_near(x[i], known[i], 1e-11);
    vb[3] = -1.0;
    plant(context, D, vb, b, 4);
    check_fails(context, GM_UNDEFINED, "not positive definite",
                gm_positive_solve(context, D, b, x));
    plant(context, D, va, a, 4);
    plant(context, D, vb, b, 4);
    check_fails(context, GM_UNDEFINED, "not positive definite",
                gm_generalized_eigenvalues(context, D, a, b, found));
    gm_context_destroy(context);
}

/* Many right-hand sides at once, of which the solutions are known; the factor stays. */
static void solve_many(void **state) {
    (void)state;
    enum { D = 9, COLUMNS = 4 };
    double values[D], a[D * D], factor[D * D], x[D * COLUMNS] = {0};
    gm_context *context = make_context(1, GM_ISA_AUTO);
    for (int i = 0; i < D; i++)
        values[i] = D + 1.0 - i;
    plant(context, D, values, a, 6);
    memcpy(factor, a, sizeof a);
    for (int i = 0; i < D; i++)
        for (int c = 0; c < COLUMNS; c++)
            for (int j = 0; j < D; j++)
                x[i * COLUMNS + c] += a[i * D + j] * (j - 2.0 * c);
    for (int i = 0; i < D; i++)
        for (int j = i + 1; j < D; j++)
            factor[i * D + j] = (double)NAN; /* is not read */
    check_ok(context, gm_positive_solve_many(context, D, factor, COLUMNS, x));
    for (int i = 0; i < D; i++)
        for (int c = 0; c < COLUMNS; c++)
            check_near(x[i * COLUMNS + c], i - 2.0 * c, 1e-12);
    for (int i = 0; i < D; i++)
        for (int j = 0; j <= i; j++) {
            double product = 0.0;
            for (int k = 0; k <= j; k++)
                product += factor[i * D + k] * factor[j * D + k];
            check_near(product, a[i * D + j], 1e-13);
        }
    check_ok(context, gm_positive_solve_many(context, D, a, 0, x));
    values[3] = -1.0;
    plant(context, D, values, a, 6);
    check_fails(context, GM_UNDEFINED, "not positive definite",
                gm_positive_solve_many(context, D, a, COLUMNS, x));
    gm_context_destroy(context);
}

/* The path graph: −2 cos(jπ/(m+1)). */
static void tridiagonal_path(void **state) {
    (void)state;
    enum { M = 9 };
    double diagonal[M] = {0}, off[M], vectors[M * M];
    gm_context *context = make_context(1, GM_ISA_AUTO);
    for (int i = 0; i < M; i++)
        off[i] = 1.0;
    check_ok(context, gm_tridiagonal_eigen(context, M, diagonal, off, vectors));
    for (int j = 0; j < M; j++) {
        check_near(diagonal[j], -2.0 * cos(3.14159265358979323846 * (j + 1) / (M + 1)), 1e-14);
        for (int i = 0; i < M; i++) {
            double neighbours =
                (i > 0 ? vectors[j * M + i - 1] : 0.0) + (i + 1 < M ? vectors[j * M + i + 1] : 0.0);
            check_near(neighbours, diagonal[j] * vectors[j * M + i], 1e-14);
        }
    }
    gm_context_destroy(context);
}

static void products_in_float32(void **state) {
    (void)state;
    const float a[6] = {1, 2, 3, 4, 5, 6}, b[6] = {7, 8, 9, 10, 11, 12}, b2[4] = {1, 2, 3, 4};
    float c[6];
    gm_multiply_f32(2, 2, 3, a, b, c); /* [2][3] [3][2] */
    assert_true(c[0] == 58.0f && c[1] == 64.0f && c[2] == 139.0f && c[3] == 154.0f);
    gm_multiply_transposed_f32(2, 2, 3, a, b2, c); /* [2][3]ᵀ [2][2] */
    assert_true(c[0] == 13.0f && c[1] == 18.0f && c[4] == 21.0f && c[5] == 30.0f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(norm_is_the_largest_eigenvalue_in_size),
        cmocka_unit_test(gram_is_the_product_on_any_threads),
        cmocka_unit_test(threads_have_work_space_of_their_own),
        cmocka_unit_test(eigenvalues_are_those_planted),
        cmocka_unit_test(generalized_and_solve),
        cmocka_unit_test(solve_many),
        cmocka_unit_test(dual_form_finds_the_same_spectrum),
        cmocka_unit_test(tridiagonal_path),
        cmocka_unit_test(products_in_float32),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
