#include "data/select.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/word.h"

enum { LONGEST_ITEM = 256 };

static const char *name_at(const void *list, int64_t index) {
    return gm_strings_at(list, index);
}

const char *gm_column_label(const gm_columns *columns, int64_t column, char *out, size_t size) {
    char excerpt[GM_EXCERPT_SIZE];
    const char *name = columns->names ? gm_strings_at(columns->names, column) : "";
    if (*name)
        snprintf(out, size, "'%s'", gm_word_excerpt(name, strlen(name), excerpt));
    else
        snprintf(out, size, "%" PRId64, column);
    return out;
}

/* Read [+-]digits; false for anything else. */
static bool read_index(const char *text, int64_t *out) {
    bool negative = *text == '-';
    if (*text == '+' || *text == '-')
        text++;
    if (!*text || strlen(text) > 15)
        return false;
    int64_t value = 0;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (*text - '0');
    }
    *out = negative ? -value : value;
    return true;
}

static gm_status unknown_column(gm_context *context, const gm_columns *columns, const char *option,
                                const char *item) {
    char word[GM_EXCERPT_SIZE], other[GM_EXCERPT_SIZE + 8];
    gm_word_excerpt(item, strlen(item), word);
    int64_t last = columns->total - 1;
    if (!columns->names)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "--%s '%s': %s has no column names; accepted: an index from %" PRId64
                       " to %" PRId64,
                       option, word, columns->file, -columns->total, last);
    int64_t nearest = gm_word_nearest(item, name_at, columns->names, columns->total);
    if (nearest >= 0)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "--%s '%s': no such column in %s; did you mean %s?", option, word,
                       columns->file, gm_column_label(columns, nearest, other, sizeof other));
    char first[GM_EXCERPT_SIZE + 8];
    return gm_fail(context, GM_INVALID_ARGUMENT,
                   "--%s '%s': no such column in %s; it has %" PRId64 ", from %s to %s; accepted: "
                   "a name, or an index from %" PRId64 " to %" PRId64,
                   option, word, columns->file, columns->total,
                   gm_column_label(columns, 0, first, sizeof first),
                   gm_column_label(columns, last, other, sizeof other), -columns->total, last);
}

/* The column that a name or an index means. */
static gm_status find(gm_context *context, const gm_columns *columns, const char *option,
                      const char *item, int64_t *out) {
    int64_t found = -1;
    for (int64_t i = 0; columns->names && i < columns->total; i++) {
        if (strcmp(gm_strings_at(columns->names, i), item) != 0)
            continue;
        if (found >= 0)
            return gm_fail(context, GM_INVALID_ARGUMENT,
                           "--%s '%s': columns %" PRId64 " and %" PRId64
                           " of %s both have this name; use an index",
                           option, item, found, i, columns->file);
        found = i;
    }
    if (found < 0 && read_index(item, &found)) {
        if (found < 0)
            found += columns->total;
        if (found < 0 || found >= columns->total)
            return gm_fail(
                context, GM_INVALID_ARGUMENT,
                "--%s %s: %s has %" PRId64 " column%s; accepted: %s from %" PRId64 " to %" PRId64,
                option, item, columns->file, columns->total, columns->total == 1 ? "" : "s",
                columns->names ? "a name, or an index" : "an index", -columns->total,
                columns->total - 1);
    }
    if (found < 0)
        return unknown_column(context, columns, option, item);
    *out = found;
    return GM_OK;
}

/* Cut the next item off a comma-separated list, blanks around it removed; false where none is. */
static gm_status next_item(gm_context *context, const char *option, const char **list, char *item) {
    const char *start = *list, *end = strchr(start, ',');
    if (!end)
        end = start + strlen(start);
    *list = *end ? end + 1 : NULL;
    while (start < end && *start == ' ')
        start++;
    while (end > start && end[-1] == ' ')
        end--;
    if (start == end)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "--%s: an empty item; accepted: names or indices with commas between",
                       option);
    if (end - start >= LONGEST_ITEM)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "--%s: an item of %lld bytes; at most %d are accepted (use an index)",
                       option, (long long)(end - start), LONGEST_ITEM - 1);
    memcpy(item, start, (size_t)(end - start));
    item[end - start] = '\0';
    return GM_OK;
}

/* Call `mark` for every column of a list. */
static gm_status for_each(gm_context *context, const gm_columns *columns, const char *option,
                          const char *list, gm_selection *selection,
                          gm_status (*mark)(gm_context *, const gm_columns *, gm_selection *,
                                            int64_t)) {
    while (list) {
        char item[LONGEST_ITEM];
        int64_t column = 0;
        gm_status status = next_item(context, option, &list, item);
        if (status == GM_OK)
            status = find(context, columns, option, item, &column);
        if (status == GM_OK)
            status = mark(context, columns, selection, column);
        if (status != GM_OK)
            return status;
    }
    return GM_OK;
}

static gm_status mark_input(gm_context *context, const gm_columns *columns, gm_selection *selection,
                            int64_t column) {
    char label[GM_EXCERPT_SIZE + 8];
    gm_column_label(columns, column, label, sizeof label);
    if (selection->slot[column] == GM_SLOT_TARGET)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "--columns: column %s of %s is the target; it cannot be an input too", label,
                       columns->file);
    if (selection->slot[column] != GM_SLOT_NONE)
        return gm_fail(context, GM_INVALID_ARGUMENT, "--columns: column %s of %s is named twice",
                       label, columns->file);
    selection->slot[column] = selection->inputs;
    selection->source[selection->inputs++] = column;
    return GM_OK;
}

static gm_status unmark_input(gm_context *context, const gm_columns *columns,
                              gm_selection *selection, int64_t column) {
    char label[GM_EXCERPT_SIZE + 8];
    if (selection->slot[column] == GM_SLOT_TARGET)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "--drop: column %s of %s is the target; it cannot be left out",
                       gm_column_label(columns, column, label, sizeof label), columns->file);
    selection->slot[column] = GM_SLOT_NONE;
    return GM_OK;
}

static gm_status mark_target(gm_context *context, const gm_columns *columns,
                             const gm_dataset_options *options, gm_selection *selection) {
    selection->target = -1;
    if (columns->target_apart) {
        if (options->target)
            return gm_fail(context, GM_INVALID_ARGUMENT,
                           "--target %s: %s has one target, its labels; leave the option out",
                           options->target, columns->file);
        return GM_OK;
    }
    selection->target = columns->total - 1;
    if (options->target) {
        gm_status status = find(context, columns, "target", options->target, &selection->target);
        if (status != GM_OK)
            return status;
    }
    selection->slot[selection->target] = GM_SLOT_TARGET;
    return GM_OK;
}

static gm_status mark_inputs(gm_context *context, const gm_columns *columns,
                             const gm_dataset_options *options, gm_selection *selection) {
    if (options->columns)
        return for_each(context, columns, "columns", options->columns, selection, mark_input);
    for (int64_t j = 0; j < columns->total; j++)
        if (selection->slot[j] != GM_SLOT_TARGET) {
            selection->slot[j] = selection->inputs;
            selection->source[selection->inputs++] = j;
        }
    return GM_OK;
}

/* Close the gaps that --drop left. */
static void renumber(gm_selection *selection) {
    int64_t kept = 0;
    for (int64_t k = 0; k < selection->inputs; k++) {
        int64_t column = selection->source[k];
        if (selection->slot[column] == GM_SLOT_NONE)
            continue;
        selection->slot[column] = kept;
        selection->source[kept++] = column;
    }
    selection->inputs = kept;
}

gm_status gm_selection_make(gm_context *context, const gm_columns *columns,
                            const gm_dataset_options *options, gm_selection *out) {
    gm_selection made = {0};
    gm_status status = GM_OK;
    GM_TRY(GM_NEW(context, made.source, columns->total));
    GM_TRY(GM_NEW(context, made.slot, columns->total));
    for (int64_t j = 0; j < columns->total; j++)
        made.slot[j] = GM_SLOT_NONE;
    GM_TRY(mark_target(context, columns, options, &made));
    GM_TRY(mark_inputs(context, columns, options, &made));
    if (options->drop)
        GM_TRY(for_each(context, columns, "drop", options->drop, &made, unmark_input));
    renumber(&made);
    if (made.inputs == 0)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "%s: no input is left: %" PRId64 " column%s%s%s", columns->file,
                       columns->total, columns->total == 1 ? "" : "s",
                       made.target >= 0 ? ", one is the target" : "",
                       options->drop ? ", --drop leaves out the rest" : ""));
    *out = made;
done:
    if (status != GM_OK)
        gm_selection_free(context, &made);
    return status;
}

void gm_selection_free(gm_context *context, gm_selection *selection) {
    gm_release(context, selection->source);
    gm_release(context, selection->slot);
    *selection = (gm_selection){0};
}
