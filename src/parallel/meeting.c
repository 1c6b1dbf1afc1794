#include "parallel/meeting.h"

#include <stdio.h>
#include <string.h>

/* Seconds that a rank which was cancelled, or failed, waits for the others. */
static const double GRACE = 10.0;

/* Whether to wait on. */
static bool patience(void *argument) {
    struct gm_ranks *ranks = argument;
    if (ranks->limit < 0.0 && gm_is_cancelled(ranks->context))
        ranks->limit = GRACE;
    if (ranks->limit < 0.0)
        return true;
    if (ranks->waiting_since < 0.0)
        ranks->waiting_since = gm_seconds();
    return gm_seconds() - ranks->waiting_since < ranks->limit;
}

static gm_status carried(struct gm_ranks *ranks, int32_t ended) {
    if (ended == GM_TRANSPORT_DONE)
        return GM_OK;
    ranks->broken = true;
    if (ended == GM_TRANSPORT_FAILED)
        return gm_fail(ranks->context, GM_IO_ERROR, "MPI failed to carry data between the ranks");
    return gm_is_cancelled(ranks->context)
               ? gm_fail(ranks->context, GM_CANCELLED, "cancelled while waiting for other ranks")
               : gm_fail(ranks->context, GM_IO_ERROR, "other ranks did not come within %g seconds",
                         ranks->limit);
}

gm_status gm_meeting_gather(struct gm_ranks *ranks, const int64_t *offsets, void *bytes) {
    if (ranks->broken)
        return gm_fail(ranks->context, GM_IO_ERROR, "the other ranks can not be reached");
    return carried(ranks, ranks->transport->gather(offsets, bytes, patience, ranks));
}

gm_status gm_meeting_broadcast(struct gm_ranks *ranks, int root, int64_t size, void *bytes) {
    if (ranks->broken)
        return gm_fail(ranks->context, GM_IO_ERROR, "the other ranks can not be reached");
    return carried(ranks, ranks->transport->broadcast(root, size, bytes, patience, ranks));
}

gm_status gm_meeting_hold(struct gm_ranks *ranks, gm_presence mine) {
    mine.sequence = ++ranks->sequence;
    ranks->presence[ranks->rank] = mine;
    for (int r = 0; r <= ranks->size; r++)
        ranks->offsets[r] = r * (int64_t)sizeof mine;
    return gm_meeting_gather(ranks, ranks->offsets, ranks->presence);
}

/* The message of rank `from` on every rank, which says where it is from. */
static gm_status hand_message(struct gm_ranks *ranks, int from) {
    gm_context *context = ranks->context;
    const gm_status failure = (gm_status)ranks->presence[from].status;
    char text[sizeof context->message] = "";
    if (ranks->rank == from)
        snprintf(text, sizeof text, "%s", gm_context_message(context));
    const gm_status status = gm_meeting_broadcast(ranks, from, sizeof text, text);
    if (status != GM_OK || ranks->rank == from)
        return status != GM_OK ? status : failure;
    text[sizeof text - 1] = '\0';
    if (failure == GM_CANCELLED)
        gm_context_cancel(context);
    return gm_fail(context, failure, "rank %d: %.1000s", from, text);
}

gm_status gm_meeting_judge(struct gm_ranks *ranks) {
    const gm_presence *first = &ranks->presence[0];
    for (int r = 0; r < ranks->size; r++)
        if (ranks->presence[r].status != GM_OK)
            return hand_message(ranks, r);
    for (int r = 1; r < ranks->size; r++) {
        const gm_presence *p = &ranks->presence[r];
        if (p->purpose != first->purpose || p->size != first->size)
            return gm_fail(ranks->context, GM_INTERNAL_ERROR,
                           "ranks went different ways: at meeting %llu rank 0 came for %d of size "
                           "%lld, rank %d for %d of size %lld",
                           (unsigned long long)ranks->sequence, (int)first->purpose,
                           (long long)first->size, r, (int)p->purpose, (long long)p->size);
    }
    return GM_OK;
}

gm_status gm_meet(struct gm_ranks *ranks, gm_purpose purpose, int64_t size, gm_status mine) {
    if (mine == GM_OK && gm_is_cancelled(ranks->context))
        mine = gm_fail(ranks->context, GM_CANCELLED, "cancelled");
    const gm_presence presence = {
        .purpose = (int32_t)purpose, .size = size, .status = (int32_t)mine};
    const gm_status status = gm_meeting_hold(ranks, presence);
    return status == GM_OK ? gm_meeting_judge(ranks) : status;
}
