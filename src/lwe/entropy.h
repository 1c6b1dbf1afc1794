/* Collision entropy of rows, before and after reduction, by the sum over their coordinates. */
#ifndef GM_LWE_ENTROPY_H
#define GM_LWE_ENTROPY_H

#include "lwe/rows.h"

/*
 * What the collision entropy of a row would be were its coordinates independent: a proxy, neither
 * bound nor estimate (Rényi's entropy of order 2 is not subadditive).
 */
typedef struct gm_lwe_entropy {
    double before, before_bits; /* of unreduced rows: n ln q, exact */
    double after, after_bits; /* kept columns as discrete Gaussians of their own deviation, at most
                                 ln q each; dropped columns ln q */
    double column_std;        /* root mean square of the kept columns' entries */
    double counted;       /* in place of `after`: n' (−ln p̄) + (n − n') ln q, p̄ the share of
                             pairs of rows that agree in a kept column; NaN: no pair agrees */
    double counted_error; /* standard error of that, of independent rows: n'/√(pairs) */
} gm_lwe_entropy;

/* GM_OUT_OF_MEMORY. Cost: N n operations. */
gm_status gm_lwe_find_entropy(gm_context *context, const gm_lwe_rows *rows, gm_lwe_entropy *out)
    __attribute__((warn_unused_result));

/* −ln Σ P(x)² of the discrete Gaussian on all whole numbers that has this standard deviation:
   ln(2 √π std) to 1e-12 from std 2 on, 0 at 0. */
double gm_lwe_gaussian_entropy(double std);

#endif
