#include "lwe/usvp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lattice/pool.h"
#include "lwe/law.h"

enum { LARGEST_SCALE = 64, LOOPS = 8, PATIENT_SIZE = 40, PATIENT_ROUNDS = 20 };

static const double delta_of_lll = 0.99, roots[] = {1.0219, 1.0128};

/* --- the embedding --- */

/* The smallest whole scales within a tenth of the ratio, or the best there are. */
static void choose_scales(double ratio, gm_lwe_embedding *plan) {
    double best = (double)INFINITY;
    for (int64_t error = 1; error <= LARGEST_SCALE && best > 0.1; error++) {
        const double secret = fmax(1.0, nearbyint(ratio * (double)error));
        const double off = fabs(log(secret) - log(fmax(ratio, 1e-9) * (double)error));
        if (off < best) {
            best = off;
            plan->error_scale = error;
            plan->secret_scale = (int64_t)secret;
        }
    }
}

static void find_excess(const gm_lwe_parameters *p, double power, gm_lwe_embedding *plan) {
    static const double two_pi_e = 17.079468445347132;
    const double m = (double)plan->samples, n = (double)p->n, d = m + n + 1.0;
    const double error = (double)plan->error_scale, secret = (double)plan->secret_scale;
    const double last = (double)plan->last;
    const double volume = m * log(error * (double)p->q) + n * log(secret) + log(last);
    const double square =
        m * error * error * p->sigma * p->sigma + n * secret * secret * power + last * last;
    plan->norm = sqrt(square);
    plan->excess = log(plan->norm) + d * log(plan->root) - volume / d - 0.5 * log(d / two_pi_e);
}

gm_lwe_embedding gm_lwe_plan_embedding(const gm_lwe_parameters *parameters) {
    gm_lwe_parameters unknown = *parameters;
    gm_lwe_embedding plan = {0}, best = {.excess = (double)INFINITY};
    const int64_t most = parameters->samples < 16 * parameters->n + 16 ? parameters->samples
                                                                       : 16 * parameters->n + 16;
    unknown.hamming = 0;
    const double power = gm_lwe_entry_power(&unknown);
    choose_scales(power > 0.0 ? parameters->sigma / sqrt(power) : 1.0, &plan);
    plan.last = (int64_t)fmax(1.0, nearbyint(parameters->sigma * (double)plan.error_scale));
    for (int i = 0; i < 4 && best.excess > 0.0; i++) {
        plan.root = roots[i % 2];
        best.excess = (double)INFINITY;
        for (int64_t m = 1; m <= most && best.excess > 0.0; m++) {
            plan.samples = m;
            find_excess(parameters, i < 2 ? gm_lwe_dense_power(parameters) : power, &plan);
            if (plan.excess < best.excess)
                best = plan;
        }
    }
    return best;
}

gm_status gm_lwe_embed(gm_context *context, const gm_lwe *instance, const gm_lwe_embedding *plan,
                       int64_t **out) {
    const int64_t n = instance->parameters.n, m = plan->samples, d = m + n + 1;
    int64_t *basis = NULL;
    const gm_status status = GM_NEW_ZERO(context, basis, d * d);
    if (status != GM_OK)
        return status;
    for (int64_t i = 0; i < m; i++) {
        basis[i * d + i] = plan->error_scale * instance->parameters.q;
        for (int64_t j = 0; j < n; j++)
            basis[(m + j) * d + i] = plan->error_scale * instance->a[i * n + j];
        basis[(d - 1) * d + i] = plan->error_scale * instance->b[i];
    }
    for (int64_t j = 0; j < n; j++)
        basis[(m + j) * d + m + j] = plan->secret_scale;
    basis[d * d - 1] = plan->last;
    *out = basis;
    return GM_OK;
}

/* --- the search --- */

typedef struct search {
    gm_context *context;
    const gm_lwe *instance;
    gm_lwe_embedding plan;
    gm_lattice_pool *pool;
    int64_t *basis;     /* [d][d] */
    int64_t *candidate; /* [n] */
    double end;         /* on gm_seconds() */
} search;

/* A row (…, ∓c_s s, ±κ) holds a secret. */
static bool read_row(const search *s, const int64_t *row) {
    const int64_t n = s->instance->parameters.n, m = s->plan.samples, last = row[m + n];
    if (last != s->plan.last && last != -s->plan.last)
        return false;
    for (int64_t j = 0; j < n; j++) {
        const int64_t entry = last > 0 ? -row[m + j] : row[m + j];
        s->candidate[j] = entry / s->plan.secret_scale;
    }
    return true;
}

static gm_status try_rows(const search *s, bool *found) {
    gm_status status = GM_OK;
    const int64_t d = s->plan.samples + s->instance->parameters.n + 1;
    for (int64_t i = 0; i < d && !*found; i++) {
        gm_lwe_check check;
        if (!read_row(s, s->basis + i * d))
            continue;
        GM_TRY(gm_lwe_verify(s->context, s->instance, s->candidate, &check));
        *found = check.accepted;
    }
done:
    return status;
}

/* Reduce what there is by blocks of that size; `lost` where no basis came back, `idle` where the
   same did. */
static gm_status reduce(search *s, int block_size, gm_lwe_usvp *out, bool *lost, bool *idle) {
    gm_status status = GM_OK;
    gm_lattice_result *result = NULL;
    const int64_t d = s->plan.samples + s->instance->parameters.n + 1;
    const gm_lattice_job job = {.task = GM_LATTICE_REDUCE,
                                .rows = d,
                                .columns = d,
                                .basis = s->basis,
                                .delta = delta_of_lll,
                                .block_size = block_size,
                                .loops = LOOPS,
                                .time_limit = fmax(1e-3, s->end - gm_seconds())};
    GM_TRY(gm_lattice_pool_submit(s->pool, &job));
    GM_TRY(gm_lattice_pool_next(s->pool, -1.0, &result));
    *lost = !result || !result->reduced || result->rows != d || result->columns != d;
    if (*lost)
        snprintf(out->reason, sizeof out->reason, "%s", result ? result->reason : "no answer");
    *idle = *lost || memcmp(s->basis, result->basis, (size_t)(d * d) * sizeof *s->basis) == 0;
    if (!*lost)
        memcpy(s->basis, result->basis, (size_t)(d * d) * sizeof *s->basis);
done:
    gm_lattice_result_destroy(s->context, result);
    return status;
}

/* Blocks of one size, again and again while that helps: from 40 on, where each round is dear enough
   that the next size is no cheaper way. */
static gm_status repeat(search *s, int size, gm_lwe_usvp *out, bool *lost) {
    gm_status status = GM_OK;
    bool idle = false;
    const int rounds = size < PATIENT_SIZE ? 1 : PATIENT_ROUNDS;
    for (int r = 0; r < rounds && !out->found && !idle && !*lost; r++) {
        GM_TRY(reduce(s, size, out, lost, &idle));
        if (*lost)
            break;
        out->block_size = size;
        GM_TRY(try_rows(s, &out->found));
    }
done:
    return status;
}

static gm_status grow_blocks(search *s, int largest, gm_lwe_usvp *out) {
    gm_status status = GM_OK;
    bool lost = false;
    for (int size = 2; !out->found && !lost; size = size == 2 ? 10 : size + 10) {
        size = size < largest ? size : largest;
        GM_TRY(repeat(s, size, out, &lost));
        if (size == largest)
            break;
    }
    if (!out->found && !lost)
        snprintf(out->reason, sizeof out->reason, "no secret in the basis after blocks of %d",
                 out->block_size);
done:
    return status;
}

gm_status gm_lwe_run_usvp(gm_context *context, const gm_lwe *instance, const char *helper,
                          int block_size, double time_limit, int64_t *secret, gm_lwe_usvp *out) {
    gm_status status = GM_OK;
    const double start = gm_seconds();
    search s = {.context = context, .instance = instance, .end = start + time_limit};
    gm_lwe_usvp made = {0};
    if (!(block_size >= 2 && block_size <= 60 && time_limit > 0.0))
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lwe_run_usvp: blocks of %d in %g seconds; accepted: 2 to 60, above 0",
                       block_size, time_limit));
    s.plan = gm_lwe_plan_embedding(&instance->parameters);
    made.samples = s.plan.samples;
    GM_TRY(GM_NEW(context, s.candidate, instance->parameters.n));
    GM_TRY(gm_lwe_embed(context, instance, &s.plan, &s.basis));
    GM_TRY(gm_lattice_pool_create(context, helper, 1, &s.pool));
    GM_TRY(grow_blocks(&s, block_size, &made));
    made.seconds = gm_seconds() - start;
    if (made.found)
        memcpy(secret, s.candidate, (size_t)instance->parameters.n * sizeof *secret);
    *out = made;
done:
    gm_lattice_pool_destroy(s.pool);
    gm_release(context, s.basis);
    gm_release(context, s.candidate);
    return status;
}
