/* V of classes whose second moment is known: E_h h(x)h(x') = Σ_r f_r(x) f_r(x'), mean 0. With a
   loss affine in the target, κ(x, x') = β² Σ_r f_r(x) f_r(x'), so that V = β² Σ_r ‖E f_r(X) J(X)‖².
 */
#include <math.h>

#include "informativeness/exact.h"
#include "informativeness/support.h"
#include "linalg/linalg.h"

typedef struct group_sums {
    double power, mean, square, largest, term, equal;
} group_sums;

typedef struct moment_job {
    const gm_meter *meter;
    int64_t rank;      /* at least 1 */
    double beta;       /* of a label: 1, or ½ where ±1 become 0 and 1 */
    double *gradients; /* [groups][rank + 1][P] Σ P f_r J, and Σ P base J in the last row */
    double *moments;   /* [groups][rank][rank] Σ P f fᵀ, lower triangles */
    double *features;  /* [groups][chunk][rank + 1] */
    double *plain;     /* [groups][chunk][rank] */
    group_sums *sums;  /* [groups] */
} moment_job;

double gm_exact_moment_operations(const gm_meter *meter) {
    const double p = (double)meter->model->parameters;
    const double rank = (double)(meter->targets->rank > 0 ? meter->targets->rank : 1);
    return meter->inputs->support * (2.0 * (rank + 1.0) * p + 2.0 * rank * rank + 6.0 * p);
}

double gm_exact_moment_memory(const gm_meter *meter) {
    const double p = (double)meter->model->parameters;
    const double rank = (double)(meter->targets->rank > 0 ? meter->targets->rank : 1);
    return 8.0 * GM_SUPPORT_GROUPS * ((rank + 1.0) * p + rank * rank + 512.0 * rank) +
           8.0 * meter->context->threads * GM_SUPPORT_CHUNK * p;
}

static gm_status visit(void *argument, const gm_chunk *chunk, int group) {
    const moment_job *job = argument;
    const gm_meter *meter = job->meter;
    const int64_t rank = job->rank, p = meter->model->parameters;
    double *f = job->features + (int64_t)group * GM_SUPPORT_CHUNK * (rank + 1);
    double *plain = job->plain + (int64_t)group * GM_SUPPORT_CHUNK * rank;
    double *gradients = job->gradients + group * (rank + 1) * p;
    group_sums *sums = &job->sums[group];
    gm_model_jacobian(meter->model, chunk->count, chunk->a, chunk->delta, chunk->jacobian);
    if (meter->targets->rank > 0)
        meter->targets->moment(meter->targets, chunk->count, chunk->x, plain);
    for (int64_t i = 0; i < chunk->count; i++) {
        const double *j = chunk->jacobian + i * p;
        double base = 0.0, norm = 0.0, label = meter->targets->white ? 1.0 : 0.0;
        gm_complex slope;
        meter->loss->parts(chunk->z[i], &base, &slope);
        base -= meter->loss->classes ? 0.5 : 0.0; /* of the label's mean ½ */
        for (int64_t k = 0; k < p; k++)
            norm += j[k] * j[k];
        for (int64_t r = 0; r < meter->targets->rank; r++)
            label += plain[i * rank + r] * plain[i * rank + r];
        for (int64_t r = 0; r < rank; r++) {
            plain[i * rank + r] = meter->targets->rank > 0 ? plain[i * rank + r] : 0.0;
            f[i * (rank + 1) + r] = chunk->p[i] * plain[i * rank + r];
            plain[i * rank + r] *= sqrt(chunk->p[i]);
        }
        f[i * (rank + 1) + rank] = chunk->p[i] * base;
        const double a = norm * job->beta * job->beta * label, prob = chunk->p[i];
        sums->power += prob * norm * (base * base + job->beta * job->beta * label);
        sums->mean += prob * a;
        sums->square += prob * a * a;
        sums->largest = fmax(sums->largest, prob > 0.0 ? a : 0.0);
        sums->term += prob * prob * a;
        sums->equal += prob * prob * label * label;
    }
    gm_multiply_inner_add(rank + 1, p, chunk->count, f, rank + 1, chunk->jacobian, p, gradients, p);
    gm_multiply_self_add(rank, chunk->count, plain, job->moments + group * rank * rank);
    return GM_OK;
}

/* Squared norm of row r of the gradients, summed over the groups. */
static double gradient_norm(const moment_job *job, int64_t r) {
    const int64_t p = job->meter->model->parameters;
    double sum = 0.0;
    for (int64_t k = 0; k < p; k++) {
        double whole = 0.0;
        for (int64_t g = 0; g < GM_SUPPORT_GROUPS; g++)
            whole += job->gradients[(g * (job->rank + 1) + r) * p + k];
        sum += whole * whole;
    }
    return sum;
}

/* ‖Σ_g M_g‖_F² of symmetric matrices by their lower triangles; matrices [groups][n][n]. */
static double sum_norm(int64_t n, const double *matrices) {
    double sum = 0.0;
    for (int64_t row = 0; row < n; row++)
        for (int64_t k = 0; k <= row; k++) {
            double whole = 0.0;
            for (int64_t g = 0; g < GM_SUPPORT_GROUPS; g++)
                whole += matrices[(g * n + row) * n + k];
            sum += (k < row ? 2.0 : 1.0) * whole * whole;
        }
    return sum;
}

static gm_status conclude(const moment_job *job, gm_values *out) {
    const double scale = job->beta * job->beta;
    group_sums all = {0};
    double v = 0.0;
    for (int g = 0; g < GM_SUPPORT_GROUPS; g++) {
        all.power += job->sums[g].power;
        all.mean += job->sums[g].mean;
        all.square += job->sums[g].square;
        all.largest = fmax(all.largest, job->sums[g].largest);
        all.term += job->sums[g].term;
        all.equal += job->sums[g].equal;
    }
    for (int64_t r = 0; r < job->rank; r++)
        v += scale * gradient_norm(job, r);
    if (job->meter->targets->white)
        v = all.term;
    /* ‖Σ P f fᵀ‖² = E (E_h h h')² over all pairs, equal ones included. */
    const double epsilon = fmax(0.0, sum_norm(job->rank, job->moments) - all.equal) * scale * scale;
    out->variance = (gm_estimate){v, 0.0, v, v, "exact: second moment of the class"};
    out->mean_gradient = gradient_norm(job, job->rank);
    out->noise_trace = fmax(0.0, all.power - v - out->mean_gradient);
    out->label_noise_trace = 0.0;
    out->collision_term = all.term;
    out->activity_mean = all.mean;
    out->activity_square = all.square;
    out->activity_largest = all.largest;
    out->epsilon_squared = job->meter->targets->white
                               ? (gm_estimate){0.0, 0.0, 0.0, 0.0, "exact"}
                               : (gm_estimate){epsilon, 0.0, epsilon, epsilon, "exact"};
    out->total_variation = job->meter->targets->white ? 0.0 : (double)NAN;
    return gm_meter_check_power(job->meter, all.power);
}

gm_status gm_exact_moment(const gm_meter *meter, gm_values *out) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    const int64_t p = meter->model->parameters;
    moment_job job = {.meter = meter,
                      .rank = meter->targets->rank > 0 ? meter->targets->rank : 1,
                      .beta = meter->loss->classes ? 0.5 : 1.0};
    const int64_t rank = job.rank, groups = GM_SUPPORT_GROUPS;
    GM_TRY(GM_NEW_ZERO(context, job.gradients, groups * (rank + 1) * p));
    GM_TRY(GM_NEW_ZERO(context, job.moments, groups * rank * rank));
    GM_TRY(GM_NEW(context, job.features, groups * GM_SUPPORT_CHUNK * (rank + 1)));
    GM_TRY(GM_NEW_ZERO(context, job.plain, groups * GM_SUPPORT_CHUNK * rank));
    GM_TRY(GM_NEW_ZERO(context, job.sums, groups));
    GM_TRY(gm_support_visit(meter, true, visit, &job));
    *out = (gm_values){.form = "second-moment",
                       .exact = true,
                       .effective_targets = (double)NAN,
                       .kernel_square = (double)NAN,
                       .samples = (int64_t)meter->inputs->support};
    GM_TRY(conclude(&job, out));
done:
    gm_release(context, job.sums);
    gm_release(context, job.plain);
    gm_release(context, job.features);
    gm_release(context, job.moments);
    gm_release(context, job.gradients);
    return status;
}

/* --- E[K²; X ≠ X'] --- */

typedef struct kernel_job {
    const gm_meter *meter;
    double *gamma; /* [groups][P][P], lower triangles */
    double *equal; /* [groups] */
} kernel_job;

double gm_exact_kernel_operations(const gm_meter *meter) {
    const double p = (double)meter->model->parameters;
    return p > 1024.0 ? (double)INFINITY : meter->inputs->support * p * p;
}

static gm_status visit_kernel(void *argument, const gm_chunk *chunk, int group) {
    const kernel_job *job = argument;
    const gm_model *model = job->meter->model;
    const int64_t p = model->parameters;
    gm_model_jacobian(model, chunk->count, chunk->a, chunk->delta, chunk->jacobian);
    for (int64_t i = 0; i < chunk->count; i++) {
        double *j = chunk->jacobian + i * p, norm = 0.0;
        const double root = sqrt(chunk->p[i]);
        for (int64_t k = 0; k < p; k++) {
            norm += j[k] * j[k];
            j[k] *= root;
        }
        job->equal[group] += chunk->p[i] * chunk->p[i] * norm * norm;
    }
    gm_multiply_self_add(p, chunk->count, chunk->jacobian, job->gamma + group * p * p);
    return GM_OK;
}

gm_status gm_exact_kernel(const gm_meter *meter, double *out) {
    gm_status status = GM_OK;
    gm_context *context = meter->context;
    const int64_t p = meter->model->parameters;
    double sum = 0.0;
    kernel_job job = {.meter = meter};
    GM_TRY(GM_NEW_ZERO(context, job.gamma, GM_SUPPORT_GROUPS * p * p));
    GM_TRY(GM_NEW_ZERO(context, job.equal, GM_SUPPORT_GROUPS));
    GM_TRY(gm_support_visit(meter, true, visit_kernel, &job));
    sum = sum_norm(p, job.gamma);
    for (int g = 0; g < GM_SUPPORT_GROUPS; g++)
        sum -= job.equal[g];
    *out = fmax(0.0, sum);
done:
    gm_release(context, job.equal);
    gm_release(context, job.gamma);
    return status;
}
