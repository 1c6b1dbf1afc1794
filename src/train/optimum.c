#include "train/optimum.h"

#include <math.h>
#include <string.h>

#include "curvature/moments.h"
#include "curvature/precondition.h"
#include "data/dataset.h"
#include "gradients/shuffle.h"
#include "linalg/linalg.h"

enum { MOST_STEPS = 60, MOST_PRODUCTS = 500, MOST_HALVINGS = 30, FAN = 8 };
enum { MOST_FULL = 1024, MOST_MOMENTS = 5000, MOST_FOR_CONDITION = 512 };
static const double CLOSE = 1e-7, SLOPE = 1e-4;

typedef struct newton {
    gm_context *context;
    gm_oracle *oracle;
    gm_preconditioner *inverse;
    double *w, *trial, *gradient, *step;             /* [d] */
    double *residual, *direction, *product, *solved; /* [d] of conjugate gradients */
    double loss, decrement, first;                   /* first: power of the first gradient */
} newton;

/* Noise vectors at w: four times as many as a full curvature has dimensions, or as an input
   factor has. At w = 0 the curvature bounds those elsewhere up to a factor. */
static gm_status make_inverse(newton *n, uint64_t seed) {
    gm_status status = GM_OK;
    const gm_model *model = gm_oracle_model(n->oracle);
    const int64_t d = gm_oracle_dimension(n->oracle), size = gm_oracle_batch_size(n->oracle);
    const bool full = d <= MOST_FULL;
    const int64_t wanted = 4 * (full ? d : model->columns), batches = (wanted + FAN - 1) / FAN;
    double *vectors = NULL, loss = 0.0;
    int64_t *rows = NULL;
    gm_shuffle order = {0};
    GM_TRY(gm_preconditioner_create(n->context,
                                    full ? GM_PRECONDITION_FULL : GM_PRECONDITION_KRONECKER, model,
                                    gm_oracle_penalty(n->oracle), FAN, &n->inverse));
    GM_TRY(GM_NEW(n->context, vectors, FAN * d));
    GM_TRY(GM_NEW(n->context, rows, size));
    GM_TRY(gm_shuffle_create(n->context, seed, gm_oracle_rows(n->oracle), &order));
    for (int64_t b = 0; b < batches; b++) {
        gm_shuffle_take(&order, b * size, size, rows);
        GM_TRY(gm_oracle_noised(n->oracle, n->w, size, rows, FAN, seed, b, &loss, n->gradient,
                                vectors));
        GM_TRY(gm_preconditioner_add(n->inverse, FAN, vectors, 1.0));
    }
    status = gm_preconditioner_factor(n->inverse, full ? 0.0 : 1e-5);
done:
    gm_shuffle_release(&order);
    gm_release(n->context, rows);
    gm_release(n->context, vectors);
    return status;
}

/* step ≈ H⁻¹ g by preconditioned conjugate gradients, until the residual's power is below
   `tolerance` of that of g. */
static gm_status solve(newton *n, double tolerance) {
    gm_status status = GM_OK;
    const int64_t d = gm_oracle_dimension(n->oracle);
    memset(n->step, 0, (size_t)d * sizeof *n->step);
    memcpy(n->residual, n->gradient, (size_t)d * sizeof *n->residual);
    gm_preconditioner_apply(n->inverse, n->residual, n->direction);
    double power = gm_inner(d, n->residual, n->direction);
    const double enough = power * tolerance;
    for (int i = 0; i < MOST_PRODUCTS && power > enough; i++) {
        GM_TRY(gm_progress(n->context, "finding the optimum", i, MOST_PRODUCTS));
        GM_TRY(gm_oracle_curvature_product(n->oracle, n->w, n->direction, n->product));
        const double bend = gm_inner(d, n->direction, n->product);
        if (!(bend > 0.0))
            break;
        const double length = power / bend;
        for (int64_t j = 0; j < d; j++) {
            n->step[j] += length * n->direction[j];
            n->residual[j] -= length * n->product[j];
        }
        gm_preconditioner_apply(n->inverse, n->residual, n->solved);
        const double next = gm_inner(d, n->residual, n->solved);
        for (int64_t j = 0; j < d; j++)
            n->direction[j] = n->solved[j] + next / power * n->direction[j];
        power = next;
    }
    n->decrement = gm_inner(d, n->gradient, n->step);
done:
    return status;
}

/* Halve the step until the loss falls by a part of what the slope promises. */
static gm_status move(newton *n) {
    const int64_t d = gm_oracle_dimension(n->oracle);
    double length = 1.0;
    for (int i = 0; i < MOST_HALVINGS; i++, length *= 0.5) {
        const double *trial = n->trial;
        double loss = NAN, accuracy = NAN;
        for (int64_t j = 0; j < d; j++)
            n->trial[j] = n->w[j] - length * n->step[j];
        const gm_status status = gm_oracle_evaluate(n->oracle, 1, &trial, &loss, &accuracy);
        if (status != GM_OK)
            return status;
        if (loss <= n->loss - SLOPE * length * n->decrement + 1e-15 * fabs(n->loss)) {
            memcpy(n->w, n->trial, (size_t)d * sizeof *n->w);
            n->loss = loss;
            return GM_OK;
        }
    }
    return GM_UNDEFINED;
}

static gm_status iterate(newton *n, gm_least *out) {
    gm_status status = GM_OK;
    const int64_t d = gm_oracle_dimension(n->oracle);
    for (int i = 0; i < MOST_STEPS; i++) {
        GM_TRY(gm_oracle_full(n->oracle, n->w, &n->loss, n->gradient));
        gm_preconditioner_apply(n->inverse, n->gradient, n->solved);
        const double power = gm_inner(d, n->gradient, n->solved);
        n->first = i == 0 ? power : n->first;
        GM_TRY(solve(n, fmin(0.06, fmax(power / n->first, 1e-6))));
        const bool close = 0.5 * n->decrement <= CLOSE * fabs(n->loss);
        status = move(n);
        if (status == GM_UNDEFINED && !close) {
            status = GM_OK;
            goto done;
        }
        if (close) {
            *out = (gm_least){n->loss, 0.5 * n->decrement, "Newton steps by conjugate gradients"};
            status = GM_OK;
            goto done;
        }
        GM_TRY(status);
    }
done:
    return status;
}

static gm_status minimise(gm_problem *p, gm_oracle *oracle, uint64_t seed, gm_least *out) {
    gm_status status = GM_OK;
    const int64_t d = gm_oracle_dimension(oracle);
    newton n = {.context = p->context, .oracle = oracle};
    double **const arrays[] = {&n.w,        &n.trial,     &n.gradient, &n.step,
                               &n.residual, &n.direction, &n.product,  &n.solved};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        GM_TRY(GM_NEW_ZERO(p->context, *arrays[i], d));
    status = make_inverse(&n, seed);
    if (status == GM_UNDEFINED) { /* inputs of zeros: the loss does not depend on w */
        status = GM_OK;
        goto done;
    }
    GM_TRY(status);
    GM_TRY(iterate(&n, out));
done:
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        gm_release(p->context, *arrays[i]);
    gm_preconditioner_destroy(n.inverse);
    return status;
}

/* Solve, then solve for what is left of the targets: the second takes off what rounding left in the
   first, and tells how much it was. */
static gm_status least_squares(gm_problem *p, gm_oracle *oracle, gm_least *out) {
    gm_status status = GM_OK;
    const gm_rows *rows = gm_dataset_matrix(p->dataset);
    const int64_t d = rows->columns;
    double *w = NULL, *better = NULL, *left = NULL, losses[2] = {0}, ignored[2];
    GM_TRY(GM_NEW(p->context, w, d));
    GM_TRY(GM_NEW(p->context, better, d));
    GM_TRY(GM_NEW(p->context, left, rows->rows));
    GM_TRY(gm_problem_moments(p));
    GM_TRY(gm_least_squares(p->context, rows, p->targets, p->moments, w));
    GM_TRY(gm_model_outputs(p->context, rows, p->model, w, left));
    for (int64_t i = 0; i < rows->rows; i++)
        left[i] = p->targets[i] - left[i];
    GM_TRY(gm_least_squares(p->context, rows, left, p->moments, better));
    for (int64_t j = 0; j < d; j++)
        better[j] += w[j];
    const double *both[2] = {w, better};
    GM_TRY(gm_oracle_evaluate(oracle, 2, both, losses, ignored));
    *out = (gm_least){fmin(losses[0], losses[1]), fabs(losses[0] - losses[1]),
                      "least squares by second moments, refined"};
done:
    gm_release(p->context, left);
    gm_release(p->context, better);
    gm_release(p->context, w);
    return status;
}

gm_status gm_train_condition(gm_oracle *oracle, const double *w, uint64_t seed, double *out) {
    gm_context *context = gm_oracle_context(oracle);
    const int64_t d = gm_oracle_dimension(oracle);
    gm_status status = GM_OK;
    newton n = {.context = context, .oracle = oracle};
    *out = NAN;
    if (!gm_oracle_model(oracle)->linear || d > MOST_FOR_CONDITION)
        return GM_OK;
    GM_TRY(GM_NEW(context, n.w, d));
    GM_TRY(GM_NEW(context, n.gradient, d));
    memcpy(n.w, w, (size_t)d * sizeof *w);
    status = make_inverse(&n, seed);
    if (status == GM_OK)
        *out = gm_preconditioner_facts(n.inverse).condition;
    if (status == GM_UNDEFINED)
        status = GM_OK;
done:
    gm_preconditioner_destroy(n.inverse);
    gm_release(context, n.gradient);
    gm_release(context, n.w);
    return status;
}

gm_status gm_train_optimum(gm_problem *p, gm_oracle *oracle, double l2, uint64_t seed,
                           gm_least *out) {
    const bool exact = p->model->loss == &gm_loss_squared && l2 == 0.0;
    *out = (gm_least){NAN, NAN, NULL};
    if (!p->model->convex || !p->model->linear)
        return GM_OK;
    if (exact && p->model->columns <= MOST_MOMENTS)
        return least_squares(p, oracle, out);
    return minimise(p, oracle, seed, out);
}
