/* What --dry-run prints: what a command would do, and its cost. */
#ifndef GM_TOOL_PLAN_H
#define GM_TOOL_PLAN_H

#include <stddef.h>

#include "session.h"

struct plan {
    const char *action;        /* what would be done, one sentence */
    const char *files;         /* names of what would be written, commas between; NULL: nothing */
    const char *method, *form; /* which would be chosen, and its way; NULL: there is no choice */
    double operations;         /* floating-point operations; NaN: not known */
    double bytes;              /* of memory at the peak; NaN: not known */
    double seconds;            /* on this machine, roughly; NaN: not known */
};

/*
 * Print a plan, or with --json the document with "dry_run": {action, files, operations, bytes,
 * seconds; method, form} and an empty result. `values` are the command's options. Returns the exit
 * status.
 */
int plan_print(struct session *session, const struct plan *plan, const void *values);

/* Write a number in words: "1.3 G" with decimal prefixes; "12 Mi" with binary ones. */
void plan_decimal(double value, char *out, size_t size);
void plan_binary(double value, char *out, size_t size);

#endif
