/* The header of a .npy file that is written; reading is in src/data. */
#ifndef GM_BASE_NPY_H
#define GM_BASE_NPY_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

enum { GM_NPY_HEADER_MAX = 192 };

/*
 * Write the version-1 header of a C-ordered array of 8 bytes an element; its size is a multiple
 * of 64. kind    'f' for float64, 'i' for int64 shape   [dimensions], 1 to 4 entries, each ≥ 0
 *   header  [GM_NPY_HEADER_MAX], of which *header_size bytes count
 *   bytes   size of the values
 * GM_INVALID_ARGUMENT: dimensions or shape out of range, more bytes than can be addressed.
 */
gm_status gm_npy_header(gm_context *context, char kind, int dimensions, const int64_t *shape,
                        char *header, size_t *header_size, size_t *bytes)
    __attribute__((warn_unused_result));

#endif
