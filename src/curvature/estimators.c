#include <string.h>

#include "curvature/estimator.h"

static const gm_estimator *const estimators[] = {&gm_estimator_paired, &gm_estimator_calibrated,
                                                 &gm_estimator_none};
enum { COUNT = sizeof estimators / sizeof estimators[0] };

static const char *const later[] = {"fanout", "loud", "gaussian"};

static gm_status find(gm_context *context, const char *name, const gm_estimator **out,
                      const char **reason) {
    if (strcmp(name, "auto") == 0) {
        *out = &gm_estimator_paired;
        *reason = gm_estimator_paired.reason;
        return GM_OK;
    }
    for (int i = 0; i < COUNT; i++)
        if (strcmp(name, estimators[i]->name) == 0) {
            *out = estimators[i];
            *reason = estimators[i] == &gm_estimator_paired
                          ? "asked for: half differences of gradients at targets y+e and y-e"
                          : estimators[i]->reason;
            return GM_OK;
        }
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
        if (strcmp(name, later[i]) == 0)
            return gm_fail(context, GM_UNAVAILABLE,
                           "estimator '%s' is not available in this version; use auto, paired, "
                           "calibrated or none",
                           name);
    return gm_fail(context, GM_INVALID_ARGUMENT,
                   "unknown estimator '%s'; use auto, paired, calibrated or none", name);
}

gm_status gm_estimator_choose(gm_context *context, const char *text, const gm_estimator **out,
                              const char **reason) {
    gm_status status = GM_OK;
    gm_spec *spec = NULL;
    GM_TRY(gm_spec_parse(context, text, "estimator", &spec));
    const gm_estimator *found = NULL;
    GM_TRY(find(context, gm_spec_name(spec), &found, reason));
    GM_TRY(gm_spec_accept(context, spec, NULL, 0));
    *out = found;
done:
    gm_spec_destroy(context, spec);
    return status;
}
