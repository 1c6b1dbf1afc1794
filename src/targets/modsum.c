#include "targets/character.h"

/* A secret of k ones, read as a phase. */
static gm_status create(gm_context *context, const gm_spec *spec, const gm_inputs *inputs,
                        gm_targets **out) {
    static const char *const keys[] = {"k"};
    static const double values[] = {0.0, 1.0}, halves[] = {0.5, 0.5};
    gm_status status = GM_OK;
    double *labels = NULL;
    const int64_t q = inputs->modulus;
    gm_character_form form = {.name = "modsum",
                              .columns = inputs->columns,
                              .modulus = q,
                              .residue_scale = 1.0,
                              .secrets = {2, values, halves, -1}};
    GM_TRY(gm_spec_accept(context, spec, keys, 1));
    if (q == 0)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "targets modsum: the inputs are not residues; use zq or dgauss, or give "
                       "--modulus with a file"));
    GM_TRY(gm_spec_integer(context, spec, "k", 0, 1, inputs->columns, &form.secrets.weight));
    GM_TRY(GM_NEW(context, labels, q));
    for (int64_t t = 0; t < q; t++)
        labels[t] = (double)t / (double)q;
    form.labels = labels;
    GM_TRY(gm_character_create(context, &form, out));
done:
    gm_release(context, labels);
    return status;
}

const gm_targets_kind gm_targets_modsum = {"modsum", create};
