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
    if (m->enumerated && m->targets == 1)
        return "the class has one target only";
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

/* A number of samples cut to three digits by `cut`, at least 1, and written out where it is not
   immense: ceil keeps "at most" true, floor "at least". */
typedef char count_text[32];

static const char *count(double value, double (*cut)(double), count_text out) {
    const double unit = pow(10.0, fmax(0.0, floor(log10(fmax(value, 1.0))) - 2.0));
    snprintf(out, sizeof(count_text), "%.10g", fmax(1.0, cut(value / unit) * unit));
    return out;
}

static void explain(const gm_measurement *m, char *out, size_t size) {
    const double most = samples(m->noise_trace, m->variance.low);
    const double least = m->samples_lower_bound;
    count_text needed, low, high, budget;
    count(m->samples_to_see_target, ceil, needed);
    count(least, floor, low);
    count(most, ceil, high);
    snprintf(budget, sizeof budget, "%.10g", m->budget);
    const char *plural = strcmp(needed, "1") == 0 ? "" : "s";
    if (strcmp(m->verdict, "informative") == 0 && m->variance.std_error <= 0.0)
        snprintf(out, size,
                 "a batch of %s sample%s shows which target it is, within the budget of %s", needed,
                 plural, budget);
    else if (strcmp(m->verdict, "informative") == 0)
        snprintf(
            out, size,
            "a batch of %s sample%s shows which target it is (at most %s at 95 %%), within the "
            "budget of %s",
            needed, plural, high, budget);
    else if (strcmp(m->verdict, "uninformative") == 0 && isinf(least))
        snprintf(out, size, "no number of samples shows the target; %s", cause(m));
    else if (strcmp(m->verdict, "uninformative") == 0)
        snprintf(out, size, "at least %s samples are needed, more than the budget of %s; %s", low,
                 budget, cause(m));
    else if (m->variance.low > 0.0)
        snprintf(out, size,
                 "between %s and %s samples are needed, and the budget of %s lies between; draw "
                 "more",
                 low, high, budget);
    else
        snprintf(
            out, size,
            "the variance cannot be told from 0 with %lld inputs and %lld targets; at least %s "
            "samples are needed, and the budget is %s",
            (long long)m->samples, (long long)m->targets, low, budget);
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
