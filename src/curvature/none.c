#include "curvature/estimator.h"

#include <string.h>

/* The control: the covariance of gradients as they are. Divided by the label noise where that is
   known, since it is then the only calibrated part; otherwise by nothing. */

static void plan(double variance, gm_target_noise *out) {
    (void)variance;
    *out = (gm_target_noise){.variance = 0.0, .copies = 1, .draws = 0, .draw = {0}, .sign = {0.0}};
}

static void extract(int64_t d, const double *gradients, double *vector, double *clean) {
    memcpy(vector, gradients, (size_t)d * sizeof *vector);
    memcpy(clean, gradients, (size_t)d * sizeof *clean);
}

static double divisor(double batch_size, double variance, double label_noise) {
    (void)variance;
    return label_noise > 0.0 ? label_noise / batch_size : 1.0;
}

const gm_estimator gm_estimator_none = {
    .name = "none",
    .reason = "asked for: the control without noise, which does not recover the curvature",
    .copies = 1,
    .centered = true,
    .plan = plan,
    .extract = extract,
    .divisor = divisor,
};
