/*
 * The control that may move the weights: Hessian–vector products by differences of gradients of one
 * batch, (g(w + h u) − g(w))/h. A batch gives its Hessian whole for d + 1 gradients; k gradients give k/(d+1)
 * batches, averaged. With fewer than d + 1 there is one batch and k − 1 orthonormal directions Q, and
 * Nyström's Y (QᵀY)⁺ Yᵀ, Y = HQ. For a network it is the Hessian that is found, not Gauss–Newton.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "curvature/compare.h"
#include "curvature/recovery.h"
#include "linalg/linalg.h"
#include "random/streams.h"

/* Each direction is a pass over all rows: beyond this dimension it would outlast the recovery. */
enum { MOST_DIRECTIONS = 1024 };

typedef struct products {
    gm_problem *problem;
    gm_source_seeds seeds;
    int64_t d, batches, directions;
    double step;
    double *clean;     /* [batches][d] */
    double *direction; /* [directions][d] orthonormal */
    double *product;   /* [directions][d] mean of H_b u over the batches */
} products;

/* Differences are exact for a quadratic loss; otherwise this balances rounding against curvature. */
static double step_at(const gm_problem *problem) {
    double norm2 = 0.0;
    for (int64_t j = 0; j < problem->model->parameters; j++)
        norm2 += problem->weights[j] * problem->weights[j];
    return sqrt(DBL_EPSILON) * fmax(1.0, sqrt(norm2));
}

static gm_status open_clean(const products *p, double step, const double *direction,
                            gm_source **out) {
    const gm_target_noise none = {.copies = 1};
    gm_supply *supply = p->problem->supply;
    return supply->open_at(supply, &none, p->seeds, step, direction, out);
}

static gm_status multiply(products *p, int64_t which, double *gradient) {
    gm_status status = GM_OK;
    gm_source *source = NULL;
    double *out = p->product + which * p->d;
    GM_TRY(open_clean(p, p->step, p->direction + which * p->d, &source));
    for (int64_t b = 0; b < p->batches; b++) {
        GM_TRY(source->evaluate(source, b, 0, gradient, NULL));
        for (int64_t j = 0; j < p->d; j++)
            out[j] += (gradient[j] - p->clean[b * p->d + j]) / p->step / (double)p->batches;
    }
    GM_TRY(gm_progress(p->problem->context, "moving the weights", (double)which,
                       (double)p->directions));
done:
    gm_source_destroy(source);
    return status;
}

/* Unit vectors, or orthonormal random ones where there are fewer than d. */
static void make_directions(const products *p) {
    const int64_t d = p->d;
    if (p->directions == d) {
        for (int64_t i = 0; i < d; i++)
            p->direction[i * d + i] = 1.0;
        return;
    }
    gm_random_gaussian(p->problem->context, (gm_stream){p->seeds.batches, GM_STREAM_DIRECTIONS}, 0,
                       p->directions * d, p->direction);
    for (int64_t i = 0; i < p->directions; i++) {
        double *u = p->direction + i * d, norm2 = 0.0;
        for (int twice = 0; twice < 2; twice++)
            for (int64_t l = 0; l < i; l++) {
                double inner = 0.0;
                for (int64_t j = 0; j < d; j++)
                    inner += u[j] * p->direction[l * d + j];
                for (int64_t j = 0; j < d; j++)
                    u[j] -= inner * p->direction[l * d + j];
            }
        for (int64_t j = 0; j < d; j++)
            norm2 += u[j] * u[j];
        for (int64_t j = 0; j < d; j++)
            u[j] /= sqrt(norm2);
    }
}

static gm_status measure(products *p) {
    gm_status status = GM_OK;
    gm_source *source = NULL;
    double *gradient = NULL;
    GM_TRY(GM_NEW(p->problem->context, gradient, p->d));
    GM_TRY(open_clean(p, 0.0, p->direction, &source));
    for (int64_t b = 0; b < p->batches; b++)
        GM_TRY(source->evaluate(source, b, 0, p->clean + b * p->d, NULL));
    for (int64_t i = 0; i < p->directions; i++)
        GM_TRY(multiply(p, i, gradient));
done:
    gm_source_destroy(source);
    gm_release(p->problem->context, gradient);
    return status;
}

/* out = Y (QᵀY)⁺ Yᵀ, or the symmetric part of Y where Q is the identity. */
static gm_status assemble(const products *p, double *out) {
    gm_status status = GM_OK;
    gm_context *context = p->problem->context;
    const int64_t d = p->d, m = p->directions;
    double *core = NULL, *values = NULL, *turned = NULL;
    if (m == d) {
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j < d; j++)
                out[i * d + j] = 0.5 * (p->product[i * d + j] + p->product[j * d + i]);
        return GM_OK;
    }
    GM_TRY(GM_NEW(context, core, m * m));
    GM_TRY(GM_NEW(context, values, m));
    GM_TRY(GM_NEW(context, turned, m * d));
    for (int64_t a = 0; a < m; a++)
        for (int64_t b = 0; b < m; b++) {
            core[a * m + b] = 0.0;
            for (int64_t j = 0; j < d; j++)
                core[a * m + b] += 0.5 * (p->direction[a * d + j] * p->product[b * d + j] +
                                          p->direction[b * d + j] * p->product[a * d + j]);
        }
    GM_TRY(gm_symmetric_eigen(context, m, core, values));
    gm_multiply(m, d, m, core, m, p->product, d, turned, d);
    memset(out, 0, (size_t)(d * d) * sizeof *out);
    /* Differences carry about √ε: smaller eigenvalues are noise. */
    for (int64_t r = 0; r < m && values[r] > 1e-7 * values[0]; r++)
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j < d; j++)
                out[i * d + j] += turned[r * d + i] * turned[r * d + j] / values[r];
done:
    gm_release(context, turned);
    gm_release(context, values);
    gm_release(context, core);
    return status;
}

gm_status gm_recovery_control_hvp(gm_problem *problem, const gm_plan *plan, const double *truth,
                                  gm_recovery *r) {
    gm_status status = GM_OK;
    gm_context *context = problem->context;
    const int64_t d = plan->dimension, k = gm_plan_gradients(plan);
    products p = {.problem = problem, .seeds = plan->seeds, .d = d, .step = step_at(problem)};
    double *estimate = NULL;
    p.directions = k > d ? d : k - 1;
    p.batches = k > d ? k / (d + 1) : 1;
    if (d > MOST_DIRECTIONS || p.directions < 1)
        return GM_OK;
    GM_TRY(GM_NEW(context, p.clean, p.batches * d));
    GM_TRY(GM_NEW_ZERO(context, p.direction, p.directions * d));
    GM_TRY(GM_NEW_ZERO(context, p.product, p.directions * d));
    GM_TRY(GM_NEW(context, estimate, d * d));
    make_directions(&p);
    GM_TRY(measure(&p));
    GM_TRY(assemble(&p, estimate));
    GM_TRY(gm_compare(context, d, estimate, truth, r->truth_eigenvalues, true, &r->control_hvp));
done:
    gm_release(context, estimate);
    gm_release(context, p.product);
    gm_release(context, p.direction);
    gm_release(context, p.clean);
    return status;
}
