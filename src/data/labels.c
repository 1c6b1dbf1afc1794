#include "data/labels.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The distinct ones of values [count], ascending, to their front; how many there are. */
static int64_t sort_distinct(int64_t count, double *values) {
    int64_t used = 0;
    qsort(values, (size_t)count, sizeof *values, compare);
    for (int64_t i = 0; i < count; i++)
        if (used == 0 || values[i] > values[used - 1])
            values[used++] = values[i];
    return used;
}

gm_status gm_labels_number(gm_context *context, const gm_dataset *dataset, double *out,
                           int64_t *classes) {
    gm_status status = GM_OK;
    const int64_t rows = gm_dataset_rows(dataset);
    const double *targets = gm_dataset_targets(dataset);
    int64_t count = gm_dataset_classes(dataset);
    const bool text = count > 0;
    double *values = NULL;
    if (!text) {
        GM_TRY(GM_NEW(context, values, rows));
        memcpy(values, targets, (size_t)rows * sizeof *values);
        count = sort_distinct(rows, values);
    }
    if (count < 2 || count > GM_MOST_LABELS)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "target '%s' has %lld distinct value%s; a model of classes needs 2 to %d",
                       gm_dataset_target_name(dataset), (long long)count, count == 1 ? "" : "s",
                       GM_MOST_LABELS));
    for (int64_t i = 0; i < rows; i++) {
        if (text) {
            out[i] = targets[i];
            continue;
        }
        const double *found = bsearch(&targets[i], values, (size_t)count, sizeof *values, compare);
        out[i] = (double)(found - values);
    }
    *classes = count;
done:
    gm_release(context, values);
    return status;
}
