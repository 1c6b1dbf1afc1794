/* Reduction of lattices in worker processes: bases against what reduction promises, checked without
   fplll, and every way in which a worker can fail. */
#include "context.h"

#include "base/base.h"
#include "lattice/message.h"
#include "lattice/pool.h"

/* [τ I, A; 0, q I] with A of a fixed generator: `m` rows of A and `n` columns. */
typedef struct embedding {
    int64_t m, n, q, tau, d;
    int64_t *basis, *a;
} embedding;

static uint64_t next_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static embedding make_embedding(int64_t m, int64_t n, int64_t q, int64_t tau) {
    embedding e = {.m = m, .n = n, .q = q, .tau = tau, .d = m + n};
    uint64_t state = (uint64_t)(q + 1000 * m + n);
    e.basis = calloc((size_t)(e.d * e.d), sizeof *e.basis);
    e.a = calloc((size_t)(m * n), sizeof *e.a);
    for (int64_t i = 0; i < m; i++) {
        e.basis[i * e.d + i] = tau;
        for (int64_t j = 0; j < n; j++)
            e.basis[i * e.d + m + j] = e.a[i * n + j] = (int64_t)next_random(&state) % q;
    }
    for (int64_t j = 0; j < n; j++)
        e.basis[(m + j) * e.d + m + j] = q;
    return e;
}

static void free_embedding(embedding *e) {
    free(e->basis);
    free(e->a);
}

static gm_lattice_job job_of(const embedding *e, int64_t id, int block_size) {
    return (gm_lattice_job){.task = GM_LATTICE_REDUCE,
                            .id = id,
                            .rows = e->d,
                            .columns = e->d,
                            .basis = e->basis,
                            .delta = 0.99,
                            .block_size = block_size,
                            .loops = 4,
                            .time_limit = 300.0};
}

/* A pool around the built helper; the test is skipped where there is none. */
static gm_lattice_pool *make_pool(int workers) {
    gm_lattice_pool *pool = NULL;
    gm_status status = gm_lattice_pool_create(context, NULL, workers, &pool);
    if (status == GM_UNAVAILABLE) {
        print_message("skipped: %s\n", gm_context_message(context));
        skip();
    }
    check_ok(context, status);
    return pool;
}

static gm_lattice_result *next(gm_lattice_pool *pool) {
    gm_lattice_result *result = NULL;
    check_ok(context, gm_lattice_pool_next(pool, 300.0, &result));
    assert_non_null(result);
    return result;
}

/* Every row is R times the first m rows modulo q, with R the first m entries over τ. */
static void check_rows_in_lattice(const embedding *e, const int64_t *basis) {
    for (int64_t i = 0; i < e->d; i++)
        for (int64_t j = 0; j < e->n; j++) {
            const int64_t *row = basis + i * e->d;
            int64_t sum = 0;
            for (int64_t k = 0; k < e->m; k++) {
                assert_int_equal(row[k] % e->tau, 0);
                sum = (sum + row[k] / e->tau % e->q * e->a[k * e->n + j]) % e->q;
            }
            assert_int_equal((row[e->m + j] - sum) % e->q, 0);
        }
}

/* Gram–Schmidt in long double: squared lengths into `r`, coefficients into `mu`. */
static void orthogonalise(int64_t d, const int64_t *basis, long double *r, long double *mu) {
    long double *star = calloc((size_t)(d * d), sizeof *star);
    for (int64_t i = 0; i < d; i++) {
        for (int64_t j = 0; j < d; j++)
            star[i * d + j] = (long double)basis[i * d + j];
        for (int64_t k = 0; k < i; k++) {
            long double dot = 0.0L;
            for (int64_t j = 0; j < d; j++)
                dot += star[i * d + j] * star[k * d + j];
            mu[i * d + k] = dot / r[k];
            for (int64_t j = 0; j < d; j++)
                star[i * d + j] -= mu[i * d + k] * star[k * d + j];
        }
        r[i] = 0.0L;
        for (int64_t j = 0; j < d; j++)
            r[i] += star[i * d + j] * star[i * d + j];
    }
    free(star);
}

/* A basis of the same lattice (rows in it, and the same determinant), size-reduced, Lovász's
   condition at `delta`. */
static void check_reduced(const embedding *e, const gm_lattice_result *result, double delta) {
    const int64_t d = e->d;
    long double *r = calloc((size_t)d, sizeof *r), *mu = calloc((size_t)(d * d), sizeof *mu);
    double log_determinant = 0.0;
    assert_true(result->reduced);
    assert_int_equal(result->rows, d);
    assert_int_equal(result->columns, d);
    check_rows_in_lattice(e, result->basis);
    orthogonalise(d, result->basis, r, mu);
    for (int64_t i = 0; i < d; i++) {
        log_determinant += 0.5 * (double)logl(r[i]);
        for (int64_t k = 0; k < i; k++)
            check_between((double)mu[i * d + k], -0.52, 0.52);
        if (i > 0) {
            const double m = (double)mu[i * d + i - 1];
            check_between((double)(r[i] / r[i - 1]) + m * m, delta - 1e-6, INFINITY);
        }
    }
    check_near(log_determinant,
               (double)e->m * log((double)e->tau) + (double)e->n * log((double)e->q), 1e-6);
    free(r);
    free(mu);
}

static void lll_reduces(void **state) {
    (void)state;
    static const int64_t forms[][4] = {
        {8, 8, 97, 1}, {20, 12, 3329, 3}, {12, 30, 842779, 14}, {5, 1, 2, 1}, {40, 40, 113, 12}};
    gm_lattice_pool *pool = make_pool(2);
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        embedding e = make_embedding(forms[f][0], forms[f][1], forms[f][2], forms[f][3]);
        const gm_lattice_job job = job_of(&e, 7, 0);
        check_ok(context, gm_lattice_pool_submit(pool, &job));
        gm_lattice_result *result = next(pool);
        assert_int_equal(result->id, 7);
        check_reduced(&e, result, 0.99);
        gm_lattice_result_destroy(context, result);
        free_embedding(&e);
    }
    gm_lattice_pool_destroy(pool);
}

static void bkz_reduces_further(void **state) {
    (void)state;
    gm_lattice_pool *pool = make_pool(2);
    embedding e = make_embedding(40, 40, 3329, 10);
    double norms[2] = {0};
    for (int block = 0; block <= 20; block += 20) {
        const gm_lattice_job job = job_of(&e, block, block);
        check_ok(context, gm_lattice_pool_submit(pool, &job));
    }
    for (int i = 0; i < 2; i++) {
        gm_lattice_result *result = next(pool);
        check_reduced(&e, result, 0.98);
        for (int64_t k = 0; k < e.d; k++)
            norms[result->id == 20] += (double)(result->basis[k] * result->basis[k]);
        gm_lattice_result_destroy(context, result);
    }
    assert_true(norms[1] < norms[0]);
    assert_int_equal(gm_lattice_pool_pending(pool), 0);
    gm_lattice_pool_destroy(pool);
    free_embedding(&e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lll_reduces, set_up_context, tear_down_context),
        cmocka_unit_test_setup_teardown(bkz_reduces_further, set_up_context, tear_down_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
