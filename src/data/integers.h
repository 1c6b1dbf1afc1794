/* Arrays of whole numbers, none of them rounded. */
#ifndef GM_INTEGERS_H
#define GM_INTEGERS_H

#include "base/base.h"
#include "data/bytes.h"

typedef struct gm_integers {
    int dimensions;   /* 0 to 4 */
    int64_t shape[4]; /* unused entries are 1 */
    int64_t *values;  /* row-major; owned */
} gm_integers;

/*
 * Read a .npy file of any number type, either byte order, C or Fortran order; gzip is taken off.
 * Elements of a floating type must be whole.
 *   out  filled on success; its values are released with gm_release()
 *   GM_INVALID_INPUT (absent, not .npy, truncated, an element that is no int64, named by its
 * place), GM_OUT_OF_MEMORY, GM_CANCELLED
 */
gm_status gm_integers_read(gm_context *context, const char *path, gm_integers *out)
    __attribute__((warn_unused_result));

/* The same of an open source. */
gm_status gm_integers_read_bytes(gm_context *context, gm_bytes *bytes, gm_integers *out)
    __attribute__((warn_unused_result));

/* "row 3, column 5 (both from 0)", or "entry 3 (from 0)" where there is one dimension. */
enum { GM_PLACE_SIZE = 96 };
const char *gm_integers_place(int dimensions, const int64_t *shape, int64_t index,
                              char out[GM_PLACE_SIZE]);

#endif
