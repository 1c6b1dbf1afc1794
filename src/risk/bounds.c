#include "risk/bounds.h"

#include <math.h>

/* Margins from −40 to 40: beyond, q or 1 − q is below rounding, and what is minimised below is
   constant or grows. */
static const double WIDEST = 40.0;

enum { STEPS = 32 }; /* of each golden-section search: 2e-7 of its range */

static const double GOLDEN = 0.61803398874989484820;
static const double RANGE = 10.0;

double gm_moment_margin(int point) {
    return WIDEST * (2.0 * point / (GM_MOMENT_POINTS - 1) - 1.0);
}

gm_status gm_moment_grid_create(gm_context *context, bool loss, gm_moment_grid *out) {
    gm_status status = GM_OK;
    *out = (gm_moment_grid){.unbounded = loss};
    GM_TRY(GM_NEW(context, out->first, GM_MOMENT_POINTS));
    GM_TRY(GM_NEW(context, out->entropy, GM_MOMENT_POINTS));
    GM_TRY(GM_NEW(context, out->objective, GM_MOMENT_POINTS));
    for (int i = 0; i < GM_MOMENT_POINTS; i++) {
        const double m = gm_moment_margin(i), q = 1.0 / (1.0 + exp(m));
        out->first[i] = loss ? fmax(-m, 0.0) + log1p(exp(-fabs(m))) : q * q;
        out->entropy[i] = log1p(exp(-fabs(m))) + fabs(m) / (1.0 + exp(fabs(m)));
    }
done:
    return status;
}

void gm_moment_grid_release(gm_context *context, gm_moment_grid *grid) {
    gm_release(context, grid->objective);
    gm_release(context, grid->entropy);
    gm_release(context, grid->first);
}

typedef struct dual {
    const gm_moment_grid *grid;
    double sign; /* of f */
    double size;
    gm_between first, entropy;
} dual;

/* inf (f − α first − β entropy), between grid points by a parabola through the three lowest. */
static double infimum(const dual *d, double alpha, double beta) {
    const gm_moment_grid *g = d->grid;
    double before = 0.0, lowest = INFINITY, left = 0.0, right = 0.0;
    int at = 0;
    for (int i = 0; i < GM_MOMENT_POINTS; i++) {
        const double value = d->sign * g->objective[i] - alpha * g->first[i] - beta * g->entropy[i];
        if (value < lowest) {
            lowest = value;
            left = before;
            at = i;
        } else if (i == at + 1) {
            right = value;
        }
        before = value;
    }
    const double bend = left - 2.0 * lowest + right, tilt = right - left;
    if (at > 0 && at < GM_MOMENT_POINTS - 1 && bend > 0.0)
        lowest -= tilt * tilt / (8.0 * bend);
    return lowest;
}

static double least(double factor, gm_between mean) {
    return fmin(factor * mean.low, factor * mean.high);
}

static double value(const dual *d, double alpha, double beta) {
    return least(alpha, d->first) + least(beta, d->entropy) + infimum(d, alpha, beta);
}

typedef double slice(const dual *d, double fixed, double x);

/* The largest value of a concave function of x by golden sections. */
static double maximum(const dual *d, slice *f, double fixed, double low, double high) {
    double a = high - GOLDEN * (high - low), b = low + GOLDEN * (high - low);
    double at_a = f(d, fixed, a), at_b = f(d, fixed, b);
    double best = fmax(at_a, at_b);
    for (int i = 0; i < STEPS; i++) {
        if (at_a > at_b) {
            high = b;
            b = a;
            at_b = at_a;
            a = high - GOLDEN * (high - low);
            at_a = f(d, fixed, a);
        } else {
            low = a;
            a = b;
            at_a = at_b;
            b = low + GOLDEN * (high - low);
            at_b = f(d, fixed, b);
        }
        best = fmax(best, fmax(at_a, at_b));
    }
    return best;
}

static double over_beta(const dual *d, double fixed, double alpha) {
    (void)fixed;
    return maximum(d, value, alpha, -RANGE * d->size, RANGE * d->size);
}

/* A loss without bound has an infimum for α ≤ 0 alone. */
static double at_best(const dual *d) {
    const double reach = RANGE * d->size;
    return maximum(d, over_beta, 0.0, -reach, d->grid->unbounded ? 0.0 : reach);
}

gm_between gm_moment_bounds(const gm_moment_grid *grid, double size, gm_between first,
                            gm_between entropy) {
    const dual below = {grid, 1.0, size, first, entropy},
               above = {grid, -1.0, size, first, entropy};
    return (gm_between){at_best(&below), -at_best(&above)};
}
