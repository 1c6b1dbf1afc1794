#include <math.h>

#include "linalg/linalg.h"
#include "targets/targets.h"

enum { MOST_HIDDEN = 65536 };

/* y = ⟨v, tanh(W x)⟩, W [hidden][n] then v [hidden] in the description. */
typedef struct teacher {
    gm_targets base;
    int64_t hidden;
    double scale; /* what a model sees of an entry */
} teacher;

static void draw(const gm_targets *targets, const gm_context *context, gm_stream stream,
                 int64_t first, int64_t count, double *out) {
    const teacher *self = (const teacher *)targets;
    const int64_t n = targets->columns, width = targets->width;
    const double inner = self->scale / sqrt((double)n), outer = 1.0 / sqrt((double)self->hidden);
    gm_random_gaussian(context, stream, first * width, count * width, out);
    for (int64_t h = 0; h < count; h++)
        for (int64_t i = 0; i < width; i++)
            out[h * width + i] *= i < self->hidden * n ? inner : outer;
}

static int64_t scratch(const gm_targets *targets, int64_t rows, int64_t count) {
    (void)count;
    return rows * ((const teacher *)targets)->hidden;
}

static void evaluate(const gm_targets *targets, const gm_context *context, int64_t count,
                     const double *description, int64_t rows, const double *x, double *room,
                     double *out) {
    const teacher *self = (const teacher *)targets;
    const int64_t n = targets->columns, hidden = self->hidden;
    (void)context;
    for (int64_t h = 0; h < count; h++) {
        const double *w = description + h * targets->width, *v = w + hidden * n;
        gm_multiply_outer(rows, hidden, n, x, n, w, n, room, hidden);
        for (int64_t i = 0; i < rows; i++) {
            double sum = 0.0;
            for (int64_t u = 0; u < hidden; u++)
                sum += v[u] * tanh(room[i * hidden + u]);
            out[i * count + h] = sum;
        }
    }
}

static gm_status create(gm_context *context, const gm_spec *spec, const gm_inputs *inputs,
                        gm_targets **out) {
    static const char *const keys[] = {"hidden"};
    gm_status status = GM_OK;
    int64_t hidden = 0;
    teacher *self = NULL;
    GM_TRY(gm_spec_accept(context, spec, keys, 1));
    GM_TRY(gm_spec_integer(context, spec, "hidden", 16, 1, MOST_HIDDEN, &hidden));
    GM_TRY(GM_NEW(context, self, 1));
    *self = (teacher){.base = {.name = "teacher",
                               .columns = inputs->columns,
                               .width = hidden * (inputs->columns + 1),
                               .draw = draw,
                               .scratch = scratch,
                               .evaluate = evaluate},
                      .hidden = hidden,
                      .scale = inputs->scale};
    *out = &self->base;
done:
    return status;
}

const gm_targets_kind gm_targets_teacher = {"teacher", create};
