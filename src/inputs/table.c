#include "inputs/inputs.h"

static const gm_inputs_kind *const kinds[] = {&gm_inputs_zq, &gm_inputs_dgauss, &gm_inputs_cube,
                                              &gm_inputs_gaussian, &gm_inputs_box};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

const gm_inputs_kind *gm_inputs_at(int i) {
    return i >= 0 && i < KINDS ? kinds[i] : NULL;
}

gm_status gm_inputs_create(gm_context *context, const char *text, gm_inputs **out) {
    gm_spec *spec = NULL;
    gm_status status = GM_OK;
    const char *names[KINDS];
    int found = 0;
    for (int i = 0; i < KINDS; i++)
        names[i] = kinds[i]->name;
    GM_TRY(gm_spec_parse(context, text, "inputs", &spec));
    GM_TRY(gm_spec_choose(context, spec, names, KINDS, &found));
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
