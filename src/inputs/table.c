#include <stdio.h>
#include <string.h>

#include "inputs/inputs.h"

static const gm_inputs_kind *const kinds[] = {&gm_inputs_zq, &gm_inputs_dgauss, &gm_inputs_cube,
                                              &gm_inputs_gaussian, &gm_inputs_box};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

const gm_inputs_kind *gm_inputs_at(int i) {
    return i >= 0 && i < KINDS ? kinds[i] : NULL;
}

static gm_status unknown(gm_context *context, const char *name) {
    char accepted[256] = "";
    const char *names[KINDS];
    for (int i = 0; i < KINDS; i++) {
        const size_t used = strlen(accepted);
        names[i] = kinds[i]->name;
        snprintf(accepted + used, sizeof accepted - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *nearest = gm_nearest_word(name, names, KINDS);
    return gm_fail(context, GM_INVALID_ARGUMENT, "unknown inputs '%.64s'; use one of %s%s%s%s",
                   name, accepted, nearest ? " (did you mean '" : "", nearest ? nearest : "",
                   nearest ? "'?)" : "");
}

gm_status gm_inputs_create(gm_context *context, const char *text, gm_inputs **out) {
    gm_spec *spec = NULL;
    gm_status status = GM_OK;
    const gm_inputs_kind *kind = NULL;
    GM_TRY(gm_spec_parse(context, text, "inputs", &spec));
    for (int i = 0; i < KINDS && !kind; i++)
        kind = strcmp(kinds[i]->name, gm_spec_name(spec)) == 0 ? kinds[i] : NULL;
    GM_TRY(kind ? kind->create(context, spec, out) : unknown(context, gm_spec_name(spec)));
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

gm_status gm_inputs_integer(gm_context *context, const gm_spec *spec, const char *key, int64_t low,
                            int64_t high, int64_t *out) {
    double value = 0.0;
    const char *where = gm_spec_value(spec, key) ? key : "";
    if (!gm_spec_value(spec, where))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "inputs %s: %s is missing; give %s=N, a whole number from %lld to %lld",
                       gm_spec_name(spec), key, key, (long long)low, (long long)high);
    gm_status status = gm_spec_number(context, spec, where, 0.0, (double)low, (double)high, &value);
    if (status == GM_OK && value != (double)(int64_t)value)
        status = gm_fail(context, GM_INVALID_ARGUMENT,
                         "inputs %s: %s is %g; give a whole number from %lld to %lld",
                         gm_spec_name(spec), key, value, (long long)low, (long long)high);
    if (status == GM_OK)
        *out = (int64_t)value;
    return status;
}
