/* Whether a few inputs look Gaussian in their tails. */
#ifndef GM_TAILS_H
#define GM_TAILS_H

#include "base/base.h"

/* Excesses in standard deviations of what Gaussian inputs show; NaN where undefined. */
typedef struct gm_tails {
    double marginal;  /* fourth moments of the coordinates */
    double principal; /* the same along the principal axes */
    double radial;    /* spread of the inputs' lengths */
} gm_tails;

/*
 * Test rows [count][d]. Cost: 2 count² d operations, and 4 d³ for the principal axes (d ≤ 1024).
 *
 * Marginal, principal: the pooled kurtosis of the coordinates, each about its own mean. It sees
 * independent heavy-tailed coordinates, along the axes or turned. Radial: the variance of ‖x − x̄‖²
 * against 2 tr C². It sees inputs that are heavy-tailed together, as the multivariate t.
 *   moments  [d][d] second moments, whose eigenvectors are the principal axes; NULL: not known
 */
gm_status gm_tails_test(gm_context *context, int64_t count, int64_t d, const double *rows,
                        const double *moments, gm_tails *out) __attribute__((warn_unused_result));

/* Write the warning, or "" where there is nothing to warn of. */
void gm_tails_say(const gm_tails *tails, size_t size, char *out);

#endif
