/* From an entropy to its result document. */
#ifndef GM_TOOL_ENTROPY_REPORT_H
#define GM_TOOL_ENTROPY_REPORT_H

#include <gradiometer/gradiometer.h>

/* Set {nats, bits, method, lower_bound, ci95} at a path; what is not finite is null. */
GM_MUST_USE gm_status entropy_report_collision(gm_report *report, const char *path,
                                               const gm_collision_entropy *entropy);

/* Fill "result" and "warnings" of a report with everything that the contract promises.
     source  the specification of the law, or the path of the file, as given */
GM_MUST_USE gm_status entropy_report_fill(gm_report *report, const char *source,
                                          const gm_entropy *entropy);

#endif
