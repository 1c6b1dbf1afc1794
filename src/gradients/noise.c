#include "gradients/noise.h"

#include "random/streams.h"

void gm_noise_draw(const gm_context *context, const gm_target_noise *noise, uint64_t seed,
                   int64_t batch, int64_t n, int64_t c, double *out) {
    const int64_t size = n * c, count = noise->draws * size;
    if (noise->law != GM_NOISE_ONES && noise->law != GM_NOISE_ROWS) {
        gm_random_gaussian(context, (gm_stream){seed, GM_STREAM_TARGET_NOISE}, batch * count, count,
                           out);
        return;
    }
    for (int64_t r = 0; r < noise->draws; r++)
        for (int64_t i = 0; i < size; i++)
            out[r * size + i] = noise->law == GM_NOISE_ONES || i / c == r ? 1.0 : 0.0;
}
