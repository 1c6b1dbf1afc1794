#include "models/network_keys.h"

#include <stdlib.h>
#include <string.h>

int gm_network_list(const char *text, int most, int64_t limit, int64_t *out) {
    for (int count = 0; count < most;) {
        char *end = NULL;
        const long value = *text >= '1' && *text <= '9' ? strtol(text, &end, 10) : 0;
        if (value < 1 || value > limit)
            return 0;
        out[count++] = value;
        if (*end == '\0')
            return count;
        if (*end != 'x')
            return 0;
        text = end + 1;
    }
    return 0;
}

static const gm_loss *find_loss(const char *name, int64_t classes) {
    if (name && strcmp(name, "auto") != 0)
        return gm_loss_find(name);
    return classes == 0 ? &gm_loss_squared : classes == 2 ? &gm_loss_logistic : &gm_loss_softmax;
}

gm_status gm_network_loss(gm_context *context, const char *model, const gm_spec *spec,
                          int64_t classes, const gm_loss **loss, int *outputs) {
    const char *name = gm_spec_value(spec, "loss");
    const gm_loss *found = find_loss(name, classes);
    if (!found || !found->affine)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "model %s: loss is '%s'; it must be auto, squared, logistic or softmax",
                       model, name);
    if (found == &gm_loss_logistic && classes != 2)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "model %s: the target has %lld classes; loss=logistic needs 2", model,
                       (long long)classes);
    if (found == &gm_loss_softmax && classes < 2)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "model %s: the target has %lld classes; loss=softmax needs 2 or more", model,
                       (long long)classes);
    *loss = found;
    *outputs = found == &gm_loss_softmax ? (int)classes : 1;
    return GM_OK;
}

bool gm_network_classifies(const gm_spec *spec) {
    const char *name = gm_spec_value(spec, "loss");
    const gm_loss *loss = name ? gm_loss_find(name) : NULL;
    return loss && loss->classes;
}
