/* From a measurement along training, and what its monitor says, to the result document. */
#ifndef GM_TOOL_ALONG_REPORT_H
#define GM_TOOL_ALONG_REPORT_H

#include <gradiometer/gradiometer.h>

/* Set "result.along" and "result.training"; null where there was none. */
GM_MUST_USE gm_status along_report_fill(gm_report *report, const gm_along *along);

/* Set {cause, advice, plateau, loss, gradient_norm, signal_to_noise, samples_to_see, observations}
   at a path. */
GM_MUST_USE gm_status monitor_report(gm_report *report, const char *path,
                                     const gm_monitor_state *state);

#endif
