/* Signals: a thread of its own takes them, asks the computation to end and, if it does not, ends.
 */
#ifndef GM_TOOL_INTERRUPT_H
#define GM_TOOL_INTERRUPT_H

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

#include <gradiometer/context.h>

struct interrupt {
    pthread_mutex_t lock; /* guards what follows; held for the whole of a commit */
    pthread_t thread;
    sigset_t signals;
    gm_context *context;
    int signal; /* the one that came; 0: none */
    bool started, stopping, committed;
    bool json;              /* how to say that the run was interrupted */
    bool mute;              /* not to say it by itself: another rank does */
    bool folder_made;       /* the folder was absent before it was opened */
    char folder[PATH_MAX];  /* of the open output; "": none */
    char staging[PATH_MAX]; /* its hidden folder */
    char kept[PATH_MAX];    /* another one, of what a killed run goes on from; "": none */
};

/*
 * Take SIGINT, SIGTERM and SIGHUP (unless ignored, as under nohup) in a thread, ignore SIGPIPE and
 * SIGXFSZ, whose causes are then errors of writing. Call before any other thread is made.
 * False: the thread could not be made.
 */
bool interrupt_start(struct interrupt *interrupt, gm_context *context, bool json, bool mute);

/* End the thread; a signal that comes later is not heeded. */
void interrupt_stop(struct interrupt *interrupt);

/* The signal that came, or 0. */
int interrupt_came(struct interrupt *interrupt);

/* Name the folder and hidden folder to remove if the run must be ended by force; NULL: none. */
void interrupt_set_output(struct interrupt *interrupt, const char *folder, bool made,
                          const char *staging);

/* Name a folder in that of the output to remove with it; NULL: none. */
void interrupt_set_kept(struct interrupt *interrupt, const char *folder);

/*
 * Enter and leave the time in which files get their final names: a signal either comes before it,
 * and then begin returns false and nothing may be published, or waits until it is over.
 */
bool interrupt_begin_commit(struct interrupt *interrupt);
void interrupt_end_commit(struct interrupt *interrupt, bool committed);

/* Say on standard error that signal `number` ended the run. */
void interrupt_say(int number, bool json);

#endif
