/* The Walsh–Hadamard transform: Fourier over Z_2^n, of real functions and in real numbers. */
#ifndef GM_WALSH_H
#define GM_WALSH_H

#include "base/base.h"

/* The most axes. */
enum { GM_WALSH_MOST = 40 };

/*
 * Transform r functions on {0,1}^n at once, in place: W(s) = Σ_x f(x) (−1)^{⟨s,x⟩}.
 * Twice is 2^n times the identity.
 *   n  axes, 0 ≤ n ≤ 40
 *   r  functions, r ≥ 1; 2^n r ≤ 2^40
 *   x  [2^n][r]; the first coordinate is the highest bit of the index, as in gm_fourier_run()
 *
 * Exact where the sums are integers below 2^53; else each result has an error below n 2^-53 Σ|f|,
 * to first order. The bits are the same for any number of threads and every instruction set.
 *
 * Memory: 256 KiB a worker, none up to 2^15 numbers. Cost: n 2^n r additions; x is read and written
 * once for the 2^15 numbers that lie together and once for each 11 axes beyond: twice for n = 26.
 *
 * Errors: GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY, and then nothing was changed; GM_CANCELLED, after
 * which x holds no meaning.
 */
gm_status gm_walsh_hadamard(gm_context *context, int n, int64_t r, double *x)
    __attribute__((warn_unused_result));

#endif
