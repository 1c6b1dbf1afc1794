/* Logistic loss: the attack adds h(q) = log(1 + q (e^c − 1)) where the model gives the wrong class
   the probability q = |ρ|. */
#include <math.h>

#include "base/special.h"
#include "risk/value.h"

static double softplus(double x) {
    return fmax(x, 0.0) + log1p(exp(-fabs(x)));
}

double gm_logistic_gain(double margin, double c) {
    return softplus(c - margin) - softplus(-margin);
}

static double gain_at(double q, double c) {
    return q > 0.0 ? gm_logistic_gain(log((1.0 - q) / q), c) : 0.0;
}

/* Calibrated: E q = 2 E q². Of all laws with these two means the least gain has q ∈ {0, ½}, the
   largest q ∈ {ξ, 1}, since h''' > 0. */
double gm_calibrated_gain(double power, double c) {
    const double p = fmin(fmax(power, 0.0), 0.25);
    const double least = 4.0 * p * gain_at(0.5, c);
    const double weight = p * (1.0 - 4.0 * p) / (1.0 - 3.0 * p);
    const double most = (1.0 - weight) * gain_at(p / (1.0 - 2.0 * p), c) + weight * c;
    return 0.5 * (least + most);
}

static gm_between ends_of_mean(const gm_estimate *mean) {
    return (gm_between){gm_mean_end(mean, gm_risk_side), gm_mean_end(mean, 1.0 - gm_risk_side)};
}

/* What the attack adds, between bounds for any law of q. */
static gm_between find_gain(const gm_risk_facts *f, gm_moment_grid *grid, double c) {
    const gm_between loss = ends_of_mean(&f->loss), entropy = ends_of_mean(&f->entropy);
    const gm_between power = {gm_power_end(&f->power, gm_risk_side),
                              gm_power_end(&f->power, 1.0 - gm_risk_side)};
    for (int i = 0; i < GM_MOMENT_POINTS; i++)
        grid->objective[i] = gm_logistic_gain(gm_moment_margin(i), c);
    gm_between gain = gm_moment_bounds(grid, c, grid->unbounded ? loss : power, entropy);
    gain.low = fmin(fmax(gain.low, 0.0), c);
    gain.high = fmax(fmin(gain.high, c), gain.low);
    return gain;
}

gm_risk_value gm_logistic_value(const gm_risk_facts *f, gm_moment_grid *grid, double c) {
    const gm_between loss = ends_of_mean(&f->loss), gain = find_gain(f, grid, c);
    const double step = 1e-3 * f->power.value;
    double middle = 0.5 * (gain.low + gain.high), error = f->loss.std_error;
    if (!grid->unbounded) {
        middle = fmin(fmax(gm_calibrated_gain(f->power.value, c), gain.low), gain.high);
        /* The two errors may go together: their sum is an upper bound. */
        if (step > 0.0)
            error += f->power.std_error / (2.0 * step) *
                     fabs(gm_calibrated_gain(f->power.value + step, c) -
                          gm_calibrated_gain(f->power.value - step, c));
    }
    gm_risk_value out = {
        .estimate = {.value = f->loss.value + middle,
                     .std_error = error,
                     .method = grid->unbounded ? "middle of the bounds" : "calibrated model"},
        .low = loss.low + gain.low,
        .high = loss.high + gain.high,
    };
    out.estimate.low = gm_mean_end(&out.estimate, 0.025);
    out.estimate.high = gm_mean_end(&out.estimate, 0.975);
    return out;
}
