/* The Hessian from differences of gradients of one batch at moved weights: the control for those
   who may move the weights. For a network it is the Hessian that is found, not Gauss–Newton. */
#ifndef GM_HVP_H
#define GM_HVP_H

#include "curvature/problem.h"

/*
 * Spend that number of batch gradients on forward differences (g(w + s q) − g(w))/s, every gradient
 * of a batch on the same rows: batches 0, 1, … of the seed.
 *   gradients ≥ d + 1  the mean over ⌊gradients/(d + 1)⌋ batches, each resolved along all axes
 *   fewer              one batch along gradients − 1 random directions, completed by Nyström
 *   out                [d][d], symmetric; of the Hessian, which for mlp is not Gauss–Newton
 * GM_INVALID_ARGUMENT for fewer than 2 gradients. Cost: a forward and a backward pass a gradient,
 * and with m < d directions 4 m² d + 18 m³ operations; memory 128 d numbers, or 2 m d + m².
 */
gm_status gm_hvp_estimate(gm_problem *problem, uint64_t seed, int64_t gradients, double *out)
    __attribute__((warn_unused_result));

#endif
