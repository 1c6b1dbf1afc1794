/* From a recovery to its result document. */
#ifndef GM_TOOL_RECOVER_REPORT_H
#define GM_TOOL_RECOVER_REPORT_H

#include <gradiometer/gradiometer.h>

/* Fill "result" and "warnings" of a report with everything that the contract promises.
     dataset  NULL where the gradients were recorded */
GM_MUST_USE gm_status recover_report_fill(gm_report *report, const char *path,
                                          const gm_dataset *dataset, const gm_recovery *recovery);

#endif
