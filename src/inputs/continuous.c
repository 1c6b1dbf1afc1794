/* What the continuous laws share. */
#include "inputs/continuous.h"

static void probability(const gm_inputs *inputs, int64_t count, const double *x, double *out) {
    (void)inputs;
    (void)x;
    for (int64_t i = 0; i < count; i++)
        out[i] = 0.0;
}

gm_status gm_inputs_continuous(gm_context *context, const gm_spec *spec, const char *name,
                               gm_inputs_draw *draw, gm_inputs **out) {
    static const char *const keys[] = {"n"};
    gm_status status = GM_OK;
    int64_t n = 0;
    gm_inputs *self = NULL;
    GM_TRY(gm_spec_accept(context, spec, keys, 1));
    GM_TRY(gm_spec_integer(context, spec, "n", 0, 1, GM_INPUTS_MOST_COLUMNS, &n));
    GM_TRY(GM_NEW(context, self, 1));
    *self = (gm_inputs){.name = name,
                        .columns = n,
                        .scale = 1.0,
                        .continuous = true,
                        .draw = draw,
                        .probability = probability};
    *out = self;
done:
    return status;
}
