/* A step along a direction that lowers a function and its slope enough. */
#ifndef GM_LINE_SEARCH_H
#define GM_LINE_SEARCH_H

#include "base/base.h"

/* φ and φ' at a step. */
typedef struct gm_line_point {
    double step, value, slope;
} gm_line_point;

/* Fill value and slope of *point at point->step. What it fails with ends the search. */
typedef gm_status (*gm_line_function)(void *user, gm_line_point *point);

/*
 * Find a step of strong Wolfe conditions, φ(α) ≤ φ(0) + c₁ α φ'(0) and |φ'(α)| ≤ c₂ |φ'(0)| with
 * c₁ = 10⁻⁴, c₂ = .9, by bracketing and cubic interpolation [nocedal2006, algorithms 3.5 and 3.6].
 *   start  at step 0: value and slope, finite, slope < 0
 *   first  step to try, > 0
 *   found  the point that was evaluated last; its value is below that of start. Step 0 where none
 *          was found below, which for a function without errors is where rounding hides the rest
 * A point that is not finite is too far. At most 30 evaluations; where they run out, the lowest
 * point of sufficient decrease is found, its slope as it may be.
 */
gm_status gm_line_search(gm_line_function evaluate, void *user, gm_line_point start, double first,
                         gm_line_point *found) __attribute__((warn_unused_result));

#endif
