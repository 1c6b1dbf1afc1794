/* Does a secret fit the samples, and how likely would a wrong one? */
#include <math.h>
#include <string.h>

#include "inputs/inputs.h"
#include "lwe/instance.h"

static const double pi = 3.14159265358979323846;

enum {
    SUMMED_UP_TO = 256, /* moduli whose residues are summed one by one */
    STEPS = 40          /* of a search by golden section: 4e−9 of the bracket */
};

double gm_lwe_threshold(double sigma) {
    return sigma > 0.0 ? 2.0 * sigma : 0.5;
}

/* Σ over all whole k of exp(−λk²), from above: the sum itself converges for λ ≥ 1, and by Poisson's
   formula it is √(π/λ) Σ exp(−π²k²/λ), which converges below. What is cut off is less than one more
   term of a geometric series, and it is added. */
static double theta(double lambda) {
    const double rate = lambda >= 1.0 ? lambda : pi * pi / lambda;
    double sum = 1.0, term = 1.0;
    for (int k = 1; k <= 8; k++) {
        term = 2.0 * exp(-rate * k * k);
        sum += term;
    }
    sum += 2.0 * term;
    return lambda >= 1.0 ? sum : sqrt(pi / lambda) * sum;
}

/*
 * ln E exp(−λr²) of a residue r uniform on Z_q, centred; from above where q is large.
 *
 * With K = ⌊q/2⌋ the residues are among −K … K. The sum over all whole numbers is theta(λ), and
 * what lies beyond K is at least 2∫ exp(−λx²) dx from K+1 on, because the summand falls.
 */
static double log_moment(double lambda, int64_t q) {
    double sum = 0.0;
    if (q <= SUMMED_UP_TO) {
        for (int64_t i = 0; i < q; i++) {
            const double r = (double)(i - q / 2);
            sum += exp(-lambda * r * r);
        }
    } else {
        sum = theta(lambda) - sqrt(pi / lambda) * erfc(sqrt(lambda) * (double)(q / 2 + 1));
    }
    return fmin(0.0, log(sum / (double)q));
}

/*
 * Chernoff: P(Σ r² ≤ mT²) ≤ (E exp(−λr²) exp(λT²))^m for every λ ≥ 0. The logarithm is convex in λ,
 * so that its least value is found by golden section; any other λ would give a bound as well.
 */
double gm_lwe_log2_false(const gm_lwe_parameters *p) {
    static const double ratio = 0.61803398874989484820;
    const double square = gm_lwe_threshold(p->sigma) * gm_lwe_threshold(p->sigma), q = (double)p->q;
    double low = log(1e-3 / (q * q)), high = log(200.0), best = 0.0; /* λ = 0: probability 1 */
    double x[2], value[2];
    if (!(p->q >= 2 && p->q <= GM_LWE_LARGEST_Q && p->samples >= 1 && p->sigma >= 0.0))
        return NAN;
    for (int step = 0; step < STEPS; step++) {
        x[0] = high - ratio * (high - low);
        x[1] = low + ratio * (high - low);
        for (int i = 0; i < 2; i++) {
            const double lambda = exp(x[i]);
            value[i] = log_moment(lambda, p->q) + lambda * square;
            best = fmin(best, value[i]);
        }
        if (value[0] <= value[1])
            high = x[1];
        else
            low = x[0];
    }
    return (double)p->samples * best / log(2.0);
}

/* Root of the mean square of the centred residuals, given the centred secret. */
static double residual_std(const gm_lwe *instance, const int64_t *s) {
    const int64_t n = instance->parameters.n, q = instance->parameters.q;
    const int64_t m = instance->parameters.samples;
    int64_t size = 0;
    double sum = 0.0;
    for (int64_t j = 0; j < n; j++)
        size = s[j] > size ? s[j] : -s[j] > size ? -s[j] : size;
    for (int64_t i = 0; i < m; i++) {
        const int64_t product = gm_lwe_product(instance->a + i * n, s, n, q, size);
        const double r = (double)gm_centred(instance->b[i] - product, q);
        sum += r * r;
    }
    return sqrt(sum / (double)m);
}

gm_status gm_lwe_verify(gm_context *context, const gm_lwe *instance, const int64_t *secret,
                        gm_lwe_check *out) {
    if (!context || !out)
        return GM_INVALID_ARGUMENT;
    if (!instance || !secret)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_verify: an argument is NULL");
    const gm_lwe_parameters *p = &instance->parameters;
    gm_lwe_check made = {.threshold = gm_lwe_threshold(p->sigma),
                         .log2_false = gm_lwe_log2_false(p)};
    int64_t *s = NULL;
    gm_status status = GM_NEW(context, s, p->n);
    if (status != GM_OK)
        return status;
    for (int64_t j = 0; j < p->n; j++)
        s[j] = gm_centred(secret[j], p->q);
    made.residual_std = residual_std(instance, s);
    made.accepted = made.residual_std < made.threshold;
    *out = made;
    gm_release(context, s);
    return GM_OK;
}
