/* The options of `gradiometer train`, and what runs them. */
#ifndef GM_TOOL_TRAIN_H
#define GM_TOOL_TRAIN_H

#include "data.h"

struct train_options {
    struct data_options data;
    gm_train_options train; /* seed, goal and all; zero is "auto" */
    const char *until;      /* as given; NULL: all epochs are run */
    int64_t repeats;
};

/*
 * Load the data, train, print, and write the output folder if there is one; or, with --dry-run,
 * print the plan. Returns the exit status, every failure told.
 */
int train_run(struct session *session, const struct train_options *options);

#endif
