#include "risk/power.h"

#include <math.h>

#include "base/special.h"

/* Above this relative error a mean square is not told from a normal number, and below this many
   parts in a thousand the two intervals agree to three digits. */
static const double COARSE = 0.5, FINE = 2e-3;

/* 1 − one side of a 95 % interval. */
static const double SIDE = 0.975;

double gm_mean_end(const gm_estimate *mean, double probability) {
    return mean->value + gm_normal_quantile(probability) * mean->std_error;
}

double gm_power_end(const gm_estimate *power, double probability) {
    const double relative = power->std_error / power->value;
    if (!(power->value > 0.0) || relative > COARSE || relative < FINE)
        return fmax(gm_mean_end(power, probability), 0.0);
    const double shape = 1.0 / (relative * relative); /* half the degrees of freedom */
    return power->value * shape / gm_gamma_quantile(shape, 1.0 - probability);
}

void gm_power_interval(gm_estimate *power) {
    power->low = gm_power_end(power, 1.0 - SIDE);
    power->high = gm_power_end(power, SIDE);
}

gm_estimate gm_mean_estimate(int64_t count, const double *values) {
    const double k = (double)count;
    double mean = 0.0, squares = 0.0;
    for (int64_t i = 0; i < count; i++)
        mean += values[i] / k;
    for (int64_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    gm_estimate out = {
        .value = mean, .std_error = sqrt(squares / (k * (k - 1.0))), .method = "mean over batches"};
    out.low = gm_mean_end(&out, 1.0 - SIDE);
    out.high = gm_mean_end(&out, SIDE);
    return out;
}

gm_estimate gm_scaled_estimate(gm_estimate e, double factor) {
    return (gm_estimate){.value = e.value * factor,
                         .std_error = e.std_error * factor,
                         .low = e.low * factor,
                         .high = e.high * factor,
                         .method = e.method};
}

/* n S² + ḡ² − S²/k; what one batch moves it by is n ((b − ḡ)² − S²) + 2 ḡ (b − ḡ), over k. */
gm_estimate gm_intercept_power(int64_t count, const double *b, double batch_size) {
    const double k = (double)count, mean = gm_mean_estimate(count, b).value;
    double variance = 0.0, squares = 0.0;
    for (int64_t i = 0; i < count; i++)
        variance += (b[i] - mean) * (b[i] - mean) / (k - 1.0);
    for (int64_t i = 0; i < count; i++) {
        const double off = b[i] - mean;
        const double influence = batch_size * (off * off - variance) + 2.0 * mean * off;
        squares += influence * influence;
    }
    gm_estimate out = {.value = (batch_size - 1.0 / k) * variance + mean * mean,
                       .std_error = sqrt(squares / (k * (k - 1.0))),
                       .method = "n Var(g_b) + mean(g_b)^2, b the intercept"};
    gm_power_interval(&out);
    return out;
}
