#include <math.h>

#include "curvature/problem.h"
#include "data/dataset.h"
#include "linalg/linalg.h"

/* Rows at a time. */
enum { BLOCK = 256 };

/* tr H_i of every row, out [rows]; room [rows]. Plain noise sees an identity in place of H_i. */
static void trace_rows(const gm_model *model, gm_noise_law law, int64_t rows, const double *z,
                       double *room, double *out) {
    for (int64_t i = 0; i < rows; i++)
        out[i] = law == GM_NOISE_PLAIN ? (double)model->outputs : 0.0;
    for (int a = 0; law != GM_NOISE_PLAIN && a < model->outputs; a++) {
        model->loss->curvature(rows, model->outputs, z, a, a, room);
        for (int64_t i = 0; i < rows; i++)
            out[i] += room[i];
    }
}

gm_status gm_problem_trace(gm_problem *p, gm_noise_law law, double *out) {
    gm_status status = GM_OK;
    const gm_rows *rows = gm_dataset_matrix(p->dataset);
    const int64_t n = rows->rows, columns = rows->columns;
    double *z = NULL, *traces = NULL, *room = NULL, *x = NULL, sum = 0.0;
    *out = NAN;
    if (!p->model->linear || !p->model->loss->affine)
        return GM_OK;
    GM_TRY(GM_NEW(p->context, z, n * p->model->outputs));
    GM_TRY(GM_NEW(p->context, traces, n));
    GM_TRY(GM_NEW(p->context, room, n));
    GM_TRY(GM_NEW(p->context, x, BLOCK * columns));
    GM_TRY(gm_model_outputs(p->context, rows, p->model, p->weights, z));
    trace_rows(p->model, law, n, z, room, traces);
    for (int64_t first = 0; first < n; first += BLOCK) {
        const int64_t count = n - first < BLOCK ? n - first : BLOCK;
        gm_rows_expand(rows, first, count, x);
        for (int64_t i = 0; i < count; i++)
            sum += traces[first + i] * gm_inner(columns, x + i * columns, x + i * columns);
    }
    *out = sum / (double)n;
done:
    gm_release(p->context, x);
    gm_release(p->context, room);
    gm_release(p->context, traces);
    gm_release(p->context, z);
    return status;
}
