#include "curvature/single.h"

/* The control: the covariance of gradients as they are. Divided by the label noise where that is
   known, since it is then the only calibrated part; otherwise by nothing. */

static gm_status configure(gm_context *context, const gm_spec *spec, const gm_supply *supply,
                           gm_estimator *self) {
    (void)supply;
    self->copies = 1;
    return gm_spec_accept(context, spec, NULL, 0);
}

static void plan(const gm_estimator *self, double variance, gm_target_noise *out) {
    (void)self;
    (void)variance;
    *out = (gm_target_noise){.variance = 0.0, .copies = 1, .draws = 0, .draw = {0}, .sign = {0.0}};
}

static double divisor(const gm_estimator *self, double batch_size, double variance,
                      double label_noise) {
    (void)self;
    (void)variance;
    return label_noise > 0.0 ? label_noise / batch_size : 1.0;
}

const gm_estimator_kind gm_estimator_none = {
    .name = "none",
    .reason = "asked for: the control without noise, which does not recover the curvature",
    .centered = true,
    .configure = configure,
    .plan = plan,
    .extract = gm_single_extract,
    .divisor = divisor,
};
