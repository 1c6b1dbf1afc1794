/* A low-rank sketch of a scatter Σ (v − v̄)(v − v̄)ᵀ or Σ v vᵀ: Frequent Directions, for d at which
   d² numbers do not fit. Derivation in docs/theory/low-rank.md. */
#ifndef GM_SKETCH_H
#define GM_SKETCH_H

#include "base/base.h"

typedef struct gm_sketch gm_sketch;

/*
 *   rank      R: directions kept when the 2R rows of the buffer are full
 *   expected  vectors to come: no more rows than that are taken
 *   centered  about the mean, which is tracked exactly
 * Memory: min(2R, expected) d numbers. Cost: 6 R d operations a vector and (2R)³ every R vectors.
 */
gm_status gm_sketch_create(gm_context *context, int64_t dimension, int64_t rank, int64_t expected,
                           bool centered, gm_sketch **out) __attribute__((warn_unused_result));

/* NULL is allowed. */
void gm_sketch_destroy(gm_sketch *sketch);

/* Where the next vectors go, out [room][d], room ≥ 1; valid until the next call. */
gm_status gm_sketch_room(gm_sketch *sketch, int64_t *room, double **out)
    __attribute__((warn_unused_result));

/* Take `count` ≤ room vectors that were written there. They are destroyed. */
gm_status gm_sketch_take(gm_sketch *sketch, int64_t count) __attribute__((warn_unused_result));

/* Number of vectors taken. */
int64_t gm_sketch_count(const gm_sketch *sketch);

/* The scatter is factorᵀ factor + E, E ⪰ 0, ‖E‖ ≤ bound; diag(E) is known. */
typedef struct gm_sketch_result {
    int64_t rows;        /* of the factor, at most 2R */
    int64_t rank;        /* numerical rank of the factor */
    double *factor;      /* [rows][d], orthogonal rows, longest first; the caller's */
    double *eigenvalues; /* [rows], descending: of factorᵀ factor + diag(E) along its rows */
    double *diagonal;    /* [d] diag(E); the caller's */
    double bound;        /* 0 where nothing was left out */
    double trace;        /* of the scatter, exact */
} gm_sketch_result;

/* Everything above divided by `divisor`. The sketch can then only be destroyed. */
gm_status gm_sketch_finish(gm_sketch *sketch, double divisor, gm_sketch_result *out)
    __attribute__((warn_unused_result));

#endif
