/* The elements of .npy: into a data set, in the type they have where no other is needed. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "data/dataset.h"
#include "data/npy.h"

enum { CHUNK = 1 << 15 /* elements decoded at a time */ };

/* Bytes and float32 stay what they are unless values will be computed. */
static gm_element choose_element(const gm_npy_layout *header, const gm_dataset_options *options) {
    if (options->standardize)
        return GM_ELEMENT_F64;
    if (header->kind == 'u' && header->width == 1)
        return GM_ELEMENT_U8;
    if (header->kind == 'f' && header->width == 4 && options->missing != GM_MISSING_MEAN)
        return GM_ELEMENT_F32;
    return GM_ELEMENT_F64;
}

/* The placing of elements while the file is read. */
typedef struct placing {
    gm_context *context;
    const gm_npy_layout *header;
    const gm_selection *selection;
    const gm_dataset_options *options;
    const char *file;
    gm_dataset *dataset;
    int64_t row, column; /* of the next element */
    bool missing;        /* some value is */
} placing;

static gm_status not_finite(placing *p, double value) {
    if (isinf(value))
        return gm_fail(p->context, GM_INVALID_INPUT,
                       "%s: row %" PRId64 ", column %" PRId64
                       " (both from 0): %g; finite numbers are accepted",
                       p->file, p->row, p->column, value);
    p->missing = true;
    if (p->options->missing != GM_MISSING_ERROR)
        return GM_OK;
    return gm_fail(p->context, GM_INVALID_INPUT,
                   "%s: row %" PRId64 ", column %" PRId64
                   " (both from 0): no value (NaN); use --missing drop%s",
                   p->file, p->row, p->column,
                   p->column == p->selection->target ? "" : " or --missing mean");
}

static void advance(placing *p) {
    if (p->header->fortran_order) {
        if (++p->row == p->header->shape[0]) {
            p->row = 0;
            p->column++;
        }
    } else if (++p->column == p->header->shape[1]) {
        p->column = 0;
        p->row++;
    }
}

static gm_status place(placing *p, const double *values, int64_t count) {
    for (int64_t k = 0; k < count; k++) {
        int64_t slot = p->selection->slot[p->column];
        if (slot != GM_SLOT_NONE && !isfinite(values[k])) {
            gm_status status = not_finite(p, values[k]);
            if (status != GM_OK)
                return status;
        }
        if (slot >= 0)
            gm_dataset_put(p->dataset, p->row, slot, values[k]);
        else if (slot == GM_SLOT_TARGET)
            p->dataset->targets[p->row] = values[k];
        advance(p);
    }
    return GM_OK;
}

static gm_status read_elements(placing *p, gm_bytes *bytes) {
    const gm_npy_layout *header = p->header;
    int64_t chunk = header->count < CHUNK ? header->count : CHUNK;
    unsigned char *raw = NULL;
    double *values = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW(p->context, raw, chunk * header->width));
    GM_TRY(GM_NEW(p->context, values, chunk));
    for (int64_t first = 0; first < header->count; first += chunk) {
        int64_t size = header->count - first < chunk ? header->count - first : chunk;
        GM_TRY(gm_bytes_read_exactly(bytes, raw, (size_t)(size * header->width), "array elements"));
        gm_npy_decode(header, raw, size, values);
        GM_TRY(place(p, values, size));
    }
    GM_TRY(gm_bytes_expect_end(bytes, "the array"));
done:
    gm_release(p->context, raw);
    gm_release(p->context, values);
    return status;
}

/* A data set is a matrix; an array of one dimension is one column. */
static gm_status check_shape(gm_context *context, const char *file, const gm_npy_layout *header) {
    if (header->dimensions < 1 || header->dimensions > 2)
        return gm_fail(context, GM_INVALID_INPUT,
                       "%s: an array of %d dimensions; a data set has 2 (rows, columns)", file,
                       header->dimensions);
    if (header->count == 0)
        return gm_fail(context, GM_INVALID_INPUT,
                       "%s: an array of %" PRId64 " x %" PRId64 "; a data set needs a row and a "
                       "column",
                       file, header->shape[0], header->shape[1]);
    return GM_OK;
}

gm_status gm_npy_load(gm_context *context, gm_bytes *bytes, const gm_dataset_options *options,
                      gm_dataset **out) {
    gm_npy_layout header;
    gm_selection selection = {0};
    gm_dataset *made = NULL;
    const char *file = gm_bytes_name(bytes);
    gm_status status = GM_OK;
    GM_TRY(gm_npy_read_header(context, bytes, &header));
    GM_TRY(check_shape(context, file, &header));
    gm_columns columns = {file, NULL, header.shape[1], false};
    GM_TRY(gm_selection_make(context, &columns, options, &selection));
    GM_TRY(gm_dataset_new(context, header.shape[0], selection.inputs, options->intercept,
                          choose_element(&header, options), 1, &made));
    GM_TRY(gm_dataset_set_names(made, &columns, &selection));
    placing p = {.context = context,
                 .header = &header,
                 .selection = &selection,
                 .options = options,
                 .file = file,
                 .dataset = made};
    GM_TRY(read_elements(&p, bytes));
    GM_TRY(gm_dataset_finish(made, file, p.missing, options));
    *out = made;
done:
    gm_selection_free(context, &selection);
    if (status != GM_OK)
        gm_dataset_destroy(made);
    return status;
}
