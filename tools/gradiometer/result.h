/* How every command that computes something ends: pages, result.json, what is printed. */
#ifndef GM_TOOL_RESULT_H
#define GM_TOOL_RESULT_H

#include "session.h"

/* Seconds of a clock that only goes forward. */
double result_clock(void);

/* Set a member to a text; NULL: to null. */
gm_status result_set_text(gm_report *report, const char *path, const char *text);

/*
 * Write pages and result.json to an output (NULL: none), print the report, and publish what was
 * written: what could not be printed is not published. Returns the exit status, failures told.
 */
int result_deliver(struct session *session, gm_report *report, gm_output *output);

#endif
