/* Quantiles of Student's law, the Gamma law and the normal law: what intervals are made of. */
#ifndef GM_SPECIAL_H
#define GM_SPECIAL_H

/*
 * The x with P(X ≤ x) = probability. Relative error below 1e-10 for the parameters that intervals
 * need (tested from .0005 to .9995, df and shape up to 1e6), the neighbourhood of 0 included.
 *   probability  0 and 1 give the ends of the support; outside [0, 1] and NaN give NaN
 * Cost: O(√parameter) multiplications a step, some five steps.
 */

/* Of Student's t with df degrees of freedom; NaN unless df ≥ 1. Infinite df: the normal law. */
double gm_student_quantile(double df, double probability);

/* Of the Gamma law with density x^(shape−1) e^−x / Γ(shape); NaN unless shape > 0 and finite.
   Limits of a Poisson mean after c events [garwood1936]: shape c below, c + 1 above. */
double gm_gamma_quantile(double shape, double probability);

/* Of the normal law of mean 0 and variance 1. */
double gm_normal_quantile(double probability);

#endif
