#include "curvature/shrink.h"

#include <math.h>
#include <string.h>

#include "curvature/recovery.h"
#include "linalg/tiled.h"

/* `auto` shrinks where a preconditioner gains as well as the operator error: few vectors and a
   spectrum so flat that the optimal intensity is this or more. */
static const double MOST_VECTORS = 4.0, LEAST_INTENSITY = 0.6;

/* And whose eigenvalues lie within the edges of a flat spectrum, with this much room. */
static const double ROOM_ABOVE = 1.15, ROOM_BELOW = 0.5;

static const char *const names[] = {"auto", "none", "oas", "ledoit-wolf"};

gm_status gm_shrink_check(gm_context *context, const char *text) {
    for (int i = 0; i < 4; i++)
        if (strcmp(text, names[i]) == 0)
            return GM_OK;
    const char *near = gm_nearest_word(text, names, 4);
    return gm_fail(context, GM_INVALID_ARGUMENT,
                   "unknown shrinkage '%s'%s%s%s; use auto, none, oas or ledoit-wolf", text,
                   near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

static double bounded(double numerator, double denominator) {
    return denominator > 0.0 ? fmin(fmax(numerator / denominator, 0.0), 1.0) : 1.0;
}

/* Oracle approximating shrinkage for n Gaussian vectors [chen2010, equation 23]. */
static double oas(gm_traces t, double d, double n) {
    return bounded((1.0 - 2.0 / d) * t.second + t.first * t.first,
                   (n + 1.0 - 2.0 / d) * (t.second - t.first * t.first / d));
}

/* Σ‖A − S‖_F² / n² over ‖S − μI‖_F² for n independent groups of mean A of vvᵀ, of any law
   [ledoit2004, section 3.3]. */
static double ledoit_wolf(gm_traces t, double d, double n, double fourth) {
    return bounded((fourth - t.second) / n, t.second - t.first * t.first / d);
}

/* Sample eigenvalues of a flat spectrum lie between (1 ∓ √γ)² times their mean [marchenko1967]. */
static bool looks_flat(const gm_recovery *r, double mean, double n) {
    const double root = sqrt((double)r->dimension / n);
    const double above = (1.0 + root) * (1.0 + root) * mean;
    const double below = root < 1.0 ? (1.0 - root) * (1.0 - root) * mean : 0.0;
    return r->eigenvalues[0] <= ROOM_ABOVE * above &&
           r->eigenvalues[r->dimension - 1] >= ROOM_BELOW * below - 1e-9 * above;
}

static double intensity(const gm_plan *plan, const gm_prediction *prediction, const gm_recovery *r,
                        const char **name) {
    const gm_traces t = gm_recovery_traces(r);
    const double d = (double)r->dimension;
    const double n = (double)r->noise_vectors - (plan->estimator.kind->centered ? 1.0 : 0.0);
    const bool choose = strcmp(plan->shrink, "auto") == 0;
    *name = choose ? "oas" : plan->shrink;
    if (strcmp(plan->shrink, "none") == 0 || !plan->estimator.kind->injects ||
        (!r->hessian && !r->tiles) || !(t.first > 0.0))
        return 0.0;
    if (strcmp(plan->shrink, "ledoit-wolf") == 0)
        return prediction->vectors > 0
                   ? ledoit_wolf(t, d, n / (double)prediction->group, prediction->fourth)
                   : 0.0;
    const double found = oas(t, d, n);
    const bool gains = prediction->vectors > 0 && n <= MOST_VECTORS * d &&
                       found >= LEAST_INTENSITY && looks_flat(r, t.first / d, n);
    return choose && !gains ? 0.0 : found;
}

/*
 * The error becomes (1 − ρ)(S − Σ) + ρ(μI − Σ). The first part is predicted; of the second,
 * relative to ‖Σ‖, the largest direction contributes 1 − μ/‖Σ‖ and the smallest at most μ/‖Σ‖; ‖Σ‖
 * lies between ‖S‖/(1 + error) and ‖S‖/(1 − error).
 */
static gm_estimate predict(gm_estimate of_s, double rho, double mean, double top, double bottom) {
    const double kept = 1.0 - rho;
    const double least_top = fmax(top / (1.0 + of_s.high), mean);
    const double likely_top = fmax(top / (1.0 + of_s.value), mean);
    const double most_top =
        of_s.high < 1.0 ? fmax(top / (1.0 - of_s.high), mean) : (double)INFINITY;
    const double above = 1.0 - mean / most_top, likely = 1.0 - mean / likely_top;
    const double below = (mean - fmax(bottom, 0.0)) / least_top;
    gm_estimate out = of_s;
    out.value = fmax(hypot(kept * of_s.value, rho * likely), rho * likely);
    out.std_error = kept * of_s.std_error;
    out.low = fmax(kept * of_s.low - rho * fmax(above, below), 0.0);
    out.high = kept * of_s.high + rho * fmax(above, below);
    out.method = "signed splits of the noise vectors, and the bias of the shrinkage";
    return out;
}

/*
 * E‖(1 − ρ)(S − Σ) + ρ(μI − Σ)‖_F² = (1 − ρ)² A + ρ² B: A, F = ‖Σ‖_F² by A/F and A + F = ‖S‖_F²,
 * and B = F − tr²Σ/d.
 */
static double predict_frobenius(double of_s, double rho, gm_traces t, double d) {
    const double f = t.second / (1.0 + of_s * of_s);
    const double bias = fmax(f - t.first * t.first / d, 0.0);
    return hypot((1.0 - rho) * of_s, rho * sqrt(bias / f));
}

static void apply(double rho, double mean, gm_recovery *r) {
    const int64_t d = r->dimension;
    if (r->tiles)
        gm_tiled_shift(r->tiles, 1.0 - rho, rho * mean);
    for (int64_t i = 0; r->hessian && i < d * d; i++)
        r->hessian[i] *= 1.0 - rho;
    for (int64_t i = 0; r->hessian && i < d; i++)
        r->hessian[i * d + i] += rho * mean;
    for (int64_t i = 0; i < d; i++)
        r->eigenvalues[i] = (1.0 - rho) * r->eigenvalues[i] + rho * mean;
    r->condition_number = r->eigenvalues[0] / r->eigenvalues[d - 1];
}

void gm_shrink(const gm_plan *plan, const gm_prediction *prediction, gm_recovery *r) {
    const char *name = "none";
    const double rho = intensity(plan, prediction, r, &name);
    if (!(rho > 0.0))
        return;
    const int64_t d = r->dimension;
    const gm_traces traces = gm_recovery_traces(r);
    const double mean = traces.first / (double)d;
    const double top = r->eigenvalues[0], bottom = r->eigenvalues[d - 1];
    apply(rho, mean, r);
    r->shrinkage = name;
    r->shrinkage_intensity = rho;
    if (isnan(r->predicted_operator.value))
        return;
    /* A curve of estimates that are not shrunk would end at another one: only its end is kept. */
    r->predicted_operator = predict(r->predicted_operator, rho, mean, top, bottom);
    r->curve[r->curve_points - 1].predicted = r->predicted_operator;
    r->predicted_frobenius = predict_frobenius(r->predicted_frobenius, rho, traces, (double)d);
    r->enough = r->predicted_operator.high <= r->require;
}
