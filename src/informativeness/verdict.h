/* What a measurement means, in a word and a sentence. */
#ifndef GM_VERDICT_H
#define GM_VERDICT_H

#include <gradiometer/measure.h>

#include "base/base.h"

/* Set signal_to_noise, samples_to_see_target, samples_lower_bound, verdict and reason of a
   measurement whose variance, noise_trace and budget are set. GM_OUT_OF_MEMORY. */
gm_status gm_verdict_set(gm_context *context, gm_measurement *m)
    __attribute__((warn_unused_result));

#endif
