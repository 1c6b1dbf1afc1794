#include "data/dataset.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

const gm_rows *gm_dataset_matrix(const gm_dataset *dataset) {
    return &dataset->rows;
}

gm_status gm_dataset_new(gm_context *context, int64_t rows, int64_t inputs, bool intercept,
                         gm_element element, double divisor, gm_dataset **out) {
    gm_dataset *made = NULL;
    gm_status status = GM_OK;
    int64_t columns = inputs + intercept, entries;
    if (__builtin_mul_overflow(rows, columns, &entries))
        return gm_fail(context, GM_OUT_OF_MEMORY,
                       "out of memory: a matrix of %" PRId64 " x %" PRId64 " entries", rows,
                       columns);
    GM_TRY(GM_NEW_ZERO(context, made, 1));
    made->context = context;
    made->inputs = inputs;
    made->intercept = intercept;
    made->values = gm_allocate(context, entries, gm_element_size(element));
    GM_TRY(made->values ? GM_OK : GM_OUT_OF_MEMORY);
    GM_TRY(GM_NEW(context, made->targets, rows));
    made->rows = (gm_rows){element, rows, columns, columns, divisor, made->values};
    *out = made;
done:
    if (status != GM_OK)
        gm_dataset_destroy(made);
    return status;
}

static gm_status add_name(gm_dataset *dataset, const gm_columns *columns, int64_t column) {
    const char *name = columns->names ? gm_strings_at(columns->names, column) : "";
    return *name ? gm_strings_add(dataset->context, &dataset->names, name, strlen(name))
                 : gm_strings_add_index(dataset->context, &dataset->names, column);
}

gm_status gm_dataset_set_names(gm_dataset *dataset, const gm_columns *columns,
                               const gm_selection *selection) {
    gm_context *context = dataset->context;
    gm_status status = GM_OK;
    for (int64_t k = 0; k < selection->inputs; k++)
        GM_TRY(add_name(dataset, columns, selection->source[k]));
    if (dataset->intercept)
        GM_TRY(gm_strings_add(context, &dataset->names, "intercept", 9));
    if (columns->target_apart)
        GM_TRY(gm_strings_add(context, &dataset->names, "label", 5));
    else
        GM_TRY(add_name(dataset, columns, selection->target));
done:
    return status;
}

static gm_status check_finite(gm_context *context, const double *values, int64_t rows,
                              int64_t columns, const char *argument) {
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            if (!isfinite(values[i * columns + j]))
                return gm_fail(context, GM_INVALID_ARGUMENT,
                               "gm_dataset_from_arrays: %s[%" PRId64 "][%" PRId64
                               "] is %g; finite numbers are accepted",
                               argument, i, j, values[i * columns + j]);
    return GM_OK;
}

gm_status gm_dataset_from_arrays(gm_context *context, int64_t rows, int64_t columns,
                                 const double *inputs, const double *targets, gm_dataset **out) {
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (rows < 1 || columns < 1 || !inputs || !targets)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_dataset_from_arrays: rows = %" PRId64 ", columns = %" PRId64
                       ", inputs %s, targets %s; at least 1 x 1 and both arrays are needed",
                       rows, columns, inputs ? "given" : "NULL", targets ? "given" : "NULL");
    gm_dataset *made = NULL;
    gm_columns source = {"gm_dataset_from_arrays", NULL, columns, true};
    gm_dataset_options options = {0};
    gm_selection selection = {0};
    gm_status status = GM_OK;
    GM_TRY(gm_dataset_new(context, rows, columns, false, GM_ELEMENT_F64, 1, &made));
    GM_TRY(check_finite(context, inputs, rows, columns, "inputs"));
    GM_TRY(check_finite(context, targets, rows, 1, "targets"));
    memcpy(made->values, inputs, (size_t)(rows * columns) * sizeof *inputs);
    memcpy(made->targets, targets, (size_t)rows * sizeof *targets);
    GM_TRY(gm_selection_make(context, &source, &options, &selection));
    GM_TRY(gm_dataset_set_names(made, &source, &selection));
    *out = made;
done:
    gm_selection_free(context, &selection);
    if (status != GM_OK)
        gm_dataset_destroy(made);
    return status;
}

void gm_dataset_destroy(gm_dataset *dataset) {
    if (!dataset)
        return;
    gm_context *context = dataset->context;
    gm_strings_free(context, &dataset->names);
    gm_strings_free(context, &dataset->classes);
    gm_release(context, dataset->targets);
    gm_release(context, dataset->values);
    gm_release(context, dataset);
}

int64_t gm_dataset_rows(const gm_dataset *dataset) {
    return dataset->rows.rows;
}

int64_t gm_dataset_columns(const gm_dataset *dataset) {
    return dataset->rows.columns;
}

const char *gm_dataset_column_name(const gm_dataset *dataset, int64_t j) {
    return gm_strings_at(&dataset->names, j);
}

const char *gm_dataset_target_name(const gm_dataset *dataset) {
    return gm_strings_at(&dataset->names, dataset->names.count - 1);
}

const double *gm_dataset_targets(const gm_dataset *dataset) {
    return dataset->targets;
}

int64_t gm_dataset_classes(const gm_dataset *dataset) {
    return dataset->classes.count;
}

const char *gm_dataset_class_name(const gm_dataset *dataset, int64_t c) {
    return gm_strings_at(&dataset->classes, c);
}

int64_t gm_dataset_dropped_rows(const gm_dataset *dataset) {
    return dataset->dropped_rows;
}

int64_t gm_dataset_filled_values(const gm_dataset *dataset) {
    return dataset->filled_values;
}

void gm_dataset_copy_rows(const gm_dataset *dataset, int64_t first, int64_t count, double *out) {
    gm_rows_expand(&dataset->rows, first, count, out);
}
