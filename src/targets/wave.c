#include <math.h>
#include <string.h>

#include "linalg/linalg.h"
#include "targets/targets.h"

typedef double shape(double t);

typedef struct wave {
    gm_targets base;
    double radius, scale; /* scale: what a model sees of an entry */
    shape *psi;
} wave;

static double square(double t) {
    return sin(t) >= 0.0 ? 1.0 : -1.0;
}

/* 2/π arcsin(sin t); by both halves, since arcsin alone loses half the digits where it turns. */
static double triangle(double t) {
    return 0.63661977236758134308 * atan2(sin(t), fabs(cos(t)));
}

static void draw(const gm_targets *targets, const gm_context *context, gm_stream stream,
                 int64_t first, int64_t count, double *out) {
    const wave *self = (const wave *)targets;
    const int64_t n = targets->width;
    gm_random_gaussian(context, stream, first * n, count * n, out);
    for (int64_t h = 0; h < count; h++) {
        double *u = out + h * n, norm = 0.0;
        for (int64_t j = 0; j < n; j++)
            norm += u[j] * u[j];
        for (int64_t j = 0; j < n; j++)
            u[j] *= self->radius * self->scale / sqrt(norm);
    }
}

static void evaluate(const gm_targets *targets, const gm_context *context, int64_t count,
                     const double *description, int64_t rows, const double *x, double *scratch,
                     double *out) {
    const wave *self = (const wave *)targets;
    const int64_t n = targets->width;
    (void)context;
    (void)scratch;
    gm_multiply_outer(rows, count, n, x, n, description, n, out, count);
    for (int64_t i = 0; i < rows * count; i++)
        out[i] = self->psi(out[i]);
}

static gm_status find_shape(gm_context *context, const char *name, shape **out) {
    static const struct {
        const char *name;
        shape *psi;
    } shapes[] = {{"sin", sin}, {"cos", cos}, {"square", square}, {"triangle", triangle}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (strcmp(name, shapes[i].name) == 0) {
            *out = shapes[i].psi;
            return GM_OK;
        }
    return gm_fail(context, GM_INVALID_ARGUMENT,
                   "targets wave: psi=%.64s; accepted: sin, cos, square, triangle", name);
}

static gm_status create(gm_context *context, const gm_spec *spec, const gm_inputs *inputs,
                        gm_targets **out) {
    static const char *const keys[] = {"R", "psi"};
    gm_status status = GM_OK;
    double radius = 0.0;
    shape *psi = NULL;
    wave *self = NULL;
    const char *name = gm_spec_value(spec, "psi");
    GM_TRY(gm_spec_accept(context, spec, keys, 2));
    if (!gm_spec_value(spec, "R"))
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "targets wave: R is missing; give R=X, the length of the wave vector, a "
                       "number from 1e-6 to 1e6"));
    GM_TRY(gm_spec_number(context, spec, "R", 0.0, 1e-6, 1e6, &radius));
    GM_TRY(find_shape(context, name ? name : "sin", &psi));
    GM_TRY(GM_NEW(context, self, 1));
    *self = (wave){.base = {.name = "wave",
                            .columns = inputs->columns,
                            .width = inputs->columns,
                            .signs = psi == square,
                            .draw = draw,
                            .evaluate = evaluate},
                   .radius = radius,
                   .scale = inputs->scale,
                   .psi = psi};
    *out = &self->base;
done:
    return status;
}

const gm_targets_kind gm_targets_wave = {"wave", create};
