/* Whether every entry of recorded gradients is a number. */
#include <math.h>

#include "gradients/gradients.h"

gm_status gm_recorded_check_finite(gm_context *context, const gm_recorded *recorded,
                                   const char *file) {
    const int64_t d = recorded->dimension, copies = recorded->copies;
    for (int64_t i = 0; i < recorded->batches * copies; i++)
        for (int64_t j = 0; j < d; j++)
            if (!isfinite(recorded->values[i * d + j])) {
                if (copies == 1)
                    return gm_fail(context, GM_INVALID_INPUT,
                                   "%s: row %lld, column %lld is %g; every entry must be finite",
                                   file, (long long)i, (long long)j, recorded->values[i * d + j]);
                return gm_fail(
                    context, GM_INVALID_INPUT,
                    "%s: pair %lld, gradient %lld, column %lld is %g; every entry must be "
                    "finite",
                    file, (long long)(i / copies), (long long)(i % copies), (long long)j,
                    recorded->values[i * d + j]);
            }
    return GM_OK;
}
