/* What an attack found, and the evidence, in a result document. */
#ifndef GM_TOOL_LWE_ATTACK_REPORT_H
#define GM_TOOL_LWE_ATTACK_REPORT_H

#include "session.h"

/* Set plan.{rows, …, text, reason} under a path; rows 0 sets null. */
GM_MUST_USE gm_status lwe_report_plan(gm_report *report, const char *path, const gm_lwe_plan *plan);

/* Set rho, entropy, and, where blocks were reduced, plan, first_plan, precision, blocks_lost, loss
   and times. */
GM_MUST_USE gm_status lwe_report_reduction(gm_report *report, const gm_lwe_reduction *reduction);

/* Set everything that an attack came to, and warn of what a reader must know. */
GM_MUST_USE gm_status lwe_report_attack(gm_report *report, const gm_lwe *instance,
                                        const gm_lwe_result *result);

#endif
