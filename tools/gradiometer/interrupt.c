#include "interrupt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"

enum { GRACE_NANOSECONDS = 700 * 1000 * 1000 };

void interrupt_say(int number, bool json) {
    char text[160];
    int n = json ? snprintf(text, sizeof text,
                            "{\"error\": {\"status\": \"GM_CANCELLED\", \"exit\": %d, "
                            "\"message\": \"interrupted by signal %d\"}}\n",
                            128 + number, number)
                 : snprintf(text, sizeof text, "gradiometer: interrupted by signal %d\n", number);
    ssize_t ignored = write(STDERR_FILENO, text, (size_t)n);
    (void)ignored;
}

static void end_by_force(struct interrupt *interrupt) {
    pthread_mutex_lock(&interrupt->lock); /* a commit that has begun ends first */
    if (interrupt->stopping) {
        pthread_mutex_unlock(&interrupt->lock);
        return;
    }
    if (interrupt->folder[0]) {
        folder_remove(interrupt->staging); /* the main thread may still be writing there */
        if (interrupt->kept[0])
            folder_remove(interrupt->kept);
        if (interrupt->folder_made && !interrupt->committed)
            rmdir(interrupt->folder);
    }
    if (!interrupt->mute)
        interrupt_say(interrupt->signal, interrupt->json);
    _exit(128 + interrupt->signal);
}

static void *take_signals(void *argument) {
    struct interrupt *interrupt = argument;
    const struct timespec grace = {.tv_nsec = GRACE_NANOSECONDS};
    int number = 0;
    if (sigwait(&interrupt->signals, &number) != 0)
        return NULL;
    pthread_mutex_lock(&interrupt->lock);
    bool stopping = interrupt->stopping;
    if (!stopping) {
        interrupt->signal = number;
        gm_context_cancel(interrupt->context);
    }
    pthread_mutex_unlock(&interrupt->lock);
    if (stopping)
        return NULL;
    /* A second signal is an impatient user: no further grace. */
    while (sigtimedwait(&interrupt->signals, NULL, &grace) < 0 && errno == EINTR)
        continue;
    end_by_force(interrupt);
    return NULL;
}

bool interrupt_start(struct interrupt *interrupt, gm_context *context, bool json, bool mute) {
    static const int taken[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action;
    memset(interrupt, 0, sizeof *interrupt);
    pthread_mutex_init(&interrupt->lock, NULL);
    interrupt->context = context;
    interrupt->json = json;
    interrupt->mute = mute;
    sigemptyset(&interrupt->signals);
    for (int i = 0; i < 3; i++) {
        sigaction(taken[i], NULL, &action);
        if (taken[i] == SIGHUP && action.sa_handler == SIG_IGN)
            continue;
        /* A shell without job control ignores SIGINT for what it starts with &; one that is sent
           to this process is meant all the same. */
        signal(taken[i], SIG_DFL);
        sigaddset(&interrupt->signals, taken[i]);
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &interrupt->signals, NULL);
    interrupt->started = pthread_create(&interrupt->thread, NULL, take_signals, interrupt) == 0;
    return interrupt->started;
}

void interrupt_stop(struct interrupt *interrupt) {
    if (!interrupt->started)
        return;
    pthread_mutex_lock(&interrupt->lock);
    interrupt->stopping = true;
    pthread_mutex_unlock(&interrupt->lock);
    pthread_kill(interrupt->thread, SIGTERM); /* wakes it */
    pthread_join(interrupt->thread, NULL);
    pthread_mutex_destroy(&interrupt->lock);
    interrupt->started = false;
}

int interrupt_came(struct interrupt *interrupt) {
    pthread_mutex_lock(&interrupt->lock);
    const int number = interrupt->signal;
    pthread_mutex_unlock(&interrupt->lock);
    return number;
}

void interrupt_set_output(struct interrupt *interrupt, const char *folder, bool made,
                          const char *staging) {
    pthread_mutex_lock(&interrupt->lock);
    interrupt->folder[0] = interrupt->staging[0] = '\0';
    interrupt->folder_made = made;
    if (folder && strlen(folder) < PATH_MAX && strlen(staging) < PATH_MAX) {
        strcpy(interrupt->folder, folder);
        strcpy(interrupt->staging, staging);
    }
    pthread_mutex_unlock(&interrupt->lock);
}

void interrupt_set_kept(struct interrupt *interrupt, const char *folder) {
    pthread_mutex_lock(&interrupt->lock);
    interrupt->kept[0] = '\0';
    if (folder && strlen(folder) < PATH_MAX)
        strcpy(interrupt->kept, folder);
    pthread_mutex_unlock(&interrupt->lock);
}

bool interrupt_begin_commit(struct interrupt *interrupt) {
    pthread_mutex_lock(&interrupt->lock);
    if (interrupt->signal == 0)
        return true;
    pthread_mutex_unlock(&interrupt->lock);
    return false;
}

void interrupt_end_commit(struct interrupt *interrupt, bool committed) {
    interrupt->committed |= committed;
    pthread_mutex_unlock(&interrupt->lock);
}
