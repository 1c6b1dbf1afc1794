/* How much the gradient on given rows tells about the secret. */
#ifndef GM_LWE_INFORMATIVENESS_H
#define GM_LWE_INFORMATIVENESS_H

#include <gradiometer/measure.h>

#include "lwe/rows.h"

/*
 * Measure V of the cosine loss of ⟨w, x⟩ at w = 0 over the class of secrets, on rows whose errors
 * differ: φ_s(x_i) = −2π ρ_i sin 2π⟨x_i, s⟩, ρ_i = ∏_l E cos(2π R_il e/q), with the estimator of
 * gm_measure() [docs/theory/lwe.md]. The rows count as independent draws of a law of rows; each is
 * taken once. Those of one block are not independent, and V of few blocks lies above that of many.
 * 256 secrets are drawn of the law of the instance, with n/6 entries that are not 0 where the
 * number is not known. Dropped columns have no part in it: their entries are guessed. rows  at
 * least 32; unreduced samples are rows of width 1 out   owned; gm_measurement_destroy(). Its
 * verdict has the number of rows for a budget GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY, GM_CANCELLED.
 * Cost: 2 · 256 N n operations twice over, and 6 N width exponentials: 20 ms a core for 500 rows of
 * 128 columns.
 */
gm_status gm_lwe_informativeness(gm_context *context, const gm_lwe_rows *rows,
                                 const gm_lwe_parameters *parameters, uint64_t seed,
                                 gm_measurement **out) __attribute__((warn_unused_result));

/*
 * The residuals of all rows and secrets [count][n], their mean over errors, and the mean of their
 * squares over errors and over secrets.
 *   probability  [count] of a secret; NULL: all alike
 *   phi          [N][count], power [N]
 */
gm_status gm_lwe_residuals(gm_context *context, const gm_lwe_rows *rows, double sigma,
                           int64_t count, const int64_t *secrets, const double *probability,
                           double *phi, double *power) __attribute__((warn_unused_result));

#endif
