/* What the continuous laws share. */
#ifndef GM_INPUTS_CONTINUOUS_H
#define GM_INPUTS_CONTINUOUS_H

#include "inputs/inputs.h"

typedef void gm_inputs_draw(const gm_inputs *inputs, const gm_context *context, gm_stream stream,
                            int64_t first, int64_t count, double *x);

/* The law of that name with n coordinates, n from the key. GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY.
 */
gm_status gm_inputs_continuous(gm_context *context, const gm_spec *spec, const char *name,
                               gm_inputs_draw *draw, gm_inputs **out)
    __attribute__((warn_unused_result));

#endif
