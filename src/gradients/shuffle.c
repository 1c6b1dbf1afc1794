#include "gradients/shuffle.h"

#include <string.h>

#include "random/order.h"
#include "random/streams.h"

gm_status gm_shuffle_create(gm_context *context, uint64_t seed, int64_t count, gm_shuffle *out) {
    int64_t *order = NULL;
    gm_status status = GM_NEW(context, order, count);
    if (status == GM_OK)
        *out = (gm_shuffle){
            .context = context, .seed = seed, .count = count, .epoch = -1, .order = order};
    return status;
}

void gm_shuffle_release(gm_shuffle *self) {
    if (self->order)
        gm_release(self->context, self->order);
    self->order = NULL;
    self->epoch = -1;
}

const int64_t *gm_shuffle_epoch(gm_shuffle *self, int64_t epoch) {
    if (self->epoch != epoch) {
        const gm_stream stream = {self->seed, GM_STREAM_EPOCH};
        gm_random_order(self->context, stream, epoch * self->count, self->count, self->count,
                        self->order);
        self->epoch = epoch;
    }
    return self->order;
}

void gm_shuffle_take(gm_shuffle *self, int64_t first, int64_t n, int64_t *out) {
    while (n > 0) {
        const int64_t epoch = first / self->count, place = first % self->count;
        const int64_t left = self->count - place, size = n < left ? n : left;
        memcpy(out, gm_shuffle_epoch(self, epoch) + place, (size_t)size * sizeof *out);
        first += size;
        out += size;
        n -= size;
    }
}
