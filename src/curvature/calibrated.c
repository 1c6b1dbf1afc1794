#include "curvature/single.h"

/* E1: total target noise equal to the batch size makes the covariance of the gradients the
   curvature, up to a relative bias δᵀΣδ/n (zero-mean Gaussian inputs). */

static gm_status configure(gm_context *context, const gm_spec *spec, const gm_supply *supply,
                           gm_estimator *self) {
    (void)supply;
    self->copies = 1;
    return gm_spec_accept(context, spec, NULL, 0);
}

const gm_estimator_kind gm_estimator_calibrated = {
    .name = "calibrated",
    .reason =
        "asked for: the covariance of gradients whose total target noise equals the batch size",
    .centered = true,
    .injects = true,
    .calibrated = true,
    .configure = configure,
    .plan = gm_single_plan,
    .extract = gm_single_extract,
    .divisor = gm_single_divisor,
};
