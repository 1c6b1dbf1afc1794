#include "models/linear_outputs.h"

static gm_status create(gm_context *context, const gm_spec *spec, const gm_model_shape *shape,
                        gm_model **out) {
    const gm_status status = gm_spec_accept(context, spec, NULL, 0);
    if (status != GM_OK)
        return status;
    return gm_linear_outputs_create(context, &gm_model_linear, &gm_loss_squared, shape->columns, 1,
                                    out);
}

const gm_model_kind gm_model_linear = {"linear", NULL, create};
