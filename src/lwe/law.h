/* What is known of a secret and of an error before anything is seen of them. */
#ifndef GM_LWE_LAW_H
#define GM_LWE_LAW_H

#include "lwe/rows.h"

/* Whether entries are discrete Gaussians, and their width: that of the error where none is given.
 */
bool gm_lwe_is_gaussian(const gm_lwe_parameters *parameters);
double gm_lwe_secret_sigma(const gm_lwe_parameters *parameters);

/* Values that an entry of the secret may take in an attack. */
typedef struct gm_lwe_range {
    int64_t low, high;
} gm_lwe_range;

/* Of the secret's law; a Gaussian to six deviations. An unknown law is taken for ternary. */
gm_lwe_range gm_lwe_range_of(const gm_lwe_parameters *parameters);

/* Squared norm of n entries that an attack, which does not know the weight, may have to find at
   most. */
double gm_lwe_most_norm(const gm_lwe_parameters *parameters, int64_t n);

/* Non-zero entries that evidence takes a secret to have: those of the parameters; of a binary or
   ternary one, and of one whose law is not known, n/6 (at least 1) where they say none, as an
   attack does; −1 elsewhere: entries are independent. */
int64_t gm_lwe_weight(const gm_lwe_parameters *parameters);

/* E s_j² of an entry: weight/n times that of a non-zero one, or that of the law. */
double gm_lwe_entry_power(const gm_lwe_parameters *parameters);

/* The same where each entry is drawn of the law, 0 included, whatever the weight: about the most
   that a secret of unknown weight has. */
double gm_lwe_dense_power(const gm_lwe_parameters *parameters);

/* E s_k² of another entry, k ≠ j, where s_j = 0 and where it is not: a weight that is fixed makes
   it weight/(n − 1) and (weight − 1)/(n − 1) times that of a non-zero entry. */
double gm_lwe_power_beside_zero(const gm_lwe_parameters *parameters);
double gm_lwe_power_beside_nonzero(const gm_lwe_parameters *parameters);

/* E s_j sin(2πx s_j) / E s_j²: what a phase x s_j says of s_j. sin 2πx of entries 0 and ±1;
   2πx exp(−2π²x² E s_j²) of normal ones. */
double gm_lwe_entry_slope(const gm_lwe_parameters *parameters, double x);

/*
 * E cos(2π t e), e discrete Gaussian: how much an error that is multiplied by t damps a phase.
 * Exact to rounding: for σ ≥ 1/2 by Poisson's sum, Σ_k exp(−2π²σ²(t−k)²) / Σ_k exp(−2π²σ²k²), below
 * by the sum over e. exp(−2π²σ²t²) alone, which row variances stand for, is as good as 2
 * e^(−2π²σ²(1−2|t|)) in relative terms, for |t| < 1/2.
 */
double gm_lwe_error_factor(double sigma, double t);

/* Draw secrets number 0 … count−1 of the class: out [count][n]. GM_OUT_OF_MEMORY. */
gm_status gm_lwe_draw_secrets(gm_context *context, const gm_lwe_parameters *parameters,
                              uint64_t seed, int64_t count, int64_t *out)
    __attribute__((warn_unused_result));

/* Largest |s[j]|. */
int64_t gm_lwe_largest(int64_t n, const int64_t *s);

#endif
