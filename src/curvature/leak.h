/* What a receiver of the gradients learns. Derivations in docs/theory/leak.md. */
#ifndef GM_LEAK_H
#define GM_LEAK_H

#include "curvature/plan.h"
#include "curvature/problem.h"

/*
 * ε at which the Gaussian mechanism of that ratio of noise to sensitivity is (ε, δ)-private: exact
 * [balle2018, theorem 8]. 0 for an infinite ratio, infinite for 0.
 */
double gm_leak_epsilon(double noise_over_sensitivity, double delta);

/* Fill recovery->leak; `problem` is NULL where the gradients come from elsewhere. */
gm_status gm_leak_report(gm_context *context, const gm_problem *problem, const gm_plan *plan,
                         gm_recovery *recovery) __attribute__((warn_unused_result));

#endif
