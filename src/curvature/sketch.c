#include "curvature/sketch.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "linalg/linalg.h"
#include "parallel/parallel.h"

/* Columns that one task works on. */
enum { PANEL = 512 };

struct gm_sketch {
    gm_context *context;
    int64_t dimension, rank, capacity; /* capacity: rows of the buffer */
    bool centered;
    int64_t used, count;
    double *buffer;   /* [capacity][d] */
    double *gram;     /* [capacity][capacity] B Bᵀ, then its eigenvectors, one a row */
    double *values;   /* [capacity] its eigenvalues, descending */
    double *factors;  /* [capacity] what each row of the turned buffer is multiplied by */
    double *mean;     /* [d] */
    double *diagonal; /* [d] of the scatter, exact */
    double left_out;  /* sum of the shrinkages: bounds ‖scatter − BᵀB‖ */
};

static int64_t panels(const gm_sketch *s) {
    return (s->dimension + PANEL - 1) / PANEL;
}

gm_status gm_sketch_create(gm_context *context, int64_t dimension, int64_t rank, int64_t expected,
                           bool centered, gm_sketch **out) {
    gm_status status = GM_OK;
    gm_sketch *s = NULL;
    const int64_t capacity = expected < 2 * rank ? expected : 2 * rank;
    GM_TRY(GM_NEW_ZERO(context, s, 1));
    s->context = context;
    s->dimension = dimension;
    s->rank = rank;
    s->capacity = capacity;
    s->centered = centered;
    GM_TRY(GM_NEW(context, s->buffer, capacity * dimension));
    GM_TRY(GM_NEW(context, s->gram, capacity * capacity));
    GM_TRY(GM_NEW(context, s->values, capacity));
    GM_TRY(GM_NEW(context, s->factors, capacity));
    GM_TRY(GM_NEW_ZERO(context, s->mean, dimension));
    GM_TRY(GM_NEW_ZERO(context, s->diagonal, dimension));
    *out = s;
    s = NULL;
done:
    gm_sketch_destroy(s);
    return status;
}

void gm_sketch_destroy(gm_sketch *s) {
    if (!s)
        return;
    gm_release(s->context, s->diagonal);
    gm_release(s->context, s->mean);
    gm_release(s->context, s->factors);
    gm_release(s->context, s->values);
    gm_release(s->context, s->gram);
    gm_release(s->context, s->buffer);
    gm_release(s->context, s);
}

int64_t gm_sketch_count(const gm_sketch *s) {
    return s->count;
}

typedef struct panel_job {
    gm_sketch *s;
    int64_t rows; /* of the buffer that take part, or come out */
} panel_job;

/*
 * The scatter about the mean gains (i/(i+1)) (v − m)(v − m)ᵀ from vector i + 1, m the mean of the i
 * before it: with that factor the rows of the buffer have the scatter as their second moment.
 */
static gm_status take_panel(void *argument, int64_t index, int worker) {
    (void)worker;
    const panel_job *job = argument;
    gm_sketch *s = job->s;
    const int64_t d = s->dimension, first = index * PANEL;
    const int64_t end = d - first < PANEL ? d : first + PANEL;
    for (int64_t r = 0; r < job->rows; r++) {
        double *row = s->buffer + (s->used + r) * d;
        const double before = (double)(s->count + r);
        const double weight = sqrt(before / (before + 1.0));
        for (int64_t j = first; j < end; j++) {
            if (s->centered) {
                const double difference = row[j] - s->mean[j];
                s->mean[j] += difference / (before + 1.0);
                row[j] = weight * difference;
            }
            s->diagonal[j] += row[j] * row[j];
        }
    }
    return GM_OK;
}

/* Rows of the turned buffer, UᵀB scaled, in place: column by column they depend on nothing else. */
static gm_status turn_panel(void *argument, int64_t index, int worker) {
    (void)worker;
    const panel_job *job = argument;
    gm_sketch *s = job->s;
    const int64_t d = s->dimension, first = index * PANEL;
    const int64_t width = d - first < PANEL ? d - first : PANEL;
    double *out = gm_allocate(s->context, job->rows * width, sizeof *out);
    if (!out)
        return GM_OUT_OF_MEMORY;
    gm_multiply(job->rows, width, s->used, s->gram, s->used, s->buffer + first, d, out, width);
    for (int64_t r = 0; r < job->rows; r++)
        for (int64_t j = 0; j < width; j++)
            s->buffer[r * d + first + j] = s->factors[r] * out[r * width + j];
    gm_release(s->context, out);
    return GM_OK;
}

/* Turn the buffer to orthogonal rows, longest first, with the factors set; keep the first `rows`.
 */
static gm_status turn(gm_sketch *s, int64_t rows) {
    panel_job job = {s, rows};
    const gm_status status = gm_parallel_for(s->context, panels(s), turn_panel, &job);
    s->used = rows;
    return status;
}

static gm_status decompose(gm_sketch *s) {
    gm_status status = gm_outer_gram(s->context, s->used, s->dimension, s->buffer, s->gram);
    if (status == GM_OK)
        status = gm_symmetric_eigen(s->context, s->used, s->gram, s->values);
    return status;
}

/* A full buffer: take the (R+1)-th squared length off all, which leaves R rows. */
static gm_status shrink(gm_sketch *s) {
    gm_status status = GM_OK;
    GM_TRY(decompose(s));
    const double off = fmax(s->values[s->rank], 0.0);
    for (int64_t r = 0; r < s->rank; r++)
        s->factors[r] = s->values[r] > off ? sqrt((s->values[r] - off) / s->values[r]) : 0.0;
    s->left_out += off;
    GM_TRY(turn(s, s->rank));
done:
    return status;
}

/* The buffer is emptied when the next vector comes, so that 2R vectors are kept whole. */
gm_status gm_sketch_room(gm_sketch *s, int64_t *room, double **out) {
    gm_status status = s->used < s->capacity ? GM_OK : shrink(s);
    *room = s->capacity - s->used;
    *out = s->buffer + s->used * s->dimension;
    return status;
}

gm_status gm_sketch_take(gm_sketch *s, int64_t count) {
    panel_job job = {s, count};
    gm_status status = gm_parallel_for(s->context, panels(s), take_panel, &job);
    s->used += count;
    s->count += count;
    return status;
}

/* Diagonal of what is left out and eigenvalues, once the rows of the factor are there. */
static void describe(const gm_sketch *s, double divisor, gm_sketch_result *out) {
    const int64_t d = s->dimension;
    for (int64_t j = 0; j < d; j++) {
        double kept = 0.0;
        for (int64_t r = 0; r < out->rows; r++)
            kept += out->factor[r * d + j] * out->factor[r * d + j];
        out->trace += s->diagonal[j] / divisor;
        out->diagonal[j] = s->left_out > 0.0 ? fmax(s->diagonal[j] / divisor - kept, 0.0) : 0.0;
    }
    for (int64_t r = 0; r < out->rows; r++) {
        const double *row = out->factor + r * d;
        double length = 0.0, beside = 0.0;
        for (int64_t j = 0; j < d; j++) {
            length += row[j] * row[j];
            beside += out->diagonal[j] * row[j] * row[j];
        }
        out->eigenvalues[r] = length > 0.0 ? length + beside / length : 0.0;
    }
    /* Nearly in order already: the diagonal moves each by less than the bound. */
    for (int64_t r = 1; r < out->rows; r++)
        for (int64_t q = r; q > 0 && out->eigenvalues[q] > out->eigenvalues[q - 1]; q--) {
            const double held = out->eigenvalues[q];
            out->eigenvalues[q] = out->eigenvalues[q - 1];
            out->eigenvalues[q - 1] = held;
        }
}

gm_status gm_sketch_finish(gm_sketch *s, double divisor, gm_sketch_result *out) {
    gm_status status = GM_OK;
    gm_sketch_result result = {.bound = s->left_out / divisor};
    GM_TRY(decompose(s));
    for (int64_t r = 0; r < s->used; r++) {
        s->factors[r] = 1.0 / sqrt(divisor);
        result.rank += s->values[r] > (double)s->dimension * DBL_EPSILON * s->values[0];
    }
    GM_TRY(turn(s, s->used));
    result.rows = s->used;
    GM_TRY(GM_NEW(s->context, result.eigenvalues, result.rows));
    GM_TRY(GM_NEW(s->context, result.diagonal, s->dimension));
    result.factor = s->buffer;
    s->buffer = NULL;
    describe(s, divisor, &result);
    *out = result;
    return GM_OK;
done:
    gm_release(s->context, result.diagonal);
    gm_release(s->context, result.eigenvalues);
    return status;
}
