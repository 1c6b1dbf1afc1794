#include "curvature/leak.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const double DELTA = 1e-5;

/* ln Φ(−x), also where Φ underflows. */
static double log_tail(double x) {
    if (x < 30.0)
        return log(0.5 * erfc(x / sqrt(2.0)));
    return -0.5 * x * x - log(x * sqrt(8.0 * atan(1.0))) + log1p(-1.0 / (x * x));
}

/* δ of the mechanism at ε: Φ(μ/2 − ε/μ) − e^ε Φ(−μ/2 − ε/μ), μ = sensitivity over noise. */
static double delta_at(double epsilon, double mu) {
    return exp(log_tail(epsilon / mu - 0.5 * mu)) -
           exp(epsilon + log_tail(epsilon / mu + 0.5 * mu));
}

double gm_leak_epsilon(double noise_over_sensitivity, double delta) {
    if (isnan(noise_over_sensitivity))
        return NAN;
    if (!(noise_over_sensitivity > 0.0))
        return INFINITY;
    if (isinf(noise_over_sensitivity))
        return 0.0;
    const double mu = 1.0 / noise_over_sensitivity;
    double low = 0.0, high = 1.0;
    if (delta_at(0.0, mu) <= delta)
        return 0.0;
    while (delta_at(high, mu) > delta)
        high *= 2.0;
    for (int i = 0; i < 200 && high - low > 1e-12 * high; i++) {
        const double middle = 0.5 * (low + high);
        *(delta_at(middle, mu) > delta ? &low : &high) = middle;
    }
    return high;
}

/* Largest change of the targets of one sample, in the Euclidean norm; NaN where not known. */
static double sensitivity_of(const gm_problem *problem) {
    if (!problem)
        return NAN;
    if (problem->model->loss->classes)
        return problem->model->outputs > 1 ? sqrt(2.0) : 1.0;
    const double *y = problem->targets;
    double low = y[0], high = y[0];
    for (int64_t i = 1; i < gm_dataset_rows(problem->dataset); i++) {
        low = fmin(low, y[i]);
        high = fmax(high, y[i]);
    }
    return high - low;
}

/* Least standard deviation of the noise on a target: 0 where it follows a curvature that may
 * vanish. */
static double least_noise(const gm_problem *problem, const gm_plan *plan) {
    const bool follows = problem && problem->model->loss->classes && plan->law != GM_NOISE_PLAIN;
    return follows ? 0.0 : sqrt(plan->noise_variance);
}

enum { PARAGRAPH = 2048 };

static void add(char *text, const char *sentence) {
    const size_t used = strlen(text);
    snprintf(text + used, PARAGRAPH - used, "%s%s", used ? " " : "", sentence);
}

__attribute__((format(printf, 2, 3))) static void add_format(char *text, const char *format, ...) {
    char sentence[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    add(text, sentence);
}

static void say_moments(const gm_recovery *r, const gm_leak *leak, char *text) {
    if (isnan(leak->second_moments))
        add(text, "How well the second moments of the inputs are known cannot be told from these "
                  "gradients.");
    else
        add_format(
            text, "A receiver of these %lld gradients knows the %s to within %.2g of its norm.",
            (long long)r->gradients,
            r->model && strcmp(r->model, "linear") != 0 ? "curvature of the loss"
                                                        : "matrix of second moments of the inputs",
            leak->second_moments);
}

static void say_rows(const gm_recovery *r, const gm_leak *leak, char *text) {
    if (leak->row_space_complete)
        add_format(
            text,
            "Each batch of %lld gives the whole span of its inputs away, %lld directions of %lld.",
            (long long)r->batch_size, (long long)leak->row_space, (long long)r->dimension);
    else if (r->batch_size < r->dimension)
        add_format(
            text,
            "Batches are smaller than the dimension, so every gradient lies in the span of the "
            "%lld inputs of its batch; a batch gives %lld of these directions away.",
            (long long)r->batch_size, (long long)leak->row_space);
}

static void say_noise(const gm_recovery *r, const gm_leak *leak, char *text) {
    if (!r->noise || !(r->noise_variance > 0.0))
        return;
    add(text,
        leak->noise_known
            ? "The noise is made from the seed: whoever knows it recovers the inputs of a batch by "
              "least squares."
            : "The noise came from the system's entropy and is recorded nowhere; as long as it "
              "stays "
              "unknown and Gaussian, it gives sums over a batch away and not single rows.");
}

static void say_labels(const gm_recovery *r, const gm_leak *leak, char *text) {
    if (r->leak->clean_gradient && strcmp(r->estimator, "gaussian") == 0)
        add(text,
            "The probes of the estimator move targets by known amounts: their differences are the "
            "mean input and single inputs, their sums gradients without noise. That voids the "
            "label "
            "privacy that the noise alone would give.");
    else if (leak->clean_gradient)
        add(text, "Differences and sums of gradients of one batch give the gradient without noise "
                  "exactly, which voids the label privacy that the noise alone would give.");
    else if (isinf(leak->epsilon))
        add(text,
            strcmp(r->estimator, "none") == 0
                ? "Without noise the labels have no differential privacy."
                : "The noise follows the curvature of the loss and vanishes where the model is "
                  "certain: the labels have no differential privacy.");
    else if (!isnan(leak->epsilon))
        add_format(
            text,
            "One gradient alone keeps the labels (%.3g, %g)-differentially private for changes "
            "of up to %.3g; T gradients with the same sample are as one with the noise divided "
            "by the root of T.",
            leak->epsilon, leak->delta, leak->sensitivity);
    else
        add(text, "The privacy of the labels depends on their range, which these gradients do not "
                  "tell.");
}

gm_status gm_leak_report(gm_context *context, const gm_problem *problem, const gm_plan *plan,
                         gm_recovery *r) {
    gm_status status = GM_OK;
    const gm_estimator *e = &plan->estimator;
    char text[PARAGRAPH] = "";
    GM_TRY(GM_NEW_ZERO(context, r->leak, 1));
    gm_leak *leak = r->leak;
    const int64_t most = plan->probes > e->copies ? plan->probes : e->copies; /* of one batch */
    const int64_t seen = most < r->batch_size ? most : r->batch_size;
    *leak = (gm_leak){.second_moments = r->predicted_operator.high,
                      .row_space = seen,
                      .row_space_complete = seen == r->batch_size && r->batch_size < r->dimension,
                      .clean_gradient = e->kind->affine || plan->probes > 0,
                      .noise_known = r->noise && !plan->private_noise && e->kind->injects,
                      .delta = DELTA,
                      .sensitivity = sensitivity_of(problem)};
    leak->epsilon = leak->clean_gradient || !e->kind->injects
                        ? INFINITY
                        : gm_leak_epsilon(least_noise(problem, plan) / leak->sensitivity, DELTA);
    say_moments(r, leak, text);
    say_rows(r, leak, text);
    say_noise(r, leak, text);
    say_labels(r, leak, text);
    leak->paragraph = gm_duplicate(context, text);
    status = leak->paragraph ? GM_OK : GM_OUT_OF_MEMORY;
done:
    return status;
}
