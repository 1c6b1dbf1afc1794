/* Reading JSON (RFC 8259, nothing beyond it) into jansson's tree. jansson's own reader does not
   survive every failing allocation: version 2.14 then crashes, or takes half a word for the whole.
 */
#ifndef GM_REPORT_JSON_READ_H
#define GM_REPORT_JSON_READ_H

#include <jansson.h>

#include "base/base.h"

enum {
    GM_JSON_DEPTH = 64,         /* arrays and objects inside one another */
    GM_JSON_LARGEST = 256 << 20 /* bytes of a file */
};

/*
 * Parse text[0 … size−1]; text[size] is zero. The time is linear in the size.
 *
 * Whole numbers that fit int64 become integers, all others the nearest float64. Refused, besides
 * what is no JSON: bytes that are not UTF-8, halves of surrogate pairs, U+0000 in strings, a key
 * that stands twice in an object, numbers beyond float64, more than GM_JSON_DEPTH levels.
 *   name  of the document, in messages: NAME:LINE:COLUMN, both from 1, columns in characters
 *   out   a new reference, on success only
 *   GM_INVALID_INPUT, GM_OUT_OF_MEMORY, GM_CANCELLED
 */
gm_status gm_json_parse(gm_context *context, const char *name, const char *text, size_t size,
                        json_t **out) __attribute__((warn_unused_result));

/* Parse a regular file of at most GM_JSON_LARGEST bytes, not compressed; the same statuses. */
gm_status gm_json_read(gm_context *context, const char *path, json_t **out)
    __attribute__((warn_unused_result));

#endif
