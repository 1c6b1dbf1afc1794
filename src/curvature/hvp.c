#include "curvature/hvp.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "curvature/compare.h"
#include "curvature/recovery.h"
#include "linalg/linalg.h"
#include "random/streams.h"

enum { CHUNK = 64 };

/* Beyond this dimension the control is left out: it would outlast the recovery. */
enum { MOST_DIMENSION = 1024 };

/* Directions whose curvature is below this many √ε of the largest are rounding of the differences.
 */
static const double LEAST_CURVATURE = 7.0;

typedef struct products {
    gm_problem *problem;
    uint64_t seed;
    int64_t d, batch;
    double step;
    double precision; /* √ε of what the model computes in */
    double *clean;    /* [d] gradient of the batch at the weights */
    double *moved;    /* [CHUNK][d] weights */
    double *there;    /* [CHUNK][d] gradients */
} products;

static gm_status gradients_at(const products *p, int64_t count, const double *weights,
                              double *out) {
    gm_supply *supply = p->problem->supply;
    return supply->gradients_at(supply, p->seed, p->batch, count, weights, out);
}

/*
 * The step s along a unit vector. Rounding of the gradients costs about ε/s, the change of the
 * Hessian along the way about s: √ε balances them at √ε each. A quadratic loss has no such change,
 * and the longer step leaves rounding alone. Central differences would halve the batches to gain
 * digits below √ε, where the error of the sample of rows is many orders larger.
 */
static double choose_step(const gm_problem *problem, double precision) {
    const gm_model *model = problem->model;
    double squares = 0.0;
    for (int64_t j = 0; j < model->parameters; j++)
        squares += problem->weights[j] * problem->weights[j];
    const double size = fmax(1.0, sqrt(squares));
    const bool quadratic = model->linear && model->loss == &gm_loss_squared;
    return quadratic ? size : precision * size;
}

static gm_status products_open(gm_problem *problem, uint64_t seed, products *p) {
    gm_status status = GM_OK;
    const int64_t d = problem->model->parameters;
    const double precision = sqrt(problem->model->single ? (double)FLT_EPSILON : DBL_EPSILON);
    *p = (products){.problem = problem,
                    .seed = seed,
                    .d = d,
                    .step = choose_step(problem, precision),
                    .precision = precision};
    GM_TRY(GM_NEW(problem->context, p->clean, d));
    GM_TRY(GM_NEW(problem->context, p->moved, CHUNK * d));
    GM_TRY(GM_NEW(problem->context, p->there, CHUNK * d));
done:
    return status;
}

static void products_close(products *p) {
    gm_context *context = p->problem->context;
    gm_release(context, p->there);
    gm_release(context, p->moved);
    gm_release(context, p->clean);
}

static gm_status begin_batch(products *p, int64_t batch) {
    p->batch = batch;
    return gradients_at(p, 1, p->problem->weights, p->clean);
}

/* out[r] += weight · (Hessian of the batch) direction r, r < count: directions [count][d], or the
   axes first … first+count−1 where NULL; count ≤ CHUNK. */
static gm_status add_products(products *p, int64_t first, int64_t count, const double *directions,
                              double weight, double *out) {
    const int64_t d = p->d;
    const double *w = p->problem->weights;
    for (int64_t r = 0; r < count; r++) {
        double *moved = p->moved + r * d;
        memcpy(moved, w, (size_t)d * sizeof *w);
        if (!directions)
            moved[first + r] += p->step;
        for (int64_t j = 0; directions && j < d; j++)
            moved[j] += p->step * directions[r * d + j];
    }
    const gm_status status = gradients_at(p, count, p->moved, p->there);
    for (int64_t r = 0; status == GM_OK && r < count; r++) {
        /* Along an axis the step that was taken is known to the last digit. */
        const int64_t axis = first + r;
        const double taken = directions ? p->step : p->moved[r * d + axis] - w[axis];
        for (int64_t j = 0; j < d; j++)
            out[r * d + j] += weight / taken * (p->there[r * d + j] - p->clean[j]);
    }
    return status;
}

/* Products with rows of `directions`, or with every axis where NULL: out [m][d] +=. */
static gm_status resolve(products *p, int64_t m, const double *directions, double weight,
                         double *out) {
    gm_status status = GM_OK;
    const int64_t d = p->d;
    for (int64_t first = 0; first < m; first += CHUNK) {
        const int64_t count = m - first < CHUNK ? m - first : CHUNK;
        GM_TRY(
            gm_progress(p->problem->context, "Hessian-vector products", (double)first, (double)m));
        GM_TRY(add_products(p, first, count, directions ? directions + first * d : NULL, weight,
                            out + first * d));
    }
done:
    return status;
}

static gm_status average_batches(products *p, int64_t batches, double *out) {
    gm_status status = GM_OK;
    const int64_t d = p->d;
    memset(out, 0, (size_t)(d * d) * sizeof *out);
    for (int64_t batch = 0; batch < batches; batch++) {
        GM_TRY(begin_batch(p, batch));
        GM_TRY(resolve(p, d, NULL, 1.0 / (double)batches, out));
    }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < i; j++)
            out[i * d + j] = out[j * d + i] = 0.5 * (out[i * d + j] + out[j * d + i]);
done:
    return status;
}

/* Λ^−½ U of the symmetric a [m][m] = Uᵀ Λ U, in place, rows of small or negative λ zero. */
static gm_status inverse_root(const products *p, int64_t m, double *a, double *values) {
    gm_context *context = p->problem->context;
    const double least = LEAST_CURVATURE * p->precision;
    const gm_status status = gm_symmetric_eigen(context, m, a, values);
    for (int64_t r = 0; status == GM_OK && r < m; r++) {
        const bool kept = values[r] > 0.0 && values[r] > least * values[0];
        for (int64_t i = 0; i < m; i++)
            a[r * m + i] *= kept ? 1.0 / sqrt(values[r]) : 0.0;
    }
    return status;
}

typedef struct nystrom {
    double *directions; /* [m][d] Q, orthonormal rows; later the root of the estimate */
    double *products;   /* [m][d] Y = Q H; before, the random numbers that Q is made of */
    double *core;       /* [m][m] */
    double *values;     /* [m] */
} nystrom;

static gm_status draw_directions(products *p, int64_t m, nystrom *s) {
    gm_context *context = p->problem->context;
    const int64_t d = p->d;
    gm_status status = GM_OK;
    gm_random_gaussian(context, (gm_stream){p->seed, GM_STREAM_DIRECTIONS}, 0, m * d, s->products);
    GM_TRY(gm_outer_gram(context, m, d, s->products, s->core));
    GM_TRY(inverse_root(p, m, s->core, s->values));
    gm_multiply(m, d, m, s->core, m, s->products, d, s->directions, d);
done:
    return status;
}

/* C = ½ (Y Qᵀ + Q Yᵀ); `transposed` [d][m] is room. */
static void make_core(int64_t m, int64_t d, const nystrom *s, double *transposed) {
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < d; j++)
            transposed[j * m + i] = s->directions[i * d + j];
    gm_multiply(m, m, d, s->products, d, transposed, m, s->core, m);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < i; j++)
            s->core[i * m + j] = s->core[j * m + i] =
                0.5 * (s->core[i * m + j] + s->core[j * m + i]);
}

/* One batch along m < d directions: Yᵀ C⁺ Y on the positive part of C. */
static gm_status complete(products *p, int64_t m, double *out) {
    gm_context *context = p->problem->context;
    const int64_t d = p->d;
    gm_status status = GM_OK;
    nystrom s = {0};
    GM_TRY(GM_NEW(context, s.directions, m * d));
    GM_TRY(GM_NEW(context, s.products, m * d));
    GM_TRY(GM_NEW(context, s.core, m * m));
    GM_TRY(GM_NEW(context, s.values, m));
    GM_TRY(draw_directions(p, m, &s));
    GM_TRY(begin_batch(p, 0));
    memset(s.products, 0, (size_t)(m * d) * sizeof *s.products);
    GM_TRY(resolve(p, m, s.directions, 1.0, s.products));
    make_core(m, d, &s, out);
    GM_TRY(inverse_root(p, m, s.core, s.values));
    gm_multiply(m, d, m, s.core, m, s.products, d, s.directions, d);
    memset(out, 0, (size_t)(d * d) * sizeof *out);
    GM_TRY(gm_gram_accumulate(context, m, d, s.directions, out));
    gm_symmetric_mirror(d, out);
done:
    gm_release(context, s.values);
    gm_release(context, s.core);
    gm_release(context, s.products);
    gm_release(context, s.directions);
    return status;
}

gm_status gm_hvp_estimate(gm_problem *problem, uint64_t seed, int64_t gradients, double *out) {
    gm_status status = GM_OK;
    const int64_t d = problem->model->parameters;
    products p = {.problem = problem};
    if (gradients < 2)
        return gm_fail(problem->context, GM_INVALID_ARGUMENT,
                       "Hessian-vector products take 2 gradients or more, not %lld",
                       (long long)gradients);
    GM_TRY(gm_blas_prepare(problem->context));
    GM_TRY(products_open(problem, seed, &p));
    if (gradients > d)
        GM_TRY(average_batches(&p, gradients / (d + 1), out));
    else
        GM_TRY(complete(&p, gradients - 1, out));
done:
    products_close(&p);
    return status;
}

gm_status gm_recovery_control_hvp(gm_problem *problem, const gm_plan *plan, const double *truth,
                                  gm_recovery *r) {
    gm_status status = GM_OK;
    gm_context *context = problem->context;
    const int64_t d = plan->dimension;
    double *estimate = NULL;
    if (d > MOST_DIMENSION)
        return GM_OK;
    GM_TRY(GM_NEW(context, estimate, d * d));
    GM_TRY(gm_hvp_estimate(problem, plan->seeds.batches, gm_plan_gradients(plan), estimate));
    GM_TRY(gm_compare(context, d, estimate, truth, r->truth_eigenvalues, true, &r->control_hvp));
done:
    gm_release(context, estimate);
    return status;
}
