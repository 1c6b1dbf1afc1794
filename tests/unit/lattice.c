/* Reduction of lattices in worker processes: bases against what reduction promises, checked without
   fplll, and every way in which a worker can fail. */
#include "context.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "fake_helper.h"
#include "fake_helper_path.h"
#include "lattice/helper.h"
#include "lattice/message.h"
#include "lattice/pool.h"
#include "lattice/worker.h"

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

/* U I for a random whole U of determinant 1: a basis of Z^d with long vectors. */
static void hide_unit_vectors(int64_t d, int64_t *basis) {
    uint64_t state = 5;
    memset(basis, 0, (size_t)(d * d) * sizeof *basis);
    for (int64_t i = 0; i < d; i++)
        basis[i * d + i] = 1;
    for (int step = 0; step < 200; step++) {
        const int64_t i = (int64_t)next_random(&state) % d, k = (int64_t)next_random(&state) % d;
        const int64_t x = (int64_t)(next_random(&state) % 3) - 1;
        for (int64_t j = 0; j < d && i != k; j++)
            basis[i * d + j] += x * basis[k * d + j];
    }
}

static int64_t square(const int64_t *row, int64_t d) {
    int64_t sum = 0;
    for (int64_t j = 0; j < d; j++)
        sum += row[j] * row[j];
    return sum;
}

/* Of Z^d the shortest vectors have length 1, and BKZ with blocks of size d finds nothing else. */
static void shortest_vectors_are_found(void **state) {
    (void)state;
    enum { D = 20 };
    int64_t basis[D * D];
    gm_lattice_pool *pool = make_pool(1);
    hide_unit_vectors(D, basis);
    assert_true(square(basis, D) > 4);
    const gm_lattice_job job = {.rows = D,
                                .columns = D,
                                .basis = basis,
                                .delta = 0.99,
                                .block_size = D,
                                .loops = 8,
                                .time_limit = 60.0};
    check_ok(context, gm_lattice_pool_submit(pool, &job));
    gm_lattice_result *result = next(pool);
    assert_true(result->reduced);
    for (int64_t i = 0; i < D; i++)
        assert_int_equal(square(result->basis + i * D, D), 1);
    gm_lattice_result_destroy(context, result);
    gm_lattice_pool_destroy(pool);
}

/* Blocks grow only until the first vector is short enough. */
static void growing_blocks_stop_at_the_norm(void **state) {
    (void)state;
    gm_lattice_pool *pool = make_pool(1);
    embedding e = make_embedding(40, 40, 3329, 10);
    static const double norms[] = {1e9, 0.0};
    int loops[2];
    for (int i = 0; i < 2; i++) {
        gm_lattice_job job = job_of(&e, i, 24);
        job.task = GM_LATTICE_SHORTEST_BELOW;
        job.loops = 2;
        job.norm = norms[i];
        check_ok(context, gm_lattice_pool_submit(pool, &job));
        gm_lattice_result *result = next(pool);
        check_reduced(&e, result, 0.98);
        loops[i] = result->loops;
        gm_lattice_result_destroy(context, result);
    }
    assert_int_equal(loops[0], 0);
    check_between(loops[1], 3, 6); /* blocks of 10, 20 and 24 */
    gm_lattice_pool_destroy(pool);
    free_embedding(&e);
}

/* Entries beyond a machine word of fplll: [I, c; 0, N] with c and N near 2^40. */
static void large_entries_go_to_multiprecision(void **state) {
    (void)state;
    gm_lattice_pool *pool = make_pool(1);
    embedding e = make_embedding(1, 1, 2, 1);
    e.q = INT64_C(1099511627689); /* a prime */
    e.basis[1] = e.a[0] = INT64_C(679501234567);
    e.basis[3] = e.q;
    const gm_lattice_job job = job_of(&e, 1, 0);
    check_ok(context, gm_lattice_pool_submit(pool, &job));
    gm_lattice_result *result = next(pool);
    assert_true(result->reduced);
    assert_string_equal(result->precision, "mpfr");
    for (int i = 0; i < 2; i++) {
        const int64_t *row = result->basis + 2 * i;
        assert_true(llabs(row[0]) < 1 << 22 && llabs(row[1]) < 1 << 22);
        assert_true((row[0] * e.a[0] - row[1]) % e.q == 0);
    }
    const int64_t *b = result->basis;
    assert_true(llabs(b[0] * b[3] - b[1] * b[2]) == e.q);
    gm_lattice_result_destroy(context, result);
    gm_lattice_pool_destroy(pool);
    free_embedding(&e);
}

/* Rows that depend on each other are no basis: the job fails and its worker goes on. */
static void dependent_rows_are_a_reason(void **state) {
    (void)state;
    static const int64_t basis[] = {1, 2, 3, 4, 5, 6, 5, 7, 9};
    gm_lattice_pool *pool = make_pool(1);
    gm_lattice_job job = {
        .rows = 3, .columns = 3, .basis = basis, .delta = 0.99, .time_limit = 60.0};
    check_ok(context, gm_lattice_pool_submit(pool, &job));
    job.rows = 2;
    check_ok(context, gm_lattice_pool_submit(pool, &job));
    gm_lattice_result *result = next(pool);
    assert_false(result->reduced);
    assert_non_null(strstr(result->reason, "depend"));
    assert_null(result->basis);
    gm_lattice_result_destroy(context, result);
    result = next(pool);
    assert_true(result->reduced);
    gm_lattice_result_destroy(context, result);
    gm_lattice_pool_destroy(pool);
}

/* The same job, the same bytes, in whatever process and after whatever other job. */
static void same_job_same_basis(void **state) {
    (void)state;
    gm_lattice_pool *pool = make_pool(2);
    embedding e = make_embedding(30, 40, 3329, 10), other = make_embedding(20, 20, 113, 3);
    int64_t *first = NULL;
    for (int i = 0; i < 6; i++) {
        const gm_lattice_job job = i == 2 ? job_of(&other, 2, 20) : job_of(&e, i, 20);
        check_ok(context, gm_lattice_pool_submit(pool, &job));
    }
    for (int i = 0; i < 6; i++) {
        gm_lattice_result *result = next(pool);
        assert_true(result->reduced);
        if (result->id != 2 && !first) {
            first = result->basis;
            result->basis = NULL;
        } else if (result->id != 2)
            assert_memory_equal(first, result->basis, (size_t)(e.d * e.d) * sizeof *first);
        gm_lattice_result_destroy(context, result);
    }
    gm_release(context, first);
    gm_lattice_pool_destroy(pool);
    free_embedding(&e);
    free_embedding(&other);
}

/* --- faults --- */

static int open_descriptors(void) {
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static void check_no_child_is_left(void) {
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static const int64_t small_basis[] = {3, 1, 4, 1, 5, 9, 2, 6, 5};

static gm_lattice_job small_job(int64_t id) {
    return (gm_lattice_job){.id = id,
                            .rows = 3,
                            .columns = 3,
                            .basis = small_basis,
                            .delta = 0.99,
                            .time_limit = id % FAKE_COUNT == FAKE_STOPPED ? 0.3 : 60.0};
}

static gm_lattice_pool *make_fake_pool(int workers) {
    gm_lattice_pool *pool = NULL;
    check_ok(context, gm_lattice_pool_create(context, fake_helper(), workers, &pool));
    return pool;
}

static void check_result(const gm_lattice_result *result, const char *reason) {
    if (!reason) {
        assert_true(result->reduced);
        assert_memory_equal(result->basis, small_basis, sizeof small_basis);
        assert_string_equal(result->reason, "");
        return;
    }
    assert_false(result->reduced);
    assert_null(result->basis);
    if (!strstr(result->reason, reason))
        fail_msg("job %d: '%s' lacks '%s'", (int)result->id, result->reason, reason);
}

/* Each fault costs the job that it befell: those before and after it end well. */
static void faults_cost_one_job(void **state) {
    (void)state;
    static const char *const reasons[FAKE_COUNT] = {[FAKE_KILLED] = "worker ended by signal 9",
                                                    [FAKE_STOPPED] = "no answer in 0.3 s",
                                                    [FAKE_EXITS] =
                                                        "worker ended with exit status 5",
                                                    [FAKE_CLOSES] = "worker closed its connection",
                                                    [FAKE_HALF] = "worker ended with exit status 0",
                                                    [FAKE_CORRUPT] = "checksum",
                                                    [FAKE_VERSION] = "another version",
                                                    [FAKE_MAGIC] = "does not begin",
                                                    [FAKE_OVERSIZED] = "length",
                                                    [FAKE_FOREIGN_JOB] = "not expected",
                                                    [FAKE_SHAPE] = "length",
                                                    [FAKE_ZERO] = "row of the basis is zero",
                                                    [FAKE_RANGE] = "entry of the basis",
                                                    [FAKE_HELLO] = "not expected",
                                                    [FAKE_DECLINES] = "cannot do it",
                                                    [FAKE_TWICE] = NULL};
    const int before = open_descriptors();
    for (int workers = 1; workers <= 3; workers += 2) {
        gm_lattice_pool *pool = make_fake_pool(workers);
        for (int fault = 0; fault <= FAKE_TWICE; fault++) {
            const gm_lattice_job job = small_job(fault), good = small_job(fault * FAKE_COUNT);
            if (fault == FAKE_EARLY)
                continue;
            check_ok(context, gm_lattice_pool_submit(pool, &good));
            check_ok(context, gm_lattice_pool_submit(pool, &job));
        }
        int64_t pending = gm_lattice_pool_pending(pool);
        assert_int_equal(pending, 2 * FAKE_TWICE);
        while (pending-- > 0) {
            gm_lattice_result *result = next(pool);
            check_result(result, reasons[result->id % FAKE_COUNT]);
            assert_int_equal(gm_lattice_pool_pending(pool), pending);
            gm_lattice_result_destroy(context, result);
        }
        gm_lattice_result *none = (gm_lattice_result *)&pending;
        check_ok(context, gm_lattice_pool_next(pool, -1.0, &none));
        assert_null(none);
        gm_lattice_pool_destroy(pool);
    }
    assert_int_equal(open_descriptors(), before);
    check_no_child_is_left();
}

/* An answer that comes before the job was sent is refused; the job is larger than a socket holds.
 */
static void early_answers_are_refused(void **state) {
    (void)state;
    enum { D = 300 };
    static int64_t basis[D * D];
    for (int i = 0; i < D; i++)
        basis[i * D + i] = 1;
    gm_lattice_pool *pool = make_fake_pool(1);
    const gm_lattice_job job = {.id = FAKE_EARLY,
                                .rows = D,
                                .columns = D,
                                .basis = basis,
                                .delta = 0.99,
                                .time_limit = 60.0};
    check_ok(context, gm_lattice_pool_submit(pool, &job));
    gm_lattice_result *result = next(pool);
    assert_false(result->reduced);
    gm_lattice_result_destroy(context, result);
    gm_lattice_pool_destroy(pool);
}

/* Programs that are no helper: an error that names the program, no endless respawn. */
static void broken_starts_are_errors(void **state) {
    (void)state;
    static const struct {
        const char *fault, *text;
        gm_status status;
    } forms[] = {{"exit", "exit status 7", GM_IO_ERROR},
                 {"garbage", "does not begin", GM_IO_ERROR},
                 {"version", "another version", GM_UNAVAILABLE}};
    const int before = open_descriptors();
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        gm_lattice_pool *pool = make_fake_pool(2);
        const gm_lattice_job job = small_job(0);
        gm_lattice_result *result = NULL;
        check_ok(context, gm_lattice_pool_submit(pool, &job));
        assert_int_equal(setenv("GRADIOMETER_FAKE", forms[i].fault, 1), 0);
        for (int again = 0; again < 2; again++) {
            check_fails(context, forms[i].status, forms[i].text,
                        gm_lattice_pool_next(pool, 60.0, &result));
            assert_non_null(strstr(gm_context_message(context), "fake_helper"));
        }
        assert_int_equal(unsetenv("GRADIOMETER_FAKE"), 0);
        gm_lattice_pool_destroy(pool);
    }
    assert_int_equal(open_descriptors(), before);
    check_no_child_is_left();
}

static void absent_helpers_are_named(void **state) {
    (void)state;
    gm_lattice_pool *pool = NULL;
    char text[GM_LWE_REDUCTION_TEXT];
    check_fails(context, GM_UNAVAILABLE, "/no/such/helper",
                gm_lattice_pool_create(context, "/no/such/helper", 1, &pool));
    assert_int_equal(setenv("GRADIOMETER_LATTICE_HELPER", "/no/such/other", 1), 0);
    check_fails(context, GM_UNAVAILABLE, "/no/such/other",
                gm_lattice_pool_create(context, NULL, 1, &pool));
    check_fails(context, GM_UNAVAILABLE, "/no/such/other",
                gm_lwe_reduction_available(context, text));
    /* It can be run, in name: a folder. */
    check_ok(context, gm_lattice_pool_create(context, "/", 1, &pool));
    const gm_lattice_job job = small_job(0);
    gm_lattice_result *result = NULL;
    check_ok(context, gm_lattice_pool_submit(pool, &job));
    check_fails(context, GM_IO_ERROR, "cannot start /:", gm_lattice_pool_next(pool, -1.0, &result));
    gm_lattice_pool_destroy(pool);
    assert_int_equal(setenv("GRADIOMETER_LATTICE_HELPER", fake_helper(), 1), 0);
    check_ok(context, gm_lwe_reduction_available(context, text));
    assert_string_equal(text, "fake");
    assert_int_equal(unsetenv("GRADIOMETER_LATTICE_HELPER"), 0);
    check_no_child_is_left();
}

static void wrong_jobs_are_refused(void **state) {
    (void)state;
    gm_lattice_pool *pool = make_fake_pool(1);
    int64_t basis[9];
    check_fails(context, GM_INVALID_ARGUMENT, "0 workers",
                gm_lattice_pool_create(context, fake_helper(), 0, &pool));
#define REFUSED(text, change)                                                                      \
    do {                                                                                           \
        gm_lattice_job job = small_job(0);                                                         \
        memcpy(basis, small_basis, sizeof basis);                                                  \
        job.basis = basis;                                                                         \
        change;                                                                                    \
        check_fails(context, GM_INVALID_ARGUMENT, text, gm_lattice_pool_submit(pool, &job));       \
    } while (0)
    REFUSED("0 rows", job.rows = 0);
    REFUSED("3 rows and 2 columns", job.columns = 2);
    REFUSED("accepted", job.rows = job.columns = 100000);
    REFUSED("task", job.task = (gm_lattice_task)7);
    REFUSED("delta", job.delta = 1.0);
    REFUSED("delta", job.delta = NAN);
    REFUSED("block size", job.block_size = 1000);
    REFUSED("loops", job.loops = -1);
    REFUSED("time limit", job.time_limit = NAN);
    REFUSED("time limit", job.time_limit = 0.0);
    REFUSED("norm", (job.task = GM_LATTICE_SHORTEST_BELOW, job.norm = -1.0));
    REFUSED("row 1, column 2", basis[5] = INT64_C(1) << 62);
    REFUSED("row 2 of the basis is zero", memset(basis + 6, 0, 3 * sizeof *basis));
#undef REFUSED
    assert_int_equal(gm_lattice_pool_pending(pool), 0);
    gm_lattice_pool_destroy(pool);
}

static void *cancel_soon(void *when) {
    const struct timespec pause = {0, 200000000};
    nanosleep(&pause, NULL);
    *(double *)when = gm_seconds();
    gm_context_cancel(context);
    return NULL;
}

/* A stopped worker does not keep a cancelled computation waiting. The tenth of a second that is
   promised, and as much for a loaded machine. */
static void cancellation_is_seen_at_once(void **state) {
    (void)state;
    gm_lattice_pool *pool = make_fake_pool(1);
    gm_lattice_job job = small_job(FAKE_STOPPED);
    gm_lattice_result *result = NULL;
    pthread_t thread;
    double when = 0.0;
    job.time_limit = 1000.0;
    check_ok(context, gm_lattice_pool_submit(pool, &job));
    check_ok(context, gm_lattice_pool_next(pool, 0.05, &result));
    assert_null(result);
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &when), 0);
    check_fails(context, GM_CANCELLED, "cancelled", gm_lattice_pool_next(pool, -1.0, &result));
    const double seen = gm_seconds();
    pthread_join(thread, NULL);
    check_between(seen - when, 0.0, 0.2);
    gm_lattice_pool_destroy(pool);
    check_no_child_is_left();
}

/* Jobs that run and jobs that wait can be dropped, and the pool goes on. */
static void dropped_jobs_leave_nothing(void **state) {
    (void)state;
    gm_lattice_pool *pool = make_fake_pool(1);
    gm_lattice_result *result = NULL;
    for (int i = 0; i < 3; i++) {
        gm_lattice_job job = small_job(FAKE_STOPPED);
        job.time_limit = 1000.0;
        check_ok(context, gm_lattice_pool_submit(pool, &job));
    }
    check_ok(context, gm_lattice_pool_next(pool, 0.2, &result));
    assert_null(result);
    gm_lattice_pool_drop(pool);
    assert_int_equal(gm_lattice_pool_pending(pool), 0);
    check_no_child_is_left();
    const gm_lattice_job job = small_job(0);
    check_ok(context, gm_lattice_pool_submit(pool, &job));
    result = next(pool);
    check_result(result, NULL);
    gm_lattice_result_destroy(context, result);
    gm_lattice_pool_destroy(pool);
}

/* A reduction that takes too long is ended, and the worker's next job is not its concern. */
static void long_reductions_are_ended(void **state) {
    (void)state;
    gm_lattice_pool *pool = make_pool(1);
    embedding e = make_embedding(60, 60, 3329, 10);
    gm_lattice_job job = job_of(&e, 1, 90);
    job.time_limit = 0.4;
    check_ok(context, gm_lattice_pool_submit(pool, &job));
    job = job_of(&e, 2, 0);
    check_ok(context, gm_lattice_pool_submit(pool, &job));
    gm_lattice_result *result = next(pool);
    check_result(result, "no answer in 0.4 s");
    gm_lattice_result_destroy(context, result);
    result = next(pool);
    check_reduced(&e, result, 0.99);
    gm_lattice_result_destroy(context, result);
    gm_lattice_pool_destroy(pool);
    free_embedding(&e);
}

/* Whether a process is gone or, where nobody waits for orphans, dead. */
static bool has_ended(pid_t pid) {
    char path[64], text[256] = "";
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return true;
    const size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    const char *state = strrchr(text, ')');
    return !state || state[2] == 'Z' || state[2] == 'X';
}

/* What this program does as `begin-long-job HELPER`: starts the helper on a job of hours, tells its
   number, and ends. */
static int begin_long_job(const char *path) {
    embedding e = make_embedding(60, 60, 3329, 10);
    gm_worker worker = {0};
    const gm_message_job job = {
        .rows = (int)e.d, .columns = (int)e.d, .block_size = 100, .loops = 1000, .delta = 0.99};
    const size_t size = gm_message_size(job.rows, job.columns);
    unsigned char *bytes = malloc(2 * size);
    context = make_context(1, GM_ISA_AUTO);
    if (!bytes || gm_worker_start(context, path, &worker) != GM_OK)
        _exit(1);
    gm_message_put_job(bytes, &job);
    for (int64_t i = 0; i < e.d * e.d; i++)
        gm_message_put_entry(bytes, (size_t)i, e.basis[i]);
    gm_message_seal(bytes, GM_MESSAGE_JOB, 1, size - GM_MESSAGE_HEADER);
    while (worker.state != GM_WORKER_BUSY || worker.sent < worker.request_size) {
        const gm_worker_event event = gm_worker_step(&worker);
        if (event == GM_WORKER_HELLO)
            gm_worker_give(&worker, &job, 1, 1000.0, bytes, bytes + size);
        else if (event != GM_WORKER_NOTHING)
            _exit(1);
        (void)poll(NULL, 0, 1);
    }
    printf("%ld\n", (long)worker.process.pid);
    fflush(stdout);
    _exit(0);
}

/* A helper in the middle of a long job ends with the process that started it. */
static void helpers_end_with_their_parent(void **state) {
    (void)state;
    char *path = NULL, self[4096], command[9000];
    long helper = 0;
    gm_lattice_pool_destroy(make_pool(1)); /* skips where there is no helper */
    check_ok(context, gm_lattice_find_helper(context, NULL, &path));
    const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(n > 0);
    self[n] = '\0';
    snprintf(command, sizeof command, "'%s' begin-long-job '%s'", self, path);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    assert_int_equal(fscanf(output, "%ld", &helper), 1);
    assert_int_equal(pclose(output), 0);
    for (int i = 0; i < 1000 && !has_ended((pid_t)helper); i++)
        (void)poll(NULL, 0, 10);
    assert_true(has_ended((pid_t)helper));
    gm_release(context, path);
}

/* --- messages --- */

enum { SMALL = GM_MESSAGE_HEADER + GM_MESSAGE_FIELDS + 9 * 8 };

static void write_small_job(unsigned char bytes[SMALL]) {
    const gm_message_job job = {.task = 1,
                                .rows = 3,
                                .columns = 3,
                                .block_size = 20,
                                .loops = 8,
                                .delta = 0.99,
                                .norm = 2.5};
    gm_message_put_job(bytes, &job);
    for (size_t i = 0; i < 9; i++)
        gm_message_put_entry(bytes, i, i % 2 ? -small_basis[i] : small_basis[i]);
    gm_message_seal(bytes, GM_MESSAGE_JOB, 0x123456789abcdef0u, SMALL - GM_MESSAGE_HEADER);
}

static gm_message_fault read_job(const unsigned char *bytes, gm_message_job *job) {
    gm_message_header header;
    gm_message_fault fault = gm_message_read_header(bytes, &header);
    if (fault == GM_MESSAGE_FINE && header.length != SMALL - GM_MESSAGE_HEADER)
        fault = GM_MESSAGE_BAD_LENGTH;
    if (fault == GM_MESSAGE_FINE)
        fault = gm_message_check(bytes, &header);
    return fault == GM_MESSAGE_FINE ? gm_message_read_job(bytes, &header, job) : fault;
}

static void messages_come_back(void **state) {
    (void)state;
    unsigned char bytes[SMALL];
    gm_message_header header;
    gm_message_job job;
    char text[GM_MESSAGE_TEXT + 1];
    assert_int_equal(gm_message_size(3, 3), SMALL);
    write_small_job(bytes);
    assert_int_equal(gm_message_read_header(bytes, &header), GM_MESSAGE_FINE);
    assert_true(header.id == 0x123456789abcdef0u);
    assert_int_equal(read_job(bytes, &job), GM_MESSAGE_FINE);
    assert_true(job.task == 1 && job.rows == 3 && job.columns == 3 && job.block_size == 20 &&
                job.loops == 8 && job.delta == 0.99 && job.norm == 2.5);
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(gm_message_entry(bytes, i), i % 2 ? -small_basis[i] : small_basis[i]);
    unsigned char note[GM_MESSAGE_HEADER + GM_MESSAGE_TEXT];
    assert_int_equal(gm_message_put_text(note, GM_MESSAGE_HELLO, 0, "a\nb"), GM_MESSAGE_HEADER + 3);
    assert_int_equal(gm_message_read_header(note, &header), GM_MESSAGE_FINE);
    assert_int_equal(gm_message_check(note, &header), GM_MESSAGE_FINE);
    assert_int_equal(gm_message_read_text(note, &header, text), GM_MESSAGE_FINE);
    assert_string_equal(text, "a?b");
}

/* No bit of a message can be turned without being seen. */
static void every_turned_bit_is_seen(void **state) {
    (void)state;
    unsigned char bytes[SMALL];
    gm_message_job job;
    for (int bit = 0; bit < 8 * SMALL; bit++) {
        write_small_job(bytes);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        if (read_job(bytes, &job) == GM_MESSAGE_FINE)
            fail_msg("bit %d was turned and the message accepted", bit);
    }
}

/* Fields out of range under a right checksum. */
static void wrong_fields_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t at;
        unsigned char value;
        gm_message_fault fault;
    } forms[] = {
        {0, 2, GM_MESSAGE_BAD_FIELD},     {4, 0, GM_MESSAGE_BAD_FIELD},
        {4, 4, GM_MESSAGE_BAD_FIELD},     {4, 2, GM_MESSAGE_BAD_LENGTH},
        {8, 4, GM_MESSAGE_BAD_LENGTH},    {8, 2, GM_MESSAGE_BAD_FIELD},
        {7, 128, GM_MESSAGE_BAD_FIELD},   {12, 129, GM_MESSAGE_BAD_FIELD},
        {19, 1, GM_MESSAGE_BAD_FIELD},    {20, 1, GM_MESSAGE_BAD_FIELD},
        {31, 0, GM_MESSAGE_BAD_FIELD},    {31, 0x7f, GM_MESSAGE_BAD_FIELD},
        {39, 0xff, GM_MESSAGE_BAD_FIELD}, {47, 0x40, GM_MESSAGE_BAD_ENTRY},
        {47, 0xbf, GM_MESSAGE_BAD_ENTRY},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        unsigned char bytes[SMALL];
        gm_message_job job;
        write_small_job(bytes);
        bytes[GM_MESSAGE_HEADER + forms[i].at] = forms[i].value;
        gm_message_seal(bytes, GM_MESSAGE_JOB, 0, SMALL - GM_MESSAGE_HEADER);
        if (read_job(bytes, &job) != forms[i].fault)
            fail_msg("byte %zu = %d: %s", forms[i].at, forms[i].value,
                     gm_message_fault_text(read_job(bytes, &job)));
    }
}

#define WITH_CONTEXT(test) cmocka_unit_test_setup_teardown(test, set_up_context, tear_down_context)

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "begin-long-job") == 0)
        return begin_long_job(arguments[2]);
    const struct CMUnitTest tests[] = {
        WITH_CONTEXT(lll_reduces),
        WITH_CONTEXT(bkz_reduces_further),
        WITH_CONTEXT(shortest_vectors_are_found),
        WITH_CONTEXT(growing_blocks_stop_at_the_norm),
        WITH_CONTEXT(large_entries_go_to_multiprecision),
        WITH_CONTEXT(dependent_rows_are_a_reason),
        WITH_CONTEXT(same_job_same_basis),
        WITH_CONTEXT(faults_cost_one_job),
        WITH_CONTEXT(early_answers_are_refused),
        WITH_CONTEXT(broken_starts_are_errors),
        WITH_CONTEXT(absent_helpers_are_named),
        WITH_CONTEXT(wrong_jobs_are_refused),
        WITH_CONTEXT(cancellation_is_seen_at_once),
        WITH_CONTEXT(dropped_jobs_leave_nothing),
        WITH_CONTEXT(long_reductions_are_ended),
        WITH_CONTEXT(helpers_end_with_their_parent),
        cmocka_unit_test(messages_come_back),
        cmocka_unit_test(every_turned_bit_is_seen),
        cmocka_unit_test(wrong_fields_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
