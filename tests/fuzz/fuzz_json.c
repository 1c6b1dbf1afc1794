/* A JSON text: read by our reader and by jansson's, which must agree, then written and read again.
 */
#include "fuzz.h"

#include "report/document.h"
#include "report/json_read.h"

/* jansson reads deeper, passes over some zero bytes, and refuses whole numbers beyond int64;
   nothing else may differ. */
static void compare(gm_context *context, gm_status status, const json_t *root, const char *text,
                    size_t size) {
    json_error_t error = {0};
    json_t *other = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (root && other)
        fuzz_check(json_equal(root, other));
    else if (root)
        fuzz_check(strstr(error.text, "too big") != NULL);
    else if (other && status == GM_INVALID_INPUT && !memchr(text, 0, size))
        fuzz_check(strstr(gm_context_message(context), "levels") != NULL);
    json_decref(other);
}

static void round_trip(gm_context *context, json_t *root) {
    gm_report report = {context, root};
    char *first = NULL, *second = NULL;
    json_t *again = NULL;
    gm_status status = gm_report_json(&report, &first);
    if (status == GM_OK)
        status = gm_json_parse(context, "again", first, strlen(first), &again);
    if (status == GM_OK) {
        fuzz_check(json_equal(root, again));
        report.root = again;
        status = gm_report_json(&report, &second);
    }
    if (status == GM_OK)
        fuzz_check(strcmp(first, second) == 0);
    fuzz_check(status == GM_OK || status == GM_OUT_OF_MEMORY);
    gm_release(context, first);
    gm_release(context, second);
    json_decref(again);
}

static void parse(gm_context *context, const uint8_t *data, size_t size) {
    json_t *root = NULL;
    char *text = malloc(size + 1);
    fuzz_check(text != NULL);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    gm_status status = gm_json_parse(context, "fuzz.json", text, size, &root);
    fuzz_check_status(context, status, root);
    compare(context, status, root, text, size);
    if (root)
        round_trip(context, root);
    json_decref(root);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_run(parse, data, size);
}
