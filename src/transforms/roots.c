#include "transforms/roots.h"

#include <math.h>
#include <stdbool.h>

void gm_root_of_unity(int64_t j, int64_t q, double *cosine, double *sine) {
    const long double half_pi = 1.570796326794896619231321691639751442L;
    const bool conjugate = 2 * j > q;
    int64_t t = conjugate ? 2 * (q - j) : 2 * j; /* the angle is t π/q, 0 ≤ t ≤ q */
    const bool obtuse = 2 * t > q;
    t = obtuse ? q - t : t; /* now at most π/2 */
    const bool swapped = 4 * t > q;
    const int64_t u = swapped ? q - 2 * t : 2 * t; /* u π/(2q), at most π/4 */
    const double angle = (double)(half_pi * (long double)u / (long double)q);
    const double c = swapped ? sin(angle) : cos(angle), s = swapped ? cos(angle) : sin(angle);
    *cosine = obtuse ? -c : c;
    *sine = conjugate ? -s : s;
}
