/* What other attacks would take: counts of exhaustive search and meet in the middle. */
#ifndef GM_LWE_BASELINES_H
#define GM_LWE_BASELINES_H

#include "lwe/rows.h"

/*
 * log2 of the number of secrets that exhaustive search would try: with h known C(n, h) v^h, v the
 * non-zero values of an entry; otherwise v'^n, v' all of its values. Gaussian entries have
 * v = 2^H and v' = 2^H, H the Shannon entropy in bits of an entry of that law: the size of the
 * typical set [cover2006, theorem 3.1.2]. NaN where the law is not known.
 */
double gm_lwe_log2_exhaustive(const gm_lwe_parameters *parameters);

/*
 * log2 of the entries of both tables that meet in the middle is expected to make
 * [howgravegraham2003]: places are cut into halves n₁ = ⌈n/2⌉, n₂; where h is known, ⌈h/2⌉ and
 * ⌊h/2⌋ non-zeros must have fallen into them, which takes 1/P tries of new orders of the places,
 * P = C(n₁, h₁) C(n₂, h₂) / C(n, h). The search for pairs that agree up to the error, and the
 * representations of [may2021], which lower the exponent further, are not counted.
 */
double gm_lwe_log2_meet_in_the_middle(const gm_lwe_parameters *parameters);

#endif
