/* The inside of a data set, and the steps that every reader ends with. */
#ifndef GM_DATASET_H
#define GM_DATASET_H

#include <gradiometer/data.h>

#include "base/base.h"
#include "data/select.h"
#include "data/strings.h"
#include "linalg/rows.h"

struct gm_dataset {
    gm_context *context;
    gm_rows rows;   /* the inputs, the intercept last */
    void *values;   /* rows.data, owned */
    int64_t inputs; /* columns without the intercept */
    bool intercept;
    double *targets;    /* [rows] */
    gm_strings names;   /* [columns] of the inputs, then one more: of the target */
    gm_strings classes; /* empty for a numeric target */
    int64_t dropped_rows, filled_values;
};

/* The inputs as a matrix, borrowed. */
const gm_rows *gm_dataset_matrix(const gm_dataset *dataset);

/*
 * Make a data set whose values are not set yet. Readers store missing values as NaN, in inputs and
 * targets, and call gm_dataset_finish().
 *   element, divisor  of the matrix; must be float64 and 1 where values will be computed
 */
gm_status gm_dataset_new(gm_context *context, int64_t rows, int64_t inputs, bool intercept,
                         gm_element element, double divisor, gm_dataset **out)
    __attribute__((warn_unused_result));

/* Take the names of the selected columns and of the target ("label" where it is apart). */
gm_status gm_dataset_set_names(gm_dataset *dataset, const gm_columns *columns,
                               const gm_selection *selection) __attribute__((warn_unused_result));

/* Store a value as it is in the matrix, before division. */
static inline void gm_dataset_put(gm_dataset *dataset, int64_t row, int64_t column, double value) {
    int64_t at = row * dataset->rows.stride + column;
    switch (dataset->rows.element) {
    case GM_ELEMENT_U8:
        ((unsigned char *)dataset->values)[at] = (unsigned char)value;
        break;
    case GM_ELEMENT_F32:
        ((float *)dataset->values)[at] = (float)value;
        break;
    case GM_ELEMENT_F64:
        ((double *)dataset->values)[at] = value;
        break;
    }
}

/*
 * Drop rows or fill values that are missing (NaN), standardise, append the intercept.
 *   file     for messages
 *   missing  whether a reader stored any NaN
 *   GM_INVALID_INPUT (no row left, a column without a value), GM_CANCELLED, GM_OUT_OF_MEMORY
 */
gm_status gm_dataset_finish(gm_dataset *dataset, const char *file, bool missing,
                            const gm_dataset_options *options) __attribute__((warn_unused_result));

/* The two middle steps, in finish.c and standardize.c. */
gm_status gm_dataset_fill_missing(gm_dataset *dataset, const char *file, gm_missing missing)
    __attribute__((warn_unused_result));
gm_status gm_dataset_standardize(gm_dataset *dataset) __attribute__((warn_unused_result));

/*
 * Mean of every input over the values that are there, and how many these are; float64 only.
 * Two passes: the sum, then the sum of what is left around the first mean, both on values scaled
 * by a power of two so that neither large nor tiny ones leave the range.
 *   scale    [inputs] the power of two that each column was multiplied by, or NULL
 *   mean     [inputs] of the scaled values where `scale` is asked for, else of the values
 *   present  [inputs]
 */
gm_status gm_dataset_means(gm_dataset *dataset, double *scale, double *mean, int64_t *present)
    __attribute__((warn_unused_result));

#endif
