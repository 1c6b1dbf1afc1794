/* Where noise vectors go: the full moments, or a low-rank sketch of them. */
#ifndef GM_COLLECTOR_H
#define GM_COLLECTOR_H

#include "curvature/accumulate.h"
#include "curvature/sketch.h"

/* One of the two is set. */
typedef struct gm_collector {
    gm_accumulator *full;
    gm_sketch *sketch;
} gm_collector;

/*
 *   rank      of the sketch; 0: full moments
 *   tiled     full moments are dealt out to the ranks
 *   expected  vectors to come
 */
gm_status gm_collector_create(gm_context *context, int64_t dimension, int64_t rank, bool tiled,
                              int64_t expected, bool centered, gm_collector *out)
    __attribute__((warn_unused_result));

void gm_collector_release(gm_collector *collector);

/* Where the next vectors go, out [room][d], room ≥ 1; valid until the next call. */
gm_status gm_collector_room(gm_collector *collector, int64_t *room, double **out)
    __attribute__((warn_unused_result));

/* Take `count` ≤ room vectors that were written there. They are destroyed. */
gm_status gm_collector_take(gm_collector *collector, int64_t count)
    __attribute__((warn_unused_result));

/* Take vectors [count][d] from elsewhere. */
gm_status gm_collector_add(gm_collector *collector, int64_t count, int64_t dimension,
                           const double *vectors) __attribute__((warn_unused_result));

#endif
