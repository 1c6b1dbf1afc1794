/* Vectors made in the place where the accumulator wants them: gm_accumulator_add() without a copy.
 */
#ifndef GM_ACCUMULATE_H
#define GM_ACCUMULATE_H

#include <gradiometer/accumulate.h>

#include "base/base.h"

/* Where the next vectors go, [room][d], room ≥ 1; valid until the next call. */
double *gm_accumulator_room(gm_accumulator *accumulator, int64_t *room);

/* Take `count` ≤ room vectors that were written there. They are destroyed. Statuses as
   gm_accumulator_add(). */
gm_status gm_accumulator_take(gm_accumulator *accumulator, int64_t count)
    __attribute__((warn_unused_result));

/* gm_accumulator_total() whose scatter is handed over, to be released by gm_release(): the same
   bits without d² numbers more. The accumulator can only be destroyed then. mean is [d]. */
gm_status gm_accumulator_finish(gm_accumulator *accumulator, double *mean, double **scatter)
    __attribute__((warn_unused_result));

/* Most numbers of 8 bytes that an accumulator of so many vectors holds at one time. */
double gm_accumulator_numbers(int64_t dimension, int64_t count);

#endif
