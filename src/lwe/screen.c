#include "lwe/screen.h"

#include <math.h>
#include <string.h>

static bool is_law(const gm_lwe_parameters *parameters, const char *law) {
    return parameters->secret && strcmp(parameters->secret, law) == 0;
}

static double gaussian_sigma(const gm_lwe_parameters *parameters) {
    return parameters->secret_sigma > 0 ? parameters->secret_sigma : parameters->sigma;
}

gm_lwe_range gm_lwe_range_of(const gm_lwe_parameters *parameters) {
    if (is_law(parameters, "binary"))
        return (gm_lwe_range){0, 1};
    if (!is_law(parameters, "gaussian"))
        return (gm_lwe_range){-1, 1};
    const int64_t reach = 1 + (int64_t)ceil(6 * gaussian_sigma(parameters));
    return (gm_lwe_range){-reach, reach};
}

double gm_lwe_most_norm(const gm_lwe_parameters *parameters, int64_t n) {
    if (!is_law(parameters, "gaussian"))
        return fmax(1, 0.75 * (double)n);
    const double sigma = gaussian_sigma(parameters);
    return fmax(1, 1.5 * (double)n * sigma * sigma);
}

double gm_lwe_expected_norm(const gm_lwe_parameters *parameters, int64_t n) {
    if (!is_law(parameters, "gaussian"))
        return fmax(1, (double)n / 6);
    const double sigma = gaussian_sigma(parameters);
    return fmax(1, (double)n * sigma * sigma);
}

static int64_t centred(int64_t value, int64_t q) {
    value %= q;
    if (value < 0)
        value += q;
    return value >= q - value ? value - q : value;
}

static int64_t screened(const gm_lwe *instance) {
    const int64_t samples = instance->parameters.samples;
    return samples < GM_LWE_SCREEN_SAMPLES ? samples : GM_LWE_SCREEN_SAMPLES;
}

void gm_lwe_screen_start(const gm_lwe *instance, const int64_t *secret, int64_t *out) {
    const int64_t n = instance->parameters.n, q = instance->parameters.q;
    for (int64_t i = 0; i < screened(instance); i++) {
        int64_t sum = instance->b[i];
        for (int64_t j = 0; j < n; j++)
            if (secret[j])
                sum = (sum - instance->a[i * n + j] * (secret[j] % q)) % q;
        out[i] = centred(sum, q);
    }
}

void gm_lwe_screen_move(const gm_lwe *instance, int64_t column, int64_t step, int64_t *residuals) {
    const int64_t n = instance->parameters.n, q = instance->parameters.q;
    for (int64_t i = 0; i < screened(instance); i++)
        residuals[i] = centred(residuals[i] - step * instance->a[i * n + column], q);
}

bool gm_lwe_screen_passes(const gm_lwe *instance, const int64_t *residuals) {
    const double sigma = instance->parameters.sigma;
    const double threshold = sigma > 0 ? 2 * sigma : 0.5;
    const int64_t count = screened(instance);
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (double)residuals[i] * (double)residuals[i];
    return sum < threshold * threshold * (double)count;
}
