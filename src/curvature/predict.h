/* How far an estimate Σ v vᵀ / k' is from its expectation, from the vectors v alone. The method,
   its derivation and its limits are in docs/theory/predicted-error.md. */
#ifndef GM_PREDICT_H
#define GM_PREDICT_H

#include <gradiometer/recover.h>

#include "base/base.h"

typedef struct gm_predictor gm_predictor;

enum {
    GM_SPLITS = 32,     /* random splits that the prediction rests on */
    GM_LEAST_GROUPS = 8 /* groups below which nothing is predicted */
};

/* What the splits say; gm_predict_at() turns it into errors at any number of noise vectors. */
typedef struct gm_prediction {
    int64_t vectors; /* kept; 0: too few groups to predict anything */
    int64_t group;   /* vectors of one group */
    double
        aspect[GM_SPLITS]; /* a with relative error 2√a + a, over the cross-validated top value */
    double aspect_low[GM_SPLITS]; /* the same over the largest top value that fits the vectors */
    double deviation;             /* relative standard deviation of the cross-validated top value */
    double fourth; /* mean over groups of ‖A‖_F², A a group's mean of v vᵀ: ‖v‖⁴ alone */
    double operator_factor;  /* what a correction of the estimate multiplies relative errors by, */
    double frobenius_factor; /* in the operator and in the Frobenius norm; 0: nothing corrected */
    double operator_spread;  /* relative error that the correction itself brings in, r.m.s. */
    double squared_norm;     /* ‖S‖_F² before it */
} gm_prediction;

/* How many of the noise vectors that are to come it keeps: up to max(2 d, 2048). */
int64_t gm_predictor_kept(int64_t dimension, int64_t expected);

/*
 * Create a predictor that keeps the first vectors it is given, as float32.
 *   expected  number of noise vectors to come
 *   group     how many in a row share the rows of a batch; groups are independent, their vectors
 *             are not
 *   centered  the estimate is a covariance
 * Memory: gm_predictor_kept() · d · 4 bytes, d² numbers at most where d ≥ 1024.
 */
gm_status gm_predictor_create(gm_context *context, int64_t dimension, int64_t expected,
                              int64_t group, bool centered, uint64_t seed, gm_predictor **out)
    __attribute__((warn_unused_result));

void gm_predictor_destroy(gm_predictor *predictor);

/* Vectors from now on are of a stratum of their own: a part of the population with a fixed weight,
   whose second moment may differ from that of the others; splits are made within strata. Without
   this, all are of one. */
gm_status gm_predictor_begin_stratum(gm_predictor *predictor) __attribute__((warn_unused_result));

/* The vectors that it keeps, borrowed: [*count][d] in units of *unit. */
const float *gm_predictor_vectors(const gm_predictor *predictor, int64_t *count, double *unit);

/* Show it the next vectors, [count][d]. */
gm_status gm_predictor_add(gm_predictor *predictor, int64_t count, const double *vectors)
    __attribute__((warn_unused_result));

/* Split, and keep what the splits say. The kept vectors are changed: nothing can be added after.
   Cost: 2624 operations for each number kept, in float32. */
gm_status gm_predictor_finish(gm_predictor *predictor, gm_prediction *out)
    __attribute__((warn_unused_result));

/* Relative operator error at k noise vectors. */
gm_estimate gm_predict_at(const gm_prediction *prediction, int64_t k);

/* Root mean square of the relative Frobenius error of an estimate from k vectors whose squared
   Frobenius norm is given; NaN where the vectors do not determine it. */
double gm_predict_frobenius(const gm_prediction *prediction, int64_t k, double squared_norm);

/* Smallest number of noise vectors for which the upper end is at most `require`; −1: undefined. */
int64_t gm_predict_needed(const gm_prediction *prediction, double require);

#endif
