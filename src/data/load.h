/* Which reader a source belongs to. */
#ifndef GM_LOAD_H
#define GM_LOAD_H

#include <gradiometer/data.h>

#include "base/base.h"
#include "data/bytes.h"

/* Read a data set from a source, its format known by its first bytes. */
gm_status gm_dataset_load_bytes(gm_context *context, gm_bytes *bytes,
                                const gm_dataset_options *options, gm_dataset **out)
    __attribute__((warn_unused_result));

#endif
