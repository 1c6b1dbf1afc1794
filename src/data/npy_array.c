/* The elements of .npy: to float64, as an array. */
#include "data/npy.h"

#include <string.h>

#include "data/npy_element.h"

enum { CHUNK = 1 << 15 /* elements decoded at a time */ };

/* Two's complement of `width` bytes. */
static double from_signed(uint64_t bits, int width) {
    uint64_t sign = UINT64_C(1) << (8 * width - 1);
    /* The magnitude first: −2^63 has no positive counterpart in int64. */
    uint64_t mask = sign | (sign - 1);
    return bits & sign ? -(double)((~bits & mask) + 1) : (double)bits;
}

void gm_npy_decode(const gm_npy_layout *header, const unsigned char *bytes, int64_t count,
                   double *out) {
    int width = header->width;
    bool big = header->big_endian;
    for (int64_t i = 0; i < count; i++) {
        uint64_t bits;
        /* Constant arguments turn it into a move for the usual types. */
        if (width == 8 && !big)
            bits = gm_npy_bits(bytes + 8 * i, 8, false);
        else if (width == 4 && !big)
            bits = gm_npy_bits(bytes + 4 * i, 4, false);
        else
            bits = gm_npy_bits(bytes + width * i, width, big);
        if (header->kind == 'f')
            out[i] = gm_npy_float(bits, width);
        else if (header->kind == 'i')
            out[i] = from_signed(bits, width);
        else
            out[i] = header->kind == 'b' ? bits != 0 : (double)bits;
    }
}

/* Where element k of a file in Fortran order goes: its index with the last coordinate fastest. */
static int64_t c_order(const gm_npy_layout *header, int64_t k) {
    int64_t at = 0, step = header->count;
    for (int i = 0; i < header->dimensions; i++) {
        step /= header->shape[i];
        at += k % header->shape[i] * step;
        k /= header->shape[i];
    }
    return at;
}

gm_status gm_npy_read_elements(gm_context *context, gm_bytes *bytes, const gm_npy_layout *header,
                               gm_npy_convert *convert, void *out, int64_t *refused) {
    enum { SIZE = 8 /* bytes of an element of `out` */ };
    int64_t chunk = header->count < CHUNK ? header->count : CHUNK;
    unsigned char *raw = NULL, *decoded = NULL, *values = out;
    gm_status status = GM_OK;
    *refused = -1;
    GM_TRY(GM_NEW(context, raw, chunk * header->width));
    if (header->fortran_order)
        GM_TRY(GM_NEW(context, decoded, chunk * SIZE));
    for (int64_t first = 0; first < header->count; first += chunk) {
        int64_t size = header->count - first < chunk ? header->count - first : chunk;
        GM_TRY(gm_bytes_read_exactly(bytes, raw, (size_t)(size * header->width), "array elements"));
        const int64_t good = convert(header, raw, size, decoded ? decoded : values + first * SIZE);
        if (good < size) {
            *refused = header->fortran_order ? c_order(header, first + good) : first + good;
            goto done;
        }
        for (int64_t k = 0; decoded && k < size; k++)
            memcpy(values + c_order(header, first + k) * SIZE, decoded + k * SIZE, SIZE);
    }
    GM_TRY(gm_bytes_expect_end(bytes, "the array"));
done:
    gm_release(context, raw);
    gm_release(context, decoded);
    return status;
}

static int64_t to_double(const gm_npy_layout *header, const unsigned char *bytes, int64_t count,
                         void *out) {
    gm_npy_decode(header, bytes, count, out);
    return count;
}

gm_status gm_npy_read_array(gm_context *context, gm_bytes *bytes, gm_array **out) {
    gm_npy_layout header;
    gm_array *made = NULL;
    int64_t refused;
    gm_status status = GM_OK;
    GM_TRY(gm_npy_read_header(context, bytes, &header));
    GM_TRY(GM_NEW_ZERO(context, made, 1));
    made->dimensions = header.dimensions;
    memcpy(made->shape, header.shape, sizeof made->shape);
    GM_TRY(GM_NEW(context, made->values, header.count));
    GM_TRY(gm_npy_read_elements(context, bytes, &header, to_double, made->values, &refused));
    *out = made;
done:
    if (status != GM_OK)
        gm_array_destroy(context, made);
    return status;
}

gm_status gm_array_read(gm_context *context, const char *path, gm_array **out) {
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (!path)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_array_read: path is NULL");
    gm_bytes *bytes = NULL;
    gm_status status = gm_bytes_open(context, path, "reading an array", &bytes);
    if (status == GM_OK)
        status = gm_npy_read_array(context, bytes, out);
    gm_bytes_close(bytes);
    return status;
}

void gm_array_destroy(gm_context *context, gm_array *array) {
    if (!array)
        return;
    gm_release(context, array->values);
    gm_release(context, array);
}
