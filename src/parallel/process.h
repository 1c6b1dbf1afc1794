/* Helper processes, each with a socket to it. Only this file starts, ends and waits for them. */
#ifndef GM_PROCESS_H
#define GM_PROCESS_H

#include <sys/types.h>

#include "base/base.h"

enum { GM_PROCESS_ARGUMENTS = 6 };

/* Zero-initialise: no process. */
typedef struct gm_process {
    pid_t pid; /* 0: none */
    int fd;    /* our end of the socket: it does not block, and no other process inherits it */
} gm_process;

/*
 * Find a helper program: `given`; where that is NULL or "" the environment variable; where that is
 * not set, beside the library and the program (base/part.h).
 *   what  for messages: who needs it
 *   why   for the message that there is none: what follows its name, or ""
 *   out   owned (gm_release)
 * GM_UNAVAILABLE
 */
gm_status gm_process_find(gm_context *context, const char *what, const char *given,
                          const char *environment, const char *name, const char *why, char **out)
    __attribute__((warn_unused_result));

/*
 * Start `path --parent <our number> <arguments>` with the other end of the socket as its standard
 * input and output and nothing as its standard error; its signals are the default ones.
 *   what       for messages: who needs it
 *   arguments  at most GM_PROCESS_ARGUMENTS, then NULL; or NULL: none
 * GM_IO_ERROR
 */
gm_status gm_process_start(gm_context *context, const char *what, const char *path,
                           const char *const *arguments, gm_process *out)
    __attribute__((warn_unused_result));

/* Kill the process, if there is one, wait for its end and close the socket. */
void gm_process_stop(gm_process *process);

/* The connection has ended: see the process off and say what became of it, as in "ended by signal
   9". One that lives on is killed. */
void gm_process_lost(gm_process *process, size_t size, char *how);

#endif
