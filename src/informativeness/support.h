/* Passes over the support of the inputs, a chunk of rows at a time. */
#ifndef GM_SUPPORT_H
#define GM_SUPPORT_H

#include "informativeness/meter.h"

enum { GM_SUPPORT_CHUNK = 256, GM_SUPPORT_GROUPS = 32 };

/* What is known of rows first … first+count−1 of the support. */
typedef struct gm_chunk {
    int64_t first, count;
    const double *x, *p, *z, *a, *delta; /* factors as gm_sample has them; a, delta lie together */
    double *jacobian; /* [GM_SUPPORT_CHUNK][parameters] room; NULL: not asked for */
} gm_chunk;

/* Visit a chunk; `group` in [0, GM_SUPPORT_GROUPS) has its own sums, in which chunks come in order.
 */
typedef gm_status gm_visit(void *argument, const gm_chunk *chunk, int group);

/*
 * Visit the whole support: groups of consecutive chunks, fixed whatever the threads, run in
 * parallel. with_jacobian  give the visitor room for rows of the Jacobian GM_OUT_OF_MEMORY,
 * GM_CANCELLED, or what the visitor returned.
 */
gm_status gm_support_visit(const gm_meter *meter, bool with_jacobian, gm_visit *visit,
                           void *argument) __attribute__((warn_unused_result));

#endif
