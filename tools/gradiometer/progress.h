/* The progress bar on a terminal. */
#ifndef GM_TOOL_PROGRESS_H
#define GM_TOOL_PROGRESS_H

#include <stdbool.h>

struct progress {
    bool enabled, color, drawn;
    double started, last; /* seconds of the monotonic clock */
    const char *stage;
    double stage_started;
};

/* Decide whether bars are drawn: standard error is a terminal that can erase a line. */
void progress_start(struct progress *progress, bool wanted);

/* A gm_progress_function; `user` is the struct progress. */
void progress_draw(void *user, const char *stage, double done, double total);

/* Erase the bar, if one is there. */
void progress_erase(struct progress *progress);

/* Whether colours suit a stream: a terminal, not a dumb one, and NO_COLOR is not set. */
bool color_wanted(int descriptor);

#endif
