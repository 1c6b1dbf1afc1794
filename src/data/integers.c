#include "data/integers.h"

#include <inttypes.h>
#include <stdio.h>

#include "data/npy.h"
#include "data/npy_element.h"

/* −2^63 ≤ x < 2^63, whole. */
static bool is_int64(double x) {
    return x >= -0x1p63 && x < 0x1p63 && x == trunc(x);
}

static int64_t to_integer(const gm_npy_layout *header, const unsigned char *bytes, int64_t count,
                          void *out) {
    int64_t *values = out;
    const int width = header->width;
    const uint64_t sign = UINT64_C(1) << (8 * width - 1), mask = sign | (sign - 1);
    for (int64_t i = 0; i < count; i++) {
        const uint64_t bits = gm_npy_bits(bytes + width * i, width, header->big_endian);
        if (header->kind == 'f') {
            const double x = gm_npy_float(bits, width);
            if (!is_int64(x))
                return i;
            values[i] = (int64_t)x;
        } else if (header->kind == 'i') {
            /* −1 − (−1 − x): what −2^63 has as well. */
            values[i] = bits & sign ? -1 - (int64_t)(~bits & mask) : (int64_t)bits;
        } else if (bits > INT64_MAX) {
            return i;
        } else {
            values[i] = header->kind == 'b' ? bits != 0 : (int64_t)bits;
        }
    }
    return count;
}

const char *gm_integers_place(int dimensions, const int64_t *shape, int64_t index,
                              char out[GM_PLACE_SIZE]) {
    if (dimensions == 2)
        snprintf(out, GM_PLACE_SIZE, "row %" PRId64 ", column %" PRId64 " (both from 0)",
                 index / shape[1], index % shape[1]);
    else
        snprintf(out, GM_PLACE_SIZE, "entry %" PRId64 " (from 0)", index);
    return out;
}

gm_status gm_integers_read_bytes(gm_context *context, gm_bytes *bytes, gm_integers *out) {
    gm_npy_layout header;
    gm_integers made = {0};
    int64_t refused = -1;
    char place[GM_PLACE_SIZE];
    gm_status status = GM_OK;
    GM_TRY(gm_npy_read_header(context, bytes, &header));
    made.dimensions = header.dimensions;
    for (int i = 0; i < 4; i++)
        made.shape[i] = header.shape[i];
    GM_TRY(GM_NEW(context, made.values, header.count));
    GM_TRY(gm_npy_read_elements(context, bytes, &header, to_integer, made.values, &refused));
    if (refused >= 0)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT,
                       "%s: %s is not a whole number within ±2^63; whole numbers are accepted",
                       gm_bytes_name(bytes),
                       gm_integers_place(made.dimensions, made.shape, refused, place)));
    *out = made;
    made.values = NULL;
done:
    gm_release(context, made.values);
    return status;
}

gm_status gm_integers_read(gm_context *context, const char *path, gm_integers *out) {
    gm_bytes *bytes = NULL;
    gm_status status = gm_bytes_open(context, path, "reading an array", &bytes);
    if (status == GM_OK)
        status = gm_integers_read_bytes(context, bytes, out);
    gm_bytes_close(bytes);
    return status;
}
