#include "curvature/estimator.h"

#include <string.h>

/* E1: total target noise equal to the batch size makes the covariance of the gradients the
   curvature, up to a relative bias δᵀΣδ/n (zero-mean Gaussian inputs). */

static gm_status configure(gm_context *context, const gm_spec *spec, const gm_supply *supply,
                           gm_estimator *self) {
    (void)supply;
    self->copies = 1;
    return gm_spec_accept(context, spec, NULL, 0);
}

static void plan(const gm_estimator *self, double variance, gm_target_noise *out) {
    (void)self;
    *out = (gm_target_noise){
        .variance = variance, .copies = 1, .draws = 1, .draw = {0}, .sign = {1.0}};
}

static void extract(const gm_estimator *self, int64_t d, const double *gradients, double *vector,
                    double *clean) {
    (void)self;
    memcpy(vector, gradients, (size_t)d * sizeof *vector);
    memcpy(clean, gradients, (size_t)d * sizeof *clean);
}

static double divisor(const gm_estimator *self, double batch_size, double variance,
                      double label_noise) {
    (void)self;
    return (variance + label_noise) / batch_size;
}

const gm_estimator_kind gm_estimator_calibrated = {
    .name = "calibrated",
    .reason =
        "asked for: the covariance of gradients whose total target noise equals the batch size",
    .centered = true,
    .injects = true,
    .calibrated = true,
    .configure = configure,
    .plan = plan,
    .extract = extract,
    .divisor = divisor,
};
