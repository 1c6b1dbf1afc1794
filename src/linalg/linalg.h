/* Dense symmetric linear algebra behind a few named operations. Matrices are row-major float64.
   Every BLAS or LAPACK call runs on one thread over blocks fixed by the sizes alone. */
#ifndef GM_LINALG_H
#define GM_LINALG_H

#include "base/base.h"

/*
 * Make sure that BLAS finds its work space: OpenBLAS takes 128 MiB a thread of address space at its
 * first call and tries for ever where the system refuses. Every function below that has a context
 * begins with this; it costs one system call, once in a context. GM_OUT_OF_MEMORY.
 */
gm_status gm_blas_prepare(gm_context *context) __attribute__((warn_unused_result));

/*
 * lower += RᵀR on and below the diagonal, R = rows [k][d]; entries above it are not defined.
 * Tiles of the triangle are shared among threads; each tile is one BLAS call. Cost: k d²
 * operations.
 */
gm_status gm_gram_accumulate(gm_context *context, int64_t k, int64_t d, const double *rows,
                             double *lower) __attribute__((warn_unused_result));

/*
 * The same on several ranks: each adds its own tiles to its matrix, and gm_gram_gather() hands
 * every tile to every rank, which then has what gm_gram_accumulate() would have. Between the two
 * any number of products may be added. A context alone adds all tiles. Traffic of the latter: about
 * d² / 2 numbers, and as much room while it lasts.
 */
gm_status gm_gram_accumulate_part(gm_context *context, int64_t k, int64_t d, const double *rows,
                                  double *lower) __attribute__((warn_unused_result));
gm_status gm_gram_gather(gm_context *context, int64_t d, double *lower)
    __attribute__((warn_unused_result));

/* Operations a second of that product, the best of some on a small one, in some ten milliseconds.
 */
gm_status gm_product_rate(gm_context *context, double *operations_per_second)
    __attribute__((warn_unused_result));

/* out [k][k] = R Rᵀ, both triangles, R = rows [k][d]. Cost: k² d operations. */
gm_status gm_outer_gram(gm_context *context, int64_t k, int64_t d, const double *rows, double *out)
    __attribute__((warn_unused_result));

/* packed [d (d + 1) / 2] ← the rows of a [d][d] without what is above the diagonal. */
void gm_symmetric_pack(int64_t d, const double *a, double *packed);

/* Copy the lower triangle of a [d][d] to the upper one. */
void gm_symmetric_mirror(int64_t d, double *a);

/*
 * Eigenvalues, descending, of a symmetric matrix of which the lower triangle is read.
 *   a            [d][d], destroyed
 *   eigenvalues  [d]
 * GM_NUMERICAL_FAILURE where LAPACK does not converge. Cost: 4/3 d³ operations.
 */
gm_status gm_symmetric_eigenvalues(gm_context *context, int64_t d, double *a, double *eigenvalues)
    __attribute__((warn_unused_result));

/* The same of a borrowed a, of which a copy is decomposed: d² numbers more. */
gm_status gm_symmetric_spectrum(gm_context *context, int64_t d, const double *a,
                                double *eigenvalues) __attribute__((warn_unused_result));

/*
 * Eigenvalues of a positive semi-definite a [d][d] of low rank r, borrowed, in the dual form: with
 * a = L Lᵀ, L [d][r] by pivoted Cholesky, they are those of LᵀL [r][r] and zeros. Directions below
 * d ε times the largest diagonal entry are left out. Cost: 2 d r² + 4/3 r³ operations and d²
 * numbers. eigenvalues  [d], descending
 */
gm_status gm_semidefinite_spectrum(gm_context *context, int64_t d, const double *a,
                                   double *eigenvalues) __attribute__((warn_unused_result));

/*
 * Operator norm of a symmetric a [d][d], both triangles read, nothing destroyed: by decomposition
 * up to d = 512, by Lanczos with full orthogonalisation above, until the residual of the largest
 * Ritz value is 1e-6 of it (at most 400 steps). Cost: 2 d² operations a step.
 */
gm_status gm_symmetric_norm(gm_context *context, int64_t d, const double *a, double *out)
    __attribute__((warn_unused_result));

/* Eigenvalues as above and, in the rows of a, orthonormal eigenvectors in the same order. */
gm_status gm_symmetric_eigen(gm_context *context, int64_t d, double *a, double *eigenvalues)
    __attribute__((warn_unused_result));

/*
 * Eigenvalues, descending, of b⁻¹a for symmetric a and positive definite b (lower triangles), both
 * destroyed. GM_UNDEFINED where b is not positive definite to working precision.
 */
gm_status gm_generalized_eigenvalues(gm_context *context, int64_t d, double *a, double *b,
                                     double *eigenvalues) __attribute__((warn_unused_result));

/* Solve a x = b for positive definite a (lower triangle; destroyed); x [d] holds b on entry.
   GM_UNDEFINED where a is not positive definite to working precision. */
gm_status gm_positive_solve(gm_context *context, int64_t d, double *a, double *x)
    __attribute__((warn_unused_result));

/*
 * Solve a X = B for positive definite a [d][d] (lower triangle, which becomes L with a = L Lᵀ).
 *   x  [d][columns], holds B on entry
 * GM_UNDEFINED where a is not positive definite to working precision. Cost: d³/3 + 2 d² columns
 * operations.
 */
gm_status gm_positive_solve_many(gm_context *context, int64_t d, double *a, int64_t columns,
                                 double *x) __attribute__((warn_unused_result));

/* The lower triangle of a positive definite a [d][d] ← L with a = L Lᵀ. GM_UNDEFINED where a is not
   positive definite to working precision. Cost: d³/3 operations. */
gm_status gm_cholesky(gm_context *context, int64_t d, double *a)
    __attribute__((warn_unused_result));

/* x ← (L Lᵀ)⁻¹ x with the lower triangle L of l [d][d]; x [d]. Cost: 2 d² operations. */
void gm_cholesky_solve(int64_t d, const double *l, double *x);

/* The lower triangle of l [d][d], of no zero on its diagonal, ← its inverse. Cost: d³/3. */
gm_status gm_triangular_invert(gm_context *context, int64_t d, double *l)
    __attribute__((warn_unused_result));

/* Σ a_j b_j, j < d, one after another. */
double gm_inner(int64_t d, const double *a, const double *b);

/* c [m][n] = a [m][k] b [k][n]; rows of a, b, c lie lda, ldb, ldc apart. */
void gm_multiply(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda, const double *b,
                 int64_t ldb, double *c, int64_t ldc);

/* y [m] = a [m][k] x; rows of a lie lda apart. */
void gm_multiply_vector(int64_t m, int64_t k, const double *a, int64_t lda, const double *x,
                        double *y);

/* y [k] = aᵀ x, a [m][k]. */
void gm_multiply_vector_transposed(int64_t m, int64_t k, const double *a, int64_t lda,
                                   const double *x, double *y);

/* c [m][n] = a [m][k] bᵀ, b [n][k]. */
void gm_multiply_outer(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda,
                       const double *b, int64_t ldb, double *c, int64_t ldc);

/* c [m][n] += aᵀ b, a [k][m], b [k][n]. */
void gm_multiply_inner_add(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda,
                           const double *b, int64_t ldb, double *c, int64_t ldc);

/* The lower triangle of c [n][n] += aᵀ a, a [k][n]; entries above it are not touched. */
void gm_multiply_self_add(int64_t n, int64_t k, const double *a, double *c);

/* c [m][n] = a [m][k] b [k][n] in float32. */
void gm_multiply_f32(int64_t m, int64_t n, int64_t k, const float *a, const float *b, float *c);

/* c [m][n] = a [m][k] bᵀ, b [n][k], in float32. */
void gm_multiply_outer_f32(int64_t m, int64_t n, int64_t k, const float *a, const float *b,
                           float *c);

/* c [k][n] = aᵀ b with a [m][k], b [m][n], in float32. */
void gm_multiply_transposed_f32(int64_t m, int64_t n, int64_t k, const float *a, const float *b,
                                float *c);

/*
 * Eigenvalues, ascending, and orthonormal eigenvectors of a symmetric tridiagonal matrix.
 *   diagonal  [m], becomes the eigenvalues
 *   off       [m], the first m−1 are its off-diagonal; destroyed
 *   vectors   [m][m], one eigenvector a row
 */
gm_status gm_tridiagonal_eigen(gm_context *context, int64_t m, double *diagonal, double *off,
                               double *vectors) __attribute__((warn_unused_result));

#endif
