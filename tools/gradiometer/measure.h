/* The options of `gradiometer measure`, and what runs them. */
#ifndef GM_TOOL_MEASURE_H
#define GM_TOOL_MEASURE_H

#include <gradiometer/measure.h>

#include "inputs.h"
#include "session.h"

struct measure_options {
    struct inputs_options inputs;
    const char *weights_file; /* NULL: initial weights */
    int loss, method;         /* positions in the choices, copied to `measure` */
    gm_measure_options measure;
    gm_along_options along; /* steps 0: not along training */
};

/*
 * Read the files, measure, print, and write the output folder if there is one; or, with --dry-run,
 * print the plan. Returns the exit status, every failure told.
 */
int measure_run(struct session *session, const struct measure_options *options);

#endif
