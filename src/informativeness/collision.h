/* Collision entropy of laws, and from counts of equal draws; see docs/theory/entropy.md. */
#ifndef GM_COLLISION_H
#define GM_COLLISION_H

#include <gradiometer/entropy.h>

#include "inputs/inputs.h"

/* How often values came up more than once among `rows` draws of them. */
typedef struct gm_collisions {
    double rows;     /* N ≥ 2 */
    double pairs;    /* c = #{i < j: x_i = x_j} = Σ n (n−1) / 2 over the values, n times each */
    double triples;  /* Σ n (n−1) (n−2), ordered triples of equal draws */
    double distinct; /* values that came up */
} gm_collisions;

/* Add a value that came up n ≥ 1 times; `rows` is left alone. */
static inline void gm_collisions_add(gm_collisions *collisions, double n) {
    collisions->pairs += 0.5 * n * (n - 1.0);
    collisions->triples += n * (n - 1.0) * (n - 2.0);
    collisions->distinct += 1.0;
}

/*
 * Estimate −ln Σ P², with its interval, from N independent draws of P.
 *
 * p̂ = c/C(N,2). The interval treats c as made by S rows that share values, S = 4c/f,
 * f = max(1, triples/c + 1 − (2N−3) p̂) + min(1, 40/c), and S as Poisson:
 * p in c/(S(S−1)) · [G(S, .025)², G(S+1, .975)²] / C(N,2), G the Gamma quantiles. No collision:
 * p ≤ G(2, .95)²/N² = 22.504/N² at 95 %, whatever P is. Method "rows" or "lower-bound".
 */
void gm_collision_interval(const gm_collisions *collisions, gm_collision_entropy *out);

/* The exact entropy of all coordinates of a law, and of one of them; "exact" or "continuous". */
void gm_collision_of_law(const gm_inputs *inputs, gm_collision_entropy *whole,
                         gm_collision_entropy *coordinate);

#endif
