/* Element by element work beside the products, compiled for each instruction set. Sums have sixteen
   interleaved parts, added as a tree: same bits with AVX2 and AVX-512. */
#ifndef GM_SUMS_KERNEL_H
#define GM_SUMS_KERNEL_H

#include "base/kernel.h"

/* k[c] = scale (in[c] + bias) out[c], added to what k held unless `first`. */
GM_DECLARE_KERNEL(void, gm_factor_row,
                  (int64_t count, bool first, double bias, double scale, const double *in,
                   const double *out, double *k));

/* sums[h] += a[h] b[h]. */
GM_DECLARE_KERNEL(void, gm_products_row,
                  (int64_t count, const double *a, const double *b, double *sums));

/* out[0] = Σ w_c k_c, out[1] = Σ w_c k_c². */
GM_DECLARE_KERNEL(void, gm_moments_row,
                  (int64_t count, const double *w, const double *k, double out[2]));

/* out[0] = Σ k_c², out[1] = Σ w_c k_c². */
GM_DECLARE_KERNEL(void, gm_squares_row,
                  (int64_t count, const double *w, const double *k, double out[2]));

/* k[c] −= mean. */
GM_DECLARE_KERNEL(void, gm_centre_row, (int64_t count, double mean, double *k));

/* Of values x in re: part[r] += base x, re[r] = slope_re x, im[r] = slope_im x. */
GM_DECLARE_KERNEL(void, gm_fill_row,
                  (int64_t count, double base, double slope_re, double slope_im, double *re,
                   double *im, double *part));

/* value[r] += w_re re[r] − w_im im[r]. */
GM_DECLARE_KERNEL(void, gm_harmonic_row,
                  (int64_t count, double w_re, double w_im, const double *re, const double *im,
                   double *value));

#endif
