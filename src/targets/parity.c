#include <string.h>

#include "targets/character.h"

/* In Z_2 the entry x = ±1 is the residue (1 − x)/2, and ∏_{i∈S} x_i = (−1)^⟨s, r⟩. */
static gm_status create(gm_context *context, const gm_spec *spec, const gm_inputs *inputs,
                        gm_targets **out) {
    static const char *const keys[] = {"k"};
    static const double labels[] = {1.0, -1.0}, values[] = {0.0, 1.0}, halves[] = {0.5, 0.5};
    gm_status status = GM_OK;
    gm_character_form form = {.name = "parity",
                              .columns = inputs->columns,
                              .modulus = 2,
                              .residue_scale = -0.5,
                              .residue_shift = 0.5,
                              .signs = true,
                              .labels = labels,
                              .secrets = {2, values, halves, -1}};
    const char *k = gm_spec_value(spec, "k");
    GM_TRY(gm_spec_accept(context, spec, keys, 1));
    if (!inputs->signs)
        GM_TRY(
            gm_fail(context, GM_INVALID_ARGUMENT,
                    "targets parity: the inputs are not −1 and +1; use cube, or a file of these"));
    if (k && strcmp(k, "all") != 0)
        GM_TRY(gm_spec_integer(context, spec, "k", -1, 0, inputs->columns, &form.secrets.weight));
    GM_TRY(gm_character_create(context, &form, out));
done:
    return status;
}

const gm_targets_kind gm_targets_parity = {"parity", create};
