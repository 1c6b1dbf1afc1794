/* Writing JSON. jansson's own writer prints 0.1 as 0.10000000000000001 and gives every number of an
   array a line of its own; a person reads this file too. */
#include "report/document.h"

#include <string.h>

enum { INDENT = 2, LINE = 100 };

static void write_string(gm_text *out, const char *string, size_t length) {
    gm_text_add(out, "\"");
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)string[i];
        if (c == '"' || c == '\\')
            gm_text_format(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7F)
            gm_text_format(out, "\\u%04x", c);
        else
            gm_text_add_bytes(out, string + i, 1);
    }
    gm_text_add(out, "\"");
}

static void write_scalar(gm_text *out, const json_t *value) {
    if (json_is_string(value))
        write_string(out, json_string_value(value), json_string_length(value));
    else if (json_is_integer(value))
        gm_text_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        gm_text_exact(out, json_real_value(value));
    else
        gm_text_add(out, json_is_true(value) ? "true" : json_is_false(value) ? "false" : "null");
}

static bool is_scalar(const json_t *value) {
    return !json_is_object(value) && !json_is_array(value);
}

static bool only_scalars(const json_t *array) {
    size_t i;
    const json_t *item;
    json_array_foreach(array, i, item) {
        if (!is_scalar(item) || json_is_string(item))
            return false;
    }
    return true;
}

static void new_line(gm_text *out, int depth) {
    gm_text_add(out, "\n");
    gm_text_repeat(out, " ", (int64_t)INDENT * depth);
}

static void write_value(gm_text *out, const json_t *value, int depth);

/* Numbers flow in lines of at most LINE characters. */
static void write_numbers(gm_text *out, const json_t *array, int depth) {
    gm_text item_text = GM_TEXT(out->context);
    size_t line_start = out->size;
    size_t i;
    const json_t *item;
    gm_text_add(out, "[");
    json_array_foreach(array, i, item) {
        gm_text_clear(&item_text);
        write_scalar(&item_text, item);
        if (i) {
            gm_text_add(out, ",");
            if (out->size - line_start + item_text.size + 2 > LINE) {
                line_start = out->size;
                new_line(out, depth + 1);
            } else {
                gm_text_add(out, " ");
            }
        }
        gm_text_join(out, &item_text);
    }
    gm_text_add(out, "]");
    gm_text_merge(out, &item_text);
}

static void write_array(gm_text *out, const json_t *array, int depth) {
    size_t i;
    const json_t *item;
    gm_text_add(out, "[");
    json_array_foreach(array, i, item) {
        gm_text_add(out, i ? "," : "");
        new_line(out, depth + 1);
        write_value(out, item, depth + 1);
    }
    new_line(out, depth);
    gm_text_add(out, "]");
}

static void write_object(gm_text *out, json_t *object, int depth) {
    if (json_object_size(object) == 0) {
        gm_text_add(out, "{}");
        return;
    }
    gm_text_add(out, "{");
    bool first = true;
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        const char *key = json_object_iter_key(i);
        gm_text_add(out, first ? "" : ",");
        new_line(out, depth + 1);
        write_string(out, key, strlen(key));
        gm_text_add(out, ": ");
        write_value(out, json_object_iter_value(i), depth + 1);
        first = false;
    }
    new_line(out, depth);
    gm_text_add(out, "}");
}

/* Recursion is bounded: reading stops at GM_JSON_DEPTH levels, and so do paths. */
static void write_value(gm_text *out, const json_t *value, int depth) {
    if (is_scalar(value))
        write_scalar(out, value);
    else if (json_is_object(value))
        write_object(out, (json_t *)value, depth); /* iterating wants it mutable, but only reads */
    else if (only_scalars(value))
        write_numbers(out, value, depth);
    else
        write_array(out, value, depth);
}

gm_status gm_report_json(const gm_report *report, char **out) {
    gm_text text = GM_TEXT(report->context);
    write_value(&text, report->root, 0);
    gm_text_add(&text, "\n");
    return gm_text_finish(&text, out);
}
