/* What an instance may be, and making one of numbers in memory. See include/gradiometer/lwe.h. */
#include "lwe/instance.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <gradiometer/spec.h>

#include "data/integers.h"

__extension__ typedef __int128 wide;

const char *const gm_lwe_secrets[GM_LWE_SECRETS] = {"binary", "ternary", "gaussian", "uniform"};

gm_status gm_lwe_find_secret(const gm_lwe_source *source, const char *name, int *out) {
    for (int i = 0; i < GM_LWE_SECRETS; i++)
        if (strcmp(name, gm_lwe_secrets[i]) == 0) {
            *out = i;
            return GM_OK;
        }
    const char *nearest = gm_nearest_word(name, gm_lwe_secrets, GM_LWE_SECRETS);
    return gm_fail(source->context, source->status,
                   "%s: secret is '%.64s'; accepted: binary, ternary, gaussian, uniform%s%s%s",
                   source->name, name, nearest ? " (did you mean '" : "", nearest ? nearest : "",
                   nearest ? "'?)" : "");
}

static gm_status check_integer(const gm_lwe_source *source, const char *what, int64_t value,
                               int64_t low, int64_t high) {
    if (value >= low && value <= high)
        return GM_OK;
    return gm_fail(source->context, source->status,
                   "%s: %s is %" PRId64 "; accepted: %" PRId64 " to %" PRId64, source->name, what,
                   value, low, high);
}

static gm_status check_width(const gm_lwe_source *source, const char *what, double value,
                             int64_t q) {
    if (value >= 0.0 && value <= (double)q)
        return GM_OK;
    return gm_fail(source->context, source->status, "%s: %s is %g; accepted: 0 to q = %" PRId64,
                   source->name, what, value, q);
}

gm_status gm_lwe_check_parameters(const gm_lwe_source *source, const gm_lwe_parameters *p) {
    gm_status status = GM_OK;
    int secret;
    GM_TRY(check_integer(source, "n", p->n, 1, GM_LWE_LARGEST_N));
    GM_TRY(check_integer(source, "q", p->q, 2, GM_LWE_LARGEST_Q));
    GM_TRY(check_integer(source, "samples", p->samples, 1, INT64_MAX / 8 / p->n));
    GM_TRY(check_width(source, "sigma", p->sigma, p->q));
    GM_TRY(check_integer(source, "hamming", p->hamming, 0, p->n));
    GM_TRY(check_width(source, "secret_sigma", p->secret_sigma, p->q));
    if (p->secret)
        GM_TRY(gm_lwe_find_secret(source, p->secret, &secret));
done:
    return status;
}

gm_status gm_lwe_check_entries(gm_context *context, const char *name, const int64_t *values,
                               int64_t rows, int64_t columns, int64_t low, int64_t q) {
    const int64_t shape[] = {rows, columns}, count = columns ? rows * columns : rows;
    char place[GM_PLACE_SIZE];
    for (int64_t i = 0; i < count; i++)
        if (values[i] < low || values[i] >= q)
            return gm_fail(context, GM_INVALID_INPUT,
                           "%s: %s is %" PRId64 "; accepted: %" PRId64 " to %" PRId64, name,
                           gm_integers_place(columns ? 2 : 1, shape, i, place), values[i], low,
                           q - 1);
    return GM_OK;
}

gm_status gm_lwe_adopt(gm_context *context, const gm_lwe_parameters *parameters, int64_t *a,
                       int64_t *b, gm_lwe **out) {
    gm_lwe *made = NULL;
    gm_status status = GM_NEW_ZERO(context, made, 1);
    if (status != GM_OK)
        return status;
    made->parameters = *parameters;
    made->parameters.secret = NULL;
    for (int i = 0; parameters->secret && i < GM_LWE_SECRETS; i++)
        if (strcmp(parameters->secret, gm_lwe_secrets[i]) == 0)
            made->parameters.secret = gm_lwe_secrets[i];
    made->a = a;
    made->b = b;
    *out = made;
    return GM_OK;
}

gm_status gm_lwe_create(gm_context *context, const gm_lwe_parameters *parameters, const int64_t *a,
                        const int64_t *b, gm_lwe **out) {
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (!parameters || !a || !b)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_create: an argument is NULL");
    const gm_lwe_source source = {context, "gm_lwe_create", GM_INVALID_ARGUMENT};
    int64_t *own_a = NULL, *own_b = NULL;
    const int64_t m = parameters->samples, n = parameters->n, q = parameters->q;
    gm_status status = GM_OK;
    GM_TRY(gm_lwe_check_parameters(&source, parameters));
    GM_TRY(gm_lwe_check_entries(context, "gm_lwe_create: a", a, m, n, 0, q));
    GM_TRY(gm_lwe_check_entries(context, "gm_lwe_create: b", b, m, 0, 0, q));
    GM_TRY(GM_NEW(context, own_a, m * n));
    GM_TRY(GM_NEW(context, own_b, m));
    memcpy(own_a, a, (size_t)(m * n) * sizeof *a);
    memcpy(own_b, b, (size_t)m * sizeof *b);
    GM_TRY(gm_lwe_adopt(context, parameters, own_a, own_b, out));
    own_a = own_b = NULL;
done:
    gm_release(context, own_a);
    gm_release(context, own_b);
    return status;
}

void gm_lwe_destroy(gm_context *context, gm_lwe *instance) {
    if (!instance)
        return;
    gm_release(context, instance->a);
    gm_release(context, instance->b);
    gm_release(context, instance->secret);
    gm_release(context, instance);
}

int64_t gm_lwe_product(const int64_t *a, const int64_t *s, int64_t n, int64_t q, int64_t size) {
    int64_t product;
    if ((wide)n * q * size <= INT64_MAX) { /* every partial sum fits */
        int64_t sum = 0;
        for (int64_t j = 0; j < n; j++)
            sum += a[j] * s[j];
        product = sum % q;
    } else {
        wide sum = 0;
        for (int64_t j = 0; j < n; j++)
            sum += (wide)a[j] * s[j];
        product = (int64_t)(sum % q);
    }
    return product < 0 ? product + q : product;
}
