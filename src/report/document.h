/* The result document inside the library: jansson's tree and how it is read. */
#ifndef GM_REPORT_DOCUMENT_H
#define GM_REPORT_DOCUMENT_H

#include <jansson.h>

#include <gradiometer/report.h>

#include "base/base.h"
#include "report/text.h"

struct gm_report {
    gm_context *context;
    json_t *root; /* an object */
};

/* Find a member; NULL where it is absent or the path is malformed. Borrowed. */
json_t *gm_report_find(const gm_report *report, const char *path);

/* Store a value that becomes the document's (also on failure); NULL means that jansson had no
   memory. */
gm_status gm_report_store(gm_report *report, const char *path, json_t *value)
    __attribute__((warn_unused_result));

/* Read a number; NaN where the member is absent, null or not a number. */
double gm_report_value(const gm_report *report, const char *path);

/* The same for a member of an object, and for an element of an array. */
double gm_json_number(const json_t *value);

/* A text member of an object; "" where it is absent. */
const char *gm_json_text(const json_t *object, const char *key);

/* Read true or false; `otherwise` where the member is absent, null or something else. */
bool gm_report_flag(const gm_report *report, const char *path, bool otherwise);

/* Number of elements of an array, 0 where there is none. */
size_t gm_report_length(const gm_report *report, const char *path);

/* Add the command line that repeats this run, one option a line where `separator` has a line end.
 */
void gm_report_command_line(const gm_report *report, const char *separator, gm_text *out);

#endif
