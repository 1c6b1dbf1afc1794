#include "gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { TICK_MILLISECONDS = 20, FIRST_CAPACITY = 1 << 16, MOST_BYTES = 64 << 20 };

static const char out_of_memory[] = "out of memory";

/* A running gnuplot: the script goes into a socket and not into a pipe, because a socket can be
   written without the risk of SIGPIPE, and the signal state of this process stays as it is. */
typedef struct drawing {
    pid_t child;
    int input, output; /* our ends; −1: closed */
    const char *script;
    size_t script_left;
    char *svg;
    size_t size, capacity;
} drawing;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void close_end(int *end) {
    if (*end >= 0)
        close(*end);
    *end = -1;
}

/* Move a descriptor above the standard three, so that the child's dup2 never meets itself. */
static int lift(int end) {
    int lifted = end < 0 ? -1 : fcntl(end, F_DUPFD_CLOEXEC, 3);
    close_end(&end);
    return lifted;
}

/* The child's signals: none blocked, none ignored, whatever the threads of this process do. */
static int set_signals(posix_spawnattr_t *attributes) {
    sigset_t none, ordinary;
    sigemptyset(&none);
    sigemptyset(&ordinary);
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGALRM};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaddset(&ordinary, signals[i]);
    int error = posix_spawnattr_setsigmask(attributes, &none);
    error = error ? error : posix_spawnattr_setsigdefault(attributes, &ordinary);
    return error ? error
                 : posix_spawnattr_setflags(attributes,
                                            POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int spawn(pid_t *child, int input, int output) {
    char program[] = "gnuplot", no_start_up_files[] = "-d", from_input[] = "-";
    char *const arguments[] = {program, no_start_up_files, from_input, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    int error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    error = error ? error : posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    error =
        error ? error
              : posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    error = error ? error : set_signals(&attributes);
    error = error ? error : posix_spawnp(child, program, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Start the child. Returns NULL, or the reason why it did not start. */
static const char *start(drawing *d) {
    int script[2] = {-1, -1}, picture[2] = {-1, -1};
    const char *reason = NULL;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, script) == 0 && pipe(picture) == 0) {
        for (int i = 0; i < 2; i++) {
            script[i] = lift(script[i]);
            picture[i] = lift(picture[i]);
        }
    }
    if (script[0] < 0 || script[1] < 0 || picture[0] < 0 || picture[1] < 0) {
        reason = "no file descriptors left";
    } else {
        int error = spawn(&d->child, script[1], picture[1]);
        if (error)
            reason = error == ENOENT ? "gnuplot is not installed" : "gnuplot cannot be started";
    }
    close_end(&script[1]);
    close_end(&picture[1]);
    d->input = script[0];
    d->output = picture[0];
    if (!reason && (fcntl(d->output, F_SETFL, O_NONBLOCK) != 0))
        reason = "gnuplot cannot be read";
    return reason;
}

/* Send what fits. A child that has gone is no error here: its status tells. */
static void feed(drawing *d) {
    ssize_t sent = send(d->input, d->script, d->script_left, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
        d->script += sent;
        d->script_left -= (size_t)sent;
    }
    bool later = sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    if (d->script_left == 0 || (sent < 0 && !later))
        close_end(&d->input);
}

/* Take what is there; the text stays zero-terminated. Returns NULL or a reason. */
static const char *drain(drawing *d) {
    if (d->capacity - d->size < 2) {
        size_t capacity = d->capacity ? 2 * d->capacity : FIRST_CAPACITY;
        if (capacity > MOST_BYTES)
            return "the picture is too large";
        char *svg = realloc(d->svg, capacity);
        if (!svg)
            return out_of_memory;
        d->svg = svg;
        d->capacity = capacity;
    }
    ssize_t taken = read(d->output, d->svg + d->size, d->capacity - d->size - 1);
    if (taken > 0)
        d->size += (size_t)taken;
    d->svg[d->size] = '\0';
    bool later = taken < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    if (taken <= 0 && !later)
        close_end(&d->output);
    return NULL;
}

static const char *check_time(double deadline, gnuplot_cancelled cancelled, void *user) {
    if (cancelled && cancelled(user))
        return "cancelled";
    return now() < deadline ? NULL : "gnuplot took too long";
}

/* Move script and picture until the child closes its output. Returns NULL or a reason. */
static const char *converse(drawing *d, double deadline, gnuplot_cancelled cancelled, void *user) {
    while (d->output >= 0) {
        struct pollfd ends[] = {{d->output, POLLIN, 0}, {d->input, POLLOUT, 0}};
        const char *reason = check_time(deadline, cancelled, user);
        if (reason)
            return reason;
        if (poll(ends, 2, TICK_MILLISECONDS) < 0 && errno != EINTR)
            return "gnuplot cannot be read";
        if (d->input >= 0 && ends[1].revents)
            feed(d);
        if (ends[0].revents)
            reason = drain(d);
        if (reason)
            return reason;
    }
    close_end(&d->input);
    return NULL;
}

/* Wait for the end of a child that has closed its output. Returns NULL or a reason. */
static const char *wait_for_end(drawing *d, double deadline, gnuplot_cancelled cancelled,
                                void *user) {
    const struct timespec pause = {0, 2000000};
    int state = 0;
    for (;;) {
        pid_t ended = waitpid(d->child, &state, WNOHANG);
        if (ended == d->child)
            break;
        if (ended < 0 && errno != EINTR) {
            d->child = -1;
            return "gnuplot was lost";
        }
        const char *reason = check_time(deadline, cancelled, user);
        if (reason)
            return reason;
        nanosleep(&pause, NULL);
    }
    d->child = -1;
    if (WIFEXITED(state) && WEXITSTATUS(state) == 127) /* where exec fails in the child */
        return "gnuplot is not installed";
    return WIFEXITED(state) && WEXITSTATUS(state) == 0 ? NULL : "gnuplot failed";
}

static void end_child(drawing *d) {
    if (d->child <= 0)
        return;
    kill(d->child, SIGKILL);
    while (waitpid(d->child, NULL, 0) < 0 && errno == EINTR) {
    }
}

char *gnuplot_draw(const char *script, double seconds, gnuplot_cancelled cancelled, void *user,
                   const char **reason) {
    drawing d = {.child = -1, .input = -1, .output = -1, .script = script};
    double deadline = now() + seconds;
    d.script_left = strlen(script);
    const char *why = start(&d);
    if (!why)
        why = converse(&d, deadline, cancelled, user);
    if (!why)
        why = wait_for_end(&d, deadline, cancelled, user);
    if (!why && (!d.svg || !strstr(d.svg, "</svg>")))
        why = "gnuplot drew nothing";
    end_child(&d);
    close_end(&d.input);
    close_end(&d.output);
    if (!why)
        return d.svg;
    free(d.svg);
    *reason = why;
    return NULL;
}
