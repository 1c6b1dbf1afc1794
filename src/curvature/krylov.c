#include "curvature/krylov.h"

#include <math.h>
#include <string.h>

#include "linalg/linalg.h"
#include "parallel/ranks.h"

/* Steps of Lanczos, and rows of G in one product. A column whose residual falls below EXHAUSTED has
   found an invariant subspace. */
enum { STEPS = 16, ROWS = 256 };
static const double EXHAUSTED = 1e-5;

typedef struct krylov {
    gm_context *context;
    int64_t k, d, columns, kept, blocks;
    const float *vectors, *weights;
    float *v, *previous;  /* [d][columns] */
    float *z;             /* [d][columns] */
    float *inner;         /* [k][columns]: G v, weighted */
    float *partial;       /* [blocks][d][columns] */
    float *basis;         /* [STEPS][d][kept] */
    double *alpha, *beta; /* [STEPS][columns] */
    int *steps;           /* [columns], done so far; negative: ended, of that number of steps */
} krylov;

/* One block of rows: its share of Gᵀ W G v. */
static gm_status apply_block(void *argument, int64_t block, int worker) {
    (void)worker;
    krylov *y = argument;
    const int64_t first = block * ROWS, rows = y->k - first < ROWS ? y->k - first : ROWS;
    const float *g = y->vectors + first * y->d, *w = y->weights + first * y->columns;
    float *inner = y->inner + first * y->columns;
    gm_multiply_f32(rows, y->columns, y->d, g, y->v, inner);
    for (int64_t i = 0; i < rows * y->columns; i++)
        inner[i] *= w[i];
    gm_multiply_transposed_f32(rows, y->columns, y->d, g, inner,
                               y->partial + block * y->d * y->columns);
    return GM_OK;
}

/* z = Gᵀ W G v, blocks added in their order. */
static gm_status apply(krylov *y) {
    const int64_t size = y->d * y->columns;
    const gm_shared found = {y->partial, size * (int64_t)sizeof *y->partial, 0};
    gm_status status = gm_share_for(y->context, y->blocks, apply_block, y, 1, &found);
    if (status != GM_OK)
        return status;
    memcpy(y->z, y->partial, (size_t)size * sizeof *y->z);
    for (int64_t b = 1; b < y->blocks; b++)
        for (int64_t i = 0; i < size; i++)
            y->z[i] += y->partial[b * size + i];
    return GM_OK;
}

/* ⟨a, b⟩ of every column. */
static void column_products(const krylov *y, const float *a, const float *b, double *out) {
    memset(out, 0, (size_t)y->columns * sizeof *out);
    for (int64_t j = 0; j < y->d; j++)
        for (int64_t c = 0; c < y->columns; c++)
            out[c] += (double)a[j * y->columns + c] * (double)b[j * y->columns + c];
}

/* Divide every column of v by its norm; a column without one becomes 0. */
static void normalize(const krylov *y, float *v, const double *squares) {
    for (int64_t j = 0; j < y->d; j++)
        for (int64_t c = 0; c < y->columns; c++) {
            float *x = &v[j * y->columns + c];
            *x = squares[c] > 0.0 ? (float)(*x / sqrt(squares[c])) : 0.0f;
        }
}

/* One step of the three-term recurrence in every column. */
static gm_status step(krylov *y, int64_t s) {
    double *alpha = y->alpha + s * y->columns, *beta = y->beta + s * y->columns;
    const double *before = s > 0 ? beta - y->columns : NULL;
    for (int64_t j = 0; j < y->d; j++)
        memcpy(y->basis + (s * y->d + j) * y->kept, y->v + j * y->columns + y->columns - y->kept,
               (size_t)y->kept * sizeof *y->basis);
    gm_status status = apply(y);
    if (status != GM_OK)
        return status;
    column_products(y, y->z, y->v, alpha);
    for (int64_t j = 0; j < y->d; j++)
        for (int64_t c = 0; c < y->columns; c++) {
            const int64_t i = j * y->columns + c;
            y->z[i] -= (float)alpha[c] * y->v[i] + (before ? (float)before[c] * y->previous[i] : 0);
        }
    column_products(y, y->z, y->z, beta);
    for (int64_t c = 0; c < y->columns; c++) {
        double scale = fabs(alpha[c]) + (before ? before[c] : 0.0);
        if (y->steps[c] >= 0)
            y->steps[c]++;
        if (y->steps[c] > 0 && !(beta[c] > EXHAUSTED * EXHAUSTED * scale * scale))
            y->steps[c] = -y->steps[c];
        if (y->steps[c] < 0)
            beta[c] = 0.0;
    }
    float *free_one = y->previous;
    y->previous = y->v;
    y->v = y->z;
    y->z = free_one;
    normalize(y, y->v, beta);
    for (int64_t c = 0; c < y->columns; c++)
        beta[c] = sqrt(beta[c]);
    return GM_OK;
}

/* Extreme Ritz values of column c: short of the edge of a dense spectrum by 1.7 % of its half-width
   at most, and of an isolated eigenvalue by nothing. */
static gm_status extremes(krylov *y, int64_t c, double *top, double *bottom, float *ritz) {
    double diagonal[STEPS], off[STEPS], vectors[STEPS * STEPS], sum = 0.0;
    const int64_t m = y->steps[c] < 0 ? -y->steps[c] : y->steps[c];
    for (int64_t s = 0; s < m; s++) {
        diagonal[s] = y->alpha[s * y->columns + c];
        off[s] = y->beta[s * y->columns + c];
    }
    gm_status status = gm_tridiagonal_eigen(y->context, m, diagonal, off, vectors);
    if (status != GM_OK)
        return status;
    const double *last = vectors + (m - 1) * m; /* eigenvector of the largest eigenvalue */
    *top = diagonal[m - 1];
    *bottom = diagonal[0];
    const int64_t kept = c - (y->columns - y->kept);
    if (kept < 0)
        return GM_OK;
    for (int64_t j = 0; j < y->d; j++) {
        double x = 0.0;
        for (int64_t s = 0; s < m; s++)
            x += last[s] * (double)y->basis[(s * y->d + j) * y->kept + kept];
        ritz[kept * y->d + j] = (float)x;
        sum += x * x;
    }
    for (int64_t j = 0; sum > 0.0 && j < y->d; j++)
        ritz[kept * y->d + j] = (float)(ritz[kept * y->d + j] / sqrt(sum));
    return GM_OK;
}

static gm_status krylov_create(krylov *y) {
    gm_status status = GM_OK;
    const int64_t size = y->d * y->columns;
    GM_TRY(GM_NEW_ZERO(y->context, y->previous, size));
    GM_TRY(GM_NEW(y->context, y->z, size));
    GM_TRY(GM_NEW(y->context, y->v, size));
    GM_TRY(GM_NEW(y->context, y->inner, y->k * y->columns));
    GM_TRY(GM_NEW(y->context, y->partial, y->blocks * size));
    GM_TRY(GM_NEW(y->context, y->basis, STEPS * y->d * y->kept));
    GM_TRY(GM_NEW_ZERO(y->context, y->alpha, STEPS * y->columns));
    GM_TRY(GM_NEW_ZERO(y->context, y->beta, STEPS * y->columns));
    GM_TRY(GM_NEW_ZERO(y->context, y->steps, y->columns));
done:
    return status;
}

static void krylov_release(krylov *y) {
    gm_release(y->context, y->steps);
    gm_release(y->context, y->beta);
    gm_release(y->context, y->alpha);
    gm_release(y->context, y->basis);
    gm_release(y->context, y->partial);
    gm_release(y->context, y->inner);
    gm_release(y->context, y->v);
    gm_release(y->context, y->z);
    gm_release(y->context, y->previous);
}

gm_status gm_weighted_gram_extremes(gm_context *context, int64_t k, int64_t d, int64_t columns,
                                    const float *vectors, const float *weights, float *starts,
                                    int64_t kept, double *top, double *bottom, float *ritz) {
    gm_status status = GM_OK;
    krylov y = {.context = context,
                .k = k,
                .d = d,
                .columns = columns,
                .kept = kept,
                .blocks = (k + ROWS - 1) / ROWS,
                .vectors = vectors,
                .weights = weights};
    double *squares = NULL;
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(krylov_create(&y));
    GM_TRY(GM_NEW(context, squares, columns));
    column_products(&y, starts, starts, squares);
    normalize(&y, starts, squares);
    memcpy(y.v, starts, (size_t)(d * columns) * sizeof *starts);
    for (int64_t s = 0; s < STEPS && s < d; s++) {
        GM_TRY(step(&y, s));
        GM_TRY(gm_progress(context, "predicting the error", (double)(s + 1), STEPS));
    }
    for (int64_t c = 0; c < columns; c++)
        GM_TRY(extremes(&y, c, &top[c], &bottom[c], ritz));
done:
    gm_release(context, squares);
    krylov_release(&y);
    return status;
}
