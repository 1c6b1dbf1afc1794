/* The whole matrix, by Cholesky. docs/theory/precondition.md, section "Full". */
#include <float.h>
#include <math.h>
#include <string.h>

#include "curvature/precondition_form.h"
#include "linalg/linalg.h"
#include "random/streams.h"

enum { INVERSE_STEPS = 60 };
static const double CONVERGED = 1e-8; /* of the square of an eigenvalue */

typedef struct full {
    double *sum;    /* [d][d], lower: Σ ω v vᵀ */
    double *lower;  /* [d][d]: L of P with its diagonal brought to 1 */
    double *scale;  /* [d]: P_jj^−½; 0 where there is neither curvature nor penalty */
    double freedom; /* tr P⁻¹S */
    int64_t live;   /* coordinates of any curvature */
} full;

static void destroy(gm_preconditioner *self) {
    full *f = self->state;
    if (!f)
        return;
    gm_release(self->context, f->sum);
    gm_release(self->context, f->lower);
    gm_release(self->context, f->scale);
    gm_release(self->context, f);
}

static gm_status create(gm_preconditioner *self) {
    const int64_t d = self->dimension;
    full *f = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW_ZERO(self->context, f, 1));
    self->state = f;
    GM_TRY(GM_NEW_ZERO(self->context, f->sum, d * d));
    GM_TRY(GM_NEW_ZERO(self->context, f->lower, d * d));
    GM_TRY(GM_NEW_ZERO(self->context, f->scale, d));
done:
    return status;
}

static gm_status add(gm_preconditioner *self, int64_t count, const double *vectors, double keep) {
    const int64_t d = self->dimension;
    full *f = self->state;
    for (int64_t i = 0; keep < 1.0 && i < d * d; i++)
        f->sum[i] *= keep;
    return gm_gram_accumulate(self->context, count, d, vectors, f->sum);
}

/* out = the estimate with rows and columns multiplied by scale [d], NULL: 1, both triangles. */
static void scaled(const gm_preconditioner *self, const double *scale, double *out) {
    const full *f = self->state;
    const int64_t d = self->dimension;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++) {
            const double entry = f->sum[i * d + j] / self->weight;
            out[i * d + j] = scale ? entry * scale[i] * scale[j] : entry;
        }
    gm_symmetric_mirror(d, out);
}

/* Curvature along each axis [d], how many are not 0; GM_UNDEFINED where all are. */
static gm_status diagonal(const gm_preconditioner *self, double *out) {
    full *f = self->state;
    const int64_t d = self->dimension;
    double sum = 0.0;
    f->live = 0;
    for (int64_t j = 0; j < d; j++) {
        out[j] = f->sum[j * d + j] / self->weight;
        f->live += out[j] > 0.0;
        sum += out[j];
    }
    if (!isfinite(sum))
        return gm_fail(self->context, GM_NUMERICAL_FAILURE,
                       "gm_preconditioner_factor: the squares of the noise vectors overflow");
    if (f->live == 0)
        return gm_fail(self->context, GM_UNDEFINED,
                       "gm_preconditioner_factor: all noise vectors are zero");
    return GM_OK;
}

/*
 * L of the estimate and `ridge` times its diagonal and the penalty, the diagonal of all that
 * brought to 1. GM_UNDEFINED also where a pivot is no more than rounding: Cholesky may go on with
 * what is left of a singular matrix.
 */
static gm_status decompose(const gm_preconditioner *self, const double *curvature, double ridge) {
    const full *f = self->state;
    const int64_t d = self->dimension;
    for (int64_t j = 0; j < d; j++) {
        const double p = curvature[j] * (1.0 + ridge) + gm_precondition_penalty(self, j);
        f->scale[j] = p > 0.0 ? 1.0 / sqrt(p) : 0.0;
    }
    scaled(self, f->scale, f->lower);
    for (int64_t j = 0; j < d; j++)
        f->lower[j * d + j] = 1.0;
    const gm_status status = gm_cholesky(self->context, d, f->lower);
    for (int64_t j = 0; status == GM_OK && j < d; j++) {
        const double pivot = f->lower[j * d + j];
        if (!(pivot * pivot > 4.0 * (double)d * DBL_EPSILON))
            return gm_fail(self->context, GM_UNDEFINED, "the curvature is singular");
    }
    return status;
}

/* tr P⁻¹S = Σ over the live axes of 1 − (P⁻¹)_jj (what was added to S_jj); work [d][d]. */
static gm_status count_freedom(const gm_preconditioner *self, const double *curvature, double ridge,
                               double *work) {
    full *f = self->state;
    const int64_t d = self->dimension;
    f->freedom = (double)f->live;
    if (ridge == 0.0 && !self->penalty)
        return GM_OK;
    memcpy(work, f->lower, (size_t)(d * d) * sizeof *work);
    const gm_status status = gm_triangular_invert(self->context, d, work);
    for (int64_t i = 0; status == GM_OK && i < d; i++)
        for (int64_t j = 0; j <= i; j++) {
            const double added = ridge * curvature[j] + gm_precondition_penalty(self, j);
            const double entry = work[i * d + j] * f->scale[j];
            f->freedom -= curvature[j] > 0.0 ? entry * entry * added : 0.0;
        }
    f->freedom = fmax(f->freedom, 0.0);
    return status;
}

static void apply(const gm_preconditioner *self, const double *g, double *out) {
    const full *f = self->state;
    for (int64_t j = 0; j < self->dimension; j++)
        out[j] = g[j] * f->scale[j];
    gm_cholesky_solve(self->dimension, f->lower, out);
    for (int64_t j = 0; j < self->dimension; j++)
        out[j] *= f->scale[j];
}

/* Quotient vᵀSv / vᵀv where inverse iteration ends: the smallest eigenvalue, but for axes without
   curvature. estimate [d][d], v and w [d]. */
static double smallest(const gm_preconditioner *self, const double *estimate, double *v,
                       double *w) {
    const int64_t d = self->dimension;
    double quotient = 0.0, last = 0.0;
    gm_random_gaussian(self->context, (gm_stream){0, GM_STREAM_KRYLOV}, 0, d, v);
    for (int i = 0; i < INVERSE_STEPS; i++) {
        double square = 0.0;
        apply(self, v, v);
        for (int64_t j = 0; j < d; j++)
            square += v[j] * v[j];
        for (int64_t j = 0; j < d; j++)
            v[j] /= sqrt(square);
        if (fabs(square - last) <= CONVERGED * square)
            break;
        last = square;
    }
    gm_multiply_vector(d, d, estimate, d, v, w);
    for (int64_t j = 0; j < d; j++)
        quotient += v[j] * w[j];
    return quotient;
}

/* Largest eigenvalue and condition; work [d][d], v and w [d]. */
static gm_status find_facts(gm_preconditioner *self, double damping, double *work, double *v,
                            double *w) {
    const full *f = self->state;
    const double vectors = gm_precondition_effective(self);
    gm_precondition_facts *facts = &self->facts;
    scaled(self, NULL, work);
    gm_status status = gm_symmetric_norm(self->context, self->dimension, work, &facts->largest);
    if (status != GM_OK)
        return status;
    facts->vectors = (int64_t)floor(vectors);
    facts->ratio = vectors / (double)f->live;
    facts->damping = damping;
    if (facts->ratio >= 1.0) {
        const double least = smallest(self, work, v, w);
        facts->condition = least > 0.0 ? facts->largest / least : NAN;
    }
    return GM_OK;
}

static gm_status factor(gm_preconditioner *self, double damping) {
    const int64_t d = self->dimension;
    full *f = self->state;
    double *curvature = NULL, *work = NULL, *v = NULL, *w = NULL, largest = 0.0;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW(self->context, curvature, d));
    GM_TRY(GM_NEW(self->context, work, d * d));
    GM_TRY(GM_NEW(self->context, v, d));
    GM_TRY(GM_NEW(self->context, w, d));
    GM_TRY(diagonal(self, curvature));
    for (int64_t j = 0; j < d; j++)
        f->scale[j] = curvature[j] > 0.0 ? 1.0 / sqrt(curvature[j]) : 0.0;
    scaled(self, f->scale, work);
    GM_TRY(gm_symmetric_norm(self->context, d, work, &largest));
    while ((status = decompose(self, curvature, damping * largest)) == GM_UNDEFINED &&
           damping < 1.0) /* at which the condition is 2 at most */
        damping = fmax(100.0 * damping, 1e-14);
    GM_TRY(status);
    GM_TRY(count_freedom(self, curvature, damping * largest, work));
    GM_TRY(find_facts(self, damping, work, v, w));
done:
    gm_release(self->context, w);
    gm_release(self->context, v);
    gm_release(self->context, work);
    gm_release(self->context, curvature);
    return status;
}

static gm_precondition_spread spread(const gm_preconditioner *self) {
    const full *f = self->state;
    const gm_precondition_facts *facts = &self->facts;
    return gm_precondition_edges(f->freedom, (double)f->live, facts->ratio * (double)f->live,
                                 facts->damping > 0.0 ? 1.0 + 1.0 / facts->damping : INFINITY);
}

static void exchange(gm_preconditioner *self, gm_archive *archive) {
    const full *f = self->state;
    for (int64_t i = 0; i < self->dimension; i++)
        gm_archive_doubles(archive, i + 1, f->sum + i * self->dimension);
}

const gm_precondition_kind gm_precondition_full = {create, add,      factor, apply,
                                                   spread, exchange, destroy};
