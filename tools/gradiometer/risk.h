/* The options of `gradiometer risk`, and what runs them. */
#ifndef GM_TOOL_RISK_H
#define GM_TOOL_RISK_H

#include "data.h"

struct risk_options {
    struct data_options data;
    gm_risk_options risk; /* seed and all; zero is "auto" */
    int norm, residual;   /* positions in their lists of choices */
};

/*
 * Load the data, estimate, print, and write the output folder if there is one; or, with --dry-run,
 * print the plan. Returns the exit status, every failure told.
 */
int risk_run(struct session *session, const struct risk_options *options);

#endif
