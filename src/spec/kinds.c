#include "spec/kinds.h"

#include "base/base.h"

gm_status gm_spec_parse_kind(gm_context *context, const char *text, const char *subject,
                             const char *(*name_of)(int i), gm_spec **out, int *found) {
    gm_status status = GM_OK;
    gm_spec *spec = NULL;
    const char *names[GM_MOST_KINDS];
    int count = 0;
    while (count < GM_MOST_KINDS && name_of(count)) {
        names[count] = name_of(count);
        count++;
    }
    GM_TRY(gm_spec_parse(context, text, subject, &spec));
    GM_TRY(gm_spec_choose(context, spec, names, count, found));
    *out = spec;
    spec = NULL;
done:
    gm_spec_destroy(context, spec);
    return status;
}
