/* Symmetric matrices of which each rank holds tiles (parallel/transport.h): order² / R numbers.
   Every call but the accounts is collective. A context alone holds all of them. */
#ifndef GM_TILED_H
#define GM_TILED_H

#include "base/base.h"
#include "parallel/ranks.h"

/* The lower triangle counts: what is above the diagonal is not defined. */
typedef struct gm_tiled {
    gm_context *context;
    gm_grid grid;
    double *values; /* [columns][lead] */
} gm_tiled;

/* Bytes of the part of the rank that has most, of R ranks. */
double gm_tiled_bytes(int64_t order, int ranks);

/* Whether the parts can be addressed by ScaLAPACK, whose integers have 32 bits. */
bool gm_tiled_is_possible(int64_t order, int ranks);

/* A matrix of zeros. */
gm_status gm_tiled_create(gm_context *context, int64_t order, gm_tiled **out)
    __attribute__((warn_unused_result));

void gm_tiled_destroy(gm_tiled *matrix);

/*
 * matrix += VᵀV, V = vectors [k][order] on every rank: each adds to its tiles, and nothing is
 * handed over. A tile is one BLAS call, of a size that the order alone decides: the bits do not
 * depend on the number of ranks. Cost: k order² / R operations.
 */
gm_status gm_tiled_gram_add(gm_tiled *matrix, int64_t k, const double *vectors)
    __attribute__((warn_unused_result));

/* Each entry (i, j) of this rank ← entry / divisor + a_i a_j; a [order], NULL: zeros. */
void gm_tiled_update(gm_tiled *matrix, double divisor, const double *a);

/* Each entry of this rank ← scale · entry, plus `more` on the diagonal. */
void gm_tiled_shift(gm_tiled *matrix, double scale, double more);

/* The diagonal, [order], on every rank. */
gm_status gm_tiled_diagonal(const gm_tiled *matrix, double *out)
    __attribute__((warn_unused_result));

/* Rows first to first + count of the whole symmetric matrix, out [count][order], on every rank.
   Room: two tiles times the order. */
gm_status gm_tiled_rows(const gm_tiled *matrix, int64_t first, int64_t count, double *out)
    __attribute__((warn_unused_result));

/* Eigenvalues, descending, on every rank; borrowed, a copy is decomposed. 4/3 order³ / R
   operations. Statuses as gm_grid_eigenvalues(). */
gm_status gm_tiled_spectrum(const gm_tiled *matrix, double *eigenvalues)
    __attribute__((warn_unused_result));

/* x ← matrix⁻¹ x by Cholesky; likewise of a copy. Statuses as gm_grid_solve(). */
gm_status gm_tiled_solve(const gm_tiled *matrix, double *x) __attribute__((warn_unused_result));

#endif
