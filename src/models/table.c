#include "models/model.h"

#include <string.h>

static const gm_model *const models[] = {&gm_model_linear};

const gm_model *gm_model_at(int i) {
    return i >= 0 && i < (int)(sizeof models / sizeof models[0]) ? models[i] : NULL;
}

const gm_model *gm_model_find(const char *name) {
    const gm_model *model;
    for (int i = 0; (model = gm_model_at(i)) != NULL; i++)
        if (strcmp(model->name, name) == 0)
            return model;
    return NULL;
}
