#include "optim/optimizer.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "linalg/linalg.h"
#include "optim/line_search.h"

enum { MEMORY = 10 };

/* Differences of weights and gradients of the latest steps, in a ring, and room of a search. */
typedef struct lbfgs {
    double *s, *y;          /* [MEMORY][d] */
    double *direction;      /* [d] */
    double *w;              /* [d] that the search looks at */
    double *gradient;       /* [d] there */
    double inverse[MEMORY]; /* 1 / ⟨s, y⟩ */
    double scale; /* ⟨s, y⟩ / ⟨y, y⟩ of the latest: the inverse curvature, about */
    int64_t count, next;
} lbfgs;

static gm_status create(gm_optimizer *self) {
    const int64_t d = self->dimension;
    lbfgs *state = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW_ZERO(self->context, state, 1));
    self->state = state;
    GM_TRY(GM_NEW_ZERO(self->context, state->s, MEMORY * d));
    GM_TRY(GM_NEW_ZERO(self->context, state->y, MEMORY * d));
    GM_TRY(GM_NEW(self->context, state->direction, d));
    GM_TRY(GM_NEW(self->context, state->w, d));
    GM_TRY(GM_NEW(self->context, state->gradient, d));
done:
    return status;
}

static void destroy(gm_optimizer *self) {
    lbfgs *state = self->state;
    if (!state)
        return;
    gm_release(self->context, state->gradient);
    gm_release(self->context, state->w);
    gm_release(self->context, state->direction);
    gm_release(self->context, state->y);
    gm_release(self->context, state->s);
    gm_release(self->context, state);
}

static void exchange(gm_optimizer *self, gm_archive *archive) {
    lbfgs *state = self->state;
    gm_archive_integers(archive, 1, &state->count);
    gm_archive_integers(archive, 1, &state->next);
    gm_archive_doubles(archive, 1, &state->scale);
    gm_archive_doubles(archive, MEMORY, state->inverse);
    gm_archive_doubles(archive, MEMORY * self->dimension, state->s);
    gm_archive_doubles(archive, MEMORY * self->dimension, state->y);
}

static void add(int64_t d, double factor, const double *a, double *out) {
    for (int64_t j = 0; j < d; j++)
        out[j] += factor * a[j];
}

/* −H g by the two loops [liu1989; nocedal2006, algorithm 7.4]; −g where nothing is remembered. */
static void set_direction(const gm_optimizer *self, lbfgs *state) {
    const int64_t d = self->dimension;
    double alpha[MEMORY], *p = state->direction;
    for (int64_t j = 0; j < d; j++)
        p[j] = -self->gradient[j];
    for (int64_t i = 1; i <= state->count; i++) {
        const int64_t at = (state->next - i + MEMORY) % MEMORY;
        alpha[at] = state->inverse[at] * gm_inner(d, state->s + at * d, p);
        add(d, -alpha[at], state->y + at * d, p);
    }
    for (int64_t j = 0; state->count > 0 && j < d; j++)
        p[j] *= state->scale;
    for (int64_t i = state->count; i >= 1; i--) {
        const int64_t at = (state->next - i + MEMORY) % MEMORY;
        add(d, alpha[at] - state->inverse[at] * gm_inner(d, state->y + at * d, p),
            state->s + at * d, p);
    }
}

static gm_status look_along(void *user, gm_line_point *point) {
    const gm_optimizer *self = user;
    lbfgs *state = self->state;
    memcpy(state->w, self->w, (size_t)self->dimension * sizeof *state->w);
    add(self->dimension, point->step, state->direction, state->w);
    const gm_status status = gm_oracle_full(self->oracle, state->w, &point->value, state->gradient);
    point->slope = gm_inner(self->dimension, state->gradient, state->direction);
    return status;
}

/* Go where the search has looked last and remember the step; not where the curvature along it is
   within rounding of 0 or below, which would make H indefinite. */
static void move(gm_optimizer *self, lbfgs *state, double loss) {
    const int64_t d = self->dimension;
    double *s = state->s + state->next * d, *y = state->y + state->next * d;
    for (int64_t j = 0; j < d; j++) {
        s[j] = state->w[j] - self->w[j];
        y[j] = state->gradient[j] - self->gradient[j];
    }
    memcpy(self->w, state->w, (size_t)d * sizeof *self->w);
    memcpy(self->gradient, state->gradient, (size_t)d * sizeof *self->gradient);
    self->loss = loss;
    const double curved = gm_inner(d, s, y), squared = gm_inner(d, y, y);
    if (!(curved > DBL_EPSILON * squared))
        return;
    state->inverse[state->next] = 1.0 / curved;
    state->scale = curved / squared;
    state->next = (state->next + 1) % MEMORY;
    state->count = state->count < MEMORY ? state->count + 1 : MEMORY;
}

/* A search along the direction; whether w moved. Without memory the length of a step is unknown:
   the first is no longer than 1. */
static gm_status step(gm_optimizer *self, lbfgs *state, bool *moved) {
    gm_status status = GM_OK;
    set_direction(self, state);
    const gm_line_point start = {0.0, self->loss,
                                 gm_inner(self->dimension, self->gradient, state->direction)};
    const double length = sqrt(gm_inner(self->dimension, self->gradient, self->gradient));
    gm_line_point found = start;
    if (isfinite(start.slope) && start.slope < 0.0)
        status = gm_line_search(look_along, self, start,
                                state->count > 0 ? 1.0 : fmin(1.0, 1.0 / length), &found);
    *moved = status == GM_OK && found.step > 0.0;
    if (*moved)
        move(self, state, found.value);
    return status;
}

/* A direction that leads nowhere may be that of a memory spoilt by rounding: then the gradient's is
   tried. Once that leads nowhere too, an iteration is one full gradient at the same place, so that
   whoever counts gradients comes to an end. */
static gm_status advance(gm_optimizer *self) {
    lbfgs *state = self->state;
    gm_status status = GM_OK;
    bool moved = false;
    if (self->steps == 0 || self->ended)
        GM_TRY(gm_oracle_full(self->oracle, self->w, &self->loss, self->gradient));
    while (!moved && !self->ended) {
        GM_TRY(step(self, state, &moved));
        self->ended = !moved && state->count == 0;
        if (!moved)
            state->count = 0;
    }
done:
    return status;
}

/* A full gradient a step, most of the time. */
static gm_run_work work(const gm_model *model, const gm_length *length) {
    const double epochs = length->gradients * (double)length->batch_size / (double)length->rows;
    gm_work step = gm_oracle_gradient_work(model, length->rows, 0);
    gm_run_work out = {.steps = epochs > 1.0 ? epochs : 1.0};
    gm_work_numbers(&step, 4.0 * MEMORY * (double)model->parameters);
    gm_work_add(&out.work, step, out.steps);
    return out;
}

const gm_optimizer_kind gm_optimizer_lbfgs = {
    .name = "lbfgs",
    .about = "full gradients, their last ten differences, a line search",
    .first_rate = NAN,
    .create = create,
    .advance = advance,
    .work = work,
    .exchange = exchange,
    .destroy = destroy,
};
