#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "linalg/linalg.h"

#include <cblas.h>
#include <complex.h>
#include <lapack.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

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

void gm_symmetric_pack(int64_t d, const double *a, double *packed) {
    for (int64_t i = 0; i < d; i++) {
        memcpy(packed, a + i * d, (size_t)(i + 1) * sizeof *packed);
        packed += i + 1;
    }
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
