/*
 * Gaussian inputs of second moments H: C = n Cov(g) = s² H + γγᵀ − 2m²μμᵀ, γ = E g, m = E ρ, μ = E
 * x. Zero-mean inputs have no last term, and s² = [tr(H⁻¹C) − γᵀH⁻¹γ]/d. With an intercept μ is a
 * column of H, μᵀH⁻¹μ = 1, and m is its gradient: 2m² is added to the bracket. H comes from k noise
 * vectors, whose inverse is on average k/(k − d − 1) times too large; ḡ stands for γ, with E ḡᵀH⁻¹ḡ
 * = γᵀH⁻¹γ + tr(H⁻¹C)/(nk).
 */
#include <float.h>
#include <math.h>

#include "linalg/linalg.h"
#include "risk/power.h"

/* Everything in the coordinates in which the recovered second moments are the identity. */
typedef struct whitened {
    gm_context *context;
    int64_t d, rank;
    double *map;    /* [rank][d] T, T Ĥ Tᵀ = I */
    double *mean;   /* [rank] T ḡ */
    double *form;   /* [rank][rank] T C Tᵀ − T ḡ (T ḡ)ᵀ */
    double trace;   /* tr T C Tᵀ */
    double drift;   /* ‖T ḡ‖² */
    double *buffer; /* [rank] twice */
} whitened;

/* T from the eigenvectors of Ĥ. Directions in which no input lies, up to rounding, are left out. */
static gm_status find_map(whitened *w, double *moments) {
    gm_status status = GM_OK;
    double *values = NULL;
    GM_TRY(GM_NEW(w->context, values, w->d));
    GM_TRY(gm_symmetric_eigen(w->context, w->d, moments, values));
    while (w->rank < w->d && values[w->rank] > 16.0 * (double)w->d * DBL_EPSILON * values[0])
        w->rank++;
    if (!(values[0] > 0.0))
        w->rank = 0;
    for (int64_t i = 0; i < w->rank; i++)
        for (int64_t j = 0; j < w->d; j++)
            moments[i * w->d + j] /= sqrt(values[i]);
    w->map = moments;
    if (w->rank == 0)
        status = gm_fail(w->context, GM_NUMERICAL_FAILURE,
                         "all inputs are zero: the gradients say nothing of the residual");
done:
    gm_release(w->context, values);
    return status;
}

static gm_status whiten(whitened *w, const gm_risk_pass *pass, double factor) {
    gm_status status = GM_OK;
    const int64_t d = w->d, r = w->rank;
    double *half = NULL;
    GM_TRY(GM_NEW(w->context, half, r * d));
    GM_TRY(GM_NEW(w->context, w->form, r * r));
    GM_TRY(GM_NEW(w->context, w->mean, r));
    GM_TRY(GM_NEW(w->context, w->buffer, 2 * r));
    gm_multiply(r, d, d, w->map, d, pass->scatter, d, half, d);
    gm_multiply_outer(r, r, d, half, d, w->map, d, w->form, r);
    gm_multiply_outer(r, 1, d, w->map, d, pass->mean, d, w->mean, 1);
    for (int64_t i = 0; i < r; i++) {
        for (int64_t j = 0; j < r; j++)
            w->form[i * r + j] = factor * w->form[i * r + j] - w->mean[i] * w->mean[j];
        w->trace += w->form[i * r + i] + w->mean[i] * w->mean[i];
        w->drift += w->mean[i] * w->mean[i];
    }
done:
    gm_release(w->context, half);
    return status;
}

/* What one batch says: of the clean gradients, and of the second moments. */
typedef struct parts {
    double clean, noise;
} parts;

static parts influence(const whitened *w, double n, const double *mean, const double *clean,
                       const double *noise) {
    const int64_t d = w->d, r = w->rank;
    double *g = w->buffer, *v = w->buffer + r;
    parts out = {0.0, 0.0};
    for (int64_t i = 0; i < r; i++) {
        g[i] = v[i] = 0.0;
        for (int64_t j = 0; j < d; j++) {
            g[i] += w->map[i * d + j] * (clean[j] - mean[j]);
            v[i] += w->map[i * d + j] * noise[j];
        }
    }
    for (int64_t i = 0; i < r; i++) {
        double row = 0.0;
        for (int64_t j = 0; j < r; j++)
            row += w->form[i * r + j] * v[j];
        out.clean += n * g[i] * g[i] - 2.0 * w->mean[i] * g[i];
        out.noise -= v[i] * row;
    }
    return out;
}

/*
 * Variance of the sum of influences, from the batches that were kept. A noise vector is in the
 * moments that whiten it, which hides (1 − γ)³ of its part, γ = rank/k.
 */
static double variance_of(const whitened *w, const gm_risk_pass *pass, double n) {
    const double gamma = (double)w->rank / (double)pass->batches;
    const double unhide = pow(1.0 - gamma, -1.5), kept = (double)pass->kept;
    double mean = 0.0, squares = 0.0; /* one pass, Welford */
    for (int64_t b = 0; b < pass->kept; b++) {
        const parts p = influence(w, n, pass->mean, pass->clean + b * w->d, pass->noise + b * w->d);
        const double value = p.clean + unhide * p.noise, off = value - mean;
        mean += off / (double)(b + 1);
        squares += off * (value - mean);
    }
    return squares / (kept - 1.0) / (double)pass->batches;
}

/* m² without bias, and at least 0. */
static double square_of_mean(const gm_risk_plan *plan, const gm_risk_pass *pass) {
    if (plan->intercept < 0)
        return 0.0;
    const gm_estimate mean = gm_mean_estimate(pass->batches, pass->residual);
    return fmax(mean.value * mean.value - mean.std_error * mean.std_error, 0.0);
}

gm_status gm_gaussian_power(gm_context *context, const gm_risk_plan *plan, gm_risk_pass *pass,
                            gm_estimate *out) {
    gm_status status = GM_OK;
    const double k = (double)pass->batches, n = (double)plan->batch_size;
    whitened w = {.context = context, .d = plan->dimension};
    GM_TRY(find_map(&w, pass->moments));
    GM_TRY(whiten(&w, pass, n / (k - 1.0)));
    const double r = (double)w.rank, hartlap = (k - r - 1.0) / k;
    const double bracket = hartlap * ((1.0 + 1.0 / (n * k)) * w.trace - w.drift);
    gm_estimate power = {
        .value = fmax((bracket + 2.0 * square_of_mean(plan, pass)) / r, 0.0),
        .std_error = hartlap / r * sqrt(variance_of(&w, pass, n)),
        .method = "[tr(H^-1 C) - g'H^-1 g]/d, Gaussian inputs",
    };
    gm_power_interval(&power);
    *out = power;
done:
    gm_release(context, w.buffer);
    gm_release(context, w.form);
    gm_release(context, w.mean);
    return status;
}
