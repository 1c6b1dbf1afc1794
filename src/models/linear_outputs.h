/* Outputs z_a = ⟨w_a, x⟩: what linear, logistic and softmax models share. */
#ifndef GM_LINEAR_OUTPUTS_H
#define GM_LINEAR_OUTPUTS_H

#include "models/model.h"

/* A model of that kind and loss with c outputs and w [c][columns]. GM_OUT_OF_MEMORY. */
gm_status gm_linear_outputs_create(gm_context *context, const gm_model_kind *kind,
                                   const gm_loss *loss, int64_t columns, int outputs,
                                   gm_model **out) __attribute__((warn_unused_result));

/* For gm_model_kind: numbers in the targets are classes, whatever the specification says. */
bool gm_always_classifies(const gm_spec *spec);

#endif
