#include "inputs/inputs.h"

static gm_status create(gm_context *context, const gm_spec *spec, gm_inputs **out) {
    static const char *const keys[] = {"n", "p"};
    gm_status status = GM_OK;
    int64_t n = 0;
    double p = 0.5, *values = NULL, *probabilities = NULL;
    GM_TRY(gm_spec_accept(context, spec, keys, 2));
    GM_TRY(gm_spec_integer(context, spec, "n", 0, 1, GM_INPUTS_MOST_COLUMNS, &n));
    GM_TRY(gm_spec_number(context, spec, "p", 0.5, 0.0, 1.0, &p));
    GM_TRY(GM_NEW(context, values, 2));
    GM_TRY(GM_NEW(context, probabilities, 2));
    values[0] = -1.0;
    values[1] = 1.0;
    probabilities[0] = p;
    probabilities[1] = 1.0 - p;
    status = gm_inputs_product(context, "cube", n, 2, values, probabilities, out);
    values = probabilities = NULL; /* adopted */
    GM_TRY(status);
    (*out)->signs = true;
done:
    gm_release(context, values);
    gm_release(context, probabilities);
    return status;
}

const gm_inputs_kind gm_inputs_cube = {"cube", create};
