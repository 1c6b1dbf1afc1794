/* Adversarial risk from the data itself, to compare with. */
#ifndef GM_RISK_EXACT_H
#define GM_RISK_EXACT_H

#include "risk/plan.h"

/*
 * Mean over all rows of the loss under the worst attack of size c = r‖w‖_q, at each of several
 * sizes: (|ρ| + c)², or log(1 + e^(c − m)) at the margin m.
 *   c, out  [count]
 * Cost: 2 N d operations, and count N more.
 */
gm_status gm_exact_risk(gm_context *context, const gm_problem *problem, int64_t count,
                        const double *c, double *out) __attribute__((warn_unused_result));

#endif
