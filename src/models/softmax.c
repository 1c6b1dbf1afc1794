#include "models/model.h"

/* Outputs of one class at a time. */
static int64_t scratch(const gm_model *model, int64_t n, int64_t m) {
    (void)model;
    (void)m;
    return n;
}

static void forward(const gm_model *model, const gm_context *context, const gm_rows *rows,
                    const double *w, int64_t first, int64_t count, double *room, double *z) {
    const int c = model->outputs;
    for (int a = 0; a < c; a++) {
        gm_rows_multiply(context, rows, first, count, w + a * model->columns, room);
        for (int64_t i = 0; i < count; i++)
            z[i * c + a] = room[i];
    }
}

/* Right-hand side r of class a is number r c + a, which is where its block of out[r] lies. */
static void backward(const gm_model *model, const gm_context *context, const gm_rows *rows,
                     const double *w, int64_t n, const int64_t *index, int64_t m,
                     const double *coefficients, double *room, double *out) {
    (void)w;
    (void)room;
    gm_rows_combine(context, rows, n, index, m * model->outputs, coefficients, out);
}

static gm_status create(gm_context *context, const gm_spec *spec, const gm_model_shape *shape,
                        gm_model **out) {
    gm_status status = GM_OK;
    gm_model *model = NULL;
    GM_TRY(gm_spec_accept(context, spec, NULL, 0));
    if (shape->classes < 2)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "model softmax: the target has %lld classes; it must have 2 or more",
                       (long long)shape->classes));
    GM_TRY(GM_NEW(context, model, 1));
    *model = (gm_model){.kind = &gm_model_softmax,
                        .loss = &gm_loss_softmax,
                        .columns = shape->columns,
                        .outputs = (int)shape->classes,
                        .parameters = shape->classes * shape->columns,
                        .convex = true,
                        .linear = true,
                        .scratch = scratch,
                        .forward = forward,
                        .backward = backward};
    *out = model;
done:
    return status;
}

static bool classifies(const gm_spec *spec) {
    (void)spec;
    return true;
}

const gm_model_kind gm_model_softmax = {"softmax", classifies, create};
