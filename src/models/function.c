#include "models/function.h"

#include <math.h>

static const gm_model_kind kind = {"function", NULL, NULL};

typedef struct function_model {
    gm_model base;
    gm_context *context;
    const gm_function_model *function;
} function_model;

static gm_status check(const function_model *self, const char *what, int64_t count,
                       const double *values) {
    for (int64_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return gm_fail(self->context, GM_NUMERICAL_FAILURE,
                           "model function: number %lld of the %s is %g", (long long)i, what,
                           values[i]);
    return GM_OK;
}

gm_status gm_function_outputs(const gm_model *model, int64_t count, const double *x, double *p) {
    const function_model *self = (const function_model *)model;
    gm_status status = self->function->forward(self->function->user, count, x, p);
    if (status != GM_OK)
        return gm_fail(self->context, status, "model function: forward failed: %s",
                       gm_status_text(status));
    return check(self, "outputs", count, p);
}

gm_status gm_function_product(const gm_model *model, int64_t count, const double *x,
                              const double *v, double *gradient) {
    const function_model *self = (const function_model *)model;
    gm_status status = self->function->backward(self->function->user, count, x, v, gradient);
    if (status != GM_OK)
        return gm_fail(self->context, status, "model function: backward failed: %s",
                       gm_status_text(status));
    return check(self, "gradient", model->parameters, gradient);
}

static gm_status factors(const gm_model *model, const double *w, int64_t count, const double *x,
                         double *z, double *a, double *delta) {
    const double one = 1.0;
    (void)w;
    gm_status status = gm_function_outputs(model, count, x, z);
    for (int64_t i = 0; i < count && status == GM_OK; i++) {
        delta[i] = 1.0;
        status =
            gm_function_product(model, 1, x + i * model->columns, &one, a + i * model->parameters);
    }
    return status;
}

gm_status gm_model_from_function(gm_context *context, const gm_function_model *function,
                                 int64_t columns, gm_model **out) {
    gm_status status = GM_OK;
    function_model *self = NULL;
    if (!function->forward || !function->backward)
        return gm_fail(context, GM_INVALID_ARGUMENT, "model function: %s is NULL",
                       function->forward ? "backward" : "forward");
    if (function->columns != columns || function->parameters < 1)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "model function: %lld columns and %lld parameters; the inputs have %lld "
                       "columns, and at least one parameter is needed",
                       (long long)function->columns, (long long)function->parameters,
                       (long long)columns);
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    self->context = context;
    self->function = function;
    self->base = (gm_model){.kind = &kind,
                            .loss = &gm_loss_squared,
                            .columns = columns,
                            .outputs = 1,
                            .parameters = function->parameters,
                            .factor_count = 1,
                            .factor = {{.in = function->parameters, .out = 1}},
                            .serial = true,
                            .factors = factors};
    *out = &self->base;
done:
    return status;
}
