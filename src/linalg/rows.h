/* Rows of a data matrix in the type they came in, and the two products that gradients need. */
#ifndef GM_ROWS_H
#define GM_ROWS_H

#include <stdint.h>

#include "base/base.h"

typedef enum gm_element { GM_ELEMENT_U8, GM_ELEMENT_F32, GM_ELEMENT_F64 } gm_element;

/*
 * A row-major matrix whose entry (i, j) is data[i·stride + j] / divisor.
 * Pixels stay bytes (divisor 255): a batch gradient is bound by the bytes it reads.
 */
typedef struct gm_rows {
    gm_element element;
    int64_t rows, columns;
    int64_t stride; /* in elements, ≥ columns */
    double divisor; /* 255 for pixels, 1 otherwise */
    const void *data;
} gm_rows;

/* Bytes of one element. */
size_t gm_element_size(gm_element element);

/*
 * out[r][j] = Σ_i (coefficients[i][r] / divisor) data[index[i]][j], for r < m: Cᵀ X over n rows.
 *
 * Every output is one chain of fused multiply-adds over i = 0 … n−1, so the bits do not depend on
 * the instruction set (AVX2, AVX-512) or on how columns are blocked. Cost: 2 n m d operations, n d
 * elements read once for every pair of right-hand sides.
 *   index         [n], rows; NULL: 0 … n−1
 *   coefficients  [n][m]
 *   out           [m][columns], overwritten
 */
void gm_rows_combine(const gm_context *context, const gm_rows *rows, int64_t n,
                     const int64_t *index, int64_t m, const double *coefficients, double *out);

/* out[i] = ⟨row first+i, w⟩ for i < count; w [columns]. Fixed order of summation. */
void gm_rows_multiply(const gm_context *context, const gm_rows *rows, int64_t first, int64_t count,
                      const double *w, double *out);

/* Copy rows first … first+count−1 to out [count][columns] as float64. */
void gm_rows_expand(const gm_rows *rows, int64_t first, int64_t count, double *out);

/* Copy rows index[0] … index[n−1] to out [n][columns] as float64. */
void gm_rows_gather(const gm_rows *rows, int64_t n, const int64_t *index, double *out);

#endif
