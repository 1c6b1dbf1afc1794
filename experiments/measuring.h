/* Measurements of how much a gradient depends on its target, and the laws they are made on. */
#ifndef GM_EXPERIMENTS_MEASURING_H
#define GM_EXPERIMENTS_MEASURING_H

#include "record.h"

/* Measure, and count it as a run. What the measurement owned is gone: `reason` and `warnings` are
   NULL. */
GM_MUST_USE gm_status measure_at(struct record *record, const gm_measure_options *options,
                                 gm_measurement *out);

/* E a, a(x) = ‖J(x)‖² Var_h φ(x): the naive estimate is (E a − V)/N too large. */
double mean_activity(const gm_measurement *measurement);

/* V, or 0 where it is what rounding left of a sum that is 0. */
double exact_variance(const gm_measurement *measurement);

/* One coordinate of inputs on Z_q^n with independent coordinates, symmetric around 0, q odd. */
enum { MOST_REACH = 15 };
struct coordinate {
    int n, q, reach;
    double p[2 * MOST_REACH + 1]; /* P(x) at x = −reach … reach */
    char spec[64];                /* for gm_measure() */
    char name[32];                /* for a reader */
};

/* Uniform on the `width` residues nearest 0; ∝ exp(−x²/2σ²). */
struct coordinate coordinate_uniform(int n, int q, int width);
struct coordinate coordinate_gaussian(int n, int q, double sigma);

/* Σ_x P(x)^power x^degree. */
double coordinate_sum(const struct coordinate *coordinate, int power, int degree);

/* g(s) = E cos 2πsx/q and d(s) = E (x/q) sin 2πsx/q, of which a linear model sees LWE. */
void coordinate_transform(const struct coordinate *coordinate, int s, double *g, double *d);

/* Slope of the line through points by least squares. */
double slope_of(int count, const double *x, const double *y);

#endif
