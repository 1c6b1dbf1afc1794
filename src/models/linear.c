#include "models/model.h"

static int64_t scratch(const gm_model *model, int64_t n, int64_t m) {
    (void)model;
    (void)n;
    (void)m;
    return 0;
}

static void forward(const gm_model *model, const gm_context *context, const gm_rows *rows,
                    const double *w, int64_t first, int64_t count, double *room, double *z) {
    (void)model;
    (void)room;
    gm_rows_multiply(context, rows, first, count, w, z);
}

/* The Jacobian of a linear model is the input itself. */
static void backward(const gm_model *model, const gm_context *context, const gm_rows *rows,
                     const double *w, int64_t n, const int64_t *index, int64_t m,
                     const double *coefficients, double *room, double *out) {
    (void)model;
    (void)w;
    (void)room;
    gm_rows_combine(context, rows, n, index, m, coefficients, out);
}

static gm_status create(gm_context *context, const gm_spec *spec, const gm_model_shape *shape,
                        gm_model **out) {
    gm_status status = GM_OK;
    gm_model *model = NULL;
    GM_TRY(gm_spec_accept(context, spec, NULL, 0));
    GM_TRY(GM_NEW(context, model, 1));
    *model = (gm_model){.kind = &gm_model_linear,
                        .loss = &gm_loss_squared,
                        .columns = shape->columns,
                        .outputs = 1,
                        .parameters = shape->columns,
                        .convex = true,
                        .linear = true,
                        .scratch = scratch,
                        .forward = forward,
                        .backward = backward};
    *out = model;
done:
    return status;
}

const gm_model_kind gm_model_linear = {"linear", NULL, create};
