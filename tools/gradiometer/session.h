/* One run of one command: its options, its context, what it prints and how it ends. */
#ifndef GM_TOOL_SESSION_H
#define GM_TOOL_SESSION_H

#include <stdbool.h>

#include <gradiometer/gradiometer.h>

#include "command.h"
#include "interrupt.h"
#include "option.h"
#include "progress.h"

enum { EXIT_DONE = 0, EXIT_NO = 1, EXIT_USAGE = 2, EXIT_RESOURCE = 3, EXIT_BUG = 4 };

struct session {
    const struct command *command; /* NULL: none was named */
    struct common_options common;
    struct arguments arguments;
    gm_context *context;
    struct progress progress;
    struct interrupt interrupt;
    bool color; /* standard output takes colours */
    bool json;  /* errors are JSON; known before options are read */
    /* Of several ranks only the first prints; what another would tell is kept until all have ended,
       and told where no rank before it had anything to tell. */
    bool quiet_rank;
    gm_status ended; /* the first failure that was told or kept */
    char kept[1024];
};

/* Read the command line, make the context, take signals. EXIT_DONE, or an error that was told. */
int session_start(struct session *session, int count, char *const *words, void *values);

/* Stop everything and close standard output; return the exit status to end with. */
int session_end(struct session *session, int exit);

/* The exit status of a library status: one table for the whole tool. */
int session_exit(gm_status status);

/* Tell the failure of a library call, by the context's message, and return its exit status. */
int session_fail(struct session *session, gm_status status);

/* Tell a failure in our own words and return its exit status; usage errors name the help page. */
int session_error(struct session *session, gm_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Tell a warning on standard error, unless --quiet or --json (where the document holds it). */
void session_warn(struct session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Print on standard output and see it through; GM_IO_ERROR, for session_output_failed(). */
GM_MUST_USE gm_status session_print(struct session *session, const char *text);

/* Tell that standard output could not be written; returns the exit status. */
int session_output_failed(struct session *session);

/*
 * Print a report: as JSON with --json, nothing with --quiet, otherwise the table.
 * Returns the exit status, the failure told.
 */
int session_print_report(struct session *session, const gm_report *report);

/*
 * Set "seed", "threads" and "options.NAME" (dashes become underscores) of every option that the
 * command has, as given or by default, in a report.
 */
GM_MUST_USE gm_status session_describe(struct session *session, gm_report *report,
                                       const void *values);

/*
 * gm_output_open(), gm_output_commit() and gm_output_close() for a run that signals may end. Print
 * first and commit last: what is under a final name then belongs to a run that ended well.
 * session_output_commit() returns GM_CANCELLED, nothing published, where a signal came before it.
 * On a rank that prints nothing the output stays NULL, and nothing is written.
 */
GM_MUST_USE gm_status session_output_open(struct session *session, const char *folder,
                                          const char *mark, gm_output **out);
GM_MUST_USE gm_status session_output_commit(struct session *session, gm_output *output);
void session_output_close(struct session *session, gm_output *output);

/*
 * Begin and end keeping finished work in a hidden folder of the output, where a run that was killed
 * left it for the same command to go on from. Every run that ends otherwise removes it.
 *   path  receives the folder; "", nothing is kept, where its name would be too long
 * Call session_kept_end() before session_output_close().
 */
void session_kept_begin(struct session *session, char path[PATH_MAX]);
void session_kept_end(struct session *session, const char *path);

#endif
