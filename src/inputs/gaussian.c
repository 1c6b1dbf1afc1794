#include "inputs/continuous.h"

static void draw(const gm_inputs *inputs, const gm_context *context, gm_stream stream,
                 int64_t first, int64_t count, double *x) {
    gm_random_gaussian(context, stream, first * inputs->columns, count * inputs->columns, x);
}

static gm_status create(gm_context *context, const gm_spec *spec, gm_inputs **out) {
    return gm_inputs_continuous(context, spec, "gaussian", draw, out);
}

const gm_inputs_kind gm_inputs_gaussian = {"gaussian", create};
