#include "curvature/estimator.h"

/* E3: one batch with targets y+e and y−e. The gradient is affine in the target, so half the
   difference is −Jᵀe/n exactly and half the sum the clean gradient: no bias from the distance to
   the optimum, from label noise, or from the law of the inputs. */

static void plan(double variance, gm_target_noise *out) {
    *out = (gm_target_noise){
        .variance = variance, .copies = 2, .draws = 1, .draw = {0, 0}, .sign = {1.0, -1.0}};
}

static void extract(int64_t d, const double *gradients, double *vector, double *clean) {
    const double *plus = gradients, *minus = gradients + d;
    for (int64_t j = 0; j < d; j++) {
        vector[j] = 0.5 * (plus[j] - minus[j]);
        clean[j] = 0.5 * (plus[j] + minus[j]);
    }
}

static double divisor(double batch_size, double variance, double label_noise) {
    (void)label_noise;
    return variance / batch_size;
}

const gm_estimator gm_estimator_paired = {
    .name = "paired",
    .reason = "the targets can be perturbed and the gradient is affine in them, so pairs of "
              "gradients isolate the noise exactly, at any distance from the optimum",
    .copies = 2,
    .injects = true,
    .plan = plan,
    .extract = extract,
    .divisor = divisor,
};
