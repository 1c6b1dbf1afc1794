/* For tests of the JSON reader: texts that end where their memory ends. */
#ifndef GM_TESTS_JSON_TEXT_H
#define GM_TESTS_JSON_TEXT_H

#include "check.h"

#include "report/json_read.h"

/* A copy that ends where the text ends, so that the sanitizer sees what is read beyond it. */
static inline gm_status json_parse_exactly(gm_context *context, const char *text, size_t size,
                                           json_t **out) {
    char *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    copy[size] = '\0';
    gm_status status = gm_json_parse(context, "doc", copy, size, out);
    free(copy);
    return status;
}

static inline json_t *json_must_parse(gm_context *context, const char *text) {
    json_t *root = NULL;
    if (json_parse_exactly(context, text, strlen(text), &root) != GM_OK)
        fail_msg("%s: %s", text, gm_context_message(context));
    return root;
}

static inline void json_must_fail(gm_context *context, const char *text, size_t size,
                                  const char *message) {
    json_t *root = NULL;
    gm_status status = json_parse_exactly(context, text, size, &root);
    if (status != GM_INVALID_INPUT)
        fail_msg("'%s': %s", text, gm_status_name(status));
    assert_null(root);
    if (message)
        assert_string_equal(gm_context_message(context), message);
}

#endif
