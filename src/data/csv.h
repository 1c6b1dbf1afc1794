/* Delimited text, read in two passes: the shape, then the values straight into the matrix. */
#ifndef GM_CSV_H
#define GM_CSV_H

#include <gradiometer/data.h>

#include "base/base.h"
#include "data/bytes.h"
#include "data/strings.h"

enum { GM_MOST_CSV_COLUMNS = 1 << 20 };

/* What the first pass finds. */
typedef struct gm_csv_shape {
    char delimiter;
    bool header;          /* the first record holds names */
    int64_t columns;      /* fields of every record */
    int64_t rows;         /* records without the header */
    gm_strings names;     /* [columns] fields of the first record */
    unsigned char *kinds; /* [columns] bit 1 << gm_token for what the records hold, header not */
} gm_csv_shape;

/*
 * Find the delimiter from the first 100 records within 64 KiB: among those that cut the first one
 * into at least two fields, the one with the highest share of numbers and missing values, plus 1/2
 * where all records have as many fields; on a tie comma, tab, semicolon, spaces.
 */
gm_status gm_csv_find_delimiter(gm_context *context, gm_bytes *bytes, char *out)
    __attribute__((warn_unused_result));

/*
 * Read the shape. The first record is a header where some columns hold text in it and numbers
 * below, and these are at least as many as the columns that hold numbers in both; a lone record is
 * one where it holds text and no number.
 *   out  freed with gm_csv_shape_free(); untouched on failure
 *   GM_INVALID_INPUT (ragged, no row, not text)
 */
gm_status gm_csv_measure(gm_context *context, gm_bytes *bytes, gm_csv_shape *out)
    __attribute__((warn_unused_result));

void gm_csv_shape_free(gm_context *context, gm_csv_shape *shape);

/* Read a data set; see gm_dataset_load(). */
gm_status gm_csv_load(gm_context *context, gm_bytes *bytes, const gm_dataset_options *options,
                      gm_dataset **out) __attribute__((warn_unused_result));

#endif
