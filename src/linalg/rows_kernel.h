/* The vectorised part of src/linalg/rows.c, compiled for each instruction set. */
#ifndef GM_ROWS_KERNEL_H
#define GM_ROWS_KERNEL_H

#include "base/kernel.h"

/* Rows that one call combines, and right-hand sides that share one reading of them. */
enum { GM_COMBINE_ROWS = 8 };

/* out0[j], out1[j] += Σ_i c[2i], c[2i+1] · row[i][j] for i < 8, j < columns, in the order of i; the
   rows `next` will follow, and are brought nearer meanwhile. */
GM_DECLARE_KERNEL(void, gm_combine_two_u8,
                  (const uint8_t *const row[8], const uint8_t *const next[8], const double c[16],
                   int64_t columns, double *out0, double *out1));
GM_DECLARE_KERNEL(void, gm_combine_two_f32,
                  (const float *const row[8], const float *const next[8], const double c[16],
                   int64_t columns, double *out0, double *out1));
GM_DECLARE_KERNEL(void, gm_combine_two_f64,
                  (const double *const row[8], const double *const next[8], const double c[16],
                   int64_t columns, double *out0, double *out1));

/* out[j] += Σ_i c[i] · row[i][j]. */
GM_DECLARE_KERNEL(void, gm_combine_one_u8,
                  (const uint8_t *const row[8], const double c[8], int64_t columns, double *out));
GM_DECLARE_KERNEL(void, gm_combine_one_f32,
                  (const float *const row[8], const double c[8], int64_t columns, double *out));
GM_DECLARE_KERNEL(void, gm_combine_one_f64,
                  (const double *const row[8], const double c[8], int64_t columns, double *out));

/* Σ_j row[j] w[j] over sixteen interleaved partial sums, added as a tree. */
GM_DECLARE_KERNEL(double, gm_dot_u8, (const uint8_t *row, const double *w, int64_t columns));
GM_DECLARE_KERNEL(double, gm_dot_f32, (const float *row, const double *w, int64_t columns));
GM_DECLARE_KERNEL(double, gm_dot_f64, (const double *row, const double *w, int64_t columns));

#endif
