/* The result of an attack with the evidence that stands beside it. */
#ifndef GM_LWE_RESULT_H
#define GM_LWE_RESULT_H

#include "lwe/attempt.h"
#include "lwe/rows.h"

/* A result in which nothing was done yet. GM_OUT_OF_MEMORY */
gm_status gm_lwe_result_create(gm_context *context, const gm_lwe *instance, gm_lwe_result **out)
    __attribute__((warn_unused_result));

/* Take over what an attempt on some rows came to. */
void gm_lwe_result_take(gm_lwe_result *result, const gm_lwe_rows *rows,
                        const gm_lwe_attempt *attempt);

/*
 * Add the control, predicted and observed signal, informativeness and baselines.
 *   rows    the last that were attacked
 *   effort  the same that they were attacked with
 */
gm_status gm_lwe_result_complete(gm_context *context, const gm_lwe *instance,
                                 const gm_lwe_rows *rows, const gm_lwe_effort *effort,
                                 const gm_lwe_attack_options *options, gm_lwe_result *result)
    __attribute__((warn_unused_result));

/* The effort that options ask for, with the power of round 0. As gm_lwe_solver_find(). */
gm_status gm_lwe_effort_of(gm_context *context, const gm_lwe *instance,
                           const gm_lwe_attack_options *options, gm_lwe_effort *out)
    __attribute__((warn_unused_result));

#endif
