/* Least squares without its ½: E (|ρ| + c)² = s² + 2c E|ρ| + c². */
#include <math.h>

#include "base/special.h"
#include "risk/value.h"

const double gm_risk_side = 0.025 / 3.0;

static const double PI = 3.14159265358979323846;

/* E|ρ|/s of a Gaussian residual of that mean and mean square; a mean that is not known is 0. */
static double folded(double mean, double power) {
    const double variance = power - mean * mean;
    if (isnan(mean) || !(power > 0.0))
        return sqrt(2.0 / PI);
    if (!(variance > 0.0))
        return 1.0;
    const double spread = sqrt(variance);
    return (spread * sqrt(2.0 / PI) * exp(-mean * mean / (2.0 * variance)) +
            mean * erf(mean / (spread * sqrt(2.0)))) /
           sqrt(power);
}

static double at(double power, double ratio, double c) {
    return power + 2.0 * c * ratio * sqrt(power) + c * c;
}

/* The least that |E ρ| may be. */
static double least_mean(const gm_estimate *mean) {
    if (isnan(mean->value))
        return 0.0;
    return fmax(fabs(mean->value) + gm_normal_quantile(gm_risk_side) * mean->std_error, 0.0);
}

gm_risk_value gm_linear_value(const gm_risk_facts *f, double c) {
    const gm_estimate *s2 = &f->power;
    const double ratio = folded(f->mean.value, s2->value), s = sqrt(s2->value);
    const double low = gm_power_end(s2, gm_risk_side), high = gm_power_end(s2, 1.0 - gm_risk_side);
    const double mean = fmin(least_mean(&f->mean), sqrt(low));
    return (gm_risk_value){
        .estimate = {.value = at(s2->value, ratio, c),
                     .std_error = s > 0.0 ? s2->std_error * (1.0 + c * ratio / s) : s2->std_error,
                     .low = at(s2->low, ratio, c),
                     .high = at(s2->high, ratio, c),
                     .method = "Gaussian residual"},
        .low = low + 2.0 * c * mean + c * c,
        .high = at(high, 1.0, c),
    };
}
