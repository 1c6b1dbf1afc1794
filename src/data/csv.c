/* The second pass over delimited text: the values that are needed, into the matrix. */
#include "data/csv.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/word.h"
#include "data/classes.h"
#include "data/dataset.h"
#include "data/scan.h"

/* The second pass while it runs. */
typedef struct filling {
    gm_context *context;
    const gm_columns *columns;
    const gm_selection *selection;
    const gm_dataset_options *options;
    gm_dataset *dataset;
    gm_scan scan;
    gm_classes classes;
    bool text_target;
    bool missing; /* some value is */
} filling;

enum { LABEL_SIZE = GM_EXCERPT_SIZE + 8 };

static gm_status missing_value(filling *f, const gm_field *field, int64_t column) {
    char label[LABEL_SIZE], word[GM_EXCERPT_SIZE];
    gm_word_excerpt(field->text, field->size, word);
    return gm_fail(f->context, GM_INVALID_INPUT,
                   "%s: row %" PRId64 ": column %s has no value%s%s%s; use --missing drop%s",
                   f->columns->file, f->scan.record_line,
                   gm_column_label(f->columns, column, label, sizeof label), *word ? " ('" : "",
                   word, *word ? "')" : "",
                   f->selection->slot[column] >= 0 ? " or --missing mean" : "");
}

static gm_status bad_value(filling *f, gm_token token, const gm_field *field, int64_t column) {
    char label[LABEL_SIZE], word[GM_EXCERPT_SIZE];
    gm_word_excerpt(field->text, field->size, word);
    gm_column_label(f->columns, column, label, sizeof label);
    if (token == GM_TOKEN_INFINITE)
        return gm_fail(f->context, GM_INVALID_INPUT,
                       "%s: row %" PRId64 ": column %s holds '%s'; finite numbers are accepted",
                       f->columns->file, f->scan.record_line, label, word);
    const char *name = f->columns->names ? gm_strings_at(f->columns->names, column) : "";
    /* A name with a comma in it cannot stand in a list: offer the index. */
    char bare[LABEL_SIZE];
    gm_columns nameless = {NULL, NULL, 0, false};
    if (*name && !strchr(name, ','))
        gm_word_excerpt(name, strlen(name), bare);
    else
        gm_column_label(&nameless, column, bare, sizeof bare);
    return gm_fail(f->context, GM_INVALID_INPUT,
                   "%s: row %" PRId64 ": column %s holds text ('%s'); leave it out with --drop %s "
                   "or make it the target",
                   f->columns->file, f->scan.record_line, label, word, bare);
}

/* The value of a field: a number, the number of a class, NaN where it is missing. */
static gm_status read_value(filling *f, const gm_field *field, int64_t column, double *out) {
    bool class = f->text_target && column == f->selection->target;
    gm_token token = gm_word_token(field->text, field->size, out);
    if (token == GM_TOKEN_NUMBER && !class)
        return GM_OK;
    if (token == GM_TOKEN_MISSING) {
        f->missing = true;
        *out = NAN;
        return f->options->missing == GM_MISSING_ERROR ? missing_value(f, field, column) : GM_OK;
    }
    if (!class)
        return bad_value(f, token, field, column);
    int64_t number = 0;
    gm_status status =
        gm_classes_number(f->context, &f->classes, field->text, field->size, &number);
    *out = (double)number;
    return status;
}

static gm_status store(filling *f, const gm_field *field, int64_t row, int64_t column) {
    int64_t slot = f->selection->slot[column];
    if (slot == GM_SLOT_NONE)
        return GM_OK;
    double value = 0;
    gm_status status = read_value(f, field, column, &value);
    if (status != GM_OK)
        return status;
    if (slot == GM_SLOT_TARGET)
        f->dataset->targets[row] = value;
    else
        gm_dataset_put(f->dataset, row, slot, value);
    return GM_OK;
}

static gm_status changed(filling *f) {
    return gm_fail(f->context, GM_INVALID_INPUT,
                   "%s: row %" PRId64 ": the file changed while it "
                   "was read",
                   f->columns->file, f->scan.record_line);
}

static gm_status read_rows(filling *f, bool header) {
    gm_status status = GM_OK;
    gm_field field;
    bool end = false;
    int64_t row = header ? -1 : 0, column = 0, rows = f->dataset->rows.rows;
    for (;;) {
        GM_TRY(gm_scan_next(&f->scan, &field, &end));
        if (end)
            break;
        if (row == rows || field.last != (column == f->columns->total - 1))
            GM_TRY(changed(f));
        if (row >= 0)
            GM_TRY(store(f, &field, row, column));
        column = field.last ? 0 : column + 1;
        row += field.last;
    }
    if (row != rows)
        GM_TRY(changed(f));
done:
    return status;
}

static gm_status fill(filling *f, gm_bytes *bytes, const gm_csv_shape *shape) {
    gm_status status = gm_scan_open(f->context, bytes, shape->delimiter, &f->scan);
    if (status != GM_OK)
        return status;
    GM_TRY(read_rows(f, shape->header));
    GM_TRY(gm_dataset_finish(f->dataset, f->columns->file, f->missing, f->options));
    if (f->text_target)
        GM_TRY(gm_classes_sort(f->context, &f->classes, f->dataset->targets, f->dataset->rows.rows,
                               &f->dataset->classes));
done:
    gm_scan_close(&f->scan);
    gm_classes_free(f->context, &f->classes);
    return status;
}

gm_status gm_csv_load(gm_context *context, gm_bytes *bytes, const gm_dataset_options *options,
                      gm_dataset **out) {
    gm_csv_shape shape = {0};
    gm_selection selection = {0};
    gm_dataset *made = NULL;
    gm_status status = GM_OK;
    GM_TRY(gm_csv_measure(context, bytes, &shape));
    gm_columns columns = {gm_bytes_name(bytes), shape.header ? &shape.names : NULL, shape.columns,
                          false};
    GM_TRY(gm_selection_make(context, &columns, options, &selection));
    GM_TRY(gm_dataset_new(context, shape.rows, selection.inputs, options->intercept, GM_ELEMENT_F64,
                          1, &made));
    GM_TRY(gm_dataset_set_names(made, &columns, &selection));
    filling f = {.context = context,
                 .columns = &columns,
                 .selection = &selection,
                 .options = options,
                 .dataset = made};
    f.text_target = shape.kinds[selection.target] & (1u << GM_TOKEN_TEXT);
    GM_TRY(fill(&f, bytes, &shape));
    *out = made;
done:
    gm_csv_shape_free(context, &shape);
    gm_selection_free(context, &selection);
    if (status != GM_OK)
        gm_dataset_destroy(made);
    return status;
}
