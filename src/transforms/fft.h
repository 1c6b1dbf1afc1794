/* The fast Fourier transform of columns whose length is a power of two. */
#ifndef GM_FFT_H
#define GM_FFT_H

#include "base/base.h"

/* Real and imaginary parts in planes of their own. */
typedef struct gm_planes {
    double *re, *im;
} gm_planes;

/* Roots of one length. Immutable once made. */
typedef struct gm_fft {
    int64_t length;
    gm_planes roots; /* e^{2πi j/length}, j < length */
} gm_fft;

gm_status gm_fft_create(gm_context *context, int64_t length, gm_fft **out)
    __attribute__((warn_unused_result));

void gm_fft_destroy(gm_context *context, gm_fft *fft);

/*
 * Transform `width` columns, data [length][width], with e^{+2πi/length}. Both data and spare, of
 * the same size, are written; whichever is returned holds the result, in natural order. For
 * e^{−2πi/length} exchange re and im on the way in and out. Nothing is allocated; it runs on the
 * calling thread.
 */
gm_planes gm_fft_run(const gm_fft *fft, gm_isa isa, int64_t width, gm_planes data, gm_planes spare);

/* Operations of one column. */
double gm_fft_operations(int64_t length);

#endif
