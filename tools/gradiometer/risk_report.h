/* From a risk to its result document. */
#ifndef GM_TOOL_RISK_REPORT_H
#define GM_TOOL_RISK_REPORT_H

#include <gradiometer/gradiometer.h>

/* Fill "result" and "warnings" of a report with everything that the contract promises.
     path  of the data, as given */
GM_MUST_USE gm_status risk_report_fill(gm_report *report, const char *path,
                                       const gm_dataset *dataset, const gm_risk *risk);

#endif
