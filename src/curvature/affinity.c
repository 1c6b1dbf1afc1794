#include "curvature/affinity.h"

#include <math.h>

/* Far from the optimum the noise is a small part of the gradient and its rounding the larger. */
static const double MOST = 1e-6;

gm_status gm_affinity_measure(gm_context *context, gm_supply *supply, const gm_target_noise *noise,
                              gm_source_seeds seeds, int64_t batch, double *out) {
    gm_status status = GM_OK;
    const int64_t d = supply->dimension;
    const gm_target_noise three = {.law = noise->law,
                                   .variance = noise->variance,
                                   .copies = 3,
                                   .draws = 1,
                                   .sign = {1.0, -1.0, 0.0}};
    gm_source *source = NULL;
    double *g = NULL, bend = 0.0, slope = 0.0;
    GM_TRY(GM_NEW(context, g, 3 * d));
    GM_TRY(supply->open(supply, &three, seeds, &source));
    GM_TRY(source->evaluate(source, batch, 0, g, NULL));
    for (int64_t j = 0; j < d; j++) {
        const double b = (g[j] - g[2 * d + j]) + (g[d + j] - g[2 * d + j]), s = g[j] - g[d + j];
        bend += b * b;
        slope += s * s;
    }
    *out = slope > 0.0 ? sqrt(bend / slope) : NAN;
done:
    gm_source_destroy(source);
    gm_release(context, g);
    return status;
}

gm_status gm_affinity_check(gm_context *context, double departure, double variance,
                            const char *estimator) {
    if (!(departure > MOST))
        return GM_OK;
    return gm_fail(
        context, GM_INVALID_INPUT,
        "the gradient is not affine in the targets: g(y+e) + g(y-e) - 2 g(y) is %.2g of "
        "g(y+e) - g(y-e), at most %g is rounding. The estimator '%s' relies on it; take a "
        "loss with a canonical link and soft targets, or, where the targets are many orders "
        "larger than the noise (variance %.2g), scale them down or add more noise",
        departure, MOST, estimator, variance);
}
