/* The operator norm of a symmetric matrix by Lanczos, for orders at which a decomposition is dear.
 */
#include <cblas.h>
#include <math.h>
#include <string.h>

#include "linalg/linalg.h"
#include "parallel/parallel.h"
#include "random/streams.h"

enum { DENSE = 512, STEPS = 400, EVERY = 10, ROWS_A_TASK = 64 };

/* A Ritz value has converged when its residual is this small against it: its own error is of the
   order of the square of that, over the gap. */
static const double RESIDUAL = 1e-6;

typedef struct product {
    int64_t d;
    const double *a, *x;
    double *y;
} product;

static gm_status multiply_rows(void *argument, int64_t index, int worker) {
    (void)worker;
    const product *p = argument;
    const int64_t first = index * ROWS_A_TASK, rest = p->d - first;
    const int64_t count = rest < ROWS_A_TASK ? rest : ROWS_A_TASK;
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)count, (int)p->d, 1.0, p->a + first * p->d,
                (int)p->d, p->x, 1, 0.0, p->y + first, 1);
    return GM_OK;
}

typedef struct lanczos {
    gm_context *context;
    int64_t d;
    const double *a;
    double *basis;    /* [STEPS + 1][d], orthonormal */
    double *diagonal; /* [STEPS] */
    double *off;      /* [STEPS] */
    double *work;     /* [STEPS][STEPS + 2] */
    int64_t steps;
} lanczos;

/* One more basis vector, orthogonalised twice against all before it; its length is off[steps − 1].
 */
static gm_status step(lanczos *l) {
    const int64_t d = l->d, m = l->steps;
    const double *x = l->basis + m * d;
    double *y = l->basis + (m + 1) * d;
    product p = {d, l->a, x, y};
    gm_status status =
        gm_parallel_for(l->context, (d + ROWS_A_TASK - 1) / ROWS_A_TASK, multiply_rows, &p);
    if (status != GM_OK)
        return status;
    l->diagonal[m] = cblas_ddot((int)d, x, 1, y, 1);
    for (int twice = 0; twice < 2; twice++)
        for (int64_t i = 0; i <= m; i++) {
            const double *b = l->basis + i * d;
            cblas_daxpy((int)d, -cblas_ddot((int)d, b, 1, y, 1), b, 1, y, 1);
        }
    l->off[m] = cblas_dnrm2((int)d, y, 1);
    if (l->off[m] > 0.0)
        cblas_dscal((int)d, 1.0 / l->off[m], y, 1);
    l->steps++;
    return GM_OK;
}

/* The largest Ritz value in size, and whether it has converged. */
static gm_status ritz(const lanczos *l, double *norm, bool *converged) {
    const int64_t m = l->steps;
    double *values = l->work, *off = values + STEPS, *vectors = off + STEPS;
    memcpy(values, l->diagonal, (size_t)m * sizeof *values);
    memcpy(off, l->off, (size_t)m * sizeof *off);
    gm_status status = gm_tridiagonal_eigen(l->context, m, values, off, vectors);
    if (status != GM_OK)
        return status;
    const int64_t at = fabs(values[0]) > fabs(values[m - 1]) ? 0 : m - 1;
    const double residual = l->off[m - 1] * fabs(vectors[at * m + m - 1]);
    *norm = fabs(values[at]);
    *converged = residual <= RESIDUAL * *norm;
    return GM_OK;
}

static gm_status iterate(lanczos *l, double *out) {
    gm_status status = GM_OK;
    bool converged = false;
    const int64_t most = l->d < STEPS ? l->d : STEPS;
    while (!converged) {
        GM_TRY(step(l));
        if (l->steps % EVERY == 0 || l->steps == most || l->off[l->steps - 1] == 0.0)
            GM_TRY(ritz(l, out, &converged));
        GM_TRY(gm_progress(l->context, "measuring the error", (double)l->steps, (double)most));
        converged = converged || l->steps == most || l->off[l->steps - 1] == 0.0;
    }
done:
    return status;
}

static gm_status dense(gm_context *context, int64_t d, const double *a, double *out) {
    double values[DENSE];
    const gm_status status = gm_symmetric_spectrum(context, d, a, values);
    if (status == GM_OK)
        *out = fmax(fabs(values[0]), fabs(values[d - 1]));
    return status;
}

gm_status gm_symmetric_norm(gm_context *context, int64_t d, const double *a, double *out) {
    gm_status status = GM_OK;
    lanczos l = {.context = context, .d = d, .a = a};
    if (d <= DENSE)
        return dense(context, d, a, out);
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(GM_NEW(context, l.basis, (STEPS + 1) * d));
    GM_TRY(GM_NEW(context, l.diagonal, STEPS));
    GM_TRY(GM_NEW(context, l.off, STEPS));
    GM_TRY(GM_NEW(context, l.work, STEPS * (STEPS + 2)));
    gm_random_gaussian(context, (gm_stream){0, GM_STREAM_KRYLOV}, 0, d, l.basis);
    cblas_dscal((int)d, 1.0 / cblas_dnrm2((int)d, l.basis, 1), l.basis, 1);
    GM_TRY(iterate(&l, out));
done:
    gm_release(context, l.work);
    gm_release(context, l.off);
    gm_release(context, l.diagonal);
    gm_release(context, l.basis);
    return status;
}
