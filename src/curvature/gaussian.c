#include <math.h>

#include "curvature/single.h"
#include "curvature/tails.h"

/*
 * E4: for Gaussian inputs of mean μ and second moments Σ, weights δ from the optimum and residuals
 * of mean m = μᵀδ and mean square s² = v + σ0² + δᵀΣδ, n Cov(g) = s² Σ + ḡḡᵀ − 2 m² μμᵀ,   ḡ = Σδ,
 * so Σ = (n Cov(g) − ḡḡᵀ + 2 m² μμᵀ) / s². s² is twice the mean loss. Probes find the rest: with
 * all targets of a batch moved by ±c, half the difference of the two gradients is −c x̄ and half
 * that of the two losses −c r̄. Further probes move one target of a batch each and read single
 * inputs, whose tails are tested.
 */

/* Gradients for the mean: a share, in pairs. Gradients for single inputs: as many as their tails
   need, whatever the budget. */
static const double MEAN_SHARE = 0.04;
enum { LEAST_FOR_MEAN = 24, FOR_TAILS = 64, LEAST_GRADIENTS = 256 };

static gm_status configure(gm_context *context, const gm_spec *spec, const gm_supply *supply,
                           gm_estimator *self) {
    (void)self;
    if (!supply->squared)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "the estimator 'gaussian' holds for least squares alone; use paired");
    if (!supply->injects)
        return gm_fail(
            context, GM_INVALID_ARGUMENT,
            "the estimator 'gaussian' probes the targets, which recorded gradients do not "
            "allow; use calibrated");
    return gm_spec_accept(context, spec, NULL, 0);
}

static int64_t probes(const gm_estimator *self, int64_t gradients) {
    (void)self;
    if (gradients < LEAST_GRADIENTS)
        return LEAST_GRADIENTS; /* refused by the plan: too few for probes and an estimate */
    const int64_t mean = (int64_t)(MEAN_SHARE * (double)gradients) / 2 * 2;
    return FOR_TAILS + (mean < LEAST_FOR_MEAN ? LEAST_FOR_MEAN : mean);
}

/* What the probes found. */
typedef struct probed {
    double *mean;    /* [d] μ */
    double residual; /* m */
    double *rows;    /* [row_count][d] single inputs */
    int64_t row_count;
} probed;

static const gm_target_noise pair_of_ones = {
    .law = GM_NOISE_ONES, .copies = 2, .draws = 1, .draw = {0, 0}, .sign = {1.0, -1.0}};

/* Pairs at targets y ± step: mean input, mean residual. */
static gm_status probe_mean(gm_correction *c, int64_t first, int64_t pairs, probed *out) {
    gm_status status = GM_OK;
    const int64_t d = c->supply->dimension;
    const double step = sqrt(c->noise_variance);
    gm_target_noise noise = pair_of_ones;
    gm_source *source = NULL;
    double *gradients = NULL, losses[2];
    noise.variance = c->noise_variance;
    GM_TRY(GM_NEW(c->context, gradients, 2 * d));
    GM_TRY(c->supply->open(c->supply, &noise, c->seeds, &source));
    for (int64_t b = 0; b < pairs; b++) {
        GM_TRY(source->evaluate(source, first + b, 0, gradients, losses));
        for (int64_t j = 0; j < d; j++)
            out->mean[j] -= 0.5 * (gradients[j] - gradients[d + j]) / step / (double)pairs;
        out->residual -= 0.5 * (losses[0] - losses[1]) / step / (double)pairs;
    }
done:
    gm_source_destroy(source);
    gm_release(c->context, gradients);
    return status;
}

/* One clean gradient of a batch and one with each of its first targets moved: single inputs. */
static gm_status probe_rows(gm_correction *c, int64_t first, int64_t gradients, probed *out) {
    gm_status status = GM_OK;
    const int64_t d = c->supply->dimension;
    const double n = (double)c->supply->batch_size, step = sqrt(c->noise_variance);
    const int64_t most = n < GM_MAX_COPIES - 1 ? (int64_t)n : GM_MAX_COPIES - 1;
    gm_target_noise noise = {.law = GM_NOISE_ROWS, .variance = c->noise_variance};
    gm_source *source = NULL;
    double *g = NULL;
    noise.draws = (int)(gradients - 1 < most ? gradients - 1 : most);
    noise.copies = noise.draws + 1;
    for (int r = 0; r < noise.draws; r++) {
        noise.draw[r + 1] = r;
        noise.sign[r + 1] = 1.0;
    }
    GM_TRY(GM_NEW(c->context, g, noise.copies * d));
    GM_TRY(c->supply->open(c->supply, &noise, c->seeds, &source));
    for (int64_t b = 0; b < gradients / noise.copies; b++) {
        GM_TRY(source->evaluate(source, first + b, 0, g, NULL));
        for (int64_t r = 1; r < noise.copies; r++, out->row_count++)
            for (int64_t j = 0; j < d; j++)
                out->rows[out->row_count * d + j] = -n / step * (g[r * d + j] - g[j]);
    }
done:
    gm_source_destroy(source);
    gm_release(c->context, g);
    return status;
}

/*
 * The error that the probes bring in: of μ, of variance tr C/(n p) from p pairs, and of m, of
 * variance s²/(n p); both enter through 2 m² μμᵀ / s².
 */
static double spread_of(const gm_correction *c, const probed *found, int64_t pairs) {
    const int64_t d = c->supply->dimension;
    const double samples = (double)c->supply->batch_size * (double)pairs;
    const double m = fabs(found->residual), square = 2.0 * c->mean_loss;
    double trace = 0.0, length2 = 0.0;
    for (int64_t j = 0; j < d; j++) {
        trace += c->hessian[j * d + j];
        length2 += found->mean[j] * found->mean[j];
    }
    const double of_mean = 4.0 * m * m * sqrt(length2 * fmax(trace - length2, 0.0) / samples);
    const double of_residual = 4.0 * m * length2 * sqrt(square / samples);
    return hypot(of_mean, of_residual) / square;
}

/* The covariance in place, in units of (v + σ0²)/n, becomes the second moments. */
static void apply(gm_correction *c, const probed *found) {
    const int64_t d = c->supply->dimension;
    const double total = c->noise_variance + c->label_noise, square = 2.0 * c->mean_loss;
    const double drift = 2.0 * found->residual * found->residual;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) {
            double *h = &c->hessian[i * d + j];
            *h = (total * *h - c->mean_gradient[i] * c->mean_gradient[j] +
                  drift * found->mean[i] * found->mean[j]) /
                 square;
        }
    c->scale = total / square;
}

static gm_status correct(const gm_estimator *self, gm_correction *c) {
    gm_status status = GM_OK;
    const int64_t d = c->supply->dimension, pairs = (c->probes - FOR_TAILS) / 2;
    probed found = {0};
    gm_tails tails;
    (void)self;
    if (!(c->mean_loss > 0.0))
        return gm_fail(
            c->context, GM_INVALID_ARGUMENT,
            "the estimator 'gaussian' needs the losses beside the gradients; use paired");
    GM_TRY(GM_NEW_ZERO(c->context, found.mean, d));
    GM_TRY(GM_NEW(c->context, found.rows, FOR_TAILS * d));
    GM_TRY(probe_mean(c, c->next_batch, pairs, &found));
    GM_TRY(probe_rows(c, c->next_batch + pairs, FOR_TAILS, &found));
    apply(c, &found);
    c->spread = spread_of(c, &found, pairs);
    GM_TRY(gm_tails_test(c->context, found.row_count, d, found.rows,
                         c->vectors > d ? c->hessian : NULL, &tails));
    gm_tails_say(&tails, sizeof c->warning, c->warning);
done:
    gm_release(c->context, found.rows);
    gm_release(c->context, found.mean);
    return status;
}

const gm_estimator_kind gm_estimator_gaussian = {
    .name = "gaussian",
    .reason = "asked for: single gradients and the moments that Gaussian inputs would have",
    .centered = true,
    .injects = true,
    .configure = configure,
    .plan = gm_single_plan,
    .extract = gm_single_extract,
    .divisor = gm_single_divisor,
    .probes = probes,
    .correct = correct,
};
