#include "gradients/moved.h"

#include "linalg/linalg.h"
#include "parallel/parallel.h"

typedef struct moved {
    const gm_model *model;
    const double *weights; /* [count][d] */
    double *x;             /* [n][columns] */
    double *targets;       /* [n][c] */
    double *room;          /* [threads][each]: outputs [n][c], then what the model needs */
    double *out;           /* [count][d] */
    int64_t n, each;
} moved;

void gm_target_expand(double target, int c, double *out) {
    if (c == 1) {
        *out = target;
        return;
    }
    for (int j = 0; j < c; j++)
        out[j] = (double)j == target;
}

static gm_status evaluate(void *argument, int64_t which, int worker) {
    const moved *self = argument;
    const gm_model *model = self->model;
    const int64_t n = self->n, c = model->outputs, d = model->parameters;
    const double *w = self->weights + which * d;
    double *z = self->room + worker * self->each, *scratch = z + n * c;
    model->batch_forward(model, w, n, self->x, scratch, z);
    model->loss->residual(n, model->outputs, z, self->targets, z);
    for (int64_t i = 0; i < n * c; i++)
        z[i] /= (double)n;
    model->batch_backward(model, w, n, self->x, 1, z, scratch, self->out + which * d);
    return GM_OK;
}

gm_status gm_moved_gradients(gm_context *context, const gm_rows *rows, const gm_model *model,
                             const double *targets, int64_t n, const int64_t *index, int64_t count,
                             const double *weights, double *out) {
    gm_status status = GM_OK;
    const int64_t c = model->outputs;
    moved self = {.model = model,
                  .weights = weights,
                  .out = out,
                  .n = n,
                  .each = n * c + model->batch_room(model, n)};
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(GM_NEW(context, self.x, n * model->columns));
    GM_TRY(GM_NEW(context, self.targets, n * c));
    GM_TRY(GM_NEW(context, self.room, gm_context_threads(context) * self.each));
    gm_rows_gather(rows, n, index, self.x);
    for (int64_t i = 0; i < n; i++)
        gm_target_expand(targets[index[i]], model->outputs, self.targets + i * c);
    GM_TRY(gm_parallel_for(context, count, evaluate, &self));
done:
    gm_release(context, self.room);
    gm_release(context, self.targets);
    gm_release(context, self.x);
    return status;
}
