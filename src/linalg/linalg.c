#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "linalg/linalg.h"

#include <cblas.h>
#include <complex.h>
#include <lapack.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "parallel/parallel.h"
#include "parallel/ranks.h"

/* Side of the tiles of a symmetric product: ten tiles of a 784² triangle keep two threads busy, and
   a tile and its two panels stay in the second-level cache. */
enum { TILE = 200 };

gm_status gm_blas_prepare(gm_context *context) {
    const size_t bytes = (size_t)context->threads * (132u << 20);
    if (atomic_load_explicit(&context->blas_has_room, memory_order_relaxed))
        return GM_OK;
    void *room = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED)
        return gm_fail(context, GM_OUT_OF_MEMORY,
                       "out of memory: BLAS needs %zu MiB of address space for %d threads",
                       bytes >> 20, context->threads);
    munmap(room, bytes);
    atomic_store(&context->blas_has_room, true);
    return GM_OK;
}

typedef struct gram_job {
    int64_t k, d;
    const double *rows;
    double *lower;
} gram_job;

/* Where tile `index` is. */
typedef struct place {
    int64_t row, column, height, width;
} place;

static place place_of(int64_t d, int64_t index) {
    int64_t i = 0; /* row of tiles; index becomes the column */
    while (index > i)
        index -= ++i;
    const int64_t row = i * TILE, column = index * TILE;
    return (place){row, column, d - row < TILE ? d - row : TILE,
                   d - column < TILE ? d - column : TILE};
}
static gm_status gram_tile(void *argument, int64_t index, int worker) {
    (void)worker;
    const gram_job *job = argument;
    const int64_t d = job->d;
    const place t = place_of(d, index);
    const double *left = job->rows + t.row, *right = job->rows + t.column;
    double *tile = job->lower + t.row * d + t.column;
    if (t.row == t.column)
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)t.height, (int)job->k, 1.0, left,
                    (int)d, 1.0, tile, (int)d);
    else
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)t.height, (int)t.width,
                    (int)job->k, 1.0, left, (int)d, right, (int)d, 1.0, tile, (int)d);
    return GM_OK;
}

static int64_t gram_tiles(int64_t d) {
    const int64_t tiles = (d + TILE - 1) / TILE;
    return tiles * (tiles + 1) / 2;
}

/* `run` goes through the tiles: gm_parallel_for(), or gm_share_keep() for those of this rank. */
static gm_status accumulate(gm_context *context, int64_t k, int64_t d, const double *rows,
                            double *lower,
                            gm_status (*run)(gm_context *, int64_t, gm_task, void *)) {
    if (d > INT_MAX || k > INT_MAX)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_gram_accumulate: %lld x %lld is too large",
                       (long long)k, (long long)d);
    gram_job job = {k, d, rows, lower};
    gm_status status = gm_blas_prepare(context);
    if (status != GM_OK)
        return status;
    return run(context, gram_tiles(d), gram_tile, &job);
}

gm_status gm_gram_accumulate(gm_context *context, int64_t k, int64_t d, const double *rows,
                             double *lower) {
    return accumulate(context, k, d, rows, lower, gm_parallel_for);
}

gm_status gm_gram_accumulate_part(gm_context *context, int64_t k, int64_t d, const double *rows,
                                  double *lower) {
    return accumulate(context, k, d, rows, lower, gm_share_keep);
}

/* A tile from the matrix to `packed`, or back; nothing above the diagonal. */
static void pack_tile(int64_t d, place t, const double *lower, double *packed) {
    for (int64_t r = 0; r < t.height; r++)
        memcpy(packed + r * t.width, lower + (t.row + r) * d + t.column,
               (size_t)(t.row == t.column ? r + 1 : t.width) * sizeof *packed);
}

static void unpack_tile(int64_t d, place t, const double *packed, double *lower) {
    for (int64_t r = 0; r < t.height; r++)
        memcpy(lower + (t.row + r) * d + t.column, packed + r * t.width,
               (size_t)(t.row == t.column ? r + 1 : t.width) * sizeof *packed);
}

/* Number `turn` of the tiles of each rank that has so many; offsets [R + 1], packed [R][TILE²]. */
static gm_status gather_turn(gm_context *context, int64_t d, int64_t turn, int64_t *offsets,
                             double *packed, double *lower) {
    const int64_t count = gram_tiles(d);
    const int ranks = gm_context_ranks(context), rank = gm_context_rank(context);
    gm_status status = GM_OK;
    int64_t first, end, next = 0;
    for (int r = 0; r < ranks; r++) {
        offsets[r] = next * (int64_t)sizeof *packed;
        gm_share_part(count, ranks, r, &first, &end);
        if (first + turn >= end)
            continue;
        const place t = place_of(d, first + turn);
        if (r == rank)
            pack_tile(d, t, lower, packed + next);
        next += t.height * t.width;
    }
    offsets[ranks] = next * (int64_t)sizeof *packed;
    status = gm_share_parts(context, offsets, packed);
    for (int r = 0; r < ranks && status == GM_OK; r++) {
        gm_share_part(count, ranks, r, &first, &end);
        if (r != rank && first + turn < end)
            unpack_tile(d, place_of(d, first + turn), packed + offsets[r] / (int64_t)sizeof *packed,
                        lower);
    }
    return status;
}

/* Turn by turn, so that what travels stays in little memory, which is used again. */
gm_status gm_gram_gather(gm_context *context, int64_t d, double *lower) {
    gm_status status = GM_OK;
    const int64_t ranks = gm_context_ranks(context), turns = (gram_tiles(d) + ranks - 1) / ranks;
    int64_t *offsets = NULL;
    double *packed = NULL;
    if (!gm_is_shared(context))
        return GM_OK;
    status = GM_NEW(context, offsets, ranks + 1);
    if (status == GM_OK)
        status = GM_NEW(context, packed, ranks * TILE * TILE);
    GM_TRY(gm_ranks_agree(context, status));
    for (int64_t turn = 0; turn < turns; turn++)
        GM_TRY(gather_turn(context, d, turn, offsets, packed, lower));
done:
    gm_release(context, packed);
    gm_release(context, offsets);
    return status;
}

gm_status gm_product_rate(gm_context *context, double *operations_per_second) {
    enum { ROWS = 256, ORDER = 640, TIMES = 8 };
    gm_status status = GM_OK;
    double *rows = NULL, *product = NULL, best = 1e-1;
    GM_TRY(GM_NEW_ZERO(context, rows, ROWS * ORDER));
    GM_TRY(GM_NEW_ZERO(context, product, ORDER * ORDER));
    for (int i = 0; i < TIMES; i++) {
        const double start = gm_seconds();
        GM_TRY(gm_gram_accumulate(context, ROWS, ORDER, rows, product));
        const double taken = gm_seconds() - start;
        best = taken < best ? taken : best;
    }
    *operations_per_second = (double)ROWS * ORDER * ORDER / best;
done:
    gm_release(context, product);
    gm_release(context, rows);
    return status;
}

static gm_status outer_tile(void *argument, int64_t index, int worker) {
    (void)worker;
    const gram_job *job = argument;
    int64_t i = 0; /* as above */
    while (index > i)
        index -= ++i;
    const int64_t row = i * TILE, column = index * TILE, k = job->k, d = job->d;
    const int height = (int)(k - row < TILE ? k - row : TILE);
    const int width = (int)(k - column < TILE ? k - column : TILE);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, height, width, (int)d, 1.0,
                job->rows + row * d, (int)d, job->rows + column * d, (int)d, 0.0,
                job->lower + row * k + column, (int)k);
    return GM_OK;
}

gm_status gm_outer_gram(gm_context *context, int64_t k, int64_t d, const double *rows,
                        double *out) {
    gram_job job = {k, d, rows, out};
    const int64_t tiles = (k + TILE - 1) / TILE;
    gm_status status = gm_blas_prepare(context);
    if (status == GM_OK)
        status = gm_parallel_for(context, tiles * (tiles + 1) / 2, outer_tile, &job);
    if (status == GM_OK)
        gm_symmetric_mirror(k, out);
    return status;
}

void gm_symmetric_mirror(int64_t d, double *a) {
    enum { BLOCK = 32 };
    for (int64_t bi = 0; bi < d; bi += BLOCK)
        for (int64_t bj = 0; bj <= bi; bj += BLOCK)
            for (int64_t i = bi; i < d && i < bi + BLOCK; i++)
                for (int64_t j = bj; j < i && j < bj + BLOCK; j++)
                    a[j * d + i] = a[i * d + j];
}

static gm_status lapack_status(gm_context *context, const char *routine, lapack_int info) {
    if (info == 0)
        return GM_OK;
    if (info < 0)
        return gm_fail(context, GM_INTERNAL_ERROR, "%s refused argument %d", routine, -(int)info);
    return gm_fail(context, GM_NUMERICAL_FAILURE, "%s did not converge (info %d)", routine,
                   (int)info);
}

static void reverse(int64_t d, double *values) {
    for (int64_t i = 0, j = d - 1; i < j; i++, j--) {
        double held = values[i];
        values[i] = values[j];
        values[j] = held;
    }
}

/* The lower triangle of a row-major matrix is the upper one of LAPACK's column-major view. */
static gm_status eigen(gm_context *context, char job, int64_t d, double *a, double *eigenvalues) {
    gm_status status = GM_OK;
    double *work = NULL;
    lapack_int *iwork = NULL;
    lapack_int n = (lapack_int)d, lwork = -1, liwork = -1, isize = 0, info = 0;
    double size = 0;
    if (d > INT_MAX)
        return gm_fail(context, GM_INVALID_ARGUMENT, "eigenvalues of order %lld: at most %d",
                       (long long)d, INT_MAX);
    GM_TRY(gm_blas_prepare(context));
    LAPACK_dsyevd(&job, "U", &n, a, &n, eigenvalues, &size, &lwork, &isize, &liwork, &info);
    GM_TRY(lapack_status(context, "dsyevd", info));
    lwork = (lapack_int)size;
    liwork = isize;
    GM_TRY(GM_NEW(context, work, lwork));
    GM_TRY(GM_NEW(context, iwork, liwork));
    LAPACK_dsyevd(&job, "U", &n, a, &n, eigenvalues, work, &lwork, iwork, &liwork, &info);
    GM_TRY(lapack_status(context, "dsyevd", info));
    reverse(d, eigenvalues);
done:
    gm_release(context, iwork);
    gm_release(context, work);
    return status;
}

gm_status gm_symmetric_eigenvalues(gm_context *context, int64_t d, double *a, double *eigenvalues) {
    return eigen(context, 'N', d, a, eigenvalues);
}

gm_status gm_symmetric_spectrum(gm_context *context, int64_t d, const double *a,
                                double *eigenvalues) {
    double *copy = gm_allocate(context, d * d, sizeof *copy);
    if (!copy)
        return GM_OUT_OF_MEMORY;
    memcpy(copy, a, (size_t)(d * d) * sizeof *copy);
    const gm_status status = gm_symmetric_eigenvalues(context, d, copy, eigenvalues);
    gm_release(context, copy);
    return status;
}

/* a [d][d] ← L of its pivoted Cholesky factorisation, in the first *rank columns, rows permuted. */
static gm_status pivoted_cholesky(gm_context *context, int64_t d, double *a, int64_t *rank) {
    gm_status status = GM_OK;
    lapack_int n = (lapack_int)d, found = 0, info = 0;
    const double by_default = -1.0;
    lapack_int *pivots = NULL;
    double *work = NULL;
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(GM_NEW(context, pivots, d));
    GM_TRY(GM_NEW(context, work, 2 * d));
    LAPACK_dpstrf("U", &n, a, &n, pivots, &found, &by_default, work, &info);
    if (info < 0)
        GM_TRY(lapack_status(context, "dpstrf", info));
    *rank = found;
done:
    gm_release(context, work);
    gm_release(context, pivots);
    return status;
}

gm_status gm_semidefinite_spectrum(gm_context *context, int64_t d, const double *a,
                                   double *eigenvalues) {
    gm_status status = GM_OK;
    double *copy = NULL, *factor = NULL, *gram = NULL;
    int64_t r = 0;
    GM_TRY(GM_NEW(context, copy, d * d));
    memcpy(copy, a, (size_t)(d * d) * sizeof *copy);
    GM_TRY(pivoted_cholesky(context, d, copy, &r));
    memset(eigenvalues, 0, (size_t)d * sizeof *eigenvalues);
    if (r == 0)
        goto done;
    GM_TRY(GM_NEW_ZERO(context, factor, d * r));
    for (int64_t i = 0; i < d; i++)
        memcpy(factor + i * r, copy + i * d, (size_t)(i < r ? i + 1 : r) * sizeof *factor);
    gm_release(context, copy);
    copy = NULL;
    GM_TRY(GM_NEW_ZERO(context, gram, r * r));
    GM_TRY(gm_gram_accumulate(context, d, r, factor, gram));
    GM_TRY(gm_symmetric_eigenvalues(context, r, gram, eigenvalues));
done:
    gm_release(context, gram);
    gm_release(context, factor);
    gm_release(context, copy);
    return status;
}

gm_status gm_symmetric_eigen(gm_context *context, int64_t d, double *a, double *eigenvalues) {
    gm_status status = eigen(context, 'V', d, a, eigenvalues);
    if (status != GM_OK)
        return status;
    for (int64_t i = 0, j = d - 1; i < j; i++, j--)
        cblas_dswap((int)d, a + i * d, 1, a + j * d, 1);
    return GM_OK;
}

/* The lower triangle of a row-major matrix is the upper one of LAPACK's. */
gm_status gm_cholesky(gm_context *context, int64_t d, double *a) {
    lapack_int n = (lapack_int)d, info = 0;
    gm_status status = gm_blas_prepare(context);
    if (status != GM_OK)
        return status;
    LAPACK_dpotrf("U", &n, a, &n, &info);
    if (info > 0)
        return gm_fail(context, GM_UNDEFINED, "the matrix is not positive definite (minor %d)",
                       (int)info);
    return lapack_status(context, "dpotrf", info);
}

void gm_cholesky_solve(int64_t d, const double *l, double *x) {
    cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)d, l, (int)d, x, 1);
    cblas_dtrsv(CblasRowMajor, CblasLower, CblasTrans, CblasNonUnit, (int)d, l, (int)d, x, 1);
}

gm_status gm_triangular_invert(gm_context *context, int64_t d, double *l) {
    lapack_int n = (lapack_int)d, info = 0;
    gm_status status = gm_blas_prepare(context);
    if (status != GM_OK)
        return status;
    LAPACK_dtrtri("U", "N", &n, l, &n, &info);
    return lapack_status(context, "dtrtri", info);
}

gm_status gm_generalized_eigenvalues(gm_context *context, int64_t d, double *a, double *b,
                                     double *eigenvalues) {
    lapack_int n = (lapack_int)d, type = 1, info = 0;
    gm_status status = gm_cholesky(context, d, b);
    if (status != GM_OK)
        return status;
    LAPACK_dsygst(&type, "U", &n, a, &n, b, &n, &info);
    status = lapack_status(context, "dsygst", info);
    return status == GM_OK ? eigen(context, 'N', d, a, eigenvalues) : status;
}

gm_status gm_positive_solve(gm_context *context, int64_t d, double *a, double *x) {
    lapack_int n = (lapack_int)d, one = 1, info = 0;
    gm_status status = gm_blas_prepare(context);
    if (status != GM_OK)
        return status;
    LAPACK_dposv("U", &n, &one, a, &n, x, &n, &info);
    if (info > 0)
        return gm_fail(context, GM_UNDEFINED, "the matrix is not positive definite (minor %d)",
                       (int)info);
    return lapack_status(context, "dposv", info);
}

/* LAPACK would have the right-hand sides one after the other; these lie side by side. */
gm_status gm_positive_solve_many(gm_context *context, int64_t d, double *a, int64_t columns,
                                 double *x) {
    const gm_status status = gm_cholesky(context, d, a);
    if (status != GM_OK || columns == 0)
        return status;
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, (int)d,
                (int)columns, 1.0, a, (int)d, x, (int)columns);
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, (int)d,
                (int)columns, 1.0, a, (int)d, x, (int)columns);
    return GM_OK;
}

double gm_inner(int64_t d, const double *a, const double *b) {
    double sum = 0.0;
    for (int64_t j = 0; j < d; j++)
        sum += a[j] * b[j];
    return sum;
}

void gm_multiply(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda, const double *b,
                 int64_t ldb, double *c, int64_t ldc) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0, a, (int)lda,
                b, (int)ldb, 0.0, c, (int)ldc);
}

void gm_multiply_vector(int64_t m, int64_t k, const double *a, int64_t lda, const double *x,
                        double *y) {
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)m, (int)k, 1.0, a, (int)lda, x, 1, 0.0, y, 1);
}

void gm_multiply_vector_transposed(int64_t m, int64_t k, const double *a, int64_t lda,
                                   const double *x, double *y) {
    cblas_dgemv(CblasRowMajor, CblasTrans, (int)m, (int)k, 1.0, a, (int)lda, x, 1, 0.0, y, 1);
}

void gm_multiply_outer(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda,
                       const double *b, int64_t ldb, double *c, int64_t ldc) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1.0, a, (int)lda,
                b, (int)ldb, 0.0, c, (int)ldc);
}

void gm_multiply_inner_add(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda,
                           const double *b, int64_t ldb, double *c, int64_t ldc) {
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0, a, (int)lda,
                b, (int)ldb, 1.0, c, (int)ldc);
}

void gm_multiply_self_add(int64_t n, int64_t k, const double *a, double *c) {
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)n, (int)k, 1.0, a, (int)n, 1.0, c,
                (int)n);
}

void gm_multiply_f32(int64_t m, int64_t n, int64_t k, const float *a, const float *b, float *c) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)k,
                b, (int)n, 0.0f, c, (int)n);
}

void gm_multiply_outer_f32(int64_t m, int64_t n, int64_t k, const float *a, const float *b,
                           float *c) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)k, b,
                (int)k, 0.0f, c, (int)n);
}

void gm_multiply_transposed_f32(int64_t m, int64_t n, int64_t k, const float *a, const float *b,
                                float *c) {
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)k, (int)n, (int)m, 1.0f, a, (int)k, b,
                (int)n, 0.0f, c, (int)n);
}

gm_status gm_tridiagonal_eigen(gm_context *context, int64_t m, double *diagonal, double *off,
                               double *vectors) {
    gm_status status = GM_OK;
    lapack_int n = (lapack_int)m, info = 0;
    double *work = NULL;
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(GM_NEW(context, work, 2 * m));
    LAPACK_dstev("V", &n, diagonal, off, vectors, &n, work, &info);
    GM_TRY(lapack_status(context, "dstev", info));
done:
    gm_release(context, work);
    return status;
}
