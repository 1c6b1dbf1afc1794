#include "models/activation.h"

#include <math.h>
#include <string.h>

#include "base/tanh.h"

static const char *const names[] = {"tanh", "relu", "sin"};
enum { NAMES = sizeof names / sizeof *names };

void gm_activate(gm_activation act, int64_t count, double *a, double *slope) {
    for (int64_t i = 0; i < count; i++) {
        const double sum = a[i];
        a[i] = act == GM_ACTIVATION_RELU   ? fmax(sum, 0.0)
               : act == GM_ACTIVATION_TANH ? tanh(sum)
                                           : sin(sum);
        if (slope)
            slope[i] = act == GM_ACTIVATION_RELU   ? (double)(sum > 0.0)
                       : act == GM_ACTIVATION_TANH ? 1.0 - a[i] * a[i]
                                                   : cos(sum);
    }
}

void gm_activate_many(gm_activation act, gm_isa isa, int64_t count, double *a, double *slope) {
    if (act != GM_ACTIVATION_TANH) {
        gm_activate(act, count, a, slope);
        return;
    }
    gm_tanh(isa, count, a);
    for (int64_t i = 0; i < count; i++)
        slope[i] = 1.0 - a[i] * a[i];
}

gm_status gm_activation_read(gm_context *context, const char *model, const char *name,
                             gm_activation *out) {
    for (int i = 0; i < NAMES; i++)
        if (strcmp(name, names[i]) == 0) {
            *out = (gm_activation)i;
            return GM_OK;
        }
    return gm_fail(context, GM_INVALID_ARGUMENT,
                   "model %s: act is '%s'; it must be tanh, relu or sin", model, name);
}
