/* The sharpest bounds of a mean E f(q) under two other means that are known, by Lagrange duality.
 */
#ifndef GM_RISK_BOUNDS_H
#define GM_RISK_BOUNDS_H

#include "base/base.h"

/* Between which numbers a mean lies. */
typedef struct gm_between {
    double low, high;
} gm_between;

/*
 * Functions of q = |ρ| in (0, 1), the probability that a logistic model gives the wrong class, on a
 * fixed grid of margins m, q = 1/(1 + e^m). All vanish as q → 0.
 */
typedef struct gm_moment_grid {
    double *first;     /* [points] q², or the loss −log(1 − q) */
    double *entropy;   /* [points] −q log q − (1 − q) log(1 − q) */
    double *objective; /* [points] f, bounded: set by the caller with gm_moment_margin() */
    bool unbounded;    /* `first` is the loss */
} gm_moment_grid;

enum { GM_MOMENT_POINTS = 1601 };

/* With `first` the loss, or the square. `out` is to be released also after a failure. */
gm_status gm_moment_grid_create(gm_context *context, bool loss, gm_moment_grid *out)
    __attribute__((warn_unused_result));
void gm_moment_grid_release(gm_context *context, gm_moment_grid *grid);

/* The margin of a point. */
double gm_moment_margin(int point);

/*
 * Bounds of E f over all laws of q whose E first and E entropy lie in those intervals:
 * E f ≥ α E first + β E entropy + inf (f − α first − β entropy) for any α, β, at the best of them.
 *   size  of f: where α and β are looked for, ±10 sizes
 * Cost: 2000 passes over the grid.
 */
gm_between gm_moment_bounds(const gm_moment_grid *grid, double size, gm_between first,
                            gm_between entropy);

#endif
