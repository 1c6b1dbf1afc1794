#include "optim/line_search.h"

#include <float.h>
#include <math.h>

enum { MOST_EVALUATIONS = 29 /* and one to go back to the lowest */ };
static const double decrease = 1e-4, flatness = 0.9;

/* A next step grows by these, and stays off the ends of its bracket by that share of its width. */
static const double least_growth = 2.0, most_growth = 10.0, margin = 0.1;

typedef struct search {
    gm_line_function evaluate;
    void *user;
    gm_line_point start, latest;
    int left;
} search;

static gm_status look(search *self, double step) {
    self->latest = (gm_line_point){.step = step};
    self->left--;
    return self->evaluate(self->user, &self->latest);
}

/* False for NaN. */
static bool is_lower(const search *self, const gm_line_point *p) {
    return p->value <= self->start.value + decrease * p->step * self->start.slope;
}

static bool is_flat(const search *self, const gm_line_point *p) {
    return fabs(p->slope) <= -flatness * self->start.slope;
}

/* Minimiser of the cubic through values and slopes of two points [nocedal2006, equation 3.59]; NaN
   where it has none. */
static double cubic_minimum(const gm_line_point *a, const gm_line_point *b) {
    const double d1 = a->slope + b->slope - 3.0 * (a->value - b->value) / (a->step - b->step);
    const double d2 = copysign(sqrt(d1 * d1 - a->slope * b->slope), b->step - a->step);
    return b->step - (b->step - a->step) * (b->slope + d2 - d1) / (b->slope - a->slope + 2.0 * d2);
}

/* The minimiser, kept off both ends; the middle where there is none, or where values are not
   finite. */
static double step_between(const gm_line_point *low, const gm_line_point *high) {
    const double from = fmin(low->step, high->step), to = fmax(low->step, high->step);
    const double room = margin * (to - from), step = cubic_minimum(low, high);
    return isfinite(step) ? fmin(fmax(step, from + room), to - room) : from + 0.5 * (to - from);
}

static double step_beyond(const gm_line_point *before, const gm_line_point *last) {
    const double step = cubic_minimum(before, last);
    return isfinite(step) && step > last->step
               ? fmin(fmax(step, least_growth * last->step), most_growth * last->step)
               : most_growth * last->step;
}

/* Whether what is left to gain between two points is below the rounding of values. */
static bool is_rounding(const search *self, const gm_line_point *low, const gm_line_point *high) {
    return fabs((high->step - low->step) * low->slope) <= DBL_EPSILON * fabs(self->start.value);
}

/* Narrow a bracket: `low` is the lowest point of sufficient decrease and its slope points to
   `high`. Ends on a point of Wolfe, or on `low`. */
static gm_status narrow(search *self, gm_line_point low, gm_line_point high) {
    while (self->left > 0 && !is_rounding(self, &low, &high)) {
        const gm_status status = look(self, step_between(&low, &high));
        if (status != GM_OK)
            return status;
        if (!is_lower(self, &self->latest) || self->latest.value >= low.value) {
            high = self->latest;
            continue;
        }
        if (is_flat(self, &self->latest))
            return GM_OK;
        if (self->latest.slope * (high.step - low.step) >= 0.0)
            high = low;
        low = self->latest;
    }
    if (low.step > 0.0 && self->latest.step != low.step)
        return look(self, low.step);
    if (low.step == 0.0)
        self->latest = low;
    return GM_OK;
}

/* Go on until a point is too far; the steps that the search may then end on lie before it. Each
   must be lower than the one before, the first than the start: where the promised decrease is lost
   in rounding, equal values would be taken for ever. */
static gm_status run(search *self, double first) {
    gm_line_point before = self->start;
    double step = first;
    for (;;) {
        const gm_status status = look(self, step);
        if (status != GM_OK)
            return status;
        const gm_line_point at = self->latest;
        if (!is_lower(self, &at) || at.value >= before.value)
            return narrow(self, before, at);
        if (is_flat(self, &at) || self->left == 0)
            return GM_OK;
        if (at.slope >= 0.0)
            return narrow(self, at, before);
        step = step_beyond(&before, &at);
        before = at;
    }
}

gm_status gm_line_search(gm_line_function evaluate, void *user, gm_line_point start, double first,
                         gm_line_point *found) {
    search self = {.evaluate = evaluate, .user = user, .start = start, .left = MOST_EVALUATIONS};
    const gm_status status = run(&self, first);
    if (status == GM_OK)
        *found = self.latest;
    return status;
}
