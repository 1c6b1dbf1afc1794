#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 24, STAGE_WIDTH = 28, NEEDED_COLUMNS = 70 };

/* Quick runs show no bar, slow ones redraw it ten times a second. */
static const double first_after = 0.3, again_after = 0.1;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static bool smart_terminal(int descriptor) {
    const char *term = getenv("TERM");
    return isatty(descriptor) && term && *term && strcmp(term, "dumb") != 0;
}

bool color_wanted(int descriptor) {
    const char *refused = getenv("NO_COLOR");
    return smart_terminal(descriptor) && !(refused && *refused);
}

void progress_start(struct progress *progress, bool wanted) {
    memset(progress, 0, sizeof *progress);
    progress->enabled = wanted && smart_terminal(STDERR_FILENO);
    progress->color = color_wanted(STDERR_FILENO);
    progress->started = now();
}

/* A bar that wraps could not be erased. */
static bool fits(void) {
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 ||
           size.ws_col >= NEEDED_COLUMNS;
}

static double clamp(double x, double low, double high) {
    return x > low ? (x < high ? x : high) : low;
}

void progress_draw(void *user, const char *stage, double done, double total) {
    struct progress *progress = user;
    if (!progress->enabled)
        return;
    double time = now();
    if (progress->stage != stage) {
        progress->stage = stage;
        progress->stage_started = time;
    }
    if (time - progress->started < first_after || time - progress->last < again_after || !fits())
        return;
    progress->last = time;
    double part = clamp(total > 0 ? done / total : 0, 0, 1);
    int full = (int)(part * BAR_WIDTH);
    double elapsed = time - progress->stage_started;
    fprintf(stderr, "\r%-*.*s %s", STAGE_WIDTH, STAGE_WIDTH, stage,
            progress->color ? "\033[36m" : "");
    for (int i = 0; i < BAR_WIDTH; i++)
        fputc(i < full ? '=' : '.', stderr);
    fprintf(stderr, "%s %3.0f %%", progress->color ? "\033[0m" : "", 100 * part);
    if (part > 0 && elapsed > 1)
        fprintf(stderr, " %4.0f s left", clamp(elapsed * (1 - part) / part, 0, 9999));
    fputs("\033[K", stderr);
    fflush(stderr);
    progress->drawn = true;
}

void progress_erase(struct progress *progress) {
    if (!progress->drawn)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    progress->drawn = false;
}
