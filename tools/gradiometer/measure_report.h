/* From a measurement to its result document. */
#ifndef GM_TOOL_MEASURE_REPORT_H
#define GM_TOOL_MEASURE_REPORT_H

#include <gradiometer/gradiometer.h>

/* Fill "result" and "warnings" of a report with everything that the contract promises.
     path, rows  of the file of inputs; NULL where they have a law */
GM_MUST_USE gm_status measure_report_fill(gm_report *report, const char *path, const gm_array *rows,
                                          const gm_measurement *measurement);

#endif
