/* How ranks come together: before anything is handed over each says where it is and how it fares,
   so that a rank that failed, was cancelled or went another way is seen by all. */
#ifndef GM_MEETING_H
#define GM_MEETING_H

#include "base/base.h"
#include "parallel/transport.h"

/* What a rank came for. */
typedef enum gm_purpose {
    GM_PURPOSE_JOIN = 1,
    GM_PURPOSE_GATHER,
    GM_PURPOSE_AGREE,
    GM_PURPOSE_TAKE,
    GM_PURPOSE_ALGEBRA,
    GM_PURPOSE_LEAVE
} gm_purpose;

typedef struct gm_presence {
    uint64_t sequence; /* of the meetings of this rank */
    int64_t size;      /* of what it is about: the same on every rank */
    int32_t purpose, status, exit_status, tells;
} gm_presence;

struct gm_ranks {
    gm_context *context;
    const gm_transport *transport;
    int rank, size;
    uint64_t sequence;
    bool broken;           /* the others can not be reached any more */
    gm_presence *presence; /* [size] of the last meeting */
    int64_t *offsets;      /* [size + 1] */
    double limit;          /* seconds to wait for the others; negative: as long as it takes */
    double waiting_since;  /* by gm_seconds(); negative: not yet counted */
};

/* Meet the others with `mine` in this rank's place; presence has that of all after. GM_IO_ERROR,
   GM_CANCELLED (nobody came within a while) */
gm_status gm_meeting_hold(struct gm_ranks *ranks, gm_presence mine)
    __attribute__((warn_unused_result));

/* What all make of the last meeting: the failure of the lowest rank that has one, whose message is
   handed to all; GM_INTERNAL_ERROR where they came for different things. */
gm_status gm_meeting_judge(struct gm_ranks *ranks) __attribute__((warn_unused_result));

/* Both, with a status of this rank; a cancellation of this rank counts as its failure. */
gm_status gm_meet(struct gm_ranks *ranks, gm_purpose purpose, int64_t size, gm_status mine)
    __attribute__((warn_unused_result));

/* The parts of all ranks, as the transport has it. */
gm_status gm_meeting_gather(struct gm_ranks *ranks, const int64_t *offsets, void *bytes)
    __attribute__((warn_unused_result));
gm_status gm_meeting_broadcast(struct gm_ranks *ranks, int root, int64_t size, void *bytes)
    __attribute__((warn_unused_result));

#endif
