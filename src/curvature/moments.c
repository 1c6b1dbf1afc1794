#include "curvature/moments.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "linalg/linalg.h"
#include "parallel/parallel.h"

enum { BLOCK = 256, PIECE = 16 };

static const double MOST_TRACE = 1e140;

gm_status gm_trace_check(gm_context *context, double trace) {
    if (trace <= MOST_TRACE)
        return GM_OK;
    return gm_fail(context, GM_INVALID_INPUT,
                   "the curvature has a trace of %.2g; accepted: up to %g, whose square fits "
                   "float64. Scale the data or the gradients down",
                   trace, MOST_TRACE);
}

typedef struct expansion {
    const gm_rows *rows;
    const double *counts;
    int64_t first, count;
    double *out;
} expansion;

/* Rows as float64, each multiplied by the root of its count. */
static gm_status expand_piece(void *argument, int64_t index, int worker) {
    (void)worker;
    const expansion *e = argument;
    const int64_t d = e->rows->columns, start = index * PIECE;
    const int64_t size = e->count - start < PIECE ? e->count - start : PIECE;
    gm_rows_expand(e->rows, e->first + start, size, e->out + start * d);
    for (int64_t i = start; e->counts && i < start + size; i++) {
        const double root = sqrt(e->counts[e->first + i]);
        for (int64_t j = 0; j < d; j++)
            e->out[i * d + j] *= root;
    }
    return GM_OK;
}

gm_status gm_weighted_moments(gm_context *context, const gm_rows *rows, const double *counts,
                              double total, double *out) {
    gm_status status = GM_OK;
    const int64_t d = rows->columns;
    double *block = NULL, trace = 0.0;
    GM_TRY(GM_NEW(context, block, BLOCK * d));
    memset(out, 0, (size_t)(d * d) * sizeof *out);
    for (int64_t first = 0; first < rows->rows; first += BLOCK) {
        int64_t count = rows->rows - first < BLOCK ? rows->rows - first : BLOCK;
        expansion e = {rows, counts, first, count, block};
        GM_TRY(gm_parallel_for(context, (count + PIECE - 1) / PIECE, expand_piece, &e));
        GM_TRY(gm_gram_accumulate_part(context, count, d, block, out));
        GM_TRY(gm_progress(context, "computing the curvature from the data",
                           (double)(first + count), (double)rows->rows));
    }
    GM_TRY(gm_gram_gather(context, d, out));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++)
            out[i * d + j] /= total;
    for (int64_t i = 0; i < d; i++)
        trace += out[i * d + i];
    GM_TRY(gm_trace_check(context, trace));
    gm_symmetric_mirror(d, out);
done:
    gm_release(context, block);
    return status;
}

gm_status gm_second_moments(gm_context *context, const gm_rows *rows, const double *counts,
                            double *out) {
    double total = counts ? 0.0 : (double)rows->rows;
    for (int64_t i = 0; counts && i < rows->rows; i++)
        total += counts[i];
    return gm_weighted_moments(context, rows, counts, total, out);
}

gm_status gm_cross_moments(gm_context *context, const gm_rows *rows, const double *targets,
                           double *out) {
    gm_status status = GM_OK;
    const int64_t d = rows->columns;
    int64_t index[BLOCK];
    double *part = NULL;
    GM_TRY(GM_NEW(context, part, d));
    memset(out, 0, (size_t)d * sizeof *out);
    for (int64_t first = 0; first < rows->rows; first += BLOCK) {
        int64_t count = rows->rows - first < BLOCK ? rows->rows - first : BLOCK;
        for (int64_t i = 0; i < count; i++)
            index[i] = first + i;
        gm_rows_combine(context, rows, count, index, 1, targets + first, part);
        for (int64_t j = 0; j < d; j++)
            out[j] += part[j];
    }
    for (int64_t j = 0; j < d; j++)
        out[j] /= (double)rows->rows;
done:
    gm_release(context, part);
    return status;
}

gm_status gm_least_squares(gm_context *context, const gm_rows *rows, const double *targets,
                           const double *moments, double *out) {
    gm_status status = GM_OK;
    const int64_t d = rows->columns;
    double *vectors = NULL, *values = NULL, *cross = NULL;
    GM_TRY(GM_NEW(context, vectors, d * d));
    GM_TRY(GM_NEW(context, values, d));
    GM_TRY(GM_NEW(context, cross, d));
    GM_TRY(gm_cross_moments(context, rows, targets, cross));
    memcpy(vectors, moments, (size_t)(d * d) * sizeof *vectors);
    GM_TRY(gm_symmetric_eigen(context, d, vectors, values));
    memset(out, 0, (size_t)d * sizeof *out);
    for (int64_t r = 0; r < d && values[r] > (double)d * DBL_EPSILON * values[0]; r++) {
        const double *v = vectors + r * d;
        double projection = 0.0;
        for (int64_t j = 0; j < d; j++)
            projection += v[j] * cross[j];
        for (int64_t j = 0; j < d; j++)
            out[j] += v[j] * (projection / values[r]);
    }
done:
    gm_release(context, cross);
    gm_release(context, values);
    gm_release(context, vectors);
    return status;
}
