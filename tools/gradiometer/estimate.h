/* From an estimate to the members of a result document. */
#ifndef GM_TOOL_ESTIMATE_H
#define GM_TOOL_ESTIMATE_H

#include <gradiometer/gradiometer.h>

/* Set {value, std_error, ci95, method} at a path; what is not finite is null. */
GM_MUST_USE gm_status estimate_report(gm_report *report, const char *path,
                                      const gm_estimate *estimate);

#endif
