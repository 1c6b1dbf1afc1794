/* The numbers of one measurement at fixed weights, and what follows from them. */
#ifndef GM_VALUES_H
#define GM_VALUES_H

#include "informativeness/sample.h"

/* At one set of weights. Members as in gm_measurement; NaN where undefined. */
typedef struct gm_values {
    const char *form;
    int64_t samples, targets;
    bool enumerated, exact;
    gm_estimate variance;
    double degrees; /* of freedom of its error; infinite where exact */
    double naive, collision_term, effective_targets, smallest_visible;
    gm_estimate epsilon_squared;
    double total_variation;
    double activity_mean;                     /* E a, a = ‖J‖² Var_h φ */
    double activity_square, activity_largest; /* E a² and, where exact, max a, otherwise NaN */
    double kernel_square;                     /* E[K²; X ≠ X'] */
    double noise_trace, label_noise_trace, mean_gradient;
} gm_values;

/* From drawn inputs and targets. */
gm_status gm_values_sampled(const gm_meter *meter, int64_t draw, gm_values *out)
    __attribute__((warn_unused_result));

/* From a sample, whoever made it. */
gm_status gm_values_of_sample(const gm_meter *meter, const gm_sample *sample, gm_values *out)
    __attribute__((warn_unused_result));

/* Fill a measurement, whose `collision` is set, with the mean of what `draws` sets of weights gave.
   GM_OUT_OF_MEMORY. */
gm_status gm_values_average(gm_context *context, int64_t draws, const gm_values *values,
                            gm_measurement *out) __attribute__((warn_unused_result));

/* From the whole support and class; gm_exact_check() has passed. */
gm_status gm_values_exact(const gm_meter *meter, int64_t draw, gm_values *out)
    __attribute__((warn_unused_result));

/* What the exact sums would take. */
typedef struct gm_exact_cost {
    const char *form;
    double points;     /* of the group or of the support */
    double operations; /* at one set of weights */
    double memory;     /* bytes */
} gm_exact_cost;

/* Whether the exact sums can be taken: GM_OK; GM_UNAVAILABLE (no closed sum for this class, loss or
   inputs), GM_UNABLE (too many points), both with what is allowed. The cost is set in any case
   where it is known. */
gm_status gm_exact_check(const gm_meter *meter, gm_exact_cost *out)
    __attribute__((warn_unused_result));

/* Sums over pairs that gm_values_exact() takes besides, at the rate of dense products, and their
   memory, which is taken after that of the rest is given back. */
double gm_exact_pair_operations(const gm_meter *meter);
double gm_exact_pair_memory(const gm_meter *meter);

/* What gm_values_sampled() would take. */
double gm_sampled_operations(const gm_meter *meter);
double gm_sampled_memory(const gm_meter *meter);

#endif
