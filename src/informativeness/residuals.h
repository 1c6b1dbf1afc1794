/* Informativeness of residuals that the caller found. */
#ifndef GM_RESIDUALS_H
#define GM_RESIDUALS_H

#include "informativeness/sample.h"

/*
 * Measure them by gm_measure()'s estimator, "sampled". Entropy and what hangs on it: P(x) is taken
 * for 0, so that the collision term is 0. `seconds` is 0.
 *   budget  samples that the verdict allows; 0: the rows
 *   out     owned; gm_measurement_destroy()
 * GM_INVALID_ARGUMENT (too few rows or targets), GM_NUMERICAL_FAILURE (not finite),
 * GM_OUT_OF_MEMORY, GM_CANCELLED. Cost: as of gm_measure() with N rows and M targets.
 */
gm_status gm_measure_residuals(gm_context *context, const gm_residuals *residuals, double budget,
                               gm_measurement **out) __attribute__((warn_unused_result));

#endif
