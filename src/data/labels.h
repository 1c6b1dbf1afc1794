/* Classes of a target for models that classify. */
#ifndef GM_LABELS_H
#define GM_LABELS_H

#include <gradiometer/data.h>

#include "base/base.h"

enum { GM_MOST_LABELS = 1000 };

/*
 * Number the classes of the targets: those of a text target as the data set has them; of a numeric
 * one the distinct values, ascending.
 *   out      [rows], indices 0 … classes−1
 *   classes  how many there are, 2 … GM_MOST_LABELS
 * GM_INVALID_ARGUMENT where there are fewer or more. Cost: N log N comparisons, N numbers.
 */
gm_status gm_labels_number(gm_context *context, const gm_dataset *dataset, double *out,
                           int64_t *classes) __attribute__((warn_unused_result));

#endif
