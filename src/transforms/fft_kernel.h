/* The vectorised part of src/transforms/fft.c and chirp.c, compiled for each instruction set. */
#ifndef GM_FFT_KERNEL_H
#define GM_FFT_KERNEL_H

#include "base/kernel.h"

/*
 * One step of radix 4 of the transform with e^{+2πi/length}, length = 4m: for p < m, with
 * a, b, c, d = x[p], x[p+m], x[p+2m], x[p+3m] and u = e^{2πi p/length},
 *   y[4p]   = (a + c) + (b + d)        y[4p+1] = u  ((a − c) + i(b − d))
 *   y[4p+2] = u²((a + c) − (b + d))    y[4p+3] = u³ ((a − c) − i(b − d)).
 * An entry is s numbers side by side; u^e is entry e·p·step of the roots.
 */
GM_DECLARE_KERNEL(void, gm_fft_step4,
                  (int64_t m, int64_t s, int64_t step, const double *root_re, const double *root_im,
                   const double *x_re, const double *x_im, double *y_re, double *y_im));

/* The last step where the length is no power of 4: y[0], y[1] = x[0] ± x[1], entries of s numbers.
 */
GM_DECLARE_KERNEL(void, gm_fft_step2, (int64_t s, const double *x, double *y));

/* Entry j of s numbers, (re, im) ← (re, im)·(factor_re[j], factor_im[j]), for j < count. */
GM_DECLARE_KERNEL(void, gm_fft_scale,
                  (int64_t count, int64_t s, const double *factor_re, const double *factor_im,
                   double *re, double *im));

#endif
