#include "linalg/linalg.h"
#include "targets/targets.h"

typedef struct linear {
    gm_targets base;
    double scale; /* what a model sees of an entry */
} linear;

static void draw(const gm_targets *targets, const gm_context *context, gm_stream stream,
                 int64_t first, int64_t count, double *out) {
    const linear *self = (const linear *)targets;
    const int64_t n = targets->width;
    gm_random_gaussian(context, stream, first * n, count * n, out);
    for (int64_t i = 0; i < count * n; i++)
        out[i] *= self->scale;
}

static void evaluate(const gm_targets *targets, const gm_context *context, int64_t count,
                     const double *description, int64_t rows, const double *x, double *scratch,
                     double *out) {
    const int64_t n = targets->width;
    (void)context;
    (void)scratch;
    gm_multiply_outer(rows, count, n, x, n, description, n, out, count);
}

static double second_moment(const gm_targets *targets, const double *x, const double *other) {
    const linear *self = (const linear *)targets;
    double sum = 0.0;
    for (int64_t j = 0; j < targets->columns; j++)
        sum += x[j] * other[j];
    return self->scale * self->scale * sum;
}

static gm_status create(gm_context *context, const gm_spec *spec, const gm_inputs *inputs,
                        gm_targets **out) {
    gm_status status = GM_OK;
    linear *self = NULL;
    GM_TRY(gm_spec_accept(context, spec, NULL, 0));
    GM_TRY(GM_NEW(context, self, 1));
    *self = (linear){.base = {.name = "linear",
                              .columns = inputs->columns,
                              .width = inputs->columns,
                              .draw = draw,
                              .evaluate = evaluate,
                              .second_moment = second_moment},
                     .scale = inputs->scale};
    *out = &self->base;
done:
    return status;
}

const gm_targets_kind gm_targets_linear = {"linear", create};
