/* The mean loss over all rows of a data set, and its gradient. */
#ifndef GM_OBJECTIVE_H
#define GM_OBJECTIVE_H

#include "base/base.h"
#include "curvature/problem.h"

typedef struct gm_objective gm_objective;

/* Of the problem's model, data and targets, all borrowed. Memory: 64 d numbers, and what the model
   needs for 256 rows on each thread. GM_OUT_OF_MEMORY. */
gm_status gm_objective_create(const gm_problem *problem, gm_objective **out)
    __attribute__((warn_unused_result));

/* NULL is allowed. */
void gm_objective_destroy(gm_objective *objective);

/*
 * Mean loss at the weights, and its gradient [d] where that is not NULL. Sums in an order fixed by
 * the number of rows. Cost: a forward and a backward pass over the data.
 */
gm_status gm_objective_evaluate(gm_objective *objective, const double *weights, double *loss,
                                double *gradient) __attribute__((warn_unused_result));

#endif
