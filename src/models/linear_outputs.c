#include "models/linear_outputs.h"

#include <string.h>

#include "linalg/linalg.h"

/* Outputs of one class at a time, where there are several. */
static int64_t scratch(const gm_model *model, int64_t n, int64_t m) {
    (void)m;
    return model->outputs > 1 ? n : 0;
}

static void forward(const gm_model *model, const gm_context *context, const gm_rows *rows,
                    const double *w, int64_t first, int64_t count, double *room, double *z) {
    const int c = model->outputs;
    if (c == 1) {
        gm_rows_multiply(context, rows, first, count, w, z);
        return;
    }
    for (int a = 0; a < c; a++) {
        gm_rows_multiply(context, rows, first, count, w + a * model->columns, room);
        for (int64_t i = 0; i < count; i++)
            z[i * c + a] = room[i];
    }
}

/* The Jacobian is the input itself. Right-hand side r of output a is number r c + a, which is where
   its block of out[r] lies. */
static void backward(const gm_model *model, const gm_context *context, const gm_rows *rows,
                     const double *w, int64_t n, const int64_t *index, int64_t m,
                     const double *coefficients, double *room, double *out) {
    (void)w;
    (void)room;
    gm_rows_combine(context, rows, n, index, m * model->outputs, coefficients, out);
}

static int64_t batch_room(const gm_model *model, int64_t n) {
    (void)model;
    (void)n;
    return 0;
}

static void batch_forward(const gm_model *model, const double *w, int64_t n, const double *x,
                          double *room, double *z) {
    const int64_t columns = model->columns;
    (void)room;
    gm_multiply_outer(n, model->outputs, columns, x, columns, w, columns, z, model->outputs);
}

/* Row r c + a of the product is the block of output a in out[r]. */
static void batch_backward(const gm_model *model, const double *w, int64_t n, const double *x,
                           int64_t m, const double *coefficients, double *room, double *out) {
    const int64_t columns = model->columns, sides = m * model->outputs;
    (void)w;
    (void)room;
    memset(out, 0, (size_t)(sides * columns) * sizeof *out);
    gm_multiply_inner_add(sides, columns, n, coefficients, sides, x, columns, out, columns);
}

/* The Jacobian is the row itself: a = x, δ = 1. */
static gm_status factors(const gm_model *model, const double *w, int64_t count, const double *x,
                         double *z, double *a, double *delta) {
    const int64_t n = model->columns;
    gm_multiply_outer(count, 1, n, x, n, w, n, z, 1);
    memcpy(a, x, (size_t)(count * n) * sizeof *a);
    for (int64_t i = 0; i < count; i++)
        delta[i] = 1.0;
    return GM_OK;
}

gm_status gm_linear_outputs_create(gm_context *context, const gm_model_kind *kind,
                                   const gm_loss *loss, int64_t columns, int outputs,
                                   gm_model **out) {
    gm_status status = GM_OK;
    gm_model *model = NULL;
    GM_TRY(GM_NEW(context, model, 1));
    *model = (gm_model){.kind = kind,
                        .loss = loss,
                        .columns = columns,
                        .outputs = outputs,
                        .parameters = outputs * columns,
                        .convex = true,
                        .linear = true,
                        .scratch = scratch,
                        .forward = forward,
                        .backward = backward,
                        .batch_room = batch_room,
                        .batch_forward = batch_forward,
                        .batch_backward = batch_backward};
    model->factor_count = 1;
    model->factor[0] = (gm_factor){.in = columns, .out = outputs, .places = 1};
    if (outputs == 1)
        model->factors = factors;
    *out = model;
done:
    return status;
}

bool gm_always_classifies(const gm_spec *spec) {
    (void)spec;
    return true;
}
