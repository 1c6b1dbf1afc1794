/* Rows made of the samples of an instance by whole combinations: what an attack works on. */
#ifndef GM_LWE_ROWS_H
#define GM_LWE_ROWS_H

#include <gradiometer/lwe.h>

#include "base/base.h"

/*
 * N rows R A mod q, R b mod q. Each is a combination of `width` samples, the same ones for all rows
 * of one block. Unreduced samples are rows of width 1 with R = 1.
 */
typedef struct gm_lwe_rows {
    int64_t count; /* N */
    int64_t n;     /* columns */
    int64_t q;
    int64_t width; /* samples a row combines at most */
    int64_t blocks;
    int64_t *ra;           /* [N][n], centred residues */
    int64_t *rb;           /* [N], centred residues */
    int64_t *r;            /* [N][width], coefficients */
    int64_t *index;        /* [N][width], sample that each coefficient belongs to */
    int64_t *block;        /* [N], ascending from 0 */
    int64_t dropped_count; /* k */
    int64_t *dropped;      /* [k], ascending: columns left out of the lattice; uniform in ra */
} gm_lwe_rows;

#endif
