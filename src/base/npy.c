#include "base/npy.h"

#include <stdio.h>
#include <string.h>

enum { PREFIX = 10, ALIGNMENT = 64, MAX_DIMENSIONS = 4 };

static gm_status count_bytes(gm_context *context, int dimensions, const int64_t *shape,
                             size_t *bytes) {
    int64_t total = sizeof(double);
    bool overflow = false, empty = false;
    if (dimensions < 1 || dimensions > MAX_DIMENSIONS)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_output_write_array: dimensions %d, accepted: 1 to %d", dimensions,
                       MAX_DIMENSIONS);
    for (int i = 0; i < dimensions; i++) {
        if (shape[i] < 0)
            return gm_fail(context, GM_INVALID_ARGUMENT,
                           "gm_output_write_array: shape[%d] is %lld, accepted: 0 or more", i,
                           (long long)shape[i]);
        empty |= shape[i] == 0;
        overflow |= __builtin_mul_overflow(total, shape[i], &total);
    }
    if (overflow && !empty)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_output_write_array: the shape has more bytes than can be addressed");
    *bytes = empty ? 0 : (size_t)total;
    return GM_OK;
}

gm_status gm_npy_header(gm_context *context, char kind, int dimensions, const int64_t *shape,
                        char *header, size_t *header_size, size_t *bytes) {
    static const char order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '<' : '>';
    gm_status status = count_bytes(context, dimensions, shape, bytes);
    if (status != GM_OK)
        return status;
    char *dictionary = header + PREFIX;
    int n = snprintf(dictionary, GM_NPY_HEADER_MAX - PREFIX,
                     "{'descr': '%c%c8', 'fortran_order': False, 'shape': (", order, kind);
    for (int i = 0; i < dimensions; i++)
        n += snprintf(dictionary + n, (size_t)(GM_NPY_HEADER_MAX - PREFIX - n), "%lld%s",
                      (long long)shape[i],
                      dimensions == 1      ? ","
                      : i + 1 < dimensions ? ", "
                                           : "");
    n += snprintf(dictionary + n, (size_t)(GM_NPY_HEADER_MAX - PREFIX - n), "), }");
    /* Spaces, then a newline as last byte, so that the values start at a multiple of 64. */
    int total = (PREFIX + n + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    memset(dictionary + n, ' ', (size_t)(total - PREFIX - n));
    header[total - 1] = '\n';
    memcpy(header, "\x93NUMPY\x01\x00", 8);
    header[8] = (char)((total - PREFIX) & 0xff);
    header[9] = (char)((total - PREFIX) >> 8);
    *header_size = (size_t)total;
    return GM_OK;
}
