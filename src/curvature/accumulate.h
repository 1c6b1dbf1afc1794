/* Vectors made in the place where the accumulator wants them: gm_accumulator_add() without a copy.
 */
#ifndef GM_ACCUMULATE_H
#define GM_ACCUMULATE_H

#include <gradiometer/accumulate.h>

#include "base/base.h"
#include "linalg/tiled.h"

/*
 * An accumulator whose scatter is dealt out to the ranks, for add, room, take, count and
 * gm_accumulator_finish_tiled() alone. Blocks are centred and added by Chan's formula as ever, but
 * one after another: there are no leaves to merge in pairs, which would be d² / 2 numbers each. The
 * error of an entry grows with the number of blocks of 256 vectors, at most by an ε of it each.
 * Memory: d² / R numbers.
 */
gm_status gm_accumulator_create_tiled(gm_context *context, int64_t dimension, gm_accumulator **out)
    __attribute__((warn_unused_result));

/* Hand the scatter over, to be released by gm_tiled_destroy(); mean is [d]. The accumulator can
   only be destroyed then. */
gm_status gm_accumulator_finish_tiled(gm_accumulator *accumulator, double *mean, gm_tiled **scatter)
    __attribute__((warn_unused_result));

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
