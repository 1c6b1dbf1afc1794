#include <string.h>

#include "random/streams.h"
#include "targets/targets.h"

/* A target is a key; its label at x is a bit of the stream under that key, at an index made of x.
 */
static void draw(const gm_targets *targets, const gm_context *context, gm_stream stream,
                 int64_t first, int64_t count, double *out) {
    uint64_t bits;
    (void)targets;
    for (int64_t h = 0; h < count; h++) {
        gm_random_bits(context, stream, first + h, 1, &bits);
        out[h] = (double)(bits >> 11);
    }
}

/* 63 bits of a row; −0 counts as 0. */
static int64_t hash(const double *x, int64_t columns) {
    uint64_t state = 0x9e3779b97f4a7c15u;
    for (int64_t j = 0; j < columns; j++) {
        const double value = x[j] + 0.0;
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        state = (state ^ bits) * 0xbf58476d1ce4e5b9u;
        state ^= state >> 29;
        state *= 0x94d049bb133111ebu;
        state ^= state >> 32;
    }
    return (int64_t)(state >> 1);
}

static void evaluate(const gm_targets *targets, const gm_context *context, int64_t count,
                     const double *description, int64_t rows, const double *x, double *scratch,
                     double *out) {
    uint64_t bits;
    (void)scratch;
    for (int64_t i = 0; i < rows; i++) {
        const int64_t index = hash(x + i * targets->columns, targets->columns);
        for (int64_t h = 0; h < count; h++) {
            const gm_stream stream = {(uint64_t)description[h], GM_STREAM_LABELS};
            gm_random_bits(context, stream, index, 1, &bits);
            out[i * count + h] = bits >> 63 ? 1.0 : -1.0;
        }
    }
}

static gm_status create(gm_context *context, const gm_spec *spec, const gm_inputs *inputs,
                        gm_targets **out) {
    gm_status status = GM_OK;
    gm_targets *self = NULL;
    GM_TRY(gm_spec_accept(context, spec, NULL, 0));
    GM_TRY(GM_NEW(context, self, 1));
    *self = (gm_targets){.name = "random",
                         .columns = inputs->columns,
                         .width = 1,
                         .signs = true,
                         .white = true,
                         .draw = draw,
                         .evaluate = evaluate};
    *out = self;
done:
    return status;
}

const gm_targets_kind gm_targets_random = {"random", create};
