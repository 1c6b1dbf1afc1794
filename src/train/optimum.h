/* The least loss of a convex model: what runs are judged by. */
#ifndef GM_TRAIN_OPTIMUM_H
#define GM_TRAIN_OPTIMUM_H

#include "curvature/problem.h"
#include "gradients/oracle.h"

typedef struct gm_least {
    double loss;        /* penalty included; NaN: none was found */
    double error;       /* how far above the least it may be: half the last Newton decrement */
    const char *method; /* static; NULL: none */
} gm_least;

/*
 * Least squares without penalty by the second moments, with refinement; otherwise Newton steps,
 * each solved by conjugate gradients under the preconditioner that target noise gives, until half
 * the decrement is below 1e-7 of the loss. A loss without a minimum leaves NaN. Cost: Newton step
 * about 30 passes over the data; memory 8 d numbers and the preconditioner's.
 */
gm_status gm_train_optimum(gm_problem *problem, gm_oracle *oracle, double l2, uint64_t seed,
                           gm_least *out) __attribute__((warn_unused_result));

/* Condition number of the curvature at w [d], from 4 d noise vectors; NaN above 512 weights and of
   networks. Gradients are counted. */
gm_status gm_train_condition(gm_oracle *oracle, const double *w, uint64_t seed, double *out)
    __attribute__((warn_unused_result));

#endif
