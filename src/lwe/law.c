#include "lwe/law.h"

#include <math.h>
#include <string.h>

#include "lwe/phase.h"
#include "random/discrete.h"
#include "random/streams.h"

/* A law that is not known is taken for ternary. */
static bool is(const gm_lwe_parameters *parameters, const char *secret) {
    return strcmp(parameters->secret ? parameters->secret : "ternary", secret) == 0;
}

static bool is_small(const gm_lwe_parameters *parameters) {
    return is(parameters, "binary") || is(parameters, "ternary");
}

bool gm_lwe_is_gaussian(const gm_lwe_parameters *parameters) {
    return is(parameters, "gaussian");
}

double gm_lwe_secret_sigma(const gm_lwe_parameters *parameters) {
    return parameters->secret_sigma > 0.0 ? parameters->secret_sigma : parameters->sigma;
}

gm_lwe_range gm_lwe_range_of(const gm_lwe_parameters *parameters) {
    if (is(parameters, "binary"))
        return (gm_lwe_range){0, 1};
    if (!gm_lwe_is_gaussian(parameters))
        return (gm_lwe_range){-1, 1};
    const int64_t reach = 1 + (int64_t)ceil(6.0 * gm_lwe_secret_sigma(parameters));
    return (gm_lwe_range){-reach, reach};
}

double gm_lwe_most_norm(const gm_lwe_parameters *parameters, int64_t n) {
    const double sigma = gm_lwe_secret_sigma(parameters);
    return fmax(1.0, (double)n * (gm_lwe_is_gaussian(parameters) ? 1.5 * sigma * sigma : 0.75));
}

int64_t gm_lwe_weight(const gm_lwe_parameters *parameters) {
    if (parameters->hamming > 0)
        return parameters->hamming;
    if (!is_small(parameters))
        return -1;
    return parameters->n < 6 ? 1 : parameters->n / 6;
}

/* P(s_j ≠ 0) and E s_j² of an entry of the law. */
static void law_moments(const gm_lwe_parameters *parameters, double *nonzero, double *square) {
    const double q = (double)parameters->q, sigma = gm_lwe_secret_sigma(parameters);
    double mass = 1.0;
    *nonzero = *square = is_small(parameters) ? 1.0 : 0.0;
    if (is(parameters, "uniform")) {
        *nonzero = 1.0 - 1.0 / q;
        *square = (q * q - 1.0) / 12.0;
    }
    if (!gm_lwe_is_gaussian(parameters) || sigma <= 0.0)
        return;
    for (int64_t x = 1; x <= gm_discrete_gaussian_reach(sigma); x++) {
        const double weight = 2.0 * exp(-0.5 * (double)(x * x) / (sigma * sigma));
        mass += weight;
        *square += weight * (double)(x * x);
    }
    *nonzero = 1.0 - 1.0 / mass;
    *square /= mass;
}

/* E s_k² of one of `others` entries, of which `weight` are not 0; negative: of the law. */
static double power(const gm_lwe_parameters *parameters, int64_t weight, int64_t others) {
    double nonzero, square;
    law_moments(parameters, &nonzero, &square);
    if (weight < 0 || nonzero <= 0.0)
        return square;
    return square / nonzero * fmin((double)weight / (double)others, 1.0);
}

double gm_lwe_entry_power(const gm_lwe_parameters *parameters) {
    return power(parameters, gm_lwe_weight(parameters), parameters->n);
}

double gm_lwe_dense_power(const gm_lwe_parameters *parameters) {
    if (!is_small(parameters))
        return power(parameters, -1, parameters->n);
    return is(parameters, "binary") ? 1.0 / 2.0 : 2.0 / 3.0;
}

/* `gone`: non-zero entries that entry j takes off the weight. */
static double power_beside(const gm_lwe_parameters *parameters, int64_t gone) {
    const int64_t weight = gm_lwe_weight(parameters);
    if (weight < 0 || parameters->n == 1)
        return gm_lwe_entry_power(parameters);
    return power(parameters, weight - gone, parameters->n - 1);
}

double gm_lwe_power_beside_zero(const gm_lwe_parameters *parameters) {
    return power_beside(parameters, 0);
}

double gm_lwe_power_beside_nonzero(const gm_lwe_parameters *parameters) {
    return power_beside(parameters, 1);
}

double gm_lwe_entry_slope(const gm_lwe_parameters *parameters, double x) {
    if (is_small(parameters))
        return sin(GM_TWO_PI * x);
    return GM_TWO_PI * x * gm_lwe_damping(x * x * gm_lwe_entry_power(parameters));
}

double gm_lwe_error_factor(double sigma, double t) {
    double above = 0.0, below = 0.0;
    t -= nearbyint(t);
    if (sigma <= 0.0)
        return 1.0;
    if (sigma >= 0.5) { /* the terms left out are below e^(−2π²σ²·12) of the first */
        for (int k = -3; k <= 3; k++) {
            above += gm_lwe_damping(sigma * sigma * (t - k) * (t - k));
            below += gm_lwe_damping(sigma * sigma * k * k);
        }
        return above / below;
    }
    for (int64_t e = -gm_discrete_gaussian_reach(sigma); e <= gm_discrete_gaussian_reach(sigma);
         e++) {
        const double weight = exp(-0.5 * (double)(e * e) / (sigma * sigma));
        above += weight * cos(GM_TWO_PI * t * (double)e);
        below += weight;
    }
    return above / below;
}

/* --- drawing --- */

/* Law of an entry, or of one that is not 0: values low … low + points − 1 by their cumulative
   probabilities; NULL: all alike but for 0, where that is left out. */
typedef struct entry_law {
    int64_t low, points;
    bool zero;
    double *cumulative; /* [points] */
} entry_law;

static gm_status make_law(gm_context *context, const gm_lwe_parameters *parameters,
                          entry_law *out) {
    const double sigma = gm_lwe_secret_sigma(parameters);
    const int64_t q = parameters->q, reach = sigma > 0.0 ? gm_discrete_gaussian_reach(sigma) : 0;
    const bool zero = gm_lwe_weight(parameters) < 0;
    *out = (entry_law){is(parameters, "ternary") ? -1 : 0, is(parameters, "ternary") ? 3 : 2, zero,
                       NULL};
    if (is(parameters, "uniform"))
        *out = (entry_law){-(q / 2), q, zero, NULL};
    if (!gm_lwe_is_gaussian(parameters))
        return GM_OK;
    *out = (entry_law){-reach, 2 * reach + 1, zero, NULL};
    const gm_status status = GM_NEW(context, out->cumulative, out->points);
    if (status != GM_OK)
        return status;
    out->cumulative[0] = 1.0;
    if (reach > 0)
        gm_discrete_gaussian(sigma, -reach, reach, out->cumulative);
    out->cumulative[reach] *= zero || reach == 0;
    for (int64_t i = 1; i < out->points; i++)
        out->cumulative[i] += out->cumulative[i - 1];
    return GM_OK;
}

/* The value at which the cumulative probability first exceeds u of the whole. */
static int64_t pick(const entry_law *law, double u) {
    int64_t low = 0, high = law->points - 1;
    if (!law->cumulative) {
        const int64_t value = law->low + (int64_t)(u * (double)(law->points - !law->zero));
        return value + (!law->zero && value >= 0);
    }
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (law->cumulative[middle] > u * law->cumulative[law->points - 1])
            high = middle;
        else
            low = middle + 1;
    }
    return law->low + low;
}

/* Places by selection sampling: entry j is taken with probability left / (n − j). u [2n] uniform.
 */
static void take_secret(const entry_law *law, int64_t n, int64_t weight, const double *u,
                        int64_t *out) {
    for (int64_t j = 0; j < n; j++) {
        const bool taken = weight < 0 || u[2 * j] * (double)(n - j) < (double)weight;
        out[j] = taken ? pick(law, u[2 * j + 1]) : 0;
        weight -= taken && weight > 0;
    }
}

gm_status gm_lwe_draw_secrets(gm_context *context, const gm_lwe_parameters *parameters,
                              uint64_t seed, int64_t count, int64_t *out) {
    gm_status status = GM_OK;
    const gm_stream stream = {seed, GM_STREAM_TARGETS};
    const int64_t n = parameters->n;
    entry_law law = {0};
    double *u = NULL;
    GM_TRY(GM_NEW(context, u, 2 * n));
    GM_TRY(make_law(context, parameters, &law));
    for (int64_t h = 0; h < count; h++) {
        gm_random_uniform(context, stream, 2 * n * h, 2 * n, u);
        take_secret(&law, n, gm_lwe_weight(parameters), u, out + h * n);
    }
done:
    gm_release(context, law.cumulative);
    gm_release(context, u);
    return status;
}

int64_t gm_lwe_largest(int64_t n, const int64_t *s) {
    int64_t most = 0;
    for (int64_t j = 0; j < n; j++) {
        const int64_t size = s[j] < 0 ? -s[j] : s[j];
        most = size > most ? size : most;
    }
    return most;
}
