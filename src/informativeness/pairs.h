/* Exact sums over all pairs of a small support: what bounds are made of. */
#ifndef GM_PAIRS_H
#define GM_PAIRS_H

#include "informativeness/sample.h"
#include "informativeness/values.h"

/* Sums over x ≠ x' with weights P(x) P(x'). */
typedef struct gm_pair_sums {
    double kernel;          /* E[K²; X ≠ X'] */
    double epsilon_squared; /* E[κ²; X ≠ X'] */
    double dependence;      /* O = E[Kκ; X ≠ X'] */
    double total_variation; /* NaN: too many pairs, or labels that are not from a list */
} gm_pair_sums;

/* Operations of the first three, and of the total variation. Infinite where they can not be had. */
double gm_pairs_operations(const gm_meter *meter);
double gm_total_variation_operations(const gm_meter *meter);

/* The plain sums: also what the transforms are tested against. `whole` is of gm_sample_whole().
   GM_OUT_OF_MEMORY, GM_CANCELLED. */
gm_status gm_pairs(const gm_meter *meter, const gm_sample *whole, gm_pair_sums *out)
    __attribute__((warn_unused_result));

#endif
