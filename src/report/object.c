#include "report/object.h"

#include "report/document.h"
#include "report/json_read.h"

/* Take over `root`, also on failure. */
static gm_status wrap(gm_context *context, json_t *root, gm_report **out) {
    gm_report *made = NULL;
    gm_status status = GM_NEW_ZERO(context, made, 1);
    if (status != GM_OK) {
        json_decref(root);
        return status;
    }
    *made = (gm_report){context, root};
    *out = made;
    return GM_OK;
}

static gm_status wrap_object(gm_context *context, const char *name, json_t *root, gm_report **out) {
    if (json_is_object(root))
        return wrap(context, root, out);
    json_decref(root);
    return gm_fail(context, GM_INVALID_INPUT, "%s: a JSON object, {...}, is accepted", name);
}

gm_status gm_object_create(gm_context *context, gm_report **out) {
    json_t *root = json_object();
    return root ? wrap(context, root, out)
                : gm_fail(context, GM_OUT_OF_MEMORY, "out of memory: making a JSON object");
}

gm_status gm_object_parse(gm_context *context, const char *name, const char *text, size_t size,
                          gm_report **out) {
    json_t *root = NULL;
    gm_status status = gm_json_parse(context, name, text, size, &root);
    return status == GM_OK ? wrap_object(context, name, root, out) : status;
}

gm_status gm_object_read(gm_context *context, const char *path, gm_report **out) {
    json_t *root = NULL;
    gm_status status = gm_json_read(context, path, &root);
    return status == GM_OK ? wrap_object(context, path, root, out) : status;
}

bool gm_object_has(const gm_report *object, const char *path) {
    const json_t *value = gm_report_find(object, path);
    return value && !json_is_null(value);
}

bool gm_object_integer(const gm_report *object, const char *path, int64_t *out) {
    const json_t *value = gm_report_find(object, path);
    const double real = json_is_real(value) ? json_real_value(value) : 0.5;
    if (json_is_integer(value))
        *out = json_integer_value(value);
    else if (real >= -0x1p53 && real <= 0x1p53 && real == (double)(int64_t)real) /* 1e4, 3329.0 */
        *out = (int64_t)real;
    else
        return false;
    return true;
}
