/* Edge of the spectrum of a signed sum of random rank-one matrices, and its inverse. */
#ifndef GM_EDGE_H
#define GM_EDGE_H

/*
 * The aspect a = d/k at which the upper edge of (1/k) Σ ξ_i g_i g_iᵀ, g_i ~ N(0, I_d), is `edge`.
 * ξ takes √((1−p)/p) with probability p and −√(p/(1−p)) otherwise: mean 0, variance 1.
 */
double gm_edge_aspect(double p, double edge);

#endif
