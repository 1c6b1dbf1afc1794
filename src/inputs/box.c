#include "inputs/continuous.h"

static void draw(const gm_inputs *inputs, const gm_context *context, gm_stream stream,
                 int64_t first, int64_t count, double *x) {
    gm_random_uniform(context, stream, first * inputs->columns, count * inputs->columns, x);
    for (int64_t i = 0; i < count * inputs->columns; i++)
        x[i] = 2.0 * x[i] - 1.0;
}

static gm_status create(gm_context *context, const gm_spec *spec, gm_inputs **out) {
    return gm_inputs_continuous(context, spec, "box", draw, out);
}

const gm_inputs_kind gm_inputs_box = {"box", create};
