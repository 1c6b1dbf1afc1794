/* A model on a data set at certain weights: what gm_recover() takes gradients of. */
#ifndef GM_PROBLEM_H
#define GM_PROBLEM_H

#include <gradiometer/recover.h>

#include "gradients/source.h"
#include "models/model.h"

typedef struct gm_problem {
    gm_context *context;
    const gm_dataset *dataset; /* borrowed */
    const char *at;            /* borrowed */
    gm_model *model;
    double *targets; /* [rows]: numbers, or indices of classes */
    int64_t classes; /* 0: they are numbers */
    double *weights; /* [d], after gm_problem_place() */
    double *moments; /* [columns][columns] second moments of the inputs, where the point or the
                        comparison of a linear model needed them; may be NULL */
    gm_supply *supply;
} gm_problem;

/* Make model, targets and supply; the weights are not set yet. Statuses as gm_recover(). */
gm_status gm_problem_create(gm_context *context, const gm_dataset *dataset,
                            const gm_recover_options *options, gm_problem **out)
    __attribute__((warn_unused_result));

/* Bring the weights to the point. */
gm_status gm_problem_place(gm_problem *problem, uint64_t seed) __attribute__((warn_unused_result));

/* Make `moments` where they are not there yet. */
gm_status gm_problem_moments(gm_problem *problem) __attribute__((warn_unused_result));

/*
 * The generalised Gauss–Newton matrix (1/Σ c_i) Σ_i c_i J_iᵀ H_i J_i at the weights: the truth.
 *   counts  [rows] c_i ≥ 0, or NULL for all ones
 *   out     [d][d], symmetric
 */
gm_status gm_problem_curvature(gm_problem *problem, const double *counts, double *out)
    __attribute__((warn_unused_result));

/* NULL is allowed. */
void gm_problem_destroy(gm_problem *problem);

#endif
