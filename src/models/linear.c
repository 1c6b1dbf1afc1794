#include "models/model.h"

static int64_t parameters(int64_t columns) {
    return columns;
}

static void forward(const gm_context *context, const gm_rows *rows, const double *w, int64_t first,
                    int64_t count, double *z) {
    gm_rows_multiply(context, rows, first, count, w, z);
}

/* The Jacobian of a linear model is the input itself. */
static void backward(const gm_context *context, const gm_rows *rows, const double *w, int64_t n,
                     const int64_t *index, int64_t m, const double *coefficients, double *out) {
    (void)w;
    gm_rows_combine(context, rows, n, index, m, coefficients, out);
}

const gm_model gm_model_linear = {"linear", &gm_loss_squared, parameters, forward, backward};
