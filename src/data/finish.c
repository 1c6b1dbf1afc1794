/* What follows the reading: missing values and the intercept. */
#include "data/dataset.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/word.h"

static double entry(const gm_dataset *dataset, int64_t row, int64_t column) {
    int64_t at = row * dataset->rows.stride + column;
    switch (dataset->rows.element) {
    case GM_ELEMENT_U8:
        return ((const unsigned char *)dataset->values)[at];
    case GM_ELEMENT_F32:
        return (double)((const float *)dataset->values)[at];
    case GM_ELEMENT_F64:
        break;
    }
    return ((const double *)dataset->values)[at];
}

static bool row_has_missing(const gm_dataset *dataset, int64_t row) {
    for (int64_t j = 0; j < dataset->inputs; j++)
        if (isnan(entry(dataset, row, j)))
            return true;
    return false;
}

/* Move the rows that stay to the front. */
static gm_status drop_rows(gm_dataset *dataset, const char *file, gm_missing missing) {
    size_t width = (size_t)dataset->rows.stride * gm_element_size(dataset->rows.element);
    char *values = dataset->values;
    int64_t kept = 0, rows = dataset->rows.rows;
    for (int64_t i = 0; i < rows; i++) {
        if (i % 4096 == 0) {
            gm_status status = gm_progress(dataset->context, "dropping rows with missing values",
                                           (double)i, (double)rows);
            if (status != GM_OK)
                return status;
        }
        if (isnan(dataset->targets[i]) ||
            (missing == GM_MISSING_DROP && row_has_missing(dataset, i)))
            continue;
        if (kept < i) {
            memcpy(values + (size_t)kept * width, values + (size_t)i * width, width);
            dataset->targets[kept] = dataset->targets[i];
        }
        kept++;
    }
    dataset->dropped_rows = rows - kept;
    dataset->rows.rows = kept;
    if (kept == 0)
        return gm_fail(dataset->context, GM_INVALID_INPUT,
                       "%s: no row is left: all %" PRId64 " have missing values%s", file, rows,
                       missing == GM_MISSING_DROP ? "; --missing mean would fill them" : "");
    return GM_OK;
}

static gm_status fill_means(gm_dataset *dataset, const char *file) {
    gm_context *context = dataset->context;
    double *mean = NULL;
    int64_t *present = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW(context, mean, dataset->inputs));
    GM_TRY(GM_NEW(context, present, dataset->inputs));
    GM_TRY(gm_dataset_means(dataset, NULL, mean, present));
    for (int64_t j = 0; j < dataset->inputs; j++)
        if (present[j] == 0) {
            char excerpt[GM_EXCERPT_SIZE];
            const char *name = gm_strings_at(&dataset->names, j);
            GM_TRY(gm_fail(context, GM_INVALID_INPUT,
                           "%s: column '%s' has no value in any row; leave it out with --drop",
                           file, gm_word_excerpt(name, strlen(name), excerpt)));
        }
    double *values = dataset->values;
    for (int64_t i = 0; i < dataset->rows.rows; i++)
        for (int64_t j = 0; j < dataset->inputs; j++)
            if (isnan(values[i * dataset->rows.stride + j])) {
                values[i * dataset->rows.stride + j] = mean[j];
                dataset->filled_values++;
            }
done:
    gm_release(context, mean);
    gm_release(context, present);
    return status;
}

gm_status gm_dataset_fill_missing(gm_dataset *dataset, const char *file, gm_missing missing) {
    gm_status status = drop_rows(dataset, file, missing);
    if (status == GM_OK && missing == GM_MISSING_MEAN)
        status = fill_means(dataset, file);
    return status;
}

gm_status gm_dataset_finish(gm_dataset *dataset, const char *file, bool missing,
                            const gm_dataset_options *options) {
    gm_status status = GM_OK;
    if (missing)
        GM_TRY(gm_dataset_fill_missing(dataset, file, options->missing));
    if (options->standardize)
        GM_TRY(gm_dataset_standardize(dataset));
    if (dataset->intercept)
        for (int64_t i = 0; i < dataset->rows.rows; i++)
            gm_dataset_put(dataset, i, dataset->inputs, dataset->rows.divisor);
done:
    return status;
}
