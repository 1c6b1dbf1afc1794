#include "curvature/predict.h"

#include <math.h>
#include <string.h>

#include "curvature/edge.h"
#include "curvature/krylov.h"
#include "parallel/parallel.h"
#include "random/streams.h"

enum {
    FOLDS = 8,   /* parts of the cross-validation of the top value */
    KEPT = 2048, /* vectors kept, at least, where there are so many */
    COLUMNS = GM_SPLITS + 1 + FOLDS
};

struct gm_predictor {
    gm_context *context;
    int64_t dimension, capacity, count, group;
    bool centered;
    uint64_t seed;
    double unit;      /* vectors are kept in units of this, so that float32 holds their squares */
    float *vectors;   /* [capacity][d] */
    int64_t *stratum; /* [strata] first vector of each; none: all are of one */
    int64_t strata, strata_capacity;
};

int64_t gm_predictor_kept(int64_t dimension, int64_t expected) {
    const int64_t most = 2 * dimension > KEPT ? 2 * dimension : KEPT;
    return expected < most ? expected : most;
}

gm_status gm_predictor_create(gm_context *context, int64_t dimension, int64_t expected,
                              int64_t group, bool centered, uint64_t seed, gm_predictor **out) {
    gm_status status = GM_OK;
    gm_predictor *p = NULL;
    GM_TRY(GM_NEW_ZERO(context, p, 1));
    p->context = context;
    p->dimension = dimension;
    p->capacity = gm_predictor_kept(dimension, expected) / group * group;
    p->group = group;
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
    gm_release(p->context, p->stratum);
    gm_release(p->context, p->vectors);
    gm_release(p->context, p);
}

gm_status gm_predictor_begin_stratum(gm_predictor *p) {
    int64_t *grown =
        gm_reserve(p->context, p->stratum, p->strata, 1, &p->strata_capacity, sizeof *p->stratum);
    if (!grown)
        return GM_OUT_OF_MEMORY;
    p->stratum = grown;
    p->stratum[p->strata++] = p->count;
    return GM_OK;
}

const float *gm_predictor_vectors(const gm_predictor *p, int64_t *count, double *unit) {
    *count = p->count;
    *unit = p->unit;
    return p->vectors;
}

/* Where stratum s begins; that of number `strata`, or of one where there are none, is the end. */
static int64_t stratum_first(const gm_predictor *p, int64_t s) {
    if (s == 0)
        return 0;
    return s < p->strata ? p->stratum[s] : p->count;
}

static int64_t stratum_count(const gm_predictor *p) {
    return p->strata > 0 ? p->strata : 1;
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

static void center(gm_predictor *p, int64_t first, int64_t end) {
    const int64_t d = p->dimension;
    for (int64_t j = 0; j < d; j++) {
        double sum = 0.0;
        for (int64_t i = first; i < end; i++)
            sum += (double)p->vectors[i * d + j];
        const float mean = (float)(sum / (double)(end - first));
        for (int64_t i = first; i < end; i++)
            p->vectors[i * d + j] -= mean;
    }
}

/* Groups of the smaller part of a split: a third makes the edge of the signed sum closest to that
   of the true error over all aspects. */
static int64_t smaller_part(int64_t groups) {
    return (groups + 1) / 3;
}

/* Column r of the weights of one stratum: each subset of a third of its groups is equally likely.
 */
static void split(const gm_predictor *p, int64_t s, int64_t r, const double *draws,
                  float *weights) {
    const int64_t first = stratum_first(p, s) / p->group, end = stratum_first(p, s + 1) / p->group;
    const double n = (double)(end - first);
    int64_t left = smaller_part(end - first);
    const double a = (double)left, b = n - a;
    /* Splits of centred vectors have n − 1 degrees of freedom; about zero they are exact. */
    const double scale = (p->centered && n > 1.0 ? sqrt(n / (n - 1.0)) : 1.0) / (double)p->count;
    for (int64_t g = first; g < end; g++) {
        const bool chosen = draws[g] * (double)(end - g) < (double)left;
        const double weight = a == 0.0 ? 0.0 : chosen ? sqrt(b / a) : -sqrt(a / b);
        left -= chosen;
        for (int64_t i = g * p->group; i < (g + 1) * p->group; i++)
            weights[i * COLUMNS + r] = (float)(scale * weight);
    }
}

/*
 * Weights of the columns: GM_SPLITS signed splits (S_A − S_B, scaled to the variance of S − Σ, each
 * summing to zero); all vectors; all vectors but one fold, FOLDS times. Groups are never torn: what
 * their vectors share would cancel in a split, and would be known to the rest of a fold.
 */
static gm_status fill_weights(const gm_predictor *p, float *weights) {
    gm_status status = GM_OK;
    const int64_t k = p->count, groups = k / p->group;
    double *draws = NULL;
    GM_TRY(GM_NEW(p->context, draws, groups));
    for (int64_t r = 0; r < GM_SPLITS; r++) {
        gm_random_uniform(p->context, (gm_stream){p->seed, GM_STREAM_SPLITS}, r * groups, groups,
                          draws);
        for (int64_t s = 0; s < stratum_count(p); s++)
            split(p, s, r, draws, weights);
    }
    for (int64_t i = 0; i < k; i++) {
        weights[i * COLUMNS + GM_SPLITS] = (float)(1.0 / (double)k);
        for (int64_t f = 0; f < FOLDS; f++) {
            const int64_t outside = groups - (groups - f + FOLDS - 1) / FOLDS;
            weights[i * COLUMNS + GM_SPLITS + 1 + f] =
                i / p->group % FOLDS == f ? 0.0f : (float)(1.0 / (double)(outside * p->group));
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
   relative standard deviation of that mean; the mean of ‖v‖², and that of ‖A‖_F² over the groups.
 */
typedef struct projections {
    double top, deviation, square, fourth;
} projections;

static double inner(int64_t d, const float *a, const float *b) {
    double sum = 0.0;
    for (int64_t j = 0; j < d; j++)
        sum += (double)a[j] * (double)b[j];
    return sum;
}

/* One group's means; deviation is left alone. */
static projections project_group(const gm_predictor *p, const float *vectors, const float *u) {
    const int64_t d = p->dimension, m = p->group;
    projections sum = {0};
    for (int64_t i = 0; i < m; i++) {
        const float *v = vectors + i * d;
        const double along = inner(d, v, u), length = inner(d, v, v);
        sum.top += along * along / (double)m;
        sum.square += length / (double)m;
        sum.fourth += length * length / (double)(m * m);
        for (int64_t l = 0; l < i; l++) {
            const double product = inner(d, v, vectors + l * d);
            sum.fourth += 2.0 * product * product / (double)(m * m);
        }
    }
    return sum;
}

static projections project(const gm_predictor *p, const float *directions) {
    const int64_t d = p->dimension, groups = p->count / p->group;
    const double n = (double)groups;
    projections sum = {0};
    double squares = 0.0;
    for (int64_t g = 0; g < groups; g++) {
        const projections one =
            project_group(p, p->vectors + g * p->group * d, directions + (g % FOLDS) * d);
        sum.top += one.top;
        squares += one.top * one.top;
        sum.square += one.square;
        sum.fourth += one.fourth;
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
    const int64_t groups = p->count / p->group;
    const double share = (double)smaller_part(groups) / (double)groups;
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
    out->group = p->group;
}

gm_status gm_predictor_finish(gm_predictor *p, gm_prediction *out) {
    gm_status status = GM_OK;
    const int64_t k = p->count, d = p->dimension;
    float *weights = NULL, *starts = NULL, *directions = NULL;
    double top[COLUMNS], bottom[COLUMNS];
    memset(out, 0, sizeof *out);
    if (k / p->group < GM_LEAST_GROUPS)
        return GM_OK;
    for (int64_t s = 0; p->centered && s < stratum_count(p); s++)
        center(p, stratum_first(p, s), stratum_first(p, s + 1));
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
