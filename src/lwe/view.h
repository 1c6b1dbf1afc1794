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

/* Fill `shared`. Cost: 2 count² samples operations, count samples numbers for a moment. */
gm_status gm_lwe_view_share(gm_context *context, gm_lwe_view *view, const gm_lwe_rows *rows,
                            const gm_lwe_parameters *parameters)
    __attribute__((warn_unused_result));

/* v_i of row i at a squared norm of the kept entries. */
static inline double gm_lwe_view_variance(const gm_lwe_view *view, int64_t i, double level) {
    return level * view->square[i] / (double)view->kept + view->error[i];
}

void gm_lwe_view_destroy(gm_context *context, gm_lwe_view *view);

#endif
