/* Rows made of the samples of an instance by whole combinations: what an attack works on. */
#ifndef GM_LWE_ROWS_H
#define GM_LWE_ROWS_H

#include <gradiometer/lwe_attack.h>

#include "base/base.h"

/* Make rows that are none yet. dropped [dropped_count] is copied. GM_OUT_OF_MEMORY */
gm_status gm_lwe_rows_create(gm_context *context, const gm_lwe *instance, const int64_t *dropped,
                             int64_t dropped_count, gm_lwe_rows **out)
    __attribute__((warn_unused_result));

/*
 * Append a block: `count` combinations r [count][width] of samples index [width]. R A and R b are
 * computed from the instance. A width other than that of the rows before is made equal by zeros.
 * GM_OUT_OF_MEMORY; rows are then as before.
 */
gm_status gm_lwe_rows_append(gm_context *context, const gm_lwe *instance, gm_lwe_rows *rows,
                             int64_t count, int64_t width, const int64_t *r, const int64_t *index)
    __attribute__((warn_unused_result));

/* R A mod q and R b mod q, centred, of r [width] over samples index [width]: ra [n], *rb. */
void gm_lwe_combine(const gm_lwe *instance, int64_t width, const int64_t *r, const int64_t *index,
                    int64_t *ra, int64_t *rb);

/* Hash of n, q, samples, A and b: tells instances apart, unless someone wants to deceive. */
uint64_t gm_lwe_fingerprint(const gm_lwe *instance);

/* Columns of n that are not in the ascending list of dropped ones, ascending: out [n −
   dropped_count]; returns how many. */
int64_t gm_lwe_kept_columns(int64_t n, const int64_t *dropped, int64_t dropped_count, int64_t *out);

/* Centred residue: in [−q/2, q/2). */
int64_t gm_lwe_centred(int64_t value, int64_t q);

/* Deviation of the entries of kept columns over that of uniform ones; NaN where there is no row. */
double gm_lwe_rho(const gm_lwe_rows *rows);

#endif
