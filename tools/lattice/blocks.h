// BKZ in double numbers on the frame of frame.h, for blocks that are enumerated without
// preprocessing.
#ifndef GM_TOOLS_LATTICE_BLOCKS_H
#define GM_TOOLS_LATTICE_BLOCKS_H

#include "reduce.h"

namespace lattice {

// Blocks up to here are faster here than in fplll, whose strategies begin to matter beyond.
constexpr int LARGEST_BLOCK = 40;

// At most `loops` tours of BKZ over an LLL-reduced basis; the tours that ran, or -1, with the basis
// unchanged, where doubles do not do. Each block is enumerated in the order of [schnorr1994]
// within bounds that grow linearly with the number of coordinates.
int reduce_by_blocks(Basis &basis, double delta, int block_size, int loops);

} // namespace lattice

#endif
