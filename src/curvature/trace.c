#include "curvature/trace.h"

#include <math.h>

#include "data/dataset.h"
#include "linalg/linalg.h"
#include "random/order.h"
#include "random/streams.h"

/* Rows at a time of a linear model, and rows that stand for all of another. */
enum { BLOCK = 64, SAMPLED = 512 };

typedef struct trace_job {
    gm_context *context;
    const gm_model *model;
    const double *w;
    gm_noise_law law;
    double *x, *z, *room; /* of a block of rows: [columns], [c], what the model needs */
    double *h;            /* [BLOCK] an entry of H of each */
    double *units, *root; /* [c][c] unit vectors, and R of one row */
    double *gradients;    /* [c][d] Jᵀ R of one row */
} trace_job;

static gm_status job_create(trace_job *job, int64_t block) {
    gm_status status = GM_OK;
    gm_context *context = job->context;
    const gm_model *model = job->model;
    const int64_t c = model->outputs;
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(GM_NEW(context, job->x, block * model->columns));
    GM_TRY(GM_NEW(context, job->z, block * c));
    GM_TRY(GM_NEW(context, job->h, block));
    GM_TRY(GM_NEW(context, job->room, model->batch_room(model, block)));
    if (model->linear)
        return GM_OK;
    GM_TRY(GM_NEW_ZERO(context, job->units, c * c));
    GM_TRY(GM_NEW(context, job->root, c * c));
    GM_TRY(GM_NEW(context, job->gradients, c * model->parameters));
    for (int64_t a = 0; a < c; a++)
        job->units[a * c + a] = 1.0;
done:
    return status;
}

static void job_release(trace_job *job) {
    double *const arrays[] = {job->gradients, job->root, job->units, job->room,
                              job->h,         job->z,    job->x};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        gm_release(job->context, arrays[i]);
}

/* ‖x‖² tr H. */
static void trace_linear(const trace_job *job, int64_t count, double *out) {
    const gm_model *model = job->model;
    for (int64_t i = 0; i < count; i++)
        out[i] = job->law == GM_NOISE_PLAIN ? (double)model->outputs : 0.0;
    for (int a = 0; job->law != GM_NOISE_PLAIN && a < model->outputs; a++) {
        model->loss->curvature(count, model->outputs, job->z, a, a, job->h);
        for (int64_t i = 0; i < count; i++)
            out[i] += job->h[i];
    }
    for (int64_t i = 0; i < count; i++) {
        const double *x = job->x + i * model->columns;
        out[i] *= gm_inner(model->columns, x, x);
    }
}

/* ‖Jᵀ R‖_F² of the one row that the model was run on. */
static double trace_network(const trace_job *job) {
    const gm_model *model = job->model;
    const int64_t c = model->outputs, size = c * model->parameters;
    const bool plain = job->law == GM_NOISE_PLAIN;
    for (int64_t a = 0; !plain && a < c; a++)
        model->loss->root(1, (int)c, job->z, job->units + a * c, job->root + a * c);
    model->batch_backward(model, job->w, 1, job->x, c, plain ? job->units : job->root, job->room,
                          job->gradients);
    return gm_inner(size, job->gradients, job->gradients);
}

gm_status gm_row_traces(gm_context *context, const gm_model *model, const double *w,
                        gm_noise_law law, const gm_rows *rows, int64_t n, const int64_t *index,
                        double *out) {
    gm_status status = GM_OK;
    const int64_t block = model->linear ? BLOCK : 1;
    trace_job job = {.context = context, .model = model, .w = w, .law = law};
    GM_TRY(job_create(&job, block));
    for (int64_t first = 0; first < n; first += block) {
        const int64_t count = n - first < block ? n - first : block;
        if (index)
            gm_rows_gather(rows, count, index + first, job.x);
        else
            gm_rows_expand(rows, first, count, job.x);
        model->batch_forward(model, w, count, job.x, job.room, job.z);
        if (model->linear)
            trace_linear(&job, count, out + first);
        else
            out[first] = trace_network(&job);
    }
done:
    job_release(&job);
    return status;
}

gm_mean_trace gm_trace_mean(int64_t n, const double *traces, int64_t of) {
    double mean = 0.0, squares = 0.0;
    for (int64_t i = 0; i < n; i++)
        mean += traces[i] / (double)n;
    if (n == of)
        return (gm_mean_trace){mean, 0.0};
    if (n < 2)
        return (gm_mean_trace){NAN, NAN};
    for (int64_t i = 0; i < n; i++)
        squares += (traces[i] - mean) * (traces[i] - mean);
    const double left = 1.0 - (double)n / (double)of;
    return (gm_mean_trace){mean, left * squares / ((double)(n - 1) * (double)n)};
}

gm_status gm_problem_trace(gm_problem *p, gm_noise_law law, uint64_t seed, gm_mean_trace *out) {
    gm_status status = GM_OK;
    const gm_rows *rows = gm_dataset_matrix(p->dataset);
    const int64_t all = rows->rows, n = p->model->linear || all < SAMPLED ? all : SAMPLED;
    int64_t *index = NULL;
    double *traces = NULL;
    *out = (gm_mean_trace){NAN, NAN};
    if (!p->model->loss->affine)
        return GM_OK;
    GM_TRY(GM_NEW(p->context, traces, n));
    if (n < all) {
        GM_TRY(GM_NEW(p->context, index, all));
        gm_random_order(p->context, (gm_stream){seed, GM_STREAM_TRACES}, 0, all, n, index);
    }
    GM_TRY(gm_row_traces(p->context, p->model, p->weights, law, rows, n, index, traces));
    *out = gm_trace_mean(n, traces, all);
done:
    gm_release(p->context, traces);
    gm_release(p->context, index);
    return status;
}
