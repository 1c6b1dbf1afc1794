#include "curvature/estimator.h"

#include <string.h>

/* E3: one batch with its own targets and m times with noise on them. The gradient is affine in the
   target, so each difference is −Jᵀe/n exactly: m vectors of m + 1 gradients, where pairs give one
   of two. The m vectors share the rows of their batch, which costs little while m ≪ n. */

enum { DEFAULT_NOISED = 8 };

static gm_status configure(gm_context *context, const gm_spec *spec, const gm_supply *supply,
                           gm_estimator *self) {
    static const char *const keys[] = {"m", ""};
    gm_status status = GM_OK;
    double noised = DEFAULT_NOISED;
    GM_TRY(gm_spec_accept(context, spec, keys, 2));
    const char *key = gm_spec_value(spec, "") ? "" : "m";
    GM_TRY(gm_spec_number(context, spec, key, DEFAULT_NOISED, 1.0, GM_MAX_COPIES - 1, &noised));
    if (noised != (double)(int)noised)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "estimator fanout: m is %g; it must be a whole number", noised));
    if (noised >= (double)supply->batch_size)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "estimator fanout: m is %g; it must be below the batch size %lld, since the "
                       "vectors of a batch share its rows",
                       noised, (long long)supply->batch_size));
    self->vectors = (int)noised;
    self->copies = self->vectors + 1;
done:
    return status;
}

static void plan(const gm_estimator *self, double variance, gm_target_noise *out) {
    *out = (gm_target_noise){.variance = variance, .copies = self->copies, .draws = self->vectors};
    for (int r = 0; r < self->vectors; r++) {
        out->draw[r + 1] = r;
        out->sign[r + 1] = 1.0;
    }
}

static void extract(const gm_estimator *self, int64_t d, const double *gradients, double *vectors,
                    double *clean) {
    memcpy(clean, gradients, (size_t)d * sizeof *clean);
    for (int r = 0; r < self->vectors; r++)
        for (int64_t j = 0; j < d; j++)
            vectors[r * d + j] = gradients[(r + 1) * d + j] - gradients[j];
}

static double divisor(const gm_estimator *self, double batch_size, double variance,
                      double label_noise) {
    (void)self;
    (void)label_noise;
    return variance / batch_size;
}

const gm_estimator_kind gm_estimator_fanout = {
    .name = "fanout",
    .reason = "asked for: differences of noised gradients and the clean one of the same batch",
    .injects = true,
    .affine = true,
    .configure = configure,
    .plan = plan,
    .extract = extract,
    .divisor = divisor,
};
