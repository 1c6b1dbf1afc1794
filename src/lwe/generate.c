/* Drawing an instance: every number from a stream of its own, addressed by its place. */
#include <math.h>
#include <string.h>

#include "inputs/inputs.h"
#include "lwe/instance.h"
#include "random/discrete.h"
#include "random/order.h"
#include "random/streams.h"

enum { PIECE = 1024 /* draws at a time */ };

/* A law of whole numbers: value low + i where the draw of 64 bits is the first below end[i]. */
typedef struct table {
    int64_t low, points;
    uint64_t *end; /* [points] */
} table;

/* The probabilities are sums to within rounding, 2^−53 of the whole; `zero` says whether 0 is one
   of the values. */
static gm_status make_gaussian(gm_context *context, double sigma, bool zero, table *out) {
    const int64_t reach = gm_discrete_gaussian_reach(sigma), points = 2 * reach + 1;
    double *probabilities = NULL, total = 0.0, sum = 0.0;
    uint64_t *end = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW(context, probabilities, points));
    GM_TRY(GM_NEW(context, end, points));
    gm_discrete_gaussian(sigma, -reach, reach, probabilities);
    probabilities[reach] *= zero;
    for (int64_t i = 0; i < points; i++)
        total += probabilities[i];
    for (int64_t i = 0; i < points; i++) {
        sum += probabilities[i] / total;
        end[i] = sum < 1.0 ? (uint64_t)(sum * 0x1p64) : UINT64_MAX;
    }
    end[points - 1] = UINT64_MAX;
    *out = (table){-reach, points, end};
    end = NULL;
done:
    gm_release(context, probabilities);
    gm_release(context, end);
    return status;
}

static int64_t look_up(const table *law, uint64_t bits) {
    int64_t low = 0, high = law->points - 1;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (bits < law->end[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return law->low + low;
}

/* Draws 0 … count−1 of a discrete Gaussian; σ = 0: all 0. */
static gm_status draw_gaussian(gm_context *context, gm_stream stream, double sigma, bool zero,
                               int64_t count, int64_t *out) {
    uint64_t bits[PIECE];
    table law = {0};
    memset(out, 0, (size_t)count * sizeof *out);
    if (sigma == 0.0)
        return GM_OK;
    gm_status status = make_gaussian(context, sigma, zero, &law);
    for (int64_t first = 0; status == GM_OK && first < count; first += PIECE) {
        const int64_t size = count - first < PIECE ? count - first : PIECE;
        gm_random_bits(context, stream, first, size, bits);
        for (int64_t i = 0; i < size; i++)
            out[first + i] = look_up(&law, bits[i]);
    }
    gm_release(context, law.end);
    return status;
}

/* Draws uniform on low … high, or on these without 0. */
static void draw_range(const gm_context *context, gm_stream stream, int64_t low, int64_t high,
                       bool zero, int64_t count, int64_t *out) {
    gm_random_index(context, stream, 0, count, high - low + zero, out);
    for (int64_t j = 0; j < count; j++) {
        out[j] += low;
        out[j] += !zero && out[j] >= 0;
    }
}

/* Keep `weight` entries, at places that are a uniform set: the first of a shuffle. */
static gm_status thin(gm_context *context, uint64_t seed, int64_t weight, int64_t n, int64_t *s) {
    const gm_stream stream = {seed, GM_STREAM_LWE_POSITIONS};
    int64_t *places = NULL, *values = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW(context, places, n));
    GM_TRY(GM_NEW(context, values, n));
    memcpy(values, s, (size_t)n * sizeof *s);
    memset(s, 0, (size_t)n * sizeof *s);
    gm_random_order(context, stream, 0, n, weight, places);
    for (int64_t i = 0; i < weight; i++)
        s[places[i]] = values[places[i]];
done:
    gm_release(context, places);
    gm_release(context, values);
    return status;
}

static gm_status draw_secret(gm_context *context, const gm_lwe_parameters *p, int law,
                             uint64_t seed, int64_t *s) {
    const gm_stream stream = {seed, GM_STREAM_LWE_SECRET};
    const bool zero = p->hamming == 0; /* of a given weight, the entries kept are not 0 */
    gm_status status = GM_OK;
    if (law == GM_LWE_GAUSSIAN)
        status = draw_gaussian(context, stream, p->secret_sigma, zero, p->n, s);
    else if (law == GM_LWE_UNIFORM)
        draw_range(context, stream, 0, p->q - 1, zero, p->n, s);
    else
        draw_range(context, stream, law == GM_LWE_TERNARY ? -1 : 0, 1, zero, p->n, s);
    if (status == GM_OK && !zero)
        status = thin(context, seed, p->hamming, p->n, s);
    /* A small modulus wraps a wide Gaussian; {0, 1} and {−1, 0, 1} are kept as they are called. */
    for (int64_t j = 0; j < p->n && (law == GM_LWE_GAUSSIAN || law == GM_LWE_UNIFORM); j++)
        s[j] = gm_centred(s[j], p->q);
    return status;
}

/* A, and b = A s + e where b holds e. */
static gm_status draw_samples(gm_context *context, const gm_lwe_parameters *p, uint64_t seed,
                              const int64_t *s, int64_t *a, int64_t *b) {
    const gm_stream stream = {seed, GM_STREAM_LWE_MATRIX};
    for (int64_t i = 0; i < p->samples; i++) {
        int64_t *row = a + i * p->n;
        gm_status status =
            i % PIECE ? GM_OK
                      : gm_progress(context, "drawing samples", (double)i, (double)p->samples);
        if (status != GM_OK)
            return status;
        gm_random_index(context, stream, i * p->n, p->n, p->q, row);
        b[i] = (gm_lwe_product(row, s, p->n, p->q, p->q) + gm_centred(b[i], p->q) + p->q) % p->q;
    }
    return GM_OK;
}

/* What can be drawn, beyond what an instance may be. */
static gm_status check(gm_context *context, const gm_lwe_parameters *p, int *law) {
    const gm_lwe_source source = {context, "gm_lwe_generate", GM_INVALID_ARGUMENT};
    gm_status status = GM_OK;
    GM_TRY(gm_lwe_check_parameters(&source, p));
    if (!p->secret)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lwe_generate: secret is NULL; accepted: binary, ternary, gaussian, "
                       "uniform"));
    GM_TRY(gm_lwe_find_secret(&source, p->secret, law));
    if (p->sigma > GM_LWE_LARGEST_WIDTH || p->secret_sigma > GM_LWE_LARGEST_WIDTH)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lwe_generate: %s is %g; a discrete Gaussian is drawn up to %d",
                       p->sigma > GM_LWE_LARGEST_WIDTH ? "sigma" : "secret_sigma",
                       p->sigma > GM_LWE_LARGEST_WIDTH ? p->sigma : p->secret_sigma,
                       GM_LWE_LARGEST_WIDTH));
    if (p->secret_sigma > 0.0 && *law != GM_LWE_GAUSSIAN)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lwe_generate: secret_sigma is %g; it goes with the secret gaussian only",
                       p->secret_sigma));
    if (p->secret_sigma == 0.0 && p->sigma == 0.0 && *law == GM_LWE_GAUSSIAN)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lwe_generate: secret_sigma and sigma are 0; a Gaussian secret needs one "
                       "of them above 0"));
done:
    return status;
}

gm_status gm_lwe_generate(gm_context *context, const gm_lwe_parameters *parameters, uint64_t seed,
                          gm_lwe **out) {
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (!parameters)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_generate: parameters is NULL");
    gm_lwe_parameters p = *parameters;
    gm_lwe *made = NULL;
    int64_t *a = NULL, *b = NULL, *s = NULL;
    int law = 0;
    gm_status status = GM_OK;
    GM_TRY(check(context, &p, &law));
    if (law == GM_LWE_GAUSSIAN && p.secret_sigma == 0.0)
        p.secret_sigma = p.sigma;
    GM_TRY(GM_NEW(context, a, p.samples * p.n));
    GM_TRY(GM_NEW(context, b, p.samples));
    GM_TRY(GM_NEW(context, s, p.n));
    GM_TRY(draw_secret(context, &p, law, seed, s));
    GM_TRY(draw_gaussian(context, (gm_stream){seed, GM_STREAM_LWE_ERROR}, p.sigma, true, p.samples,
                         b));
    GM_TRY(draw_samples(context, &p, seed, s, a, b));
    GM_TRY(gm_lwe_adopt(context, &p, a, b, &made));
    made->secret = s;
    a = b = s = NULL;
    *out = made;
done:
    gm_release(context, a);
    gm_release(context, b);
    gm_release(context, s);
    return status;
}
