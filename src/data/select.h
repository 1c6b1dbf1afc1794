/* Which columns of a file are inputs and which one is the target. */
#ifndef GM_SELECT_H
#define GM_SELECT_H

#include <gradiometer/data.h>

#include "base/base.h"
#include "data/strings.h"

/* Slots that are not inputs. */
enum { GM_SLOT_NONE = -1, GM_SLOT_TARGET = -2 };

typedef struct gm_selection {
    int64_t inputs;  /* number of them, ≥ 1 */
    int64_t *source; /* [inputs] their columns in the file */
    int64_t *slot;   /* [total] the inverse: which input a column is, or a GM_SLOT_ */
    int64_t target;  /* column of the target, −1 where it is not among the columns */
} gm_selection;

/* The columns that there are. */
typedef struct gm_columns {
    const char *file;        /* for messages */
    const gm_strings *names; /* [total], NULL where the file has none */
    int64_t total;
    bool target_apart; /* the target is not among the columns (folders of IDX files) */
} gm_columns;

/*
 * Apply target, columns and drop of the options. Names win over indices; indices start at 0,
 * negative ones count from the end. Inputs come in the order of `columns` where it is given.
 *   out  freed with gm_selection_free(); untouched on failure
 *   GM_INVALID_ARGUMENT (unknown or ambiguous, twice, the target as input, no input left)
 */
gm_status gm_selection_make(gm_context *context, const gm_columns *columns,
                            const gm_dataset_options *options, gm_selection *out)
    __attribute__((warn_unused_result));

void gm_selection_free(gm_context *context, gm_selection *selection);

/* Write 'name' in quotes, or the index where the column has no name, for messages. */
const char *gm_column_label(const gm_columns *columns, int64_t column, char *out, size_t size);

#endif
