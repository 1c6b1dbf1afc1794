#include <stdio.h>
#include <string.h>

#include "curvature/estimator.h"

static const gm_estimator_kind *const kinds[] = {&gm_estimator_paired, &gm_estimator_calibrated,
                                                 &gm_estimator_none};
enum { COUNT = sizeof kinds / sizeof kinds[0] };

static const gm_estimator_kind *find(const char *name) {
    for (int i = 0; i < COUNT; i++)
        if (strcmp(name, kinds[i]->name) == 0)
            return kinds[i];
    return NULL;
}

static gm_status unknown(gm_context *context, const char *name) {
    char names[256] = "auto";
    for (int i = 0; i < COUNT; i++) {
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i + 1 < COUNT ? ", " : " or ",
                 kinds[i]->name);
    }
    return gm_fail(context, GM_INVALID_ARGUMENT, "unknown estimator '%s'; use %s", name, names);
}

gm_status gm_estimator_choose(gm_context *context, const char *text, const gm_supply *supply,
                              int64_t gradients, gm_estimator *out, const char **reason) {
    gm_status status = GM_OK;
    gm_spec *spec = NULL;
    gm_estimator chosen = {.copies = 1, .vectors = 1};
    (void)gradients;
    GM_TRY(gm_spec_parse(context, text, "estimator", &spec));
    const char *name = gm_spec_name(spec);
    const bool choose = strcmp(name, "auto") == 0;
    chosen.kind = choose ? &gm_estimator_paired : find(name);
    if (!chosen.kind)
        GM_TRY(unknown(context, name));
    GM_TRY(chosen.kind->configure(context, spec, supply, &chosen));
    *reason = !choose && chosen.kind == &gm_estimator_paired
                  ? "asked for: half differences of gradients at targets y+e and y-e"
                  : chosen.kind->reason;
    *out = chosen;
done:
    gm_spec_destroy(context, spec);
    return status;
}
