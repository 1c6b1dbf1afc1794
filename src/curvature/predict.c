#include "curvature/predict.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "curvature/edge.h"
#include "curvature/krylov.h"
#include "parallel/parallel.h"
#include "random/streams.h"

enum {
    LEAST = 8,   /* vectors below which nothing is predicted */
    FOLDS = 8,   /* parts of the cross-validation of the top value */
    KEPT = 2048, /* vectors kept, at least, where there are so many */
    COLUMNS = GM_SPLITS + 1 + FOLDS
};

/* Relative error of a root mean square of one term with the tails of a squared normal (kurtosis
 * 15). */
static const double SCALE_ERROR = 1.9;
static const double SYSTEMATIC = 0.05; /* of the edge formula for spectra that are not flat */
static const double NORMAL_95 = 1.96;
/* Least and largest of 32 splits enclose 31/33 of further ones: stretched to 95 %. */
static const double STRETCH = 1.1;
/* The folds share most of their vectors: their mean varies 1.75 times as much as k independent
   terms where no direction stands out (measured over aspects .06 to 1). */
static const double SHARED_FOLDS = 1.75;

struct gm_predictor {
    gm_context *context;
    int64_t dimension, capacity, count;
    bool centered;
    uint64_t seed;
    double unit;    /* vectors are kept in units of this, so that float32 holds their squares */
    float *vectors; /* [capacity][d] */
};

gm_status gm_predictor_create(gm_context *context, int64_t dimension, int64_t expected,
                              bool centered, uint64_t seed, gm_predictor **out) {
    gm_status status = GM_OK;
    gm_predictor *p = NULL;
    int64_t most = 4 * dimension > KEPT ? 4 * dimension : KEPT;
    GM_TRY(GM_NEW_ZERO(context, p, 1));
    p->context = context;
    p->dimension = dimension;
    p->capacity = expected < most ? expected : most;
    p->centered = centered;
    p->seed = seed;
    GM_TRY(GM_NEW(context, p->vectors, p->capacity * dimension));
    *out = p;
    p = NULL;
done:
    gm_predictor_destroy(p);
    return status;
}

void gm_predictor_destroy(gm_predictor *p) {
    if (!p)
        return;
    gm_release(p->context, p->vectors);
    gm_release(p->context, p);
}

static double root_mean_square(int64_t size, const double *values) {
    double largest = 0.0, sum = 0.0;
    for (int64_t i = 0; i < size; i++)
        largest = fmax(largest, fabs(values[i]));
    for (int64_t i = 0; largest > 0.0 && i < size; i++)
        sum += values[i] / largest * (values[i] / largest);
    return largest * sqrt(sum / (double)size);
}

/* Vectors to be kept, as float32 in units of `unit`. */
typedef struct keep_job {
    const double *from;
    float *to;
    int64_t size;
    double scale;
} keep_job;

enum { PIECE = 1 << 15 };

static gm_status keep_piece(void *argument, int64_t index, int worker) {
    (void)worker;
    const keep_job *job = argument;
    const int64_t first = index * PIECE;
    const int64_t end = job->size - first < PIECE ? job->size : first + PIECE;
    for (int64_t i = first; i < end; i++)
        job->to[i] = (float)(job->from[i] * job->scale);
    return GM_OK;
}

gm_status gm_predictor_add(gm_predictor *p, int64_t count, const double *vectors) {
    const int64_t room = p->capacity - p->count,
                  size = (count < room ? count : room) * p->dimension;
    if (size == 0)
        return GM_OK;
    if (p->unit == 0.0)
        p->unit = root_mean_square(size, vectors);
    keep_job job = {.from = vectors,
                    .to = p->vectors + p->count * p->dimension,
                    .size = size,
                    .scale = p->unit > 0.0 ? 1.0 / p->unit : 0.0};
    gm_status status = gm_parallel_for(p->context, (size + PIECE - 1) / PIECE, keep_piece, &job);
    p->count += size / p->dimension;
    return status;
}

static void center(gm_predictor *p) {
    const int64_t d = p->dimension;
    for (int64_t j = 0; j < d; j++) {
        double sum = 0.0;
        for (int64_t i = 0; i < p->count; i++)
            sum += (double)p->vectors[i * d + j];
        const float mean = (float)(sum / (double)p->count);
        for (int64_t i = 0; i < p->count; i++)
            p->vectors[i * d + j] -= mean;
    }
}

/* Vectors of the smaller part of a split: a third makes the edge of the signed sum closest to that
   of the true error over all aspects. */
static int64_t smaller_part(int64_t k) {
    return (k + 1) / 3;
}

/*
 * Weights of the columns: GM_SPLITS signed splits (S_A − S_B, scaled to the variance of S − Σ, each
 * summing to zero); all vectors; all vectors but one fold, FOLDS times.
 */
static gm_status fill_weights(const gm_predictor *p, float *weights) {
    gm_status status = GM_OK;
    const int64_t k = p->count, part = smaller_part(k);
    const double n = (double)k, a = (double)part, b = n - a;
    /* Splits of centred vectors have k − 1 degrees of freedom; about zero they are exact. */
    const double scale = p->centered ? sqrt(n / (n - 1.0)) / n : 1.0 / n;
    double *draws = NULL;
    GM_TRY(GM_NEW(p->context, draws, k));
    for (int64_t r = 0; r < GM_SPLITS; r++) {
        gm_random_uniform(p->context, (gm_stream){p->seed, GM_STREAM_SPLITS}, r * k, k, draws);
        int64_t left = part;
        for (int64_t i = 0; i < k; i++) { /* each subset of that size is equally likely */
            const bool chosen = draws[i] * (double)(k - i) < (double)left;
            left -= chosen;
            weights[i * COLUMNS + r] = (float)(scale * (chosen ? sqrt(b / a) : -sqrt(a / b)));
        }
    }
    for (int64_t i = 0; i < k; i++) {
        weights[i * COLUMNS + GM_SPLITS] = (float)(1.0 / n);
        for (int64_t f = 0; f < FOLDS; f++) {
            const int64_t outside = k - (k - f + FOLDS - 1) / FOLDS;
            weights[i * COLUMNS + GM_SPLITS + 1 + f] =
                i % FOLDS == f ? 0.0f : (float)(1.0 / (double)outside);
        }
    }
done:
    gm_release(p->context, draws);
    return status;
}

static gm_status fill_starts(const gm_predictor *p, float *starts) {
    gm_status status = GM_OK;
    double *draws = NULL;
    GM_TRY(GM_NEW(p->context, draws, COLUMNS));
    for (int64_t j = 0; j < p->dimension; j++) {
        gm_random_gaussian(p->context, (gm_stream){p->seed, GM_STREAM_KRYLOV}, j * COLUMNS, COLUMNS,
                           draws);
        for (int64_t c = 0; c < COLUMNS; c++)
            starts[j * COLUMNS + c] = (float)draws[c];
    }
done:
    gm_release(p->context, draws);
    return status;
}

/* Mean over the vectors of ⟨v, u⟩², u the top direction of the folds that v is not in, with the
   relative standard deviation of that mean; and the mean of ‖v‖² and ‖v‖⁴. */
typedef struct projections {
    double top, deviation, square, fourth;
} projections;

static projections project(const gm_predictor *p, const float *directions) {
    const int64_t d = p->dimension;
    const double n = (double)p->count;
    projections sum = {0};
    double squares = 0.0;
    for (int64_t i = 0; i < p->count; i++) {
        const float *v = p->vectors + i * d, *u = directions + (i % FOLDS) * d;
        double inner = 0.0, length = 0.0;
        for (int64_t j = 0; j < d; j++) {
            inner += (double)v[j] * (double)u[j];
            length += (double)v[j] * (double)v[j];
        }
        sum.top += inner * inner;
        squares += inner * inner * inner * inner;
        sum.square += length;
        sum.fourth += length * length;
    }
    sum.top /= n;
    sum.square /= n;
    sum.fourth /= n;
    const double variance = squares / n - sum.top * sum.top;
    sum.deviation = sum.top > 0.0 ? sqrt(fmax(variance, 0.0) / n) / sum.top : 0.0;
    return sum;
}

/*
 * Denominators. The cross-validated value N = uᵀΣu is the top eigenvalue of a flat spectrum and too
 * small for a spike; for a spike ℓ above the bulk, sample eigenvalue L and N satisfy N L = ℓ², so
 * √(N L) is right there, and in a flat spectrum it is the largest spike that would leave no trace.
 */
static void conclude(const gm_predictor *p, const projections *seen, const double *top,
                     const double *bottom, gm_prediction *out) {
    const double share = (double)smaller_part(p->count) / (double)p->count;
    const double apparent = top[GM_SPLITS], flat = seen->square / (double)p->dimension;
    const double least = fmin(fmax(seen->top, flat), fmax(apparent, flat));
    const double most = fmax(least, sqrt(least * apparent));
    const double unit2 = p->unit * p->unit;
    if (!(least > 0.0))
        return;
    for (int r = 0; r < GM_SPLITS; r++) {
        const double norm = fmax(top[r], -bottom[r]);
        out->aspect[r] = gm_edge_aspect(share, norm / least);
        out->aspect_low[r] = gm_edge_aspect(share, norm / most);
    }
    out->deviation = seen->deviation;
    out->fourth = seen->fourth * unit2 * unit2;
    out->vectors = p->count;
}

gm_status gm_predictor_finish(gm_predictor *p, gm_prediction *out) {
    gm_status status = GM_OK;
    const int64_t k = p->count, d = p->dimension;
    float *weights = NULL, *starts = NULL, *directions = NULL;
    double top[COLUMNS], bottom[COLUMNS];
    memset(out, 0, sizeof *out);
    if (k < LEAST)
        return GM_OK;
    if (p->centered)
        center(p);
    GM_TRY(GM_NEW(p->context, weights, k * COLUMNS));
    GM_TRY(GM_NEW(p->context, starts, d * COLUMNS));
    GM_TRY(GM_NEW_ZERO(p->context, directions, FOLDS * d));
    GM_TRY(fill_weights(p, weights));
    GM_TRY(fill_starts(p, starts));
    GM_TRY(gm_weighted_gram_extremes(p->context, k, d, COLUMNS, p->vectors, weights, starts, FOLDS,
                                     top, bottom, directions));
    const projections seen = project(p, directions);
    conclude(p, &seen, top, bottom, out);
done:
    gm_release(p->context, directions);
    gm_release(p->context, starts);
    gm_release(p->context, weights);
    return status;
}

/* Mean, least and largest of 2√(a s) + a s over the splits. */
typedef struct spread {
    double mean, least, largest, deviation;
} spread;

static spread errors_at(const double *aspect, double scale) {
    spread s = {.least = DBL_MAX};
    double squares = 0.0;
    for (int r = 0; r < GM_SPLITS; r++) {
        const double a = aspect[r] * scale, error = 2.0 * sqrt(a) + a;
        s.mean += error / GM_SPLITS;
        s.least = fmin(s.least, error);
        s.largest = fmax(s.largest, error);
        squares += error * error / GM_SPLITS;
    }
    s.deviation = sqrt(fmax(squares - s.mean * s.mean, 0.0));
    return s;
}

gm_estimate gm_predict_at(const gm_prediction *prediction, int64_t k) {
    const double kept = (double)prediction->vectors, scale = kept / (double)k;
    const spread high = errors_at(prediction->aspect, scale);
    const spread low = errors_at(prediction->aspect_low, scale);
    const double a = (sqrt(1.0 + high.mean) - 1.0) * (sqrt(1.0 + high.mean) - 1.0);
    const double rank = fmax(1.0, a * (double)k); /* effective: 2√a + a is the error */
    const double scatter = NORMAL_95 * SCALE_ERROR / sqrt(kept * rank);
    const double common = scatter * scatter + SYSTEMATIC * SYSTEMATIC;
    const double top = NORMAL_95 * SHARED_FOLDS * prediction->deviation;
    const double down = STRETCH * log(low.mean / low.least);
    const double up = STRETCH * log(high.largest / high.mean);
    return (gm_estimate){.value = high.mean,
                         .std_error = hypot(high.deviation, high.mean * prediction->deviation),
                         .low = low.mean * exp(-sqrt(down * down + top * top + common)),
                         .high = high.mean * exp(sqrt(up * up + top * top + common)),
                         .method =
                             "signed splits of the noise vectors over a cross-validated top value"};
}

double gm_predict_frobenius(const gm_prediction *prediction, int64_t k, double squared_norm) {
    const double n = (double)k;
    const double truth = (squared_norm - prediction->fourth / n) / (1.0 - 1.0 / n);
    return truth > 0.0 ? sqrt(fmax(prediction->fourth - truth, 0.0) / n / truth) : NAN;
}

int64_t gm_predict_needed(const gm_prediction *prediction, double require) {
    const int64_t most = INT64_C(1) << 50;
    int64_t low = 0, high = 1;
    if (!(require > 0.0) || prediction->vectors == 0)
        return -1;
    while (high < most && !(gm_predict_at(prediction, high).high <= require))
        high *= 2;
    if (high >= most)
        return -1;
    low = high / 2;
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if (gm_predict_at(prediction, middle).high <= require)
            high = middle;
        else
            low = middle;
    }
    return high;
}
