#include "curvature/single.h"

#include <string.h>

void gm_single_plan(const gm_estimator *self, double variance, gm_target_noise *out) {
    (void)self;
    *out = (gm_target_noise){
        .variance = variance, .copies = 1, .draws = 1, .draw = {0}, .sign = {1.0}};
}

void gm_single_extract(const gm_estimator *self, int64_t d, const double *gradients, double *vector,
                       double *clean) {
    (void)self;
    memcpy(vector, gradients, (size_t)d * sizeof *vector);
    memcpy(clean, gradients, (size_t)d * sizeof *clean);
}

double gm_single_divisor(const gm_estimator *self, double batch_size, double variance,
                         double label_noise) {
    (void)self;
    return (variance + label_noise) / batch_size;
}
