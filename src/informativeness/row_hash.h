/* Equal rows, found by 64-bit hashes that are made entry by entry. */
#ifndef GM_ROW_HASH_H
#define GM_ROW_HASH_H

#include "informativeness/collision.h"

/*
 * Continue the hash of a row by its next entry. Rows that differ in one entry never share a hash,
 * since each step permutes the 64 bits; others do as values of a random function do: once in
 * 2^64 pairs.
 */
static inline uint64_t gm_row_hash(uint64_t hash, uint64_t entry) {
    uint64_t z = (hash ^ entry) * UINT64_C(0xd6e8feb86659fd93);
    z = (z ^ z >> 32) * UINT64_C(0x9fb21c651e98df25);
    return z ^ z >> 29;
}

/* What the hash of a row begins with. */
#define GM_ROW_HASH_START UINT64_C(0x243f6a8885a308d3)

/*
 * Count equal hashes, sorting them.
 *   hashes, spare  [rows]; both are overwritten
 * GM_CANCELLED. Cost: O(rows), nine passes.
 */
gm_status gm_row_collisions(gm_context *context, int64_t rows, uint64_t *hashes, uint64_t *spare,
                            gm_collisions *out) __attribute__((warn_unused_result));

#endif
