/* What ties a helper program to the process that started it; C and C++. */
#ifndef HELPER_PARENT_H
#define HELPER_PARENT_H

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

static pid_t helper_parent;

/* The kernel sends the signal when the thread that started us ends, which the process may survive.
 */
static inline void helper_leave_with_parent(int number) {
    (void)number;
    if (getppid() != helper_parent)
        _exit(0);
}

/* No helper outlives its parent, and a Ctrl-C at the terminal is the parent's to answer. */
static inline void helper_tie_to_parent(pid_t parent) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = helper_leave_with_parent;
    helper_parent = parent;
    sigaction(SIGUSR1, &action, NULL);
    signal(SIGINT, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    if (getppid() != parent) /* it ended before the line above */
        _exit(0);
}

#ifdef __cplusplus
}
#endif

#endif
