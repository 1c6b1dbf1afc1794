#include "curvature/recovery.h"
#include "gradients/clients.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "linalg/linalg.h"
#include "linalg/tiled.h"

/* The curve of errors starts at this many noise vectors and doubles. */
enum { FIRST_POINT = 16 };

/* Least slope at which the distance to the optimum is still read off; beyond, it is a lower bound.
 */
static const double FLATTEST = 0.02;

static const char BIAS_METHOD[] = "mean gradient and covariance, zero-mean Gaussian inputs";

static const char *law_name(const gm_plan *plan) {
    switch (plan->law) {
    case GM_NOISE_LINK:
        return "link";
    case GM_NOISE_PLAIN:
        return "plain";
    default:
        return "sampled";
    }
}

gm_status gm_recovery_create(gm_context *context, const gm_plan *plan, gm_recovery **out) {
    gm_status status = GM_OK;
    gm_recovery *r = NULL;
    const int64_t d = plan->dimension;
    const gm_recovery_error undefined = {NAN, NAN, NAN};
    GM_TRY(GM_NEW_ZERO(context, r, 1));
    *r = (gm_recovery){.dimension = d,
                       .batch_size = plan->batch_size,
                       .gradients = gm_plan_gradients(plan),
                       .noise_vectors = gm_plan_vectors(plan),
                       .noise = law_name(plan),
                       .estimator = plan->estimator.kind->name,
                       .reason = plan->reason,
                       .noise_variance = plan->noise_variance,
                       .label_noise = plan->label_noise,
                       .structure = "full",
                       .shrinkage = "none",
                       .eigenvalue_count = d,
                       .require = plan->require,
                       .affinity = NAN,
                       .scale = "by construction",
                       .scale_ratio = NAN,
                       .relative_bias = {NAN, NAN, NAN, NAN, BIAS_METHOD},
                       .error = undefined,
                       .control_none = undefined,
                       .control_oracle = undefined,
                       .control_hvp = undefined,
                       .gradients_needed = -1};
    if (plan->rank == 0)
        GM_TRY(GM_NEW(context, r->eigenvalues, d));
    if (plan->rank > 0 || plan->tiled)
        r->structure = plan->tiled ? "distributed" : "low-rank";
    GM_TRY(GM_NEW(context, r->mean_gradient, d));
    GM_TRY(GM_NEW_ZERO(context, r->truth_eigenvalues, d));
    r->curve_points = 1;
    for (int64_t k = FIRST_POINT; k < plan->batches; k *= 2)
        r->curve_points++;
    GM_TRY(GM_NEW_ZERO(context, r->curve, r->curve_points));
    for (int64_t i = 0, k = FIRST_POINT; i < r->curve_points; i++, k *= 2) {
        gm_recovery_point *point = &r->curve[i];
        const int64_t batches = i + 1 < r->curve_points ? k : plan->batches;
        point->noise_vectors = batches * plan->estimator.vectors;
        point->gradients = batches * plan->estimator.copies;
        point->error = NAN;
    }
    *out = r;
    r = NULL;
done:
    gm_recovery_destroy(context, r);
    return status;
}

void gm_recovery_destroy(gm_context *context, gm_recovery *r) {
    if (!r)
        return;
    for (int i = 0; i < GM_MOST_WARNINGS; i++)
        gm_release(context, (void *)(uintptr_t)r->warnings[i]);
    if (r->leak)
        gm_release(context, r->leak->paragraph);
    gm_release(context, r->leak);
    gm_clients_report_destroy(context, r->clients);
    gm_release(context, r->calibration);
    gm_release(context, r->curve);
    gm_release(context, r->truth_eigenvalues);
    gm_release(context, r->mean_gradient);
    gm_release(context, r->eigenvalues);
    gm_release(context, r->diagonal);
    gm_release(context, r->factor);
    gm_tiled_destroy(r->tiles);
    gm_release(context, r->hessian);
    gm_release(context, r);
}

void gm_recovery_recount(gm_recovery *r, const gm_plan *plan) {
    r->gradients = gm_plan_gradients(plan);
    r->noise_vectors = gm_plan_vectors(plan);
    while (r->curve_points > 1 && r->curve[r->curve_points - 2].noise_vectors >= r->noise_vectors)
        r->curve_points--;
    r->curve[r->curve_points - 1].noise_vectors = r->noise_vectors;
    r->curve[r->curve_points - 1].gradients = r->gradients;
}

void gm_recovery_take_sketch(gm_recovery *r, const gm_sketch_result *sketch) {
    r->factor = sketch->factor;
    r->factor_rows = r->eigenvalue_count = sketch->rows;
    r->factor_bound = sketch->bound;
    r->diagonal = sketch->diagonal;
    r->eigenvalues = sketch->eigenvalues;
    r->rank = sketch->rank;
    r->effective_rank = sketch->rows > 0 && sketch->eigenvalues[0] > 0.0
                            ? sketch->trace / sketch->eigenvalues[0]
                            : NAN;
    r->condition_number = NAN;
}

gm_status gm_recovery_rows(gm_context *context, const gm_recovery *r, int64_t first, int64_t count,
                           double *out) {
    const int64_t d = r->dimension;
    if (first < 0 || count < 0 || count > d - first)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_recovery_rows: first is %lld, count %lld; the matrix has %lld rows",
                       (long long)first, (long long)count, (long long)d);
    if (r->tiles)
        return gm_tiled_rows(r->tiles, first, count, out);
    if (!r->hessian)
        return gm_fail(context, GM_UNAVAILABLE, "gm_recovery_rows: the structure is %s",
                       r->structure);
    memcpy(out, r->hessian + first * d, (size_t)(count * d) * sizeof *out);
    return GM_OK;
}

/* Eigenvalues and diagonal of the estimate, whoever has it. */
static gm_status find_spectrum(gm_context *context, bool semidefinite, gm_recovery *r,
                               double *diagonal) {
    const int64_t d = r->dimension;
    if (r->tiles) {
        const gm_status status = gm_tiled_diagonal(r->tiles, diagonal);
        return status == GM_OK ? gm_tiled_spectrum(r->tiles, r->eigenvalues) : status;
    }
    for (int64_t i = 0; i < d; i++)
        diagonal[i] = r->hessian[i * d + i];
    /* Few vectors: their number bounds the rank of an estimate that nothing was subtracted from. */
    const bool few = 2 * r->noise_vectors <= d && semidefinite;
    return few ? gm_semidefinite_spectrum(context, d, r->hessian, r->eigenvalues)
               : gm_symmetric_spectrum(context, d, r->hessian, r->eigenvalues);
}

gm_status gm_recovery_summarize(gm_context *context, bool semidefinite, gm_recovery *r) {
    gm_status status = GM_OK;
    const int64_t d = r->dimension;
    double trace = 0.0, *diagonal = NULL;
    if (!r->hessian && !r->tiles)
        return GM_OK;
    GM_TRY(GM_NEW(context, diagonal, d));
    GM_TRY(find_spectrum(context, semidefinite, r, diagonal));
    for (int64_t i = 0; i < d; i++) {
        trace += diagonal[i];
        r->rank += r->eigenvalues[i] > (double)d * DBL_EPSILON * r->eigenvalues[0];
    }
    const double top = r->eigenvalues[0], bottom = r->eigenvalues[d - 1];
    r->effective_rank = top > 0.0 ? trace / top : NAN;
    const bool regular = r->noise_vectors >= d && bottom > (double)d * DBL_EPSILON * top;
    r->condition_number = regular ? top / bottom : NAN;
done:
    gm_release(context, diagonal);
    return status;
}

gm_traces gm_recovery_traces(const gm_recovery *r) {
    gm_traces t = {0};
    for (int64_t i = 0; i < r->eigenvalue_count; i++) {
        t.first += r->eigenvalues[i];
        t.second += r->eigenvalues[i] * r->eigenvalues[i];
    }
    return t;
}

/*
 * S = cΣ + ḡḡᵀ/v with c = 1 + u/v and ḡ = Σδ gives form = ḡᵀS⁻¹ḡ = u / (1 + 2u/v), u = δᵀΣδ. The
 * inverse of a sample covariance is too large by 1/(1−γ), and the noise of ḡ adds (v/n) d/k. The
 * relative variance of the form is 2/(k−d) from S and 4v/(n k form) from ḡ.
 */
static gm_estimate bias_from(double form, double total, double n, double k, double d) {
    const double gamma = d / k;
    form = fmax(form * (1.0 - gamma) - total / n * gamma, 0.0);
    const double left = 1.0 - 2.0 * form / total;
    if (!(left > FLATTEST))
        return (gm_estimate){INFINITY, INFINITY, form / total / FLATTEST, INFINITY, BIAS_METHOD};
    const double bias = form / total / left;
    const double variance =
        form * form * 2.0 / (k - d) + 4.0 * total * fmax(form, total * gamma / n) / (n * k);
    const double error = (1.0 + 2.0 * bias) * (1.0 + 2.0 * bias) * sqrt(variance) / total;
    return (gm_estimate){bias, error, fmax(bias - 1.96 * error, 0.0), bias + 1.96 * error,
                         BIAS_METHOD};
}

/* x ← S⁻¹ x */
static gm_status solve(gm_context *context, const gm_recovery *r, double *x) {
    gm_status status = GM_OK;
    const int64_t d = r->dimension;
    double *copy = NULL;
    if (r->tiles)
        return gm_tiled_solve(r->tiles, x);
    GM_TRY(GM_NEW(context, copy, d * d));
    memcpy(copy, r->hessian, (size_t)(d * d) * sizeof *copy);
    GM_TRY(gm_positive_solve(context, d, copy, x));
done:
    gm_release(context, copy);
    return status;
}

gm_status gm_recovery_estimate_bias(gm_context *context, const gm_plan *plan, gm_recovery *r) {
    gm_status status = GM_OK;
    const int64_t d = r->dimension;
    const double k = (double)r->noise_vectors, gamma = (double)d / k;
    const double total = plan->noise_variance + plan->label_noise;
    double *solution = NULL, form = 0.0;
    if (!plan->estimator.kind->calibrated || gamma >= 1.0 || (!r->hessian && !r->tiles))
        return GM_OK;
    GM_TRY(GM_NEW(context, solution, d));
    memcpy(solution, r->mean_gradient, (size_t)d * sizeof *solution);
    status = solve(context, r, solution);
    if (status == GM_UNDEFINED) {
        status = GM_OK;
        goto done;
    }
    GM_TRY(status);
    for (int64_t j = 0; j < d; j++)
        form += r->mean_gradient[j] * solution[j];
    r->relative_bias = bias_from(form, total, (double)r->batch_size, k, (double)d);
done:
    gm_release(context, solution);
    return status;
}

/*
 * The splits see the error e of S against its expectation M = Σ + B, relative to ‖M‖; for E1 the
 * norm of the bias B is between β and 2β times ‖Σ‖, and that of M between 1 + β and 1 + 2β.
 */
static gm_estimate add_bias(gm_estimate sampling, gm_estimate bias) {
    gm_estimate sum = sampling;
    if (!(bias.high > 0.0))
        return sum;
    sum.value = hypot(sampling.value * (1.0 + bias.value), bias.value);
    sum.std_error = hypot(sampling.std_error * (1.0 + 2.0 * bias.value), bias.std_error);
    sum.low = fmax(bias.low - (1.0 + 2.0 * bias.low) * sampling.high,
                   (1.0 + bias.low) * sampling.low - 2.0 * bias.high);
    sum.low = fmax(sum.low, 0.0);
    sum.high = 2.0 * bias.high + (1.0 + 2.0 * bias.high) * sampling.high;
    sum.method =
        "signed splits of the noise vectors, widened by the estimated bias of the calibration";
    return sum;
}

/* Relative errors of the corrected estimate: those before, over a truth of another size, and what
   the correction brings in, which may fall either way. */
static gm_estimate corrected(gm_estimate raw, const gm_prediction *prediction) {
    const double factor = prediction->operator_factor, spread = prediction->operator_spread;
    if (!(factor > 0.0))
        return raw;
    return (gm_estimate){.value = hypot(raw.value * factor, spread),
                         .std_error = hypot(raw.std_error * factor, spread),
                         .low = fmax(raw.low * factor - spread, 0.0),
                         .high = hypot(raw.high * factor, 1.96 * spread),
                         .method =
                             "signed splits of the noise vectors, over the corrected top value"};
}

static double frobenius(const gm_prediction *p, const gm_recovery *r) {
    if (!(p->frobenius_factor > 0.0))
        return gm_predict_frobenius(p, r->noise_vectors, gm_recovery_traces(r).second);
    return p->frobenius_factor * gm_predict_frobenius(p, r->noise_vectors, p->squared_norm);
}

void gm_recovery_predict(const gm_plan *plan, const gm_prediction *prediction, gm_recovery *r) {
    const bool too_far = isinf(r->relative_bias.value);
    const bool defined = plan->estimator.kind->injects && prediction->vectors > 0 && !too_far;
    const gm_estimate undefined = {
        NAN, NAN, NAN, NAN,
        !plan->estimator.kind->injects
            ? "undefined: without noise the gradients do not determine the curvature"
        : too_far ? "undefined: too far from the optimum for the calibration rule"
                  : "undefined: too few noise vectors"};
    for (int64_t i = 0; i < r->curve_points; i++)
        r->curve[i].predicted =
            defined ? add_bias(corrected(gm_predict_at(prediction, r->curve[i].noise_vectors),
                                         prediction),
                               r->relative_bias)
                    : undefined;
    r->predicted_operator = r->curve[r->curve_points - 1].predicted;
    r->predicted_frobenius = NAN;
    if (defined) {
        r->predicted_frobenius = frobenius(prediction, r);
        if (r->relative_bias.high > 0.0)
            r->predicted_frobenius = hypot(r->predicted_frobenius * (1.0 + r->relative_bias.value),
                                           r->relative_bias.value);
    }
    r->enough = r->predicted_operator.high <= r->require;
    /* A bias does not shrink with more gradients: what is left of the requirement must do. */
    const double bias = r->relative_bias.high > 0.0 ? r->relative_bias.high : 0.0;
    int64_t needed = -1;
    if (defined)
        needed = gm_predict_needed(
            prediction,
            (r->require - 2.0 * bias) / (1.0 + 2.0 * bias) /
                (prediction->operator_factor > 0.0 ? prediction->operator_factor : 1.0));
    const gm_estimator *e = &plan->estimator;
    r->gradients_needed = needed < 0 ? -1 : (needed + e->vectors - 1) / e->vectors * e->copies;
}

gm_status gm_recovery_add_warning(gm_context *context, gm_recovery *r, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (int i = 0; i < GM_MOST_WARNINGS; i++)
        if (!r->warnings[i]) {
            r->warnings[i] = gm_duplicate(context, text);
            return r->warnings[i] ? GM_OK : GM_OUT_OF_MEMORY;
        }
    return GM_OK;
}

gm_status gm_recovery_warn(gm_context *context, gm_recovery *r) {
    gm_status status = GM_OK;
    if (strcmp(r->estimator, "none") == 0)
        GM_TRY(gm_recovery_add_warning(
            context, r,
            "the estimator 'none' is a control: without noise on the targets the covariance of the "
            "gradients is not the curvature"));
    if (r->eigenvalue_count > 0 && !(r->eigenvalues[0] > 0.0))
        GM_TRY(gm_recovery_add_warning(context, r,
                                       "the gradients do not differ: nothing of the noise is in "
                                       "them, and the estimate is zero"));
    if (isinf(r->relative_bias.value))
        GM_TRY(gm_recovery_add_warning(
            context, r,
            "the weights are too far from the optimum for the calibrated estimate, and its bias "
            "cannot be read off these gradients; use paired"));
    else if (r->relative_bias.value > 0.05)
        GM_TRY(gm_recovery_add_warning(
            context, r,
            "the weights are far from the optimum: for Gaussian inputs the calibrated estimate is "
            "off by about %.2g times the curvature (squared distance over batch size); use paired",
            r->relative_bias.value));
    if (strcmp(r->estimator, "loud") == 0 && r->effective_rank > 0.0)
        GM_TRY(gm_recovery_add_warning(
            context, r,
            "the price of loud noise is the mean gradient: its standard error is %.2g in the "
            "Euclidean "
            "norm",
            sqrt(r->noise_variance / (double)r->batch_size * r->effective_rank * r->eigenvalues[0] /
                 (double)r->gradients)));
    if (r->noise_vectors < r->dimension && r->shrinkage_intensity == 0.0)
        GM_TRY(gm_recovery_add_warning(
            context, r,
            "%lld noise vectors cannot span %lld dimensions: the estimate is singular; the leading "
            "eigenvalues are usable, an inverse is not",
            (long long)r->noise_vectors, (long long)r->dimension));
done:
    return status;
}
