/* The options of `gradiometer recover`, and what runs them. */
#ifndef GM_TOOL_RECOVER_H
#define GM_TOOL_RECOVER_H

#include <stdbool.h>

#include <gradiometer/gradients.h>
#include <gradiometer/recover.h>

#include "data.h"

struct recover_options {
    struct data_options data;   /* path NULL where gradients are recorded */
    const char *gradients_file; /* recorded gradients; NULL where a model makes them */
    gm_recorded_options recorded;
    gm_recover_options recover; /* seed and all; zero is "auto" */
    bool reproducible;  /* with --leak: noise from the seed, not from the system's entropy */
    bool require_given; /* not met → EXIT_NO only then */
};

/*
 * Load the data, recover, print, and write the output folder if there is one; or, with --dry-run,
 * print the plan. Returns the exit status, every failure told.
 */
int recover_run(struct session *session, const struct recover_options *options);

#endif
