/* A model that is a function of the caller. */
#ifndef GM_MODEL_FUNCTION_H
#define GM_MODEL_FUNCTION_H

#include <gradiometer/measure.h>

#include "models/model.h"

/* The function is borrowed. It has factors alone: one, the Jacobian itself. GM_INVALID_ARGUMENT
   (other columns than the inputs', no parameters, a function missing), GM_OUT_OF_MEMORY. */
gm_status gm_model_from_function(gm_context *context, const gm_function_model *function,
                                 int64_t columns, gm_model **out)
    __attribute__((warn_unused_result));

/* Outputs p [count] of rows x, and Σ_i v[i] ∇p(x_i) into gradient [parameters]: what the caller's
   functions return, or GM_NUMERICAL_FAILURE where they gave what is not finite. */
gm_status gm_function_outputs(const gm_model *model, int64_t count, const double *x, double *p)
    __attribute__((warn_unused_result));
gm_status gm_function_product(const gm_model *model, int64_t count, const double *x,
                              const double *v, double *gradient)
    __attribute__((warn_unused_result));

#endif
