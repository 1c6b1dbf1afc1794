#include "inputs/inputs.h"

static gm_status read_width(gm_context *context, const gm_spec *spec, int64_t q, int64_t *out) {
    gm_status status = GM_OK;
    GM_TRY(gm_spec_integer(context, spec, "width", q, 1, q, out));
    if (*out % 2 == 0 && *out != q)
        status = gm_fail(context, GM_INVALID_ARGUMENT,
                         "inputs zq: width is %lld; it must be odd (residues nearest 0, as many "
                         "above as below) and at most q = %lld",
                         (long long)*out, (long long)q);
done:
    return status;
}

static gm_status create(gm_context *context, const gm_spec *spec, gm_inputs **out) {
    static const char *const keys[] = {"n", "q", "width"};
    gm_status status = GM_OK;
    int64_t n = 0, q = 0, width = 0;
    double *probabilities = NULL;
    GM_TRY(gm_spec_accept(context, spec, keys, 3));
    GM_TRY(gm_spec_integer(context, spec, "n", 0, 1, GM_INPUTS_MOST_COLUMNS, &n));
    GM_TRY(gm_spec_integer(context, spec, "q", 0, 2, GM_INPUTS_MOST_MODULUS, &q));
    GM_TRY(read_width(context, spec, q, &width));
    GM_TRY(GM_NEW(context, probabilities, width));
    for (int64_t i = 0; i < width; i++)
        probabilities[i] = 1.0;
    GM_TRY(gm_inputs_residues(context, "zq", n, q, -(width / 2), width, probabilities, out));
done:
    return status;
}

const gm_inputs_kind gm_inputs_zq = {"zq", create};
