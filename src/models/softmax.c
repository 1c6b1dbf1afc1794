#include "models/linear_outputs.h"

static gm_status create(gm_context *context, const gm_spec *spec, const gm_model_shape *shape,
                        gm_model **out) {
    const gm_status status = gm_spec_accept(context, spec, NULL, 0);
    if (status != GM_OK)
        return status;
    if (shape->classes < 2)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "model softmax: the target has %lld classes; it must have 2 or more",
                       (long long)shape->classes);
    return gm_linear_outputs_create(context, &gm_model_softmax, &gm_loss_softmax, shape->columns,
                                    (int)shape->classes, out);
}

const gm_model_kind gm_model_softmax = {"softmax", gm_always_classifies, create};
