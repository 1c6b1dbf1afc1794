/* How every command that computes something ends: pages, result.json, what is printed. */
#ifndef GM_TOOL_RESULT_H
#define GM_TOOL_RESULT_H

#include "session.h"

/* Seconds of a clock that only goes forward. */
double result_clock(void);

/*
 * Write pages and result.json to an output (NULL: none), print the report, and publish what was
 * written: what could not be printed is not published. Returns the exit status, failures told.
 */
int result_deliver(struct session *session, gm_report *report, gm_output *output);

#endif
