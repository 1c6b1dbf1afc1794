/* Signs in recorded gradients that their noise is not what the calibration takes it for, and what
   is known of their scale. Derivations in docs/theory/calibration.md. */
#ifndef GM_CALIBRATION_H
#define GM_CALIBRATION_H

#include <gradiometer/recover.h>

#include "gradients/gradients.h"

/* Look for the signs, keep them in the recovery and warn of those that are plain. */
gm_status gm_calibration_check(gm_context *context, const gm_recorded *recorded,
                               gm_recovery *recovery) __attribute__((warn_unused_result));

/* Compare the trace of the estimate with the one known (0: none) and say what the scale rests on.
   Only for gradients that are not our own. */
gm_status gm_calibration_check_scale(gm_context *context, double trace, gm_recovery *recovery)
    __attribute__((warn_unused_result));

#endif
