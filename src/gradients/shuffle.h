/* Which rows a batch of training has. */
#ifndef GM_SHUFFLE_H
#define GM_SHUFFLE_H

#include "base/base.h"

/* A plain value but for its arrays. */
typedef struct gm_shuffle {
    gm_context *context;
    uint64_t seed;
    int64_t count;  /* of things that are put in order */
    int64_t epoch;  /* whose order is held; −1: none */
    int64_t *order; /* [count] */
} gm_shuffle;

gm_status gm_shuffle_create(gm_context *context, uint64_t seed, int64_t count, gm_shuffle *out)
    __attribute__((warn_unused_result));
void gm_shuffle_release(gm_shuffle *shuffle);

/* The order of an epoch, a permutation of 0 … count−1, uniform and independent of others; [count],
   borrowed until the next call. */
const int64_t *gm_shuffle_epoch(gm_shuffle *shuffle, int64_t epoch);

/* Members first … first+n−1 of the endless sequence of epochs: out [n]. */
void gm_shuffle_take(gm_shuffle *shuffle, int64_t first, int64_t n, int64_t *out);

#endif
