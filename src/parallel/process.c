#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include "parallel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/part.h"

extern char **environ;

/* Above 0, 1, 2, so that giving the child its own there touches neither end. */
static int raised(int fd) {
    const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    close(fd);
    return copy;
}

static bool open_socket(int ends[2]) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    ends[0] = raised(ends[0]);
    ends[1] = raised(ends[1]);
    if (ends[0] >= 0 && ends[1] >= 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        return true;
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
    return false;
}

/* What the caller did to its signals is not the child's. */
static int set_signals(posix_spawnattr_t *attributes) {
    sigset_t set;
    int error =
        posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigemptyset(&set);
    if (error == 0)
        error = posix_spawnattr_setsigmask(attributes, &set);
    sigfillset(&set);
    if (error == 0)
        error = posix_spawnattr_setsigdefault(attributes, &set);
    return error;
}

/* The socket as standard input and output. What a helper complains of on standard error is not for
   the caller's. */
static int set_files(posix_spawn_file_actions_t *actions, int socket) {
    int error = posix_spawn_file_actions_adddup2(actions, socket, 0);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(actions, socket, 1);
    if (error == 0)
        error = posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0);
    return error;
}

static int spawn(const char *path, const char *const *more, int socket, pid_t *pid) {
    char option[] = "--parent", number[32];
    char *arguments[4 + GM_PROCESS_ARGUMENTS] = {(char *)(uintptr_t)path, option, number};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    snprintf(number, sizeof number, "%ld", (long)getpid());
    for (int i = 0; more && more[i] && i < GM_PROCESS_ARGUMENTS; i++)
        arguments[3 + i] = (char *)(uintptr_t)more[i];
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = set_files(&actions, socket);
        if (error == 0)
            error = set_signals(&attributes);
        if (error == 0)
            error = posix_spawn(pid, path, &actions, &attributes, arguments, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

gm_status gm_process_find(gm_context *context, const char *what, const char *given,
                          const char *environment, const char *name, const char *why, char **out) {
    char path[GM_PATH_LIMIT];
    if (!given || !*given)
        given = getenv(environment);
    if (given && *given && !gm_part_is_usable(given, GM_PART_PROGRAM))
        return gm_fail(context, GM_UNAVAILABLE, "%s: %s is no program that can be run", what,
                       given);
    if (!given || !*given) {
        if (!gm_part_find(name, GM_PART_PROGRAM, path))
            return gm_fail(context, GM_UNAVAILABLE, "%s needs the helper program %s%s", what, name,
                           why);
        given = path;
    }
    *out = gm_duplicate(context, given);
    return *out ? GM_OK : GM_OUT_OF_MEMORY;
}

gm_status gm_process_start(gm_context *context, const char *what, const char *path,
                           const char *const *arguments, gm_process *out) {
    int ends[2] = {-1, -1};
    pid_t pid = 0;
    if (!open_socket(ends))
        return gm_fail(context, GM_IO_ERROR, "%s: no socket for %s: %s", what, path,
                       strerror(errno));
    const int error = spawn(path, arguments, ends[1], &pid);
    close(ends[1]);
    if (error != 0) {
        close(ends[0]);
        return gm_fail(context, GM_IO_ERROR, "%s: cannot start %s: %s", what, path,
                       strerror(error));
    }
    *out = (gm_process){.pid = pid, .fd = ends[0]};
    return GM_OK;
}

/* Wait until the process has ended: after a kill at once, otherwise for some milliseconds at most.
 */
static bool reap(pid_t pid, bool killed, int *how) {
    const struct timespec pause = {0, 1000000};
    for (int i = 0; i < 200; i++) {
        const pid_t ended = waitpid(pid, how, killed ? 0 : WNOHANG);
        if (ended == pid || (ended < 0 && errno != EINTR))
            return ended == pid;
        if (!killed)
            nanosleep(&pause, NULL);
    }
    return false;
}

void gm_process_stop(gm_process *process) {
    int how;
    if (process->pid == 0)
        return;
    kill(process->pid, SIGKILL);
    reap(process->pid, true, &how);
    close(process->fd);
    *process = (gm_process){0};
}

/* Its files close before a process can be waited for, so that a moment is given to it. */
void gm_process_lost(gm_process *process, size_t size, char *how) {
    int status = 0;
    if (!reap(process->pid, false, &status)) {
        gm_process_stop(process);
        snprintf(how, size, "closed its connection");
        return;
    }
    close(process->fd);
    *process = (gm_process){0};
    if (WIFSIGNALED(status))
        snprintf(how, size, "ended by signal %d", WTERMSIG(status));
    else
        snprintf(how, size, "ended with exit status %d", WEXITSTATUS(status));
}
