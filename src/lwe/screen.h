/* The first look at a candidate: the residuals of a few original samples, kept up to date move by
   move. What passes goes before gm_lwe_verify(). */
#ifndef GM_LWE_SCREEN_H
#define GM_LWE_SCREEN_H

#include <gradiometer/lwe.h>

#include "base/base.h"

enum { GM_LWE_SCREEN_SAMPLES = 24 };

/* Residuals b − A s mod q of the first samples, centred: out [GM_LWE_SCREEN_SAMPLES]. */
void gm_lwe_screen_start(const gm_lwe *instance, const int64_t *secret, int64_t *out);

/* The same after secret[column] += step. */
void gm_lwe_screen_move(const gm_lwe *instance, int64_t column, int64_t step, int64_t *residuals);

/* Whether their mean square is below the threshold of gm_lwe_verify(). */
bool gm_lwe_screen_passes(const gm_lwe *instance, const int64_t *residuals);

#endif
