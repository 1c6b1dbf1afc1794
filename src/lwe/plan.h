/* What to reduce: columns to drop, samples, embedding weight and strength that are expected to
   show the secret soonest. */
#ifndef GM_LWE_PLAN_H
#define GM_LWE_PLAN_H

#include "lwe/rows.h"

/*
 * What rows of a reduced block are expected to be, against the model of docs/theory/lwe.md: an entry
 * has root mean square K δ^d vol^(1/d)/√d, d = m + n'. A probe block puts its own factors here.
 */
typedef struct gm_lwe_calibration {
    double x; /* of ‖x‖², against the model */
    double r; /* of ‖R‖² */
} gm_lwe_calibration;

/* Where nothing was reduced yet. */
#define GM_LWE_UNCALIBRATED ((gm_lwe_calibration){1, 1})

/*
 * The plan with the least expected time until the right guess is seen and the rest can be peeled.
 *   options      what is not 0 there is taken as it is
 *   power        E s_j² to reckon with; where it is out of reach, less: the heaviest secrets that are
 *                in reach (the plan says which)
 *   calibration  of a probe block with the same dropped columns, whose number options then says
 *   guesses      that may be scored
 * GM_INVALID_ARGUMENT: options that do not fit the instance.
 */
gm_status gm_lwe_plan_make(gm_context *context, const gm_lwe_parameters *parameters,
                           const gm_lwe_reduce_options *options, double power,
                           gm_lwe_calibration calibration, double guesses, gm_lwe_plan *out)
    __attribute__((warn_unused_result));

/* E s_j² to reckon with in round 0, 1, …: entries of which one in six is not 0, then more, then
   fewer; of a Gaussian secret σ_s². */
double gm_lwe_plan_power(const gm_lwe_parameters *parameters, int64_t round);

/* Blocks of a plan after which its round is given up. */
int64_t gm_lwe_plan_blocks(const gm_lwe_plan *plan);

/* How the rows of a block compare with what the model expects of its plan. */
gm_lwe_calibration gm_lwe_plan_calibrate(const gm_lwe_parameters *parameters,
                                         const gm_lwe_plan *plan, double x_square,
                                         double r_square);

#endif
