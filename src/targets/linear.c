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

/* E_a ⟨a, x⟩⟨a, x'⟩ = ⟨x, x'⟩. */
static void moment(const gm_targets *targets, int64_t rows, const double *x, double *f) {
    const linear *self = (const linear *)targets;
    for (int64_t i = 0; i < rows * targets->columns; i++)
        f[i] = self->scale * x[i];
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
                              .rank = inputs->columns,
                              .moment = moment},
                     .scale = inputs->scale};
    *out = &self->base;
done:
    return status;
}

const gm_targets_kind gm_targets_linear = {"linear", create};
