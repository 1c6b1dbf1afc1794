#include "inputs/inputs.h"

#include "spec/kinds.h"

static const gm_inputs_kind *const kinds[] = {&gm_inputs_zq, &gm_inputs_dgauss, &gm_inputs_cube,
                                              &gm_inputs_gaussian, &gm_inputs_box};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

const gm_inputs_kind *gm_inputs_at(int i) {
    return i >= 0 && i < KINDS ? kinds[i] : NULL;
}

static const char *name_of(int i) {
    const gm_inputs_kind *kind = gm_inputs_at(i);
    return kind ? kind->name : NULL;
}

gm_status gm_inputs_create(gm_context *context, const char *text, gm_inputs **out) {
    gm_spec *spec = NULL;
    gm_status status = GM_OK;
    int found = 0;
    GM_TRY(gm_spec_parse_kind(context, text, "inputs", name_of, &spec, &found));
    GM_TRY(kinds[found]->create(context, spec, out));
done:
    gm_spec_destroy(context, spec);
    return status;
}

void gm_inputs_destroy(gm_context *context, gm_inputs *inputs) {
    if (inputs && inputs->destroy)
        inputs->destroy(context, inputs);
    else
        gm_release(context, inputs);
}
