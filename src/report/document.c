#include "report/document.h"

#include <math.h>

#include <gradiometer/ranks.h>
#include <gradiometer/version.h>

#include "report/json_read.h"

enum { SCHEMA = 1 };

/* A text as a JSON value, bytes that are not UTF-8 replaced; NULL where memory is short. */
static json_t *make_text(gm_context *context, const char *value) {
    gm_text clean = GM_TEXT(context);
    gm_text_utf8(&clean, value);
    json_t *json = clean.status == GM_OK ? json_string(gm_text_view(&clean)) : NULL;
    gm_text_drop(&clean);
    return json;
}

static gm_status fill_new(gm_report *report, const char *command) {
    gm_build_info build = gm_build_describe();
    gm_status status = GM_OK;
    GM_TRY(gm_report_set_integer(report, "schema", SCHEMA));
    GM_TRY(gm_report_set_text(report, "command", command));
    GM_TRY(gm_report_set_text(report, "version", build.version));
    GM_TRY(gm_report_set_text(report, "commit", build.commit));
    GM_TRY(gm_report_set_null(report, "seed"));
    GM_TRY(gm_report_set_integer(report, "threads", gm_context_threads(report->context)));
    GM_TRY(gm_report_set_integer(report, "ranks", gm_context_ranks(report->context)));
    GM_TRY(gm_report_set_text(report, "blas", build.blas_core));
    GM_TRY(gm_report_set_null(report, "seconds"));
    GM_TRY(gm_report_store(report, "options", json_object()));
    GM_TRY(gm_report_store(report, "result", json_object()));
    GM_TRY(gm_report_store(report, "warnings", json_array()));
done:
    return status;
}

gm_status gm_report_create(gm_context *context, const char *command, gm_report **out) {
    gm_report *report = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW_ZERO(context, report, 1));
    report->context = context;
    report->root = json_object();
    if (!report->root) {
        status = gm_fail(context, GM_OUT_OF_MEMORY, "out of memory: creating a report");
        goto done;
    }
    GM_TRY(fill_new(report, command));
    *out = report;
    report = NULL;
done:
    gm_report_destroy(report);
    return status;
}

static gm_status check_schema(gm_context *context, const json_t *root, const char *path) {
    const json_t *schema = json_object_get(root, "schema");
    if (!json_is_object(root) || !json_is_string(json_object_get(root, "command")))
        return gm_fail(context, GM_INVALID_INPUT,
                       "%s: not a result document: an object with \"schema\" and \"command\" is "
                       "accepted",
                       path);
    if (!json_is_integer(schema) || json_integer_value(schema) != SCHEMA)
        return gm_fail(context, GM_INVALID_INPUT, "%s: schema %lld; this version reads schema %d",
                       path, (long long)json_integer_value(schema), SCHEMA);
    return GM_OK;
}

gm_status gm_report_load(gm_context *context, const char *path, gm_report **out) {
    gm_report *report = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW_ZERO(context, report, 1));
    report->context = context;
    GM_TRY(gm_json_read(context, path, &report->root));
    GM_TRY(check_schema(context, report->root, path));
    *out = report;
    report = NULL;
done:
    gm_report_destroy(report);
    return status;
}

void gm_report_destroy(gm_report *report) {
    if (!report)
        return;
    json_decref(report->root);
    gm_release(report->context, report);
}

gm_status gm_report_set_number(gm_report *report, const char *path, double value) {
    return gm_report_store(report, path, isfinite(value) ? json_real(value) : json_null());
}

gm_status gm_report_set_integer(gm_report *report, const char *path, int64_t value) {
    return gm_report_store(report, path, json_integer(value));
}

gm_status gm_report_set_boolean(gm_report *report, const char *path, bool value) {
    return gm_report_store(report, path, json_boolean(value));
}

gm_status gm_report_set_null(gm_report *report, const char *path) {
    return gm_report_store(report, path, json_null());
}

gm_status gm_report_set_text(gm_report *report, const char *path, const char *value) {
    return gm_report_store(report, path, value ? make_text(report->context, value) : json_null());
}

gm_status gm_report_set_numbers(gm_report *report, const char *path, const double *values,
                                int64_t count) {
    json_t *array = json_array();
    for (int64_t i = 0; array && i < count; i++) {
        json_t *number = isfinite(values[i]) ? json_real(values[i]) : json_null();
        if (json_array_append_new(array, number) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return gm_report_store(report, path, array);
}

gm_status gm_report_append_text(gm_report *report, const char *path, const char *value) {
    json_t *array = gm_report_find(report, path);
    if (!array || json_is_null(array)) {
        gm_status status = gm_report_store(report, path, json_array());
        if (status != GM_OK)
            return status;
        array = gm_report_find(report, path);
    }
    if (!json_is_array(array))
        return gm_fail(report->context, GM_INVALID_ARGUMENT,
                       "gm_report_append_text: \"%s\" is not an array", path);
    if (json_array_append_new(array, make_text(report->context, value)) != 0)
        return gm_fail(report->context, GM_OUT_OF_MEMORY,
                       "out of memory: appending to %s in the report", path);
    return GM_OK;
}

const char *gm_json_text(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

double gm_json_number(const json_t *value) {
    return json_is_number(value) ? json_number_value(value) : NAN;
}

double gm_report_value(const gm_report *report, const char *path) {
    return gm_json_number(gm_report_find(report, path));
}

bool gm_report_number(const gm_report *report, const char *path, double *out) {
    const json_t *value = gm_report_find(report, path);
    if (!json_is_number(value))
        return false;
    *out = json_number_value(value);
    return true;
}

bool gm_report_boolean(const gm_report *report, const char *path, bool *out) {
    const json_t *value = gm_report_find(report, path);
    if (!json_is_boolean(value))
        return false;
    *out = json_is_true(value);
    return true;
}

const char *gm_report_text(const gm_report *report, const char *path) {
    return json_string_value(gm_report_find(report, path));
}

bool gm_report_flag(const gm_report *report, const char *path, bool otherwise) {
    bool value = otherwise;
    return gm_report_boolean(report, path, &value) ? value : otherwise;
}

size_t gm_report_length(const gm_report *report, const char *path) {
    return json_array_size(gm_report_find(report, path));
}

void gm_report_free_text(const gm_report *report, char *text) {
    if (text)
        gm_release(report->context, text);
}
