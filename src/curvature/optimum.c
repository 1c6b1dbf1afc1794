#include "curvature/optimum.h"

#include <math.h>
#include <string.h>

#include "curvature/gauss_newton.h"
#include "curvature/moments.h"
#include "curvature/objective.h"
#include "data/dataset.h"
#include "linalg/linalg.h"

/*
 * Near a minimum Newton squares gᵀH⁻¹g each step. Classes that are separable have a loss that falls
 * as e^−t for ever, each step adds 1 to t, and gᵀH⁻¹g falls by a factor e: however small, no
 * minimum. Thirty steps end before t = 36, where 1 − e^−t rounds to 1 and the gradient to zero.
 */
enum { MOST_STEPS = 30, MOST_HALVINGS = 40 };
static const double converged = 1e-20, fast = 1e-2;

gm_status gm_optimum_check(gm_context *context, const gm_model *model) {
    if (!model->convex)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "at: model %s has no single optimum; use init, zero, random:norm=R or "
                       "file:path=W.npy",
                       model->kind->name);
    if (model->loss != &gm_loss_squared && model->parameters > GM_MOST_FOR_NEWTON)
        return gm_fail(
            context, GM_INVALID_ARGUMENT,
            "at: the optimum of model %s is computed up to %d parameters, here are %lld; "
            "use zero, random:norm=R or file:path=W.npy",
            model->kind->name, GM_MOST_FOR_NEWTON, (long long)model->parameters);
    return GM_OK;
}

typedef struct newton {
    gm_problem *problem;
    gm_objective *objective;
    double *w, *gradient, *step, *trial; /* [d] */
    double *hessian, *factor;            /* [d][d] */
    double loss, decrement;              /* gᵀ step */
} newton;

/* Take the mean over classes off: a vector added to the weights of every class changes no output of
   softmax, and rounding must not let it grow. */
static void centre(const gm_model *model, double *step) {
    const int c = model->outputs;
    for (int64_t j = 0; c > 1 && j < model->columns; j++) {
        double sum = 0.0;
        for (int a = 0; a < c; a++)
            sum += step[a * model->columns + j];
        for (int a = 0; a < c; a++)
            step[a * model->columns + j] -= sum / c;
    }
}

/* step = (H + λI)⁻¹ g. The gradient has no part in the null space of H, which softmax always has,
   so a λ far below every other eigenvalue changes nothing but makes the matrix positive definite.
 */
static gm_status solve(newton *n) {
    gm_context *context = n->problem->context;
    const int64_t d = n->problem->model->parameters;
    double top = 0.0;
    gm_status status = GM_UNDEFINED;
    for (int64_t i = 0; i < d; i++)
        top = fmax(top, n->hessian[i * d + i]);
    for (double ridge = 1e-11; status == GM_UNDEFINED && ridge < 1e-4; ridge *= 100.0) {
        memcpy(n->factor, n->hessian, (size_t)(d * d) * sizeof *n->factor);
        memcpy(n->step, n->gradient, (size_t)d * sizeof *n->step);
        for (int64_t i = 0; i < d; i++)
            n->factor[i * d + i] += ridge * top;
        status = gm_positive_solve(context, d, n->factor, n->step);
    }
    centre(n->problem->model, n->step);
    n->decrement = 0.0;
    for (int64_t i = 0; i < d; i++)
        n->decrement += n->gradient[i] * n->step[i];
    return status;
}

/* Halve the step until the loss falls by a part of what the slope promises, rounding allowed for.
 */
static gm_status move(newton *n) {
    const int64_t d = n->problem->model->parameters;
    double t = 1.0, loss = NAN;
    for (int i = 0; i < MOST_HALVINGS; i++, t *= 0.5) {
        for (int64_t j = 0; j < d; j++)
            n->trial[j] = n->w[j] - t * n->step[j];
        gm_status status = gm_objective_evaluate(n->objective, n->trial, &loss, NULL);
        if (status != GM_OK)
            return status;
        if (loss <= n->loss - 1e-4 * t * n->decrement + 1e-14 * (1.0 + fabs(n->loss)))
            break;
    }
    memcpy(n->w, n->trial, (size_t)d * sizeof *n->w);
    return GM_OK;
}

static gm_status has_no_minimum(gm_context *context, const gm_model *model) {
    return gm_fail(
        context, GM_NUMERICAL_FAILURE,
        "at: no optimum of model %s was found in %d Newton steps: a hyperplane separates "
        "its classes, or nearly, so that the loss falls for ever; use zero, "
        "random:norm=R or file:path=W.npy",
        model->kind->name, MOST_STEPS);
}

static gm_status iterate(newton *n) {
    gm_problem *p = n->problem;
    const gm_rows *rows = gm_dataset_matrix(p->dataset);
    gm_status status = GM_OK;
    double previous = INFINITY;
    for (int i = 0; i < MOST_STEPS; i++) {
        GM_TRY(gm_progress(p->context, "finding the optimum", i, MOST_STEPS));
        GM_TRY(gm_objective_evaluate(n->objective, n->w, &n->loss, n->gradient));
        GM_TRY(gm_gauss_newton(p->context, rows, p->model, n->w, NULL, n->hessian));
        status = solve(n);
        if (status == GM_UNDEFINED || !isfinite(n->decrement))
            break;
        GM_TRY(status);
        if (n->decrement <= converged && n->decrement <= fast * previous) {
            for (int64_t j = 0; j < p->model->parameters; j++)
                n->w[j] -= n->step[j];
            goto done;
        }
        previous = n->decrement;
        GM_TRY(move(n));
    }
    status = has_no_minimum(p->context, p->model);
done:
    return status;
}

static gm_status minimise(gm_problem *p, double *out) {
    gm_status status = GM_OK;
    const int64_t d = p->model->parameters;
    newton n = {.problem = p, .w = out};
    memset(out, 0, (size_t)d * sizeof *out);
    GM_TRY(gm_objective_create(p, &n.objective));
    GM_TRY(GM_NEW(p->context, n.gradient, d));
    GM_TRY(GM_NEW(p->context, n.step, d));
    GM_TRY(GM_NEW(p->context, n.trial, d));
    GM_TRY(GM_NEW(p->context, n.hessian, d * d));
    GM_TRY(GM_NEW(p->context, n.factor, d * d));
    GM_TRY(iterate(&n));
done:
    gm_release(p->context, n.factor);
    gm_release(p->context, n.hessian);
    gm_release(p->context, n.trial);
    gm_release(p->context, n.step);
    gm_release(p->context, n.gradient);
    gm_objective_destroy(n.objective);
    return status;
}

gm_status gm_optimum_find(gm_problem *p, double *out) {
    gm_status status = gm_optimum_check(p->context, p->model);
    if (status != GM_OK)
        return status;
    if (p->model->loss != &gm_loss_squared)
        return minimise(p, out);
    status = gm_problem_moments(p);
    return status != GM_OK ? status
                           : gm_least_squares(p->context, gm_dataset_matrix(p->dataset), p->targets,
                                              p->moments, out);
}
