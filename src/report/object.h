/* Files of one JSON object that is no result document: read and filled by the functions of
   <gradiometer/report.h>, written by gm_report_json(). */
#ifndef GM_REPORT_OBJECT_H
#define GM_REPORT_OBJECT_H

#include <gradiometer/report.h>

#include "base/base.h"

/* Make one without members. `out` is freed with gm_report_destroy(). */
gm_status gm_object_create(gm_context *context, gm_report **out)
    __attribute__((warn_unused_result));

/* Parse text[0 … size−1]; text[size] is zero. `name` stands in messages, with line and column.
   GM_INVALID_INPUT (not JSON, not an object), GM_OUT_OF_MEMORY, GM_CANCELLED */
gm_status gm_object_parse(gm_context *context, const char *name, const char *text, size_t size,
                          gm_report **out) __attribute__((warn_unused_result));

/* The same of a file. */
gm_status gm_object_read(gm_context *context, const char *path, gm_report **out)
    __attribute__((warn_unused_result));

/* Whether there is a member of this path that is not null. */
bool gm_object_has(const gm_report *object, const char *path);

/* Read a whole number; false where the member is absent or something else. */
bool gm_object_integer(const gm_report *object, const char *path, int64_t *out);

#endif
