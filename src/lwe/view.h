/* Rows as an attack sees them: phases, short columns, columns that were left out. */
#ifndef GM_LWE_VIEW_H
#define GM_LWE_VIEW_H

#include "lwe/rows.h"

/* y_i = ⟨x_i, s⟩ + ⟨u_i, g⟩ + error mod 1; s the kept and g the dropped entries of the secret. */
typedef struct gm_lwe_view {
    int64_t count, kept, dropped;
    double *x;       /* [count][kept], in turns, centred */
    double *y;       /* [count] */
    double *u;       /* [count][dropped] */
    double *square;  /* [count] ‖x_i‖² */
    double *error;   /* [count] σ²‖R_i‖²/q², variance of the error in turns² */
    double *shared;  /* [count][count] σ² R_i·R_j/q², its covariance; NULL until asked for */
    int64_t *column; /* [kept] column of the instance that each kept one is */
    int64_t *row;    /* [count] row of the gm_lwe_rows that each one is */
} gm_lwe_view;

/*
 * Choose the `limit` rows that are seen best where the kept entries have squared norm `level`
 * (fewest v_i = level ‖x_i‖²/kept + error_i), in the order of `rows`. limit 0: all.
 */
gm_status gm_lwe_view_create(gm_context *context, const gm_lwe_rows *rows,
                             const gm_lwe_parameters *parameters, double level, int64_t limit,
                             gm_lwe_view **out) __attribute__((warn_unused_result));

/* Fill `shared`. Cost: 2 count² used operations, count used numbers for a moment; used: samples
   that the rows combine. */
gm_status gm_lwe_view_share(gm_context *context, gm_lwe_view *view, const gm_lwe_rows *rows,
                            const gm_lwe_parameters *parameters)
    __attribute__((warn_unused_result));

/* v_i of row i at a squared norm of the kept entries. */
static inline double gm_lwe_view_variance(const gm_lwe_view *view, int64_t i, double level) {
    return level * view->square[i] / (double)view->kept + view->error[i];
}

/* Covariance of phases i and j at such a norm, from the products gram = X Xᵀ and `shared`. */
static inline double gm_lwe_view_covariance(const gm_lwe_view *view, const double *gram, int64_t i,
                                            int64_t j, double level) {
    const int64_t at = i * view->count + j;
    return level * gram[at] / (double)view->kept + view->shared[at];
}

/* Least v_i of all rows: what every factor e^(−2π²v) is taken relative to, lest it underflow on
   rows that say nothing. */
double gm_lwe_view_least_variance(const gm_lwe_view *view, double level);

/* m_ij = 2π x_ij e^(−2π²(v_i − least)), the covariance of sin 2πy_i with entry j over the variance
   of that: out [count][kept]. */
void gm_lwe_view_response(const gm_lwe_view *view, double level, double least, double *out);

/* NULL is allowed. */
void gm_lwe_view_destroy(gm_context *context, gm_lwe_view *view);

#endif
