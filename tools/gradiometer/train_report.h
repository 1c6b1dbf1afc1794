/* From a training to its result document. */
#ifndef GM_TOOL_TRAIN_REPORT_H
#define GM_TOOL_TRAIN_REPORT_H

#include "train.h"

/* Set "result" and "warnings". */
GM_MUST_USE gm_status train_report_fill(gm_report *report, const struct train_options *options,
                                        const gm_dataset *dataset, const gm_training *training);

#endif
