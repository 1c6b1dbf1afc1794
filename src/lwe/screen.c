#include "lwe/screen.h"

#include "lwe/instance.h"
#include "lwe/rows.h"

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
        out[i] = gm_lwe_centred(sum, q);
    }
}

void gm_lwe_screen_move(const gm_lwe *instance, int64_t column, int64_t step, int64_t *residuals) {
    const int64_t n = instance->parameters.n, q = instance->parameters.q;
    for (int64_t i = 0; i < screened(instance); i++)
        residuals[i] = gm_lwe_centred(residuals[i] - step * instance->a[i * n + column], q);
}

bool gm_lwe_screen_passes(const gm_lwe *instance, const int64_t *residuals) {
    const double threshold = gm_lwe_threshold(instance->parameters.sigma);
    const int64_t count = screened(instance);
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (double)residuals[i] * (double)residuals[i];
    return sum < threshold * threshold * (double)count;
}
