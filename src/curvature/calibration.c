#include "curvature/calibration.h"

#include <math.h>

#include "curvature/recovery.h"
#include "linalg/linalg.h"

enum { BLOCKS = 32, LEAST = 64 };

/* Standard deviations from which a sign is plain, and least departures that are worth a word. */
static const double PLAIN = 5.0, LEAST_EXCESS = 1.25, LEAST_CLIPPED = 0.01;

/* Noise vector i: half the difference of a pair, or the gradient less the mean. */
static void noise_vector(const gm_recorded *g, const double *mean, int64_t i, double *out) {
    const int64_t d = g->dimension;
    const double *first = g->values + i * g->copies * d;
    for (int64_t j = 0; j < d; j++)
        out[j] = g->copies == 2 ? 0.5 * (first[j] - first[d + j]) : first[j] - mean[j];
}

/* Sums over a run of vectors. */
typedef struct sums {
    double count, norm, norm2; /* ‖v‖², ‖v‖⁴ */
    double pairs, lag, lag2;   /* ⟨v_i, v_{i+1}⟩ and its square */
} sums;

/* The signs are read block by block, so that their spread tells their errors. */
static void collect(const gm_recorded *g, const double *mean, double *now, double *next,
                    sums *blocks) {
    const int64_t d = g->dimension, k = g->batches;
    noise_vector(g, mean, 0, now);
    for (int64_t i = 0; i < k; i++) {
        sums *s = &blocks[i * BLOCKS / k];
        const double norm = gm_inner(d, now, now);
        s->count += 1.0;
        s->norm += norm;
        s->norm2 += norm * norm;
        if (i + 1 == k)
            break;
        noise_vector(g, mean, i + 1, next);
        const double product = gm_inner(d, now, next);
        s->pairs += 1.0;
        s->lag += product;
        s->lag2 += product * product;
        double *held = now;
        now = next;
        next = held;
    }
}

static sums add(const sums *blocks, int without) {
    sums total = {0};
    for (int b = 0; b < BLOCKS; b++)
        if (b != without) {
            total.count += blocks[b].count;
            total.norm += blocks[b].norm;
            total.norm2 += blocks[b].norm2;
            total.pairs += blocks[b].pairs;
            total.lag += blocks[b].lag;
            total.lag2 += blocks[b].lag2;
        }
    return total;
}

/* Relative variance of the squared norms, and 2 tr C² / (tr C)², which Gaussian vectors have: the
   mean squared product of different vectors estimates tr C². */
static double dispersion(const sums *s) {
    const double mean = s->norm / s->count;
    return s->norm2 / s->count / (mean * mean) - 1.0;
}

static double expected_dispersion(const sums *s) {
    const double mean = s->norm / s->count;
    return 2.0 * s->lag2 / s->pairs / (mean * mean);
}

/* The excess over its own standard error by the jackknife over blocks. */
static double dispersion_z(const sums *blocks, double excess) {
    double mean = 0.0, squares = 0.0, left[BLOCKS];
    for (int b = 0; b < BLOCKS; b++) {
        const sums s = add(blocks, b);
        left[b] = dispersion(&s) - expected_dispersion(&s);
        mean += left[b] / BLOCKS;
    }
    for (int b = 0; b < BLOCKS; b++)
        squares += (left[b] - mean) * (left[b] - mean);
    const double error = sqrt((BLOCKS - 1.0) / BLOCKS * squares);
    return error > 0.0 ? excess / error : 0.0;
}

/* Recorded gradients whose norm is the largest one to 1e-6. */
static int64_t count_clipped(const gm_recorded *g) {
    const int64_t d = g->dimension, count = g->batches * g->copies;
    double largest = 0.0;
    int64_t same = 0;
    for (int64_t i = 0; i < count; i++)
        largest = fmax(largest, gm_inner(d, g->values + i * d, g->values + i * d));
    for (int64_t i = 0; i < count; i++)
        same += gm_inner(d, g->values + i * d, g->values + i * d) >= largest * (1.0 - 2e-6);
    return same;
}

static gm_status warn(gm_context *context, const gm_recorded *g, gm_recovery *r) {
    gm_status status = GM_OK;
    const gm_calibration *c = r->calibration;
    const double gradients = (double)(g->batches * g->copies);
    if (fabs(c->lag_z) > PLAIN)
        GM_TRY(gm_recovery_add_warning(context, r,
                                       "consecutive noise vectors are correlated (%.2g, %.0f "
                                       "standard deviations): the gradients "
                                       "look like those of momentum or of a moving average, and "
                                       "the scale is off by an unknown "
                                       "factor",
                                       c->lag_correlation, fabs(c->lag_z)));
    if (c->clipped > 4 && (double)c->clipped > LEAST_CLIPPED * gradients)
        GM_TRY(gm_recovery_add_warning(
            context, r,
            "%lld of %.0f gradients have the same largest norm: they look clipped, which makes the "
            "estimate too small",
            (long long)c->clipped, gradients));
    else if (c->dispersion_z > PLAIN && c->dispersion > LEAST_EXCESS * c->dispersion_expected)
        GM_TRY(gm_recovery_add_warning(
            context, r,
            "the squared norms of the noise vectors vary %.2g times as much as Gaussian ones "
            "would: "
            "the batch size varies, or the inputs or the noise have heavy tails",
            c->dispersion / c->dispersion_expected));
done:
    return status;
}

gm_status gm_calibration_check(gm_context *context, const gm_recorded *g, gm_recovery *r) {
    gm_status status = GM_OK;
    const int64_t d = g->dimension;
    sums blocks[BLOCKS] = {{0}};
    double *mean = NULL, *vectors = NULL;
    if (g->batches < LEAST)
        return GM_OK;
    GM_TRY(GM_NEW_ZERO(context, r->calibration, 1));
    GM_TRY(GM_NEW_ZERO(context, mean, d));
    GM_TRY(GM_NEW(context, vectors, 2 * d));
    for (int64_t i = 0; i < g->batches && g->copies == 1; i++)
        for (int64_t j = 0; j < d; j++)
            mean[j] += g->values[i * d + j] / (double)g->batches;
    collect(g, mean, vectors, vectors + d, blocks);
    const sums all = add(blocks, -1);
    gm_calibration *c = r->calibration;
    c->clipped = count_clipped(g);
    if (all.norm > 0.0 && all.lag2 > 0.0) {
        /* Vectors less their mean have E⟨v_i, v_{i+1}⟩ = −tr C / k: put back. */
        const double trace = g->copies == 1 ? all.norm / (all.count - 1.0) : 0.0;
        const double lag = all.lag + all.pairs * trace / all.count;
        c->lag_correlation = lag / all.pairs / (all.norm / all.count);
        c->lag_z = lag / sqrt(all.lag2);
        c->dispersion = dispersion(&all);
        c->dispersion_expected = expected_dispersion(&all);
        c->dispersion_z = dispersion_z(blocks, c->dispersion - c->dispersion_expected);
    }
    GM_TRY(warn(context, g, r));
done:
    gm_release(context, vectors);
    gm_release(context, mean);
    return status;
}

/* --- scale --- */

/* A factor that has a common cause, or NULL. */
static const char *cause_of(double ratio, double n, double variance, double error) {
    const struct {
        double factor;
        const char *cause;
    } causes[] = {
        {4.0, "a loss without its 1/2 gives 4"},
        {0.25, "a loss with one 1/2 too many gives 1/4"},
        {n * n, "sums in place of means over the batch give n squared"},
        {1.0 / n, "noise of variance 1 taken for n gives 1/n"},
        {variance, "noise of that variance taken for 1 gives this factor"},
    };
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (fabs(ratio / causes[i].factor - 1.0) < fmin(fmax(3.0 * error, 0.05), 0.2))
            return causes[i].cause;
    return NULL;
}

gm_status gm_calibration_check_scale(gm_context *context, double trace, gm_recovery *r) {
    r->scale_ratio = NAN;
    r->scale =
        "unverified: a constant factor leaves no trace in gradients; a known trace of the "
        "curvature, an intercept coordinate, recorded losses or the same batch at two weights "
        "would tell";
    if (!(trace > 0.0))
        return GM_OK;
    const gm_traces traces = gm_recovery_traces(r);
    double sum = traces.first;
    for (int64_t j = 0; r->diagonal && j < r->dimension; j++)
        sum += r->diagonal[j];
    /* Var tr S = 2 tr Σ² / k', and tr S² is at least tr Σ² on average. */
    const double error = sqrt(2.0 * traces.second / (double)r->noise_vectors) / trace;
    r->scale_ratio = sum / trace;
    if (fabs(r->scale_ratio - 1.0) <= 4.0 * error + 0.01) {
        r->scale = "verified by the trace given";
        return GM_OK;
    }
    r->scale = "contradicted by the trace given";
    const char *cause = cause_of(r->scale_ratio, (double)r->batch_size, r->noise_variance, error);
    return gm_recovery_add_warning(context, r,
                                   "the trace of the estimate is %.3g times the one given%s%s",
                                   r->scale_ratio, cause ? ": " : "", cause ? cause : "");
}
