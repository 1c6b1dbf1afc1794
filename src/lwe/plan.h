/* What to reduce: columns to drop, samples, embedding weight and strength that are expected to
   show the secret soonest. */
#ifndef GM_LWE_PLAN_H
#define GM_LWE_PLAN_H

#include "lwe/rows.h"

/*
 * What rows of a reduced block are expected to be, against the model of docs/theory/lwe.md: an
 * entry has root mean square K δ^d vol^(1/d)/√d, d = m + n'. A probe block puts its own factors
 * here.
 */
typedef struct gm_lwe_calibration {
    double x; /* of ‖x‖², against the model */
    double r; /* of ‖R‖² */
} gm_lwe_calibration;

/* Where nothing was reduced yet. */
#define GM_LWE_UNCALIBRATED ((gm_lwe_calibration){1, 1})

/*
 * The plan with the least expected time until the right guess is seen and the rest can be peeled,
 * the share of non-zero entries being unknown. Its power is that of the heaviest secrets in reach.
 *   options      what is not 0 there is taken as it is
 *   round        0, 1 …: later rounds look for denser secrets, and are more patient
 *   calibration  of a probe block with the same dropped columns, whose number options then says
 *   guesses      that may be scored
 * GM_INVALID_ARGUMENT: options that do not fit the instance.
 */
gm_status gm_lwe_plan_make(gm_context *context, const gm_lwe_parameters *parameters,
                           const gm_lwe_reduce_options *options, int64_t round,
                           gm_lwe_calibration calibration, double guesses, gm_lwe_plan *out)
    __attribute__((warn_unused_result));

/* Blocks of a plan after which its round is given up. */
int64_t gm_lwe_plan_blocks(const gm_lwe_plan *plan);

/* How the rows of a block compare with what the model expects of its plan. */
gm_lwe_calibration gm_lwe_plan_calibrate(const gm_lwe_parameters *parameters,
                                         const gm_lwe_plan *plan, double x_square, double r_square);

#endif
