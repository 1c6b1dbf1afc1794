#include "targets/targets.h"

#include "spec/kinds.h"

static const gm_targets_kind *const kinds[] = {
    &gm_targets_lwe,     &gm_targets_wave,   &gm_targets_parity, &gm_targets_modsum,
    &gm_targets_teacher, &gm_targets_linear, &gm_targets_random};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

const gm_targets_kind *gm_targets_at(int i) {
    return i >= 0 && i < KINDS ? kinds[i] : NULL;
}

static const char *name_of(int i) {
    const gm_targets_kind *kind = gm_targets_at(i);
    return kind ? kind->name : NULL;
}

gm_status gm_targets_create(gm_context *context, const char *text, const gm_inputs *inputs,
                            gm_targets **out) {
    gm_spec *spec = NULL;
    gm_status status = GM_OK;
    int found = 0;
    GM_TRY(gm_spec_parse_kind(context, text, "targets", name_of, &spec, &found));
    GM_TRY(kinds[found]->create(context, spec, inputs, out));
done:
    gm_spec_destroy(context, spec);
    return status;
}

void gm_targets_destroy(gm_context *context, gm_targets *targets) {
    if (targets && targets->destroy)
        targets->destroy(context, targets);
    else
        gm_release(context, targets);
}
