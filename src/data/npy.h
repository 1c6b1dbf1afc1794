/* NumPy's .npy format, versions 1 to 3, as numpy.lib.format describes it. */
#ifndef GM_NPY_H
#define GM_NPY_H

#include <gradiometer/data.h>

#include "base/base.h"
#include "data/bytes.h"

/* What a header says. */
typedef struct gm_npy_layout {
    char kind; /* 'f', 'i', 'u' or 'b' */
    int width; /* bytes of an element: 1, 2, 4 or 8 */
    bool big_endian, fortran_order;
    int dimensions;   /* 0 to 4 */
    int64_t shape[4]; /* unused entries are 1 */
    int64_t count;    /* product of the shape; count × 8 does not overflow */
} gm_npy_layout;

/*
 * Read and check the header; the source then stands at the first element. That the file holds
 * `count` elements is checked as gm_bytes_expect() does.
 *   GM_INVALID_INPUT (not .npy, a type that is not a number, over four dimensions, truncated)
 */
gm_status gm_npy_read_header(gm_context *context, gm_bytes *bytes, gm_npy_layout *out)
    __attribute__((warn_unused_result));

/* Convert `count` elements from their bytes to float64; 64-bit integers are rounded. */
void gm_npy_decode(const gm_npy_layout *header, const unsigned char *bytes, int64_t count,
                   double *out);

/*
 * Write keys of `count` elements: equal exactly where the elements are equal as numbers (−0 is 0;
 * integers are not rounded), or with a modulus q, 2 ≤ q ≤ 2^53, as residues, which then are the
 * keys. Keys of elements of different types do not compare.
 * Returns how many elements came before the first that has no key: not finite, or with a modulus
 * not whole; `count` where all have one.
 */
int64_t gm_npy_keys(const gm_npy_layout *header, int64_t modulus, const unsigned char *bytes,
                    int64_t count, uint64_t *out);

/* Convert `count` elements to 8 bytes each; returns how many came before the first that cannot be.
 */
typedef int64_t gm_npy_convert(const gm_npy_layout *header, const unsigned char *bytes,
                               int64_t count, void *out);

/*
 * Read all elements in C order, and see that nothing follows.
 *   out      [header->count] of 8 bytes each
 *   refused  −1, or the index in C order of the first element of the file that was not converted,
 *            after which nothing was read
 */
gm_status gm_npy_read_elements(gm_context *context, gm_bytes *bytes, const gm_npy_layout *header,
                               gm_npy_convert *convert, void *out, int64_t *refused)
    __attribute__((warn_unused_result));

/* Read an array; see gm_array_read(). */
gm_status gm_npy_read_array(gm_context *context, gm_bytes *bytes, gm_array **out)
    __attribute__((warn_unused_result));

/* Read a data set of a 1-D or 2-D array; see gm_dataset_load(). */
gm_status gm_npy_load(gm_context *context, gm_bytes *bytes, const gm_dataset_options *options,
                      gm_dataset **out) __attribute__((warn_unused_result));

#endif
