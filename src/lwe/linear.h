/* Sequential linear decoding: Babai's nearest plane in the dual form. Not a gradient method. */
#ifndef GM_LWE_LINEAR_H
#define GM_LWE_LINEAR_H

#include "lwe/peel.h"

/*
 * Take secret and error for Gaussian. Of the rows not used yet take the one whose phase is
 * predicted with the least variance, unwrap its innovation to [−½, ½), update, and go on until
 * every prediction is too uncertain to unwrap; the rounded mean of the secret is the answer. The
 * order and the gains do not depend on the phases, so that each guess costs one pass. level squared
 * norm that the kept entries are taken to have Cost: count³/3 + count² (kept + guesses) operations.
 */
gm_status gm_lwe_decode(gm_context *context, const gm_lwe_search *search, double level,
                        const gm_lwe_guesses *guesses, gm_lwe_find *find)
    __attribute__((warn_unused_result));

#endif
