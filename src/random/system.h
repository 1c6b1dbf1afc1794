/* Randomness that is not to be repeated. */
#ifndef GM_SYSTEM_H
#define GM_SYSTEM_H

#include "base/base.h"

/* 64 bits of the system's entropy. GM_IO_ERROR where the system gives none. */
gm_status gm_random_system(gm_context *context, uint64_t *out) __attribute__((warn_unused_result));

#endif
