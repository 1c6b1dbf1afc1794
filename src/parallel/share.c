#include "parallel/ranks.h"

#include "parallel/meeting.h"

void gm_share_part(int64_t count, int ranks, int rank, int64_t *first, int64_t *end) {
    const int64_t each = count / ranks, more = count % ranks;
    *first = rank * each + (rank < more ? rank : more);
    *end = *first + each + (rank < more);
}

bool gm_is_shared(const gm_context *context) {
    return context->ranks && !gm_parallel_is_inside();
}

void gm_share_mine(const gm_context *context, int64_t count, int64_t *first, int64_t *end) {
    if (gm_is_shared(context)) {
        gm_share_part(count, context->ranks->size, context->ranks->rank, first, end);
    } else {
        *first = 0;
        *end = count;
    }
}

/* A loop over part of the indices. */
typedef struct part {
    gm_task task;
    void *argument;
    int64_t first;
} part;

static gm_status run_shifted(void *argument, int64_t index, int worker) {
    const part *p = argument;
    return p->task(p->argument, p->first + index, worker);
}

gm_status gm_share_keep(gm_context *context, int64_t count, gm_task task, void *argument) {
    part p = {.task = task, .argument = argument};
    int64_t end = 0;
    if (!gm_is_shared(context))
        return gm_parallel_for(context, count, task, argument);
    gm_share_mine(context, count, &p.first, &end);
    return gm_parallel_for(context, end - p.first, run_shifted, &p);
}

/* Every rank's part of an array, once all have met. */
static gm_status hand_out(struct gm_ranks *ranks, int64_t count, const gm_shared *output) {
    const int64_t total = output->total > 0 ? output->total : count * output->bytes;
    int64_t end = 0;
    for (int r = 0; r < ranks->size; r++) {
        gm_share_part(count, ranks->size, r, &ranks->offsets[r], &end);
        ranks->offsets[r] *= output->bytes;
        ranks->offsets[r] = ranks->offsets[r] < total ? ranks->offsets[r] : total;
    }
    ranks->offsets[ranks->size] = total;
    return total > 0 ? gm_meeting_gather(ranks, ranks->offsets, output->base) : GM_OK;
}

gm_status gm_share_gather(gm_context *context, int64_t count, gm_status mine, int output_count,
                          const gm_shared *outputs) {
    if (!gm_is_shared(context))
        return mine;
    gm_status status = gm_meet(context->ranks, GM_PURPOSE_GATHER, count, mine);
    for (int i = 0; i < output_count && status == GM_OK; i++)
        status = hand_out(context->ranks, count, &outputs[i]);
    return status;
}

gm_status gm_share_parts(gm_context *context, const int64_t *offsets, void *bytes) {
    if (!gm_is_shared(context))
        return GM_OK;
    struct gm_ranks *ranks = context->ranks;
    const gm_status status = gm_meet(ranks, GM_PURPOSE_GATHER, offsets[ranks->size], GM_OK);
    return status == GM_OK && offsets[ranks->size] > 0 ? gm_meeting_gather(ranks, offsets, bytes)
                                                       : status;
}

gm_status gm_share_for(gm_context *context, int64_t count, gm_task task, void *argument,
                       int output_count, const gm_shared *outputs) {
    const gm_status mine = gm_share_keep(context, count, task, argument);
    return gm_share_gather(context, count, mine, output_count, outputs);
}

gm_status gm_ranks_agree(gm_context *context, gm_status mine) {
    return gm_is_shared(context) ? gm_meet(context->ranks, GM_PURPOSE_AGREE, 0, mine) : mine;
}

gm_status gm_ranks_take(gm_context *context, int root, int64_t size, void *bytes) {
    if (!gm_is_shared(context))
        return GM_OK;
    const gm_status status = gm_meet(context->ranks, GM_PURPOSE_TAKE, size, GM_OK);
    return status == GM_OK && size > 0 ? gm_meeting_broadcast(context->ranks, root, size, bytes)
                                       : status;
}

gm_status gm_ranks_take_first(gm_context *context, int64_t size, void *bytes) {
    return gm_ranks_take(context, 0, size, bytes);
}

gm_status gm_ranks_is_late(gm_context *context, double deadline, bool *late) {
    *late = gm_seconds() > deadline;
    return gm_ranks_take_first(context, sizeof *late, late);
}
