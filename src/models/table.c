#include "models/model.h"

#include <stdio.h>
#include <string.h>

static const gm_model_kind *const kinds[] = {&gm_model_linear, &gm_model_logistic,
                                             &gm_model_softmax, &gm_model_mlp};

const gm_model_kind *gm_model_at(int i) {
    return i >= 0 && i < (int)(sizeof kinds / sizeof kinds[0]) ? kinds[i] : NULL;
}

const gm_model_kind *gm_model_find(const char *name) {
    const gm_model_kind *kind;
    for (int i = 0; (kind = gm_model_at(i)) != NULL; i++)
        if (strcmp(kind->name, name) == 0)
            return kind;
    return NULL;
}

static gm_status unknown(gm_context *context, const char *name) {
    char names[256] = "";
    const gm_model_kind *kind;
    for (int i = 0; (kind = gm_model_at(i)) != NULL; i++) {
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", kind->name);
    }
    return gm_fail(context, GM_INVALID_ARGUMENT, "unknown model '%s'; use one of %s", name, names);
}

gm_status gm_model_create(gm_context *context, const char *text, const gm_model_shape *shape,
                          gm_model **out) {
    gm_spec *spec = NULL;
    gm_status status = gm_spec_parse(context, text, "model", &spec);
    if (status != GM_OK)
        return status;
    const gm_model_kind *kind = gm_model_find(gm_spec_name(spec));
    status = kind ? kind->create(context, spec, shape, out) : unknown(context, gm_spec_name(spec));
    gm_spec_destroy(context, spec);
    return status;
}

gm_status gm_model_classifies(gm_context *context, const char *text, bool *out) {
    gm_spec *spec = NULL;
    gm_status status = gm_spec_parse(context, text, "model", &spec);
    if (status != GM_OK)
        return status;
    const gm_model_kind *kind = gm_model_find(gm_spec_name(spec));
    *out = kind && kind->classifies && kind->classifies(spec);
    gm_spec_destroy(context, spec);
    return GM_OK;
}

void gm_model_destroy(gm_context *context, gm_model *model) {
    if (model && model->destroy)
        model->destroy(context, model);
    else
        gm_release(context, model);
}
