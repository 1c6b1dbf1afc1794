#include "curvature/collector.h"

#include <string.h>

gm_status gm_collector_create(gm_context *context, int64_t dimension, int64_t rank, bool tiled,
                              int64_t expected, bool centered, gm_collector *out) {
    *out = (gm_collector){0};
    if (rank > 0)
        return gm_sketch_create(context, dimension, rank, expected, centered, &out->sketch);
    return tiled ? gm_accumulator_create_tiled(context, dimension, &out->full)
                 : gm_accumulator_create(context, dimension, &out->full);
}

void gm_collector_release(gm_collector *collector) {
    gm_accumulator_destroy(collector->full);
    gm_sketch_destroy(collector->sketch);
    *collector = (gm_collector){0};
}

gm_status gm_collector_room(gm_collector *collector, int64_t *room, double **out) {
    if (collector->sketch)
        return gm_sketch_room(collector->sketch, room, out);
    *out = gm_accumulator_room(collector->full, room);
    return GM_OK;
}

gm_status gm_collector_take(gm_collector *collector, int64_t count) {
    return collector->sketch ? gm_sketch_take(collector->sketch, count)
                             : gm_accumulator_take(collector->full, count);
}

gm_status gm_collector_add(gm_collector *collector, int64_t count, int64_t dimension,
                           const double *vectors) {
    gm_status status = GM_OK;
    while (count > 0) {
        int64_t room = 0;
        double *out = NULL;
        GM_TRY(gm_collector_room(collector, &room, &out));
        const int64_t taken = room < count ? room : count;
        memcpy(out, vectors, (size_t)(taken * dimension) * sizeof *out);
        GM_TRY(gm_collector_take(collector, taken));
        count -= taken;
        vectors += taken * dimension;
    }
done:
    return status;
}
