/* The pages that people look at: plots and report.html. */
#ifndef GM_TOOL_PAGES_H
#define GM_TOOL_PAGES_H

#include "session.h"

/*
 * Draw the plots of a report and write them and report.html to an output. A plot that cannot be
 * drawn (no gnuplot) is a warning, appended to the report and told, and "not drawn" on the page:
 * so this comes before result.json is written.
 */
GM_MUST_USE gm_status render_pages(struct session *session, gm_report *report, gm_output *output);

#endif
