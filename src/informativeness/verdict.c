#include "informativeness/verdict.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* T over V, the batch whose noise power equals the signal; no noise needs no sample, and no signal
   infinitely many. */
static double samples(double noise, double signal) {
    return noise <= 0.0 ? (signal > 0.0 ? 0.0 : (double)INFINITY)
                        : (signal > 0.0 ? noise / signal : (double)INFINITY);
}

/* Are residuals at different inputs independent over the class, so that O is nothing beside D? */
static bool stand_apart(const gm_measurement *m, bool exact) {
    return exact ? fabs(m->dependence_term) <= 0.05 * m->collision_term
                 : m->epsilon_squared.low <= 0.0;
}

/* Why a gradient says little: the first cause that fits. */
static const char *cause(const gm_measurement *m) {
    const bool exact = strcmp(m->method, "exact") == 0;
    if (m->noise_trace <= 0.0 && m->variance.high <= 0.0)
        return "the gradient is zero for every target";
    if (!stand_apart(m, exact))
        return m->variance.low > 0.0
                   ? "of what residuals at different inputs share little is left in the gradient"
                   : "what residuals at different inputs share cancels in the gradient";
    if (exact)
        return "residuals at different inputs are independent over the class, and equal inputs are "
               "rare";
    return m->collision > 0.0
               ? "residuals at different inputs are independent over the class, as far as can be "
                 "seen, and equal inputs are rare"
               : "residuals at different inputs are independent over the class, as far as can be "
                 "seen, and no input comes twice";
}

static void explain(const gm_measurement *m, char *out, size_t size) {
    const double most = samples(m->noise_trace, m->variance.low);
    const double least = m->samples_lower_bound;
    if (strcmp(m->verdict, "informative") == 0)
        snprintf(
            out, size,
            "a batch of %.3g samples shows which target it is (at most %.3g at 95 %%), within the "
            "budget of %.3g",
            fmax(1.0, ceil(m->samples_to_see_target)), fmax(1.0, ceil(most)), m->budget);
    else if (strcmp(m->verdict, "uninformative") == 0 && isinf(least))
        snprintf(out, size, "no number of samples shows the target: %s", cause(m));
    else if (strcmp(m->verdict, "uninformative") == 0)
        snprintf(out, size, "at least %.3g samples are needed, more than the budget of %.3g: %s",
                 ceil(least), m->budget, cause(m));
    else if (m->variance.low > 0.0)
        snprintf(out, size,
                 "between %.3g and %.3g samples are needed, and the budget of %.3g lies between; "
                 "draw more",
                 ceil(least), ceil(most), m->budget);
    else
        snprintf(
            out, size,
            "the variance cannot be told from 0 with %lld inputs and %lld targets; at least %.3g "
            "samples are needed, and the budget is %.3g",
            (long long)m->samples, (long long)m->targets, ceil(least), m->budget);
}

gm_status gm_verdict_set(gm_context *context, gm_measurement *m) {
    char reason[512];
    const double most = samples(m->noise_trace, m->variance.low);
    m->signal_to_noise = m->noise_trace > 0.0 ? m->variance.value / m->noise_trace : (double)NAN;
    m->samples_lower_bound = samples(m->noise_trace, m->variance.high);
    m->samples_to_see_target =
        m->variance.low > 0.0 ? samples(m->noise_trace, m->variance.value) : (double)NAN;
    m->verdict = m->variance.low > 0.0 && most <= m->budget ? "informative"
                 : m->samples_lower_bound > m->budget       ? "uninformative"
                                                            : "undecided";
    explain(m, reason, sizeof reason);
    m->reason = gm_duplicate(context, reason);
    return m->reason ? GM_OK : GM_OUT_OF_MEMORY;
}
