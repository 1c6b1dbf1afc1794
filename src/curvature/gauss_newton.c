#include "curvature/gauss_newton.h"

#include <math.h>
#include <string.h>

#include "curvature/moments.h"
#include "linalg/linalg.h"
#include "parallel/parallel.h"

enum { BLOCK = 256 };

typedef struct job {
    gm_context *context;
    const gm_rows *rows;
    const gm_model *model;
    const double *weights, *counts;
    double *z; /* [rows][c] */
    /* for rows */
    double *scratch; /* [threads][room] */
    int64_t room;
    int64_t first;   /* row of the data at the start of the block */
    double *vectors; /* [samples][c][d] */
    double *roots;   /* [threads][c][c] */
} job;

static double total_of(int64_t rows, const double *counts) {
    double total = counts ? 0.0 : (double)rows;
    for (int64_t i = 0; counts && i < rows; i++)
        total += counts[i];
    return total;
}

/* Sizes |c_i H_i[a][b]| into `sizes`, and their sign, which is the same at every row. */
static double weigh(const job *j, int a, int b, double *sizes) {
    double sign = 1.0;
    j->model->loss->curvature(j->rows->rows, j->model->outputs, j->z, a, b, sizes);
    for (int64_t i = 0; i < j->rows->rows; i++) {
        sign = sizes[i] < 0.0 ? -1.0 : sign;
        sizes[i] = fabs(sizes[i]) * (j->counts ? j->counts[i] : 1.0);
    }
    return sign;
}

gm_status gm_gauss_newton_blocks(gm_context *context, const gm_rows *rows, const gm_model *model,
                                 const double *weights, const double *counts, double *out) {
    gm_status status = GM_OK;
    const int64_t n = rows->rows, columns = rows->columns, d = model->parameters;
    const int c = model->outputs;
    const double total = total_of(n, counts);
    job j = {
        .context = context, .rows = rows, .model = model, .weights = weights, .counts = counts};
    double *sizes = NULL, *block = NULL;
    GM_TRY(GM_NEW(context, j.z, n * c));
    GM_TRY(GM_NEW(context, sizes, n));
    GM_TRY(GM_NEW(context, block, columns * columns));
    GM_TRY(gm_model_outputs(context, rows, model, weights, j.z));
    for (int a = 0; a < c; a++)
        for (int b = 0; b <= a; b++) {
            const double sign = weigh(&j, a, b, sizes);
            GM_TRY(gm_weighted_moments(context, rows, sizes, total, block));
            for (int64_t r = 0; r < columns; r++) /* a block is symmetric, so is its place */
                for (int64_t s = 0; s < columns; s++) {
                    const double value = sign * block[r * columns + s];
                    out[(a * columns + r) * d + b * columns + s] = value;
                    out[(b * columns + r) * d + a * columns + s] = value;
                }
        }
done:
    gm_release(context, block);
    gm_release(context, sizes);
    gm_release(context, j.z);
    return status;
}

/* J_iᵀ R_i e_r for r < c, times the root of the count. */
static gm_status sample_rows(void *argument, int64_t index, int worker) {
    const job *j = argument;
    const int c = j->model->outputs;
    const int64_t row = j->first + index, d = j->model->parameters;
    double *root = j->roots + (int64_t)worker * c * c;
    memset(root, 0, (size_t)c * (size_t)c * sizeof *root);
    for (int r = 0; r < c; r++) {
        root[r * c + r] = j->counts ? sqrt(j->counts[row]) : 1.0;
        j->model->loss->root(1, c, j->z + row * c, root + r * c, root + r * c);
    }
    j->model->backward(j->model, j->context, j->rows, j->weights, 1, &row, c, root,
                       j->scratch + worker * j->room, j->vectors + index * c * d);
    return GM_OK;
}

gm_status gm_gauss_newton_rows(gm_context *context, const gm_rows *rows, const gm_model *model,
                               const double *weights, const double *counts, double *out) {
    gm_status status = GM_OK;
    const int64_t n = rows->rows, d = model->parameters, c = model->outputs;
    const int64_t samples = c < BLOCK ? BLOCK / c : 1; /* whose vectors are together */
    const double total = total_of(n, counts);
    job j = {
        .context = context, .rows = rows, .model = model, .weights = weights, .counts = counts};
    GM_TRY(GM_NEW(context, j.z, n * c));
    GM_TRY(gm_model_outputs(context, rows, model, weights, j.z));
    j.room = model->scratch(model, 1, c);
    GM_TRY(GM_NEW(context, j.scratch, j.room * gm_context_threads(context)));
    GM_TRY(GM_NEW(context, j.roots, c * c * gm_context_threads(context)));
    GM_TRY(GM_NEW(context, j.vectors, samples * c * d));
    memset(out, 0, (size_t)(d * d) * sizeof *out);
    for (; j.first < n; j.first += samples) {
        const int64_t count = n - j.first < samples ? n - j.first : samples;
        GM_TRY(gm_parallel_for(context, count, sample_rows, &j));
        GM_TRY(gm_gram_accumulate_part(context, count * c, d, j.vectors, out));
        GM_TRY(gm_progress(context, "computing the curvature from the data",
                           (double)(j.first + count), (double)n));
    }
    GM_TRY(gm_gram_gather(context, d, out));
    for (int64_t i = 0; i < d; i++)
        for (int64_t s = 0; s <= i; s++)
            out[i * d + s] /= total;
    gm_symmetric_mirror(d, out);
done:
    gm_release(context, j.vectors);
    gm_release(context, j.roots);
    gm_release(context, j.scratch);
    gm_release(context, j.z);
    return status;
}

gm_status gm_gauss_newton(gm_context *context, const gm_rows *rows, const gm_model *model,
                          const double *weights, const double *counts, double *out) {
    return model->linear ? gm_gauss_newton_blocks(context, rows, model, weights, counts, out)
                         : gm_gauss_newton_rows(context, rows, model, weights, counts, out);
}
