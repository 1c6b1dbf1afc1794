/* Products of matrices and vectors, each one call of BLAS. */
#include <cblas.h>

#include "linalg/linalg.h"

double gm_inner(int64_t d, const double *a, const double *b) {
    double sum = 0.0;
    for (int64_t j = 0; j < d; j++)
        sum += a[j] * b[j];
    return sum;
}

void gm_multiply(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda, const double *b,
                 int64_t ldb, double *c, int64_t ldc) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0, a, (int)lda,
                b, (int)ldb, 0.0, c, (int)ldc);
}

void gm_multiply_vector(int64_t m, int64_t k, const double *a, int64_t lda, const double *x,
                        double *y) {
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)m, (int)k, 1.0, a, (int)lda, x, 1, 0.0, y, 1);
}

void gm_multiply_vector_transposed(int64_t m, int64_t k, const double *a, int64_t lda,
                                   const double *x, double *y) {
    cblas_dgemv(CblasRowMajor, CblasTrans, (int)m, (int)k, 1.0, a, (int)lda, x, 1, 0.0, y, 1);
}

void gm_multiply_outer(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda,
                       const double *b, int64_t ldb, double *c, int64_t ldc) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1.0, a, (int)lda,
                b, (int)ldb, 0.0, c, (int)ldc);
}

void gm_multiply_inner_add(int64_t m, int64_t n, int64_t k, const double *a, int64_t lda,
                           const double *b, int64_t ldb, double *c, int64_t ldc) {
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0, a, (int)lda,
                b, (int)ldb, 1.0, c, (int)ldc);
}

void gm_multiply_self_add(int64_t n, int64_t k, const double *a, double *c) {
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)n, (int)k, 1.0, a, (int)n, 1.0, c,
                (int)n);
}

void gm_multiply_f32(int64_t m, int64_t n, int64_t k, const float *a, const float *b, float *c) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)k,
                b, (int)n, 0.0f, c, (int)n);
}

void gm_multiply_outer_f32(int64_t m, int64_t n, int64_t k, const float *a, const float *b,
                           float *c) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1.0f, a, (int)k, b,
                (int)k, 0.0f, c, (int)n);
}

void gm_multiply_transposed_f32(int64_t m, int64_t n, int64_t k, const float *a, const float *b,
                                float *c) {
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)k, (int)n, (int)m, 1.0f, a, (int)k, b,
                (int)n, 0.0f, c, (int)n);
}
