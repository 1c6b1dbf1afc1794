/* Where the helper program is. */
#ifndef GM_LATTICE_HELPER_H
#define GM_LATTICE_HELPER_H

#include "base/base.h"

/* Find it as gm_lattice_pool_create() says; *out is owned (gm_release). GM_UNAVAILABLE */
gm_status gm_lattice_find_helper(gm_context *context, const char *helper, char **out)
    __attribute__((warn_unused_result));

#endif
