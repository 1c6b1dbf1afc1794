/* One block: its samples, its lattice, and the combinations that a reduced basis of it means. */
#ifndef GM_LWE_BLOCK_H
#define GM_LWE_BLOCK_H

#include "lwe/rows.h"

/* A block, as it is reduced and as it is kept. */
typedef struct gm_lwe_block {
    int64_t width;         /* m, samples combined */
    int64_t *index;        /* [m] */
    int64_t count;         /* combinations; 0 before it was reduced */
    int64_t *r;            /* [count][m] */
    int block_size, loops; /* that were asked for */
    int64_t weight;        /* τ */
    int64_t precision;     /* 0 double, 1 long double, 2 mpfr */
    double lll_seconds, bkz_seconds, fplll_seconds;
} gm_lwe_block;

/* k different columns of n, ascending, drawn at random: out [k]. */
gm_status gm_lwe_block_drop(gm_context *context, uint64_t seed, int64_t round, int64_t n, int64_t k,
                            int64_t *out) __attribute__((warn_unused_result));

/* Draw the samples of block b of a round. GM_OUT_OF_MEMORY */
gm_status gm_lwe_block_draw(gm_context *context, uint64_t seed, int64_t round, int64_t b,
                            int64_t samples, int64_t width, gm_lwe_block *out)
    __attribute__((warn_unused_result));

/*
 * The basis [[0, q I], [τ I, A']] of the block: rows and columns m + n', n' columns that are not in
 * dropped. *out is owned: gm_release(). GM_OUT_OF_MEMORY
 */
gm_status gm_lwe_block_basis(gm_context *context, const gm_lwe *instance, const gm_lwe_block *block,
                             const int64_t *dropped, int64_t dropped_count, int64_t **out)
    __attribute__((warn_unused_result));

/*
 * Read the combinations off a reduced basis [d][d]; vectors of the modulus alone are left out.
 * GM_INVALID_INPUT: a vector that is not of this lattice. GM_OUT_OF_MEMORY.
 */
gm_status gm_lwe_block_read(gm_context *context, const gm_lwe *instance, const int64_t *dropped,
                            int64_t dropped_count, const int64_t *basis, gm_lwe_block *block)
    __attribute__((warn_unused_result));

/*
 * Keep a block in a folder as block-<round>-<b>, and find it again. The file begins with the key of
 * what it depends on and ends with a checksum.
 * Loading a file that is absent, damaged or of another key is no failure: block->count stays 0.
 */
gm_status gm_lwe_block_save(gm_context *context, const char *folder, uint64_t key, int64_t round,
                            int64_t b, const gm_lwe_block *block)
    __attribute__((warn_unused_result));
gm_status gm_lwe_block_load(gm_context *context, const char *folder, uint64_t key, int64_t round,
                            int64_t b, gm_lwe_block *block) __attribute__((warn_unused_result));

/* The same from the bytes of a file. GM_OUT_OF_MEMORY */
gm_status gm_lwe_block_take(gm_context *context, const char *bytes, size_t size, uint64_t key,
                            gm_lwe_block *block) __attribute__((warn_unused_result));

/* Key of what a block depends on. */
uint64_t gm_lwe_block_key(const gm_lwe *instance, const gm_lwe_block *block, const int64_t *dropped,
                          int64_t dropped_count, uint64_t seed);

/* Free what it holds. */
void gm_lwe_block_free(gm_context *context, gm_lwe_block *block);

#endif
