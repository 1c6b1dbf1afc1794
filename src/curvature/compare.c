#include "curvature/compare.h"

#include <math.h>
#include <string.h>

#include "linalg/linalg.h"

/* Largest eigenvalue over the smallest one of estimate⁻¹ truth; NaN where the estimate is singular
   or the truth not positive definite. */
static gm_status condition_after(gm_context *context, int64_t d, const double *estimate,
                                 const double *truth, double *out) {
    gm_status status = GM_OK;
    double *a = NULL, *b = NULL, *values = NULL;
    GM_TRY(GM_NEW(context, a, d * d));
    GM_TRY(GM_NEW(context, b, d * d));
    GM_TRY(GM_NEW(context, values, d));
    memcpy(a, truth, (size_t)(d * d) * sizeof *a);
    memcpy(b, estimate, (size_t)(d * d) * sizeof *b);
    status = gm_generalized_eigenvalues(context, d, a, b, values);
    *out = status == GM_OK && values[d - 1] > 0.0 ? values[0] / values[d - 1] : NAN;
    if (status == GM_UNDEFINED)
        status = GM_OK;
done:
    gm_release(context, values);
    gm_release(context, b);
    gm_release(context, a);
    return status;
}

gm_status gm_compare(gm_context *context, int64_t d, const double *estimate, const double *truth,
                     const double *truth_eigenvalues, bool condition, gm_recovery_error *out) {
    gm_status status = GM_OK;
    double *difference = NULL;
    double distance = 0.0, size = 0.0, norm = 0.0, error_norm = 0.0;
    gm_recovery_error error = {NAN, NAN, NAN};
    GM_TRY(GM_NEW(context, difference, d * d));
    for (int64_t i = 0; i < d * d; i++) {
        difference[i] = estimate[i] - truth[i];
        distance += difference[i] * difference[i];
        size += truth[i] * truth[i];
    }
    GM_TRY(gm_symmetric_norm(context, d, difference, &error_norm));
    gm_release(context, difference);
    difference = NULL;
    norm = fmax(fabs(truth_eigenvalues[0]), fabs(truth_eigenvalues[d - 1]));
    if (norm > 0.0) {
        error.operator_relative = error_norm / norm;
        error.frobenius_relative = sqrt(distance / size);
    }
    if (condition && truth_eigenvalues[d - 1] > 0.0)
        GM_TRY(condition_after(context, d, estimate, truth, &error.condition_after));
    *out = error;
done:
    gm_release(context, difference);
    return status;
}

gm_status gm_curvature_error(gm_context *context, int64_t d, const double *estimate,
                             const double *truth, gm_recovery_error *out) {
    gm_status status = GM_OK;
    double *copy = NULL, *values = NULL;
    if (d < 1)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_curvature_error: order %lld",
                       (long long)d);
    for (int64_t i = 0; i < d * d; i++)
        if (!isfinite(estimate[i]) || !isfinite(truth[i]))
            return gm_fail(context, GM_INVALID_ARGUMENT,
                           "gm_curvature_error: entry (%lld, %lld) is not finite",
                           (long long)(i / d), (long long)(i % d));
    GM_TRY(GM_NEW(context, copy, d * d));
    GM_TRY(GM_NEW(context, values, d));
    memcpy(copy, truth, (size_t)(d * d) * sizeof *copy);
    GM_TRY(gm_symmetric_eigenvalues(context, d, copy, values));
    GM_TRY(gm_compare(context, d, estimate, truth, values, true, out));
done:
    gm_release(context, values);
    gm_release(context, copy);
    return status;
}
