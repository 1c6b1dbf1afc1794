#include "random/order.h"

void gm_random_order(const gm_context *context, gm_stream stream, int64_t first, int64_t size,
                     int64_t count, int64_t *out) {
    for (int64_t i = 0; i < size; i++)
        out[i] = i;
    for (int64_t i = 0; i < count; i++) {
        int64_t other;
        gm_random_index(context, stream, first + i, 1, size - i, &other);
        const int64_t swap = out[i + other];
        out[i + other] = out[i];
        out[i] = swap;
    }
}
