/* The Fourier transform of small q: along each axis a product with cosines and sines. */
#ifndef GM_FOLDED_H
#define GM_FOLDED_H

#include "base/base.h"

/* Tables of one q. Immutable once made. */
typedef struct gm_folded {
    int64_t q;
    double *cosine; /* [⌊q/2⌋+1][⌊q/2⌋+1] */
    double *sine;   /* [⌊q/2⌋+1][⌈q/2⌉−1]; rows 0 and q/2 are 0 */
} gm_folded;

gm_status gm_folded_create(gm_context *context, int64_t q, gm_folded **out)
    __attribute__((warn_unused_result));

void gm_folded_destroy(gm_context *context, gm_folded *folded);

/* As gm_fourier_run(), of arguments that were checked. */
gm_status gm_folded_run(gm_context *context, const gm_folded *folded, int n, int64_t r, double *re,
                        double *im) __attribute__((warn_unused_result));

/* Operations of one column of one axis. */
double gm_folded_operations(int64_t q);

#endif
