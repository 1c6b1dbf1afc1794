/* Members by path: keys joined by dots, [n] for an element of an array. */
#include "report/document.h"

#include <string.h>

#include "report/json_read.h"

/* What is stored can be read again: the root is a level, and the value may be an array. */
enum { KEY_SIZE = 64, STEPS_MAX = GM_JSON_DEPTH - 1 };

/* One step of a path: a key, or an index where `key` is empty. */
typedef struct gm_step {
    char key[KEY_SIZE];
    size_t index;
} gm_step;

/* Read the step at *path and move on. Returns false where the path is malformed. */
static bool next_step(const char **path, bool first, gm_step *step) {
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    const char *p = *path;
    step->key[0] = '\0';
    step->index = 0;
    if (*p == '[' && !first) {
        size_t digits = strspn(++p, "0123456789");
        if (digits == 0 || digits > 9 || p[digits] != ']')
            return false;
        for (size_t i = 0; i < digits; i++)
            step->index = 10 * step->index + (size_t)(p[i] - '0');
        *path = p + digits + 1;
        return true;
    }
    if (!first && *p++ != '.')
        return false;
    size_t length = strspn(p, letters);
    if (length == 0 || length >= KEY_SIZE)
        return false;
    memcpy(step->key, p, length);
    step->key[length] = '\0';
    *path = p + length;
    return true;
}

static json_t *child(const json_t *parent, const gm_step *step) {
    return step->key[0] ? json_object_get(parent, step->key) : json_array_get(parent, step->index);
}

json_t *gm_report_find(const gm_report *report, const char *path) {
    json_t *value = report->root;
    gm_step step;
    for (bool first = true; value && (first || *path); first = false)
        value = next_step(&path, first, &step) ? child(value, &step) : NULL;
    return value;
}

static bool accepts(const json_t *parent, const gm_step *step) {
    return step->key[0] ? json_is_object(parent)
                        : json_is_array(parent) && step->index <= json_array_size(parent);
}

/* Store in a parent that accepts the step; takes the value over. */
static bool store_child(json_t *parent, const gm_step *step, json_t *value) {
    if (step->key[0])
        return json_object_set_new(parent, step->key, value) == 0;
    if (step->index == json_array_size(parent))
        return json_array_append_new(parent, value) == 0;
    return json_array_set_new(parent, step->index, value) == 0;
}

static gm_status no_memory(const gm_report *report, const char *path) {
    return gm_fail(report->context, GM_OUT_OF_MEMORY, "out of memory: storing %s in the report",
                   path);
}

gm_status gm_report_store(gm_report *report, const char *path, json_t *value) {
    if (!value)
        return no_memory(report, path);
    json_t *parent = report->root;
    const char *rest = path;
    gm_step step;
    for (int steps = 1;; steps++) {
        if (!next_step(&rest, steps == 1, &step) || steps > STEPS_MAX || !accepts(parent, &step)) {
            json_decref(value);
            return gm_fail(report->context, GM_INVALID_ARGUMENT,
                           "gm_report_set: path \"%s\": accepted are keys of letters, digits, _ "
                           "and - joined by dots, and [n] with n up to the length of an array, at "
                           "most %d of them",
                           path, STEPS_MAX);
        }
        if (!*rest)
            return store_child(parent, &step, value) ? GM_OK : no_memory(report, path);
        json_t *next = child(parent, &step);
        if (!next || json_is_null(next)) {
            next = *rest == '[' ? json_array() : json_object();
            if (!next || !store_child(parent, &step, next)) {
                json_decref(value);
                return no_memory(report, path);
            }
        }
        parent = next;
    }
}
