/* Mean squares and means from the numbers of batches, with their errors. */
#ifndef GM_RISK_POWER_H
#define GM_RISK_POWER_H

#include <gradiometer/estimate.h>

#include "risk/pass.h"

/* The mean of independent numbers [count], normal interval. */
gm_estimate gm_mean_estimate(int64_t count, const double *values);

/* The same numbers times a factor > 0. */
gm_estimate gm_scaled_estimate(gm_estimate estimate, double factor);

/*
 * E ρ² from the gradients b of the intercept, [count], n the batch size: unbiased, and with an
 * error that has the fourth moments of the b in it.
 */
gm_estimate gm_intercept_power(int64_t count, const double *b, double batch_size);

/*
 * E ρ² for Gaussian inputs, of mean 0 or beside an intercept, from the moments of a pass; they are
 * destroyed.
 * GM_NUMERICAL_FAILURE where LAPACK does not converge or all gradients are zero.
 */
gm_status gm_gaussian_power(gm_context *context, const gm_risk_plan *plan, gm_risk_pass *pass,
                            gm_estimate *out) __attribute__((warn_unused_result));

/*
 * The end of a one-sided interval that a mean square leaves with this probability: above it for a
 * probability above ½, below it otherwise. As for a multiple of chi square of the same relative
 * error; at least 0.
 */
double gm_power_end(const gm_estimate *power, double probability);

/* The same of a mean, normal. */
double gm_mean_end(const gm_estimate *mean, double probability);

/* low and high at 95 % by gm_power_end(). */
void gm_power_interval(gm_estimate *power);

#endif
