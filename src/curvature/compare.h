/* How far an estimate is from the curvature computed from the data. */
#ifndef GM_COMPARE_H
#define GM_COMPARE_H

#include <gradiometer/recover.h>

#include "base/base.h"

/*
 * Compare estimate [d][d] with truth [d][d], whose eigenvalues are [d], descending. Both borrowed.
 * Cost: one operator norm; with `condition`, and where the truth is regular, two decompositions of
 * order d more.
 */
gm_status gm_compare(gm_context *context, int64_t d, const double *estimate, const double *truth,
                     const double *truth_eigenvalues, bool condition, gm_recovery_error *out)
    __attribute__((warn_unused_result));

#endif
