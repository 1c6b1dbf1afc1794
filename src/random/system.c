#define _DEFAULT_SOURCE /* getentropy */
#include "random/system.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

gm_status gm_random_system(gm_context *context, uint64_t *out) {
    if (getentropy(out, sizeof *out) == 0)
        return GM_OK;
    return gm_fail(context, GM_IO_ERROR, "the system gives no entropy: %s", strerror(errno));
}
