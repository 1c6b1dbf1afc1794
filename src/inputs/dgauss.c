#include "inputs/inputs.h"
#include "random/discrete.h"

/* All residues, or those that have weight in float64. */
static int64_t reach(int64_t q, double sigma) {
    const int64_t farthest = gm_discrete_gaussian_reach(sigma);
    return farthest < q / 2 ? farthest : q / 2;
}

static gm_status create(gm_context *context, const gm_spec *spec, gm_inputs **out) {
    static const char *const keys[] = {"n", "q", "sigma"};
    gm_status status = GM_OK;
    int64_t n = 0, q = 0;
    double sigma = 0.0, *probabilities = NULL;
    GM_TRY(gm_spec_accept(context, spec, keys, 3));
    GM_TRY(gm_spec_integer(context, spec, "n", 0, 1, GM_INPUTS_MOST_COLUMNS, &n));
    GM_TRY(gm_spec_integer(context, spec, "q", 0, 2, GM_INPUTS_MOST_MODULUS, &q));
    if (!gm_spec_value(spec, "sigma"))
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "inputs dgauss: sigma is missing; give sigma=S, a number from 0.01 to 1e9"));
    GM_TRY(gm_spec_number(context, spec, "sigma", 0.0, 0.01, 1e9, &sigma));
    const int64_t low = -reach(q, sigma), high = reach(q, sigma) - (2 * reach(q, sigma) == q);
    GM_TRY(GM_NEW(context, probabilities, high - low + 1));
    gm_discrete_gaussian(sigma, low, high, probabilities);
    GM_TRY(gm_inputs_residues(context, "dgauss", n, q, low, high - low + 1, probabilities, out));
done:
    return status;
}

const gm_inputs_kind gm_inputs_dgauss = {"dgauss", create};
