/* Folders of IDX files: images of bytes beside labels of bytes, as MNIST has them. */
#ifndef GM_IDX_H
#define GM_IDX_H

#include <gradiometer/data.h>

#include "base/base.h"
#include "data/bytes.h"

/* Read the pair of a folder: train-* or t10k-*, "-idx3-ubyte" or ".idx3-ubyte", with .gz or not. */
gm_status gm_idx_load(gm_context *context, const char *folder, const gm_dataset_options *options,
                      gm_dataset **out) __attribute__((warn_unused_result));

/* Read a pair from its sources. */
gm_status gm_idx_load_pair(gm_context *context, gm_bytes *images, gm_bytes *labels,
                           const gm_dataset_options *options, gm_dataset **out)
    __attribute__((warn_unused_result));

#endif
