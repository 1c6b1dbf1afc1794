#include "curvature/estimator.h"

#include <string.h>

/* E1: total target noise equal to the batch size makes the covariance of the gradients the
   curvature, up to a relative bias δᵀΣδ/n (zero-mean Gaussian inputs). */

static void plan(double variance, gm_target_noise *out) {
    *out = (gm_target_noise){
        .variance = variance, .copies = 1, .draws = 1, .draw = {0}, .sign = {1.0}};
}

static void extract(int64_t d, const double *gradients, double *vector, double *clean) {
    memcpy(vector, gradients, (size_t)d * sizeof *vector);
    memcpy(clean, gradients, (size_t)d * sizeof *clean);
}

static double divisor(double batch_size, double variance, double label_noise) {
    return (variance + label_noise) / batch_size;
}

const gm_estimator gm_estimator_calibrated = {
    .name = "calibrated",
    .reason =
        "asked for: the covariance of gradients whose total target noise equals the batch size",
    .copies = 1,
    .centered = true,
    .injects = true,
    .calibrated = true,
    .plan = plan,
    .extract = extract,
    .divisor = divisor,
};
