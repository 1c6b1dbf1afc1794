// LLL in double numbers, without a proof: what does most of the work before fplll finishes it.
#ifndef GM_TOOLS_LATTICE_SWAPS_H
#define GM_TOOLS_LATTICE_SWAPS_H

#include "reduce.h"

namespace lattice {

// Bring `basis` near to an LLL-reduced one of the same lattice. False, with the basis unchanged,
// where numbers become too large or too small for doubles, or it takes too long.
//
// fplll computes the Gram-Schmidt numbers of a vector anew at each of its visits, d² operations or
// more for each swap. Here the orthonormal frame is kept and a swap turns two of its vectors, and a
// vector is reduced against all others only when it stays and a coefficient has become large: about
// d operations for a swap. Rounding errors choose the steps a little differently, no more: every
// step is a swap or an exact subtraction of whole numbers.
bool reduce_by_swaps(Basis &basis, double delta);

} // namespace lattice

#endif
