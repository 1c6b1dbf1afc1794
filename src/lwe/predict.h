/* What the first step of peeling sees of a non-zero entry of the secret: expected from rows alone,
   and observed where the secret is known [docs/theory/lwe.md]. */
#ifndef GM_LWE_PREDICT_H
#define GM_LWE_PREDICT_H

#include "lwe/rows.h"

/*
 * A linear reading of the phases of some rows: z_j = Σ_i weight_ij sin 2πy_i for every column that
 * is not dropped, and what it gives in expectation over secrets and errors.
 */
typedef struct gm_lwe_reading {
    int64_t rows, columns; /* N' taken, k kept */
    int64_t *row;          /* [N'] number of a row, ascending */
    int64_t *column;       /* [k] ascending */
    double *weight;        /* [N'][k] */
    double *shift;         /* [k] E z_j s_j / E s_j²; of entries 0, ±1: E(z_j | s_j = 1) */
    double *deviation;     /* [k] standard deviation of z_j where s_j = 0 */
} gm_lwe_reading;

/*
 * The plain gradient: z_j = Σ_i ω_i x_ij sin 2πy_i / √(½ Σ_i ω_i² x_ij²), ω_i = exp(−2π²v_i), which
 * has deviation 1 where rows are independent and phases uniform.
 *   most  rows that are taken at most, those of least v_i
 * GM_OUT_OF_MEMORY, GM_CANCELLED. Cost: N'² (n + samples + k) multiplications, N'² exponentials;
 * memory N' (N' + n + samples) numbers.
 */
gm_status gm_lwe_read_plain(gm_context *context, const gm_lwe_rows *rows,
                            const gm_lwe_parameters *parameters, int64_t most, gm_lwe_reading **out)
    __attribute__((warn_unused_result));

/*
 * The whitened gradient: z = (E⁻¹M)ᵀ sin 2πy / √diag(MᵀE⁻¹M), E the covariance of sin 2πy and M its
 * slope in the secret: the best linear reading. Besides N'³/3 + 2 N'² k operations.
 */
gm_status gm_lwe_read_whitened(gm_context *context, const gm_lwe_rows *rows,
                               const gm_lwe_parameters *parameters, int64_t most,
                               gm_lwe_reading **out) __attribute__((warn_unused_result));

/* NULL is allowed. */
void gm_lwe_reading_destroy(gm_context *context, gm_lwe_reading *reading);

/* z, its deviation where entries are 0, and the ratio d', by which the two are told apart. */
typedef struct gm_lwe_signal {
    double z;              /* mean, in the direction of its entry, of one that is ±1 */
    double deviation;      /* root mean square over entries that are 0 */
    double discrimination; /* d' */
} gm_lwe_signal;

/* What a reading expects: means over columns, d' of the mean of the columns' d'. */
gm_lwe_signal gm_lwe_predicted(const gm_lwe_reading *reading);

/*
 * What it saw of a secret [n]: z = Σ z_j s_j / Σ s_j² over kept columns, and the rest over those
 * with s_j = 0; NaN where there are none. The dropped part of the secret is taken off the phases.
 * GM_OUT_OF_MEMORY
 */
gm_status gm_lwe_observe(gm_context *context, const gm_lwe_rows *rows,
                         const gm_lwe_reading *reading, const int64_t *secret, gm_lwe_signal *out)
    __attribute__((warn_unused_result));

/* The reading itself: z_j of every column of the reading, out [k], with the dropped part of the
   secret [n] taken off the phases. GM_OUT_OF_MEMORY */
gm_status gm_lwe_project(gm_context *context, const gm_lwe_rows *rows,
                         const gm_lwe_reading *reading, const int64_t *secret, double *out)
    __attribute__((warn_unused_result));

/* z of N rows of independent entries with root mean square f and one row variance v:
   √(2N) 2πf exp(−2π²v). */
double gm_lwe_simple_z(double rows, double f, double v);

#endif
