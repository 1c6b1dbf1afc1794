#include "helper.h"

#include <stdlib.h>

#include "base/part.h"

#define NAME "gradiometer-lattice"

gm_status gm_lattice_find_helper(gm_context *context, const char *helper, char **out) {
    char path[GM_PATH_LIMIT];
    if (!helper || !*helper)
        helper = getenv("GRADIOMETER_LATTICE_HELPER");
    if (helper && *helper && !gm_part_is_usable(helper, GM_PART_PROGRAM))
        return gm_fail(context, GM_UNAVAILABLE,
                       "lattice reduction: %s is no program that can be run", helper);
    if (!helper || !*helper) {
        if (!gm_part_find(NAME, GM_PART_PROGRAM, path))
            return gm_fail(context, GM_UNAVAILABLE,
                           "lattice reduction needs the helper program " NAME
                           ", which is built where fplll is installed (Debian packages "
                           "libfplll-dev, libfplll8-data and g++)");
        helper = path;
    }
    *out = gm_duplicate(context, helper);
    return *out ? GM_OK : GM_OUT_OF_MEMORY;
}
