/* The discrete Fourier transform over the group Z_q^n; derivations: docs/theory/transforms.md. */
#ifndef GM_FOURIER_H
#define GM_FOURIER_H

#include "base/base.h"

/* The largest q that transforms are made for. */
enum { GM_FOURIER_MOST = 1 << 24 };

/* Tables for one q. Immutable: any number of threads may share them. */
typedef struct gm_fourier gm_fourier;

/*
 * Make the tables of q, 2 ≤ q ≤ 2^24, prime or not.
 * Memory: about 4 q² bytes where axes are transformed by products (q ≤ 300), else 16 bytes for each
 * of q and of twice the least power of two L ≥ 2q − 1 (for a power of two, of L = q alone). Errors:
 * GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY.
 */
gm_status gm_fourier_create(gm_context *context, int64_t q, gm_fourier **out)
    __attribute__((warn_unused_result));

/* NULL is allowed. */
void gm_fourier_destroy(gm_context *context, gm_fourier *fourier);

/*
 * Transform r functions on Z_q^n at once, in place:
 *   F(k) = Σ_x f(x) e^{+2πi⟨k,x⟩/q},  k, x ∈ {0, …, q−1}^n.
 *   n       axes, n ≥ 0 (0 changes nothing)
 *   r       functions, r ≥ 1; q^n r ≤ 2^40
 *   re, im  [q^n][r], real and imaginary parts; x has index (…(x_0 q + x_1) q + …) + x_{n−1}
 * For e^{−2πi⟨k,x⟩/q}, which q^{−n} makes the inverse, exchange re and im.
 *
 * Each F(k) has an error below 1e-15 (1 + log2 q^n) times the l2 norm of f. The bits are the same
 * for any number of threads, and with AVX2 and AVX-512.
 *
 * Memory of a worker: below 1 MiB up to L = 2048; 256 L bytes above, at most 128 MiB, and 32 L
 * bytes at last (1 GiB at L = 2^25).
 *
 * Cost: gm_fourier_operations(q, n) r operations; the array is read and written once for each
 * ⌊log_q 1024⌋ axes of small q, for each axis of large q. Threads share columns: r = 1 with n = 1
 * runs on one.
 *
 * Errors: GM_INVALID_ARGUMENT, and then nothing was changed; GM_OUT_OF_MEMORY, GM_CANCELLED, after
 * which the arrays hold no meaning.
 */
gm_status gm_fourier_run(gm_context *context, const gm_fourier *fourier, int n, int64_t r,
                         double *re, double *im) __attribute__((warn_unused_result));

/* Real additions and multiplications for one function, for estimates of cost; q ≥ 2, n ≥ 0. */
double gm_fourier_operations(int64_t q, int n);

#endif
