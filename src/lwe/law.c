#include "lwe/law.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random/discrete.h"
#include "random/streams.h"

static const double pi = 3.14159265358979323846;

static bool is(const gm_lwe_parameters *parameters, const char *secret) {
    return strcmp(parameters->secret, secret) == 0;
}

static double secret_sigma(const gm_lwe_parameters *parameters) {
    return parameters->secret_sigma > 0.0 ? parameters->secret_sigma : parameters->sigma;
}

int64_t gm_lwe_weight(const gm_lwe_parameters *parameters) {
    if (!is(parameters, "binary") && !is(parameters, "ternary"))
        return -1;
    if (parameters->hamming > 0)
        return parameters->hamming;
    return parameters->n < 6 ? 1 : parameters->n / 6;
}

/* Below σ = 2 it differs from σ², by more than rounding. */
static double discrete_variance(double sigma) {
    double sum = 1.0, squares = 0.0;
    if (sigma <= 0.0 || sigma > 2.0)
        return sigma * sigma;
    for (int64_t x = 1; x <= gm_discrete_gaussian_reach(sigma); x++) {
        const double weight = 2.0 * exp(-0.5 * (double)(x * x) / (sigma * sigma));
        sum += weight;
        squares += weight * (double)(x * x);
    }
    return squares / sum;
}

double gm_lwe_entry_power(const gm_lwe_parameters *parameters) {
    const double q = (double)parameters->q;
    const int64_t weight = gm_lwe_weight(parameters);
    if (weight >= 0)
        return (double)weight / (double)parameters->n;
    return is(parameters, "gaussian") ? discrete_variance(secret_sigma(parameters))
                                      : (q * q - 1.0) / 12.0;
}

/* `gone`: non-zero entries that entry j takes off the weight. */
static double power_beside(const gm_lwe_parameters *parameters, int64_t gone) {
    const int64_t weight = gm_lwe_weight(parameters);
    if (weight < 0 || parameters->n == 1)
        return gm_lwe_entry_power(parameters);
    const double others = (double)(parameters->n - 1);
    return fmin((double)(weight - gone), others) / others;
}

double gm_lwe_power_beside_zero(const gm_lwe_parameters *parameters) {
    return power_beside(parameters, 0);
}

double gm_lwe_power_beside_nonzero(const gm_lwe_parameters *parameters) {
    return power_beside(parameters, 1);
}

double gm_lwe_entry_slope(const gm_lwe_parameters *parameters, double x) {
    if (gm_lwe_weight(parameters) >= 0)
        return sin(2.0 * pi * x);
    return 2.0 * pi * x * exp(-2.0 * pi * pi * x * x * gm_lwe_entry_power(parameters));
}

double gm_lwe_error_factor(double sigma, double t) {
    double above = 0.0, below = 0.0;
    t -= nearbyint(t);
    if (sigma <= 0.0)
        return 1.0;
    if (sigma >= 0.5) { /* the terms left out are below e^(−2π²σ²·12) of the first */
        for (int k = -3; k <= 3; k++) {
            above += exp(-2.0 * pi * pi * sigma * sigma * (t - k) * (t - k));
            below += exp(-2.0 * pi * pi * sigma * sigma * k * k);
        }
        return above / below;
    }
    for (int64_t e = -gm_discrete_gaussian_reach(sigma); e <= gm_discrete_gaussian_reach(sigma);
         e++) {
        const double weight = exp(-0.5 * (double)(e * e) / (sigma * sigma));
        above += weight * cos(2.0 * pi * t * (double)e);
        below += weight;
    }
    return above / below;
}

int64_t gm_lwe_kept_columns(const gm_lwe_rows *rows, int64_t *out) {
    int64_t count = 0, next = 0;
    for (int64_t j = 0; j < rows->n; j++)
        if (next < rows->dropped_count && rows->dropped[next] == j)
            next++;
        else
            out[count++] = j;
    return count;
}

/* --- drawing --- */

/* Exactly `weight` entries that are not 0, by selection sampling. u [2n] uniform. */
static void take_weight(const gm_lwe_parameters *parameters, const double *u, int64_t *out) {
    const int64_t n = parameters->n;
    const bool signs = is(parameters, "ternary");
    int64_t left = gm_lwe_weight(parameters);
    for (int64_t j = 0; j < n; j++) {
        const bool taken = u[2 * j] * (double)(n - j) < (double)left;
        left -= taken;
        out[j] = !taken ? 0 : signs && u[2 * j + 1] < 0.5 ? -1 : 1;
    }
}

/* The first value whose cumulative probability exceeds u. */
static int64_t place(int64_t count, const double *cumulative, double u) {
    int64_t low = 0, high = count - 1;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (cumulative[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Cumulative probabilities of a discrete Gaussian, [2 reach + 1]. */
static gm_status make_cumulative(gm_context *context, double sigma, int64_t *reach, double **out) {
    *reach = sigma > 0.0 ? gm_discrete_gaussian_reach(sigma) : 0;
    gm_status status = GM_NEW(context, *out, 2 * *reach + 1);
    if (status != GM_OK)
        return status;
    (*out)[0] = 1.0;
    if (sigma > 0.0)
        gm_discrete_gaussian(sigma, -*reach, *reach, *out);
    for (int64_t i = 1; i <= 2 * *reach; i++)
        (*out)[i] += (*out)[i - 1];
    return GM_OK;
}

gm_status gm_lwe_draw_secrets(gm_context *context, const gm_lwe_parameters *parameters,
                              uint64_t seed, int64_t count, int64_t *out) {
    gm_status status = GM_OK;
    const gm_stream stream = {seed, GM_STREAM_TARGETS};
    const int64_t n = parameters->n, q = parameters->q;
    const bool weighed = gm_lwe_weight(parameters) >= 0, gaussian = is(parameters, "gaussian");
    int64_t reach = 0;
    double *u = NULL, *cumulative = NULL;
    GM_TRY(GM_NEW(context, u, 2 * n));
    GM_TRY(make_cumulative(context, gaussian ? secret_sigma(parameters) : 0.0, &reach,
                           &cumulative));
    for (int64_t h = 0; h < count; h++) {
        int64_t *s = out + h * n;
        gm_random_uniform(context, stream, 2 * n * h, 2 * n, u);
        if (weighed)
            take_weight(parameters, u, s);
        for (int64_t j = 0; j < n && !weighed; j++)
            s[j] = gaussian ? place(2 * reach + 1, cumulative, u[2 * j]) - reach
                            : (int64_t)(u[2 * j] * (double)q) - q / 2;
    }
done:
    gm_release(context, cumulative);
    gm_release(context, u);
    return status;
}

/* --- products --- */

int64_t gm_lwe_largest(int64_t n, const int64_t *s) {
    int64_t most = 0;
    for (int64_t j = 0; j < n; j++) {
        const int64_t size = s[j] < 0 ? -s[j] : s[j];
        most = size > most ? size : most;
    }
    return most;
}

int64_t gm_lwe_dot(int64_t n, int64_t q, int64_t most, const int64_t *a, const int64_t *s) {
    /* So many products, and a residue, stay below 2^63. */
    const int64_t room = (INT64_MAX - q) / (q * (most > 0 ? most : 1));
    int64_t sum = 0;
    for (int64_t first = 0; first < n; first += room) {
        const int64_t end = n - first < room ? n : first + room;
        for (int64_t j = first; j < end; j++)
            sum += a[j] * s[j];
        sum %= q;
    }
    sum += sum < 0 ? q : 0;
    return 2 * sum >= q ? sum - q : sum;
}
