#include <gradiometer/risk.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "curvature/point.h"
#include "risk/exact.h"
#include "risk/value.h"

enum { CURVE = 17 }; /* radius 0 to 2 r; r itself in the middle */

/* Standard errors between two estimates of one power at which one of them is wrong. */
static const double DISAGREE = 3.0;

typedef struct job {
    gm_context *context;
    gm_problem *problem;
    gm_risk_plan plan;
    gm_risk_pass pass;
    gm_risk_facts facts;
    gm_moment_grid grid; /* logistic */
    gm_risk *risk;
} job;

static gm_status warn(job *j, const char *format, ...) __attribute__((format(printf, 2, 3)));

static gm_status warn(job *j, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (int i = 0; i < GM_MOST_RISK_WARNINGS; i++)
        if (!j->risk->warnings[i]) {
            j->risk->warnings[i] = gm_duplicate(j->context, text);
            return j->risk->warnings[i] ? GM_OK : GM_OUT_OF_MEMORY;
        }
    return GM_OK;
}

/* ‖w‖₂ against attacks bounded in ‖·‖₂, ‖w‖₁ against those in ‖·‖_∞. */
static double dual_norm(const job *j) {
    double sum = 0.0;
    for (int64_t i = 0; i < j->plan.dimension; i++) {
        const double w = i == j->plan.intercept ? 0.0 : fabs(j->problem->weights[i]);
        sum = j->plan.norm == GM_RISK_L2 ? hypot(sum, w) : sum + w;
    }
    return sum;
}

static gm_estimate not_known(void) {
    return (gm_estimate){NAN, NAN, NAN, NAN, "not known"};
}

/* Twice the recorded losses of least squares, as a mean square. */
static gm_estimate power_of_losses(const job *j) {
    if (j->plan.logistic)
        return not_known();
    gm_estimate power = gm_scaled_estimate(j->facts.loss, 2.0);
    power.method = "2 x mean loss";
    gm_power_interval(&power);
    return power;
}

/* The Gaussian form where the losses bear it out; otherwise, unless it was asked for, the losses.
 */
static gm_status choose_gaussian(job *j, const gm_estimate *losses) {
    gm_estimate gaussian;
    gm_status status = gm_gaussian_power(j->context, &j->plan, &j->pass, &gaussian);
    if (status != GM_OK)
        return status;
    const double off = gaussian.value - losses->value;
    const bool wrong = fabs(off) > DISAGREE * hypot(gaussian.std_error, losses->std_error);
    j->facts.power = gaussian;
    if (!wrong)
        return warn(
            j,
            "nothing but the Gaussian form is used: the residual's power is that of zero-mean "
            "Gaussian "
            "inputs, on real tables off by -30 to +50 %%; here the recorded losses say %.4g "
            "where it says %.4g",
            losses->value, gaussian.value);
    if (!j->plan.automatic)
        return warn(j,
                    "the inputs are not zero-mean Gaussian: the recorded losses put the residual's "
                    "power at %.4g, the Gaussian form at %.4g; the interval does not hold. Append "
                    "an intercept, or use the losses",
                    losses->value, gaussian.value);
    j->plan.source = GM_RESIDUAL_LOSSES;
    j->plan.reason = "there is no intercept, and the Gaussian form disagrees with the recorded "
                     "losses";
    j->facts.power = *losses;
    return warn(j,
                "the inputs are not zero-mean Gaussian: the gradients alone would put the "
                "residual's power at %.4g, the recorded losses at %.4g, which are used; append an "
                "intercept to need neither",
                gaussian.value, losses->value);
}

static gm_status find_facts(job *j) {
    gm_risk_facts *f = &j->facts;
    const gm_risk_pass *p = &j->pass;
    gm_status status = GM_OK;
    f->loss = gm_mean_estimate(p->batches, p->losses);
    f->entropy = gm_mean_estimate(p->batches, p->entropy);
    f->mean = p->residual ? gm_mean_estimate(p->batches, p->residual) : not_known();
    const gm_estimate losses = power_of_losses(j);
    if (j->plan.source == GM_RESIDUAL_INTERCEPT)
        f->power = gm_intercept_power(p->batches, p->residual, (double)j->plan.batch_size);
    else if (j->plan.source == GM_RESIDUAL_LOSSES)
        f->power = losses;
    else
        GM_TRY(choose_gaussian(j, &losses));
    f->source = j->plan.source;
    j->risk->residual = gm_residual_name(j->plan.source);
    j->risk->reason = j->plan.reason;
    j->risk->residual_power = f->power;
    j->risk->residual_mean = f->mean;
    j->risk->loss_power = losses;
    j->risk->clean_risk = j->plan.logistic ? f->loss : f->power;
    if (!isnan(f->power.value) && !(f->power.std_error < 0.1 * f->power.value))
        GM_TRY(warn(j, "the power of the residual is known to %.0f %% only; take more gradients",
                    100.0 * f->power.std_error / f->power.value));
done:
    return status;
}

static gm_risk_value value_at(job *j, double radius) {
    const double c = radius * j->risk->dual_norm;
    return j->plan.logistic ? gm_logistic_value(&j->facts, &j->grid, c)
                            : gm_linear_value(&j->facts, c);
}

/* The risk at the radius, and along the curve from 0 to twice that. */
static gm_status find_risk(job *j) {
    gm_status status = GM_OK;
    gm_risk *r = j->risk;
    if (j->plan.logistic)
        GM_TRY(gm_moment_grid_create(j->context, j->plan.source == GM_RESIDUAL_LOSSES, &j->grid));
    const gm_risk_value value = value_at(j, r->radius);
    r->adversarial_risk = value.estimate;
    r->low = value.low;
    r->high = value.high;
    if (!isfinite(r->high))
        GM_TRY(gm_fail(j->context, GM_INVALID_ARGUMENT,
                       "the radius %g times the dual norm %g is too large for float64", r->radius,
                       r->dual_norm));
    for (int64_t i = 0; i < r->curve_points; i++) {
        const double radius = r->radius * 2.0 * (double)i / (CURVE - 1);
        const gm_risk_value at = value_at(j, radius);
        r->curve[i] = (gm_risk_point){radius, at.estimate.value, at.low, at.high, NAN};
    }
done:
    return status;
}

static gm_status compare(job *j) {
    gm_status status = GM_OK;
    gm_risk *r = j->risk;
    double c[CURVE + 2] = {0.0, r->radius * r->dual_norm}, exact[CURVE + 2];
    for (int64_t i = 0; i < r->curve_points; i++)
        c[i + 2] = r->curve[i].radius * r->dual_norm;
    const double start = gm_seconds();
    GM_TRY(gm_exact_risk(j->context, j->problem, r->curve_points + 2, c, exact));
    r->exact_clean = exact[0];
    r->exact = exact[1];
    for (int64_t i = 0; i < r->curve_points; i++)
        r->curve[i].exact = exact[i + 2];
    r->seconds_compare = gm_seconds() - start;
done:
    return status;
}

static gm_status create_risk(job *j) {
    gm_status status = GM_OK;
    gm_risk *r = NULL;
    GM_TRY(GM_NEW_ZERO(j->context, r, 1));
    j->risk = r;
    r->model = j->problem->model->kind->name;
    r->at = gm_point_name(j->problem->at);
    r->norm = j->plan.norm == GM_RISK_L2 ? "l2" : "linf";
    r->dimension = j->plan.dimension;
    r->batch_size = j->plan.batch_size;
    r->gradients = j->plan.batches * j->plan.estimator.copies;
    r->radius = j->plan.radius;
    r->exact = r->exact_clean = NAN;
    if (r->radius > 0.0) {
        GM_TRY(GM_NEW_ZERO(j->context, r->curve, CURVE));
        r->curve_points = CURVE;
    }
done:
    return status;
}

static gm_status run(job *j) {
    gm_status status = GM_OK;
    GM_TRY(gm_problem_place(j->problem, j->plan.seeds.batches));
    j->risk->dual_norm = dual_norm(j);
    const double start = gm_seconds();
    GM_TRY(gm_risk_pass_run(j->context, j->problem, &j->plan, &j->pass));
    GM_TRY(find_facts(j));
    GM_TRY(find_risk(j));
    j->risk->seconds_gradients = gm_seconds() - start;
    if (j->plan.compare)
        GM_TRY(compare(j));
done:
    return status;
}

gm_status gm_risk_estimate(gm_context *context, const gm_dataset *dataset,
                           const gm_risk_options *options, gm_risk **out) {
    gm_status status = GM_OK;
    job j = {.context = context};
    const gm_recover_options problem = gm_risk_problem_options(options);
    GM_TRY(gm_problem_create(context, dataset, &problem, &j.problem));
    GM_TRY(gm_risk_plan_make(context, j.problem, options, &j.plan));
    GM_TRY(create_risk(&j));
    GM_TRY(run(&j));
    *out = j.risk;
    j.risk = NULL;
done:
    gm_risk_destroy(context, j.risk);
    gm_moment_grid_release(context, &j.grid);
    gm_risk_pass_release(context, &j.pass);
    gm_problem_destroy(j.problem);
    return status;
}

void gm_risk_destroy(gm_context *context, gm_risk *risk) {
    if (!risk)
        return;
    for (int i = 0; risk->warnings[i]; i++)
        gm_release(context, risk->warnings[i]);
    gm_release(context, risk->curve);
    gm_release(context, risk);
}
