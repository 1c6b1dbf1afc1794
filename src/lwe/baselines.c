#include "lwe/baselines.h"

#include <math.h>
#include <string.h>

#include "lwe/law.h"
#include "random/discrete.h"

/* log2 of C(n, k). */
static double log2_choose(int64_t n, int64_t k) {
    double sum = 0.0;
    for (int64_t i = 1; i <= k; i++)
        sum += log2((double)(n - k + i) / (double)i);
    return sum;
}

/* Shannon entropy in bits of a discrete Gaussian, or of one that is not 0. */
static double gaussian_bits(double sigma, bool zero) {
    double mass = zero ? 1.0 : 0.0, logs = 0.0;
    if (sigma <= 0.0)
        return 0.0;
    for (int64_t x = 1; x <= gm_discrete_gaussian_reach(sigma); x++) {
        const double exponent = 0.5 * (double)(x * x) / (sigma * sigma);
        mass += 2.0 * exp(-exponent);
        logs += 2.0 * exp(-exponent) * exponent;
    }
    return (log(mass) + logs / mass) / log(2.0);
}

/* log2 of the values of an entry, or of those that are not 0. */
static double entry_bits(const gm_lwe_parameters *p, bool zero) {
    if (!p->secret)
        return (double)NAN;
    if (strcmp(p->secret, "gaussian") == 0)
        return gaussian_bits(gm_lwe_secret_sigma(p), zero);
    if (strcmp(p->secret, "uniform") == 0)
        return log2((double)(p->q - !zero));
    return log2(strcmp(p->secret, "binary") == 0 ? 1.0 + zero : 2.0 + zero);
}

double gm_lwe_log2_exhaustive(const gm_lwe_parameters *p) {
    if (p->hamming > 0)
        return log2_choose(p->n, p->hamming) + (double)p->hamming * entry_bits(p, false);
    return (double)p->n * entry_bits(p, true);
}

/* log2(2^a + 2^b). */
static double log2_sum(double a, double b) {
    return fmax(a, b) + log2(1.0 + exp2(-fabs(a - b)));
}

double gm_lwe_log2_meet_in_the_middle(const gm_lwe_parameters *p) {
    const int64_t high = (p->n + 1) / 2, low = p->n / 2;
    if (p->hamming <= 0)
        return log2_sum((double)high * entry_bits(p, true), (double)low * entry_bits(p, true));
    const int64_t more = (p->hamming + 1) / 2, less = p->hamming / 2;
    const double bits = entry_bits(p, false);
    const double first = log2_choose(high, more), second = log2_choose(low, less);
    const double tries = log2_choose(p->n, p->hamming) - first - second;
    return tries + log2_sum(first + (double)more * bits, second + (double)less * bits);
}
