/* The span of few vectors and a diagonal, by Woodbury. docs/theory/precondition.md, section
   "Low rank". */
#include <math.h>
#include <string.h>

#include "curvature/precondition_form.h"
#include "linalg/linalg.h"

enum { COLUMNS = 1024 }; /* that are copied at a time */

/* Below this over the largest eigenvalue Woodbury's difference would lose half of the digits. */
static const double LEAST_DAMPING = 1e-8;

/* The rest counts as if this many times its share of a vector lay along each direction. */
static const double REST = 4.0;

typedef struct low_rank {
    int64_t count, next; /* vectors kept, and where the next one goes */
    double *vectors;     /* [most][d] */
    double *weights;     /* [most], ω */
    double *inner; /* [most][most]: L of I + V M⁻¹ Vᵀ, V = the vectors times √(ω/Σω) */
    double *coefficient; /* [most], of products */
    double *inverse;     /* [d], of M = ρ + penalty */
    double ridge;        /* ρ */
    double freedom;      /* tr P⁻¹S */
} low_rank;

static void destroy(gm_preconditioner *self) {
    low_rank *s = self->state;
    if (!s)
        return;
    gm_release(self->context, s->vectors);
    gm_release(self->context, s->weights);
    gm_release(self->context, s->inner);
    gm_release(self->context, s->coefficient);
    gm_release(self->context, s->inverse);
    gm_release(self->context, s);
}

static gm_status create(gm_preconditioner *self) {
    const int64_t d = self->dimension, most = self->most_vectors;
    low_rank *s = NULL;
    gm_status status = GM_OK;
    if (most < 1)
        return gm_fail(self->context, GM_INVALID_ARGUMENT,
                       "gm_preconditioner_create: most_vectors is %lld; form low-rank keeps 1 or "
                       "more",
                       (long long)most);
    GM_TRY(GM_NEW_ZERO(self->context, s, 1));
    self->state = s;
    GM_TRY(GM_NEW_ZERO(self->context, s->vectors, most * d));
    GM_TRY(GM_NEW_ZERO(self->context, s->weights, most));
    GM_TRY(GM_NEW_ZERO(self->context, s->inner, most * most));
    GM_TRY(GM_NEW_ZERO(self->context, s->coefficient, most));
    GM_TRY(GM_NEW_ZERO(self->context, s->inverse, d));
done:
    return status;
}

static gm_status add(gm_preconditioner *self, int64_t count, const double *vectors, double keep) {
    const int64_t d = self->dimension, most = self->most_vectors;
    low_rank *s = self->state;
    self->factored = false; /* the inverse is made of the vectors that are overwritten */
    if (keep == 0.0)
        s->count = s->next = 0;
    for (int64_t i = 0; i < s->count; i++)
        s->weights[i] *= keep;
    for (int64_t i = 0; i < count; i++) {
        memcpy(s->vectors + s->next * d, vectors + i * d, (size_t)d * sizeof *vectors);
        s->weights[s->next] = 1.0;
        s->next = (s->next + 1) % most;
        s->count += s->count < most;
    }
    return GM_OK;
}

/* Of the vectors that are kept: Σ ω, and (Σ ω)² / Σ ω². */
static double total(const low_rank *s, double *effective) {
    double sum = 0.0, squares = 0.0;
    for (int64_t i = 0; i < s->count; i++) {
        sum += s->weights[i];
        squares += s->weights[i] * s->weights[i];
    }
    *effective = sum * (sum / squares);
    return sum;
}

/* out [count][count] = V diag(inverse) Vᵀ, both triangles, V = the vectors times √(ω/Σω); inverse
   NULL: 1. Some columns at a time, turned and scaled. */
static gm_status gram(const gm_preconditioner *self, const double *inverse, double *out) {
    const low_rank *s = self->state;
    const int64_t d = self->dimension, k = s->count;
    double effective, *piece = gm_allocate(self->context, COLUMNS * k, sizeof *piece);
    gm_status status = piece ? GM_OK : GM_OUT_OF_MEMORY;
    const double sum = total(s, &effective);
    memset(out, 0, (size_t)(k * k) * sizeof *out);
    for (int64_t first = 0; status == GM_OK && first < d; first += COLUMNS) {
        const int64_t width = d - first < COLUMNS ? d - first : COLUMNS;
        for (int64_t i = 0; i < k; i++)
            for (int64_t j = 0; j < width; j++) {
                const double square = s->weights[i] / sum * (inverse ? inverse[first + j] : 1.0);
                piece[j * k + i] = s->vectors[i * d + first + j] * sqrt(square);
            }
        status = gm_gram_accumulate(self->context, width, k, piece, out);
    }
    gm_release(self->context, piece);
    gm_symmetric_mirror(k, out);
    return status;
}

/*
 * Σ ω ‖v − its projection on the span of the others‖² / Σ ω: the trace of the curvature outside the
 * span. 1/((K + ε)⁻¹)_ii − ε with K the weighted Gram matrix, ε for vectors that are dependent.
 *   values, vectors  eigenvalues of K, and eigenvectors [k][k], one a row
 */
static double outside(int64_t k, const double *values, const double *vectors) {
    const double small = 1e-13 * values[0];
    double sum = 0.0;
    for (int64_t i = 0; i < k; i++) {
        double inverse = 0.0;
        for (int64_t l = 0; l < k; l++)
            inverse += vectors[l * k + i] * vectors[l * k + i] / (fmax(values[l], 0.0) + small);
        sum += fmax(1.0 / inverse - 2.0 * small, 0.0);
    }
    return sum;
}

/* Facts and ρ. The Gram matrix in s->inner is destroyed. */
static gm_status choose_ridge(gm_preconditioner *self, double damping, double *values) {
    low_rank *s = self->state;
    gm_precondition_facts *facts = &self->facts;
    double effective;
    const double sum = total(s, &effective);
    gm_status status = gm_symmetric_eigen(self->context, s->count, s->inner, values);
    if (status != GM_OK)
        return status;
    if (!(sum > 0.0 && isfinite(values[0])))
        return gm_fail(self->context, GM_NUMERICAL_FAILURE,
                       "gm_preconditioner_factor: the squares of the noise vectors overflow");
    if (!(values[0] > 0.0))
        return gm_fail(self->context, GM_UNDEFINED,
                       "gm_preconditioner_factor: all noise vectors are zero");
    const double rest = REST * outside(s->count, values, s->inner) / effective;
    facts->largest = values[0];
    facts->vectors = (int64_t)floor(effective);
    facts->ratio = effective / (double)self->dimension;
    facts->damping = fmax(damping + rest / values[0], LEAST_DAMPING);
    if (facts->ratio >= 1.0 && values[self->dimension - 1] > 0.0)
        facts->condition = values[0] / values[self->dimension - 1];
    s->ridge = facts->damping * values[0];
    return GM_OK;
}

/* L of I + V M⁻¹ Vᵀ, and tr P⁻¹S = k − ‖L⁻¹‖_F². work [k][k]. */
static gm_status decompose(const gm_preconditioner *self, double *work) {
    low_rank *s = self->state;
    const int64_t k = s->count;
    gm_status status = GM_OK;
    GM_TRY(gram(self, s->inverse, s->inner));
    for (int64_t i = 0; i < k; i++)
        s->inner[i * k + i] += 1.0;
    GM_TRY(gm_cholesky(self->context, k, s->inner));
    memcpy(work, s->inner, (size_t)(k * k) * sizeof *work);
    GM_TRY(gm_triangular_invert(self->context, k, work));
    s->freedom = (double)k;
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j <= i; j++)
            s->freedom -= work[i * k + j] * work[i * k + j];
    s->freedom = fmax(s->freedom, 0.0);
done:
    return status;
}

static gm_status factor(gm_preconditioner *self, double damping) {
    low_rank *s = self->state;
    double *values = NULL, *work = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW(self->context, values, s->count));
    GM_TRY(GM_NEW(self->context, work, s->count * s->count));
    GM_TRY(gram(self, NULL, s->inner));
    GM_TRY(choose_ridge(self, damping, values));
    for (int64_t j = 0; j < self->dimension; j++)
        s->inverse[j] = 1.0 / (s->ridge + gm_precondition_penalty(self, j));
    GM_TRY(decompose(self, work));
done:
    gm_release(self->context, work);
    gm_release(self->context, values);
    return status;
}

/* M⁻¹g − M⁻¹Vᵀ (I + V M⁻¹ Vᵀ)⁻¹ V M⁻¹g. */
static void apply(const gm_preconditioner *self, const double *g, double *out) {
    const low_rank *s = self->state;
    const int64_t d = self->dimension, k = s->count;
    double piece[COLUMNS], effective;
    const double sum = total(s, &effective);
    for (int64_t j = 0; j < d; j++)
        out[j] = g[j] * s->inverse[j];
    gm_multiply_vector(k, d, s->vectors, d, out, s->coefficient);
    for (int64_t i = 0; i < k; i++)
        s->coefficient[i] *= sqrt(s->weights[i] / sum);
    gm_cholesky_solve(k, s->inner, s->coefficient);
    for (int64_t i = 0; i < k; i++)
        s->coefficient[i] *= sqrt(s->weights[i] / sum);
    for (int64_t first = 0; first < d; first += COLUMNS) {
        const int64_t width = d - first < COLUMNS ? d - first : COLUMNS;
        gm_multiply_vector_transposed(k, width, s->vectors + first, d, s->coefficient, piece);
        for (int64_t j = 0; j < width; j++)
            out[first + j] -= piece[j] * s->inverse[first + j];
    }
}

static gm_precondition_spread spread(const gm_preconditioner *self) {
    const low_rank *s = self->state;
    double effective;
    total(s, &effective);
    return gm_precondition_edges(s->freedom, (double)self->dimension, effective,
                                 1.0 + 1.0 / self->facts.damping);
}

static void exchange(gm_preconditioner *self, gm_archive *archive) {
    low_rank *s = self->state;
    int64_t place[2] = {s->count, s->next};
    gm_archive_integers(archive, 2, place);
    if (archive->status != GM_OK)
        return;
    if (place[0] < 0 || place[0] > self->most_vectors || place[1] < 0 ||
        place[1] >= self->most_vectors) {
        archive->status = gm_fail(self->context, GM_INVALID_INPUT,
                                  "checkpoint: a preconditioner of %lld vectors; at most %lld",
                                  (long long)place[0], (long long)self->most_vectors);
        return;
    }
    s->count = place[0];
    s->next = place[1];
    gm_archive_doubles(archive, s->count, s->weights);
    gm_archive_doubles(archive, s->count * self->dimension, s->vectors);
}

const gm_precondition_kind gm_precondition_low_rank = {create, add,      factor, apply,
                                                       spread, exchange, destroy};
