#include <math.h>
#include <string.h>

#include "base/tanh.h"
#include "linalg/linalg.h"
#include "linalg/rows.h"
#include "targets/targets.h"

enum { MOST_HIDDEN = 65536, GROUP_UNITS = 128 };

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

/* Targets that share a product with the inputs: enough hidden units to fill it. */
static int64_t group_of(const teacher *self) {
    return self->hidden < GROUP_UNITS ? GROUP_UNITS / self->hidden : 1;
}

/* Hidden weights of a group side by side, its units at every row, its labels. */
static int64_t scratch(const gm_targets *targets, int64_t rows, int64_t count) {
    const teacher *self = (const teacher *)targets;
    const int64_t group = group_of(self);
    (void)count;
    return group * (self->hidden * (targets->columns + rows) + rows);
}

static void evaluate(const gm_targets *targets, const gm_context *context, int64_t count,
                     const double *description, int64_t rows, const double *x, double *room,
                     double *out) {
    const teacher *self = (const teacher *)targets;
    const int64_t n = targets->columns, hidden = self->hidden, most = group_of(self);
    double *weights = room, *units = weights + most * hidden * n;
    double *labels = units + most * hidden * rows;
    for (int64_t first = 0; first < count; first += most) {
        const int64_t group = count - first < most ? count - first : most;
        const double *w = description + first * targets->width;
        for (int64_t h = 0; h < group; h++)
            memcpy(weights + h * hidden * n, w + h * targets->width,
                   (size_t)(hidden * n) * sizeof *weights);
        gm_multiply_outer(group * hidden, rows, n, weights, n, x, n, units, rows);
        gm_tanh(context->isa, group * hidden * rows, units);
        for (int64_t h = 0; h < group; h++) {
            const gm_rows view = {GM_ELEMENT_F64, hidden, rows,
                                  rows,           1.0,    units + h * hidden * rows};
            gm_rows_combine(context, &view, hidden, NULL, 1, w + h * targets->width + hidden * n,
                            labels + h * rows);
        }
        for (int64_t i = 0; i < rows; i++)
            for (int64_t h = 0; h < group; h++)
                out[i * count + first + h] = labels[h * rows + i];
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
