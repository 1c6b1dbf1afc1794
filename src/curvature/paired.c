#include "curvature/estimator.h"

/* E3: one batch with targets y+e and y−e. The gradient is affine in the target, so half the
   difference is −Jᵀe/n exactly and half the sum the clean gradient: no bias from the distance to
   the optimum, from label noise, or from the law of the inputs. */

static gm_status configure(gm_context *context, const gm_spec *spec, const gm_supply *supply,
                           gm_estimator *self) {
    (void)supply;
    self->copies = 2;
    return gm_spec_accept(context, spec, NULL, 0);
}

static void plan(const gm_estimator *self, double variance, gm_target_noise *out) {
    (void)self;
    *out = (gm_target_noise){
        .variance = variance, .copies = 2, .draws = 1, .draw = {0, 0}, .sign = {1.0, -1.0}};
}

static void extract(const gm_estimator *self, int64_t d, const double *gradients, double *vector,
                    double *clean) {
    (void)self;
    const double *plus = gradients, *minus = gradients + d;
    for (int64_t j = 0; j < d; j++) {
        vector[j] = 0.5 * (plus[j] - minus[j]);
        clean[j] = 0.5 * (plus[j] + minus[j]);
    }
}

static double divisor(const gm_estimator *self, double batch_size, double variance,
                      double label_noise) {
    (void)self;
    (void)label_noise;
    return variance / batch_size;
}

const gm_estimator_kind gm_estimator_paired = {
    .name = "paired",
    .reason = "the targets can be perturbed and the gradient is affine in them, so pairs of "
              "gradients isolate the noise exactly, at any distance from the optimum",
    .injects = true,
    .affine = true,
    .configure = configure,
    .plan = plan,
    .extract = extract,
    .divisor = divisor,
};
