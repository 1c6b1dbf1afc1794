/* What rows show of a secret that is known, beside what they are expected to show. */
#include <gradiometer/lwe_attack.h>

#include "lwe/predict.h"

enum { ROWS = 600 }; /* as many as the whitened gradient of an attack takes */

static gm_lwe_signal_summary summary_of(gm_lwe_signal signal) {
    return (gm_lwe_signal_summary){signal.z, signal.deviation, signal.discrimination};
}

gm_status gm_lwe_observe_secret(gm_context *context, const gm_lwe *instance,
                                const gm_lwe_rows *rows, const int64_t *secret, bool whitened,
                                gm_lwe_signal_summary *predicted, gm_lwe_signal_summary *observed) {
    gm_status status;
    gm_lwe_reading *reading = NULL;
    gm_lwe_signal seen;
    if (!context || !instance || !rows || !secret || !predicted || !observed)
        return context ? gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_observe_secret: NULL")
                       : GM_INVALID_ARGUMENT;
    const gm_lwe_parameters *parameters = &instance->parameters;
    if (rows->count < 1 || rows->n != parameters->n || rows->q != parameters->q)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lwe_observe_secret: %lld rows of n = %lld, q = %lld; the instance has "
                       "n = %lld, q = %lld",
                       (long long)rows->count, (long long)rows->n, (long long)rows->q,
                       (long long)parameters->n, (long long)parameters->q);
    GM_TRY((whitened ? gm_lwe_read_whitened : gm_lwe_read_plain)(context, rows, parameters, ROWS,
                                                                 &reading));
    GM_TRY(gm_lwe_observe(context, rows, reading, secret, &seen));
    *predicted = summary_of(gm_lwe_predicted(reading));
    *observed = summary_of(seen);
done:
    gm_lwe_reading_destroy(context, reading);
    return status;
}
