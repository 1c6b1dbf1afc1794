/* The Fourier transform of any q by fast transforms of a power of two. */
#ifndef GM_CHIRP_H
#define GM_CHIRP_H

#include "base/base.h"
#include "transforms/fft.h"

/*
 * Tables of one q. Immutable once made. A power of two needs no chirp: then chirp and kernel are
 * NULL and the fft is of length q.
 */
typedef struct gm_chirp {
    int64_t q;
    gm_fft *fft;      /* of the least power of two ≥ 2q − 1 */
    gm_planes chirp;  /* [q], c_j = e^{πi j²/q} */
    gm_planes kernel; /* [length], transform of conj c_{|j|}, −q < j < q, over the length */
} gm_chirp;

gm_status gm_chirp_create(gm_context *context, int64_t q, gm_chirp **out)
    __attribute__((warn_unused_result));

void gm_chirp_destroy(gm_context *context, gm_chirp *chirp);

/* As gm_fourier_run(), of arguments that were checked. */
gm_status gm_chirp_run(gm_context *context, const gm_chirp *chirp, int n, int64_t r, double *re,
                       double *im) __attribute__((warn_unused_result));

/* Operations of one column of one axis. */
double gm_chirp_operations(int64_t q);

#endif
