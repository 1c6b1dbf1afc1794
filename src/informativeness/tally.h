/* How often each value of one coordinate comes up. */
#ifndef GM_TALLY_H
#define GM_TALLY_H

#include "informativeness/collision.h"

/* Distinct values that a tally holds, and the draws after which it keeps what it has seen so far
   for the case that more come. Below that many draws it cannot overflow. */
enum { GM_TALLY_MOST = 1 << 17 };

typedef struct gm_tally_slot {
    uint64_t key;
    int64_t count; /* 0: free */
} gm_tally_slot;

/* Zero bytes and `values` make an empty one. */
typedef struct gm_tally {
    int64_t values;       /* keys are below this and counted by place; 0: any keys */
    int64_t *counts;      /* [values] */
    gm_tally_slot *slots; /* [capacity], open addressing, at most half full */
    int64_t capacity, used, draws;
    gm_collisions early; /* of the first GM_TALLY_MOST draws */
    bool overflowed;     /* `early` is all there is */
} gm_tally;

/* Count keys[0], keys[stride], …: `count` draws more. GM_OUT_OF_MEMORY. */
gm_status gm_tally_add(gm_context *context, gm_tally *tally, const uint64_t *keys, int64_t count,
                       int64_t stride) __attribute__((warn_unused_result));

/* Collisions of all draws, or of the first GM_TALLY_MOST where more values came than it holds:
   those are draws like any others. */
gm_collisions gm_tally_collisions(const gm_tally *tally);

/* Release the memory; `early` and the rest stay. */
void gm_tally_release(gm_context *context, gm_tally *tally);

#endif
