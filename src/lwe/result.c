#include "lwe/result.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lwe/baselines.h"
#include "lwe/guess.h"
#include "lwe/informativeness.h"
#include "lwe/instance.h"
#include "lwe/law.h"
#include "lwe/phase.h"
#include "lwe/predict.h"
#include "lwe/reducer.h"
#include "lwe/usvp.h"
#include "parallel/ranks.h"

enum { WHITENED_ROWS = 600, USVP_BLOCK_SIZE = 60 };
static const double TIME_LIMIT = 120;

static const gm_estimate no_estimate = {NAN, NAN, NAN, NAN, "none"};
static const gm_lwe_signal_summary no_signal = {NAN, NAN, NAN};

gm_status gm_lwe_effort_of(gm_context *context, const gm_lwe *instance,
                           const gm_lwe_attack_options *options, gm_lwe_effort *out) {
    gm_lwe_solver solver;
    const gm_status status = gm_lwe_solver_find(context, options->solver, &solver);
    if (status != GM_OK)
        return status;
    if (!(options->time_limit >= 0) || !(options->guesses >= 0) || options->keep < 0)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "time limit %g, guesses %g, keep %lld: none may be negative",
                       options->time_limit, options->guesses, (long long)options->keep);
    const double limit = options->time_limit > 0 ? options->time_limit : TIME_LIMIT;
    gm_lwe_parameters unweighted = instance->parameters;
    unweighted.hamming = 0; /* not known to an attack */
    *out = (gm_lwe_effort){.solver = solver,
                           .power = gm_lwe_entry_power(&unweighted),
                           .guesses = options->guesses > 0 ? options->guesses : GM_LWE_GUESSES,
                           .keep = options->keep ? options->keep : GM_LWE_KEEP,
                           .rows = WHITENED_ROWS,
                           .deadline = gm_seconds() + limit,
                           .seed = options->seed};
    return GM_OK;
}

gm_status gm_lwe_result_create(gm_context *context, const gm_lwe *instance, gm_lwe_result **out) {
    gm_status status;
    gm_lwe_result *result = NULL;
    GM_TRY(GM_NEW_ZERO(context, result, 1));
    result->n = instance->parameters.n;
    GM_TRY(GM_NEW_ZERO(context, result->secret, result->n));
    GM_TRY(GM_NEW(context, result->z, result->n));
    GM_TRY(GM_NEW(context, result->control_z, result->n));
    for (int64_t j = 0; j < result->n; j++)
        result->z[j] = result->control_z[j] = NAN;
    result->solver = "none";
    result->check.residual_std = result->guess_rank = NAN;
    result->predicted = result->observed = result->control_predicted = no_signal;
    result->informativeness = result->unreduced_informativeness = no_estimate;
    result->verdict = result->unreduced_verdict = "undecided";
    result->usvp_seconds = result->control_guesses = NAN;
    result->reduction.rho = result->reduction.variance = NAN;
    result->reduction.entropy_before = result->reduction.entropy_after = NAN;
    *out = result;
    result = NULL;
done:
    gm_lwe_result_destroy(context, result);
    return status;
}

void gm_lwe_result_destroy(gm_context *context, gm_lwe_result *result) {
    if (!result)
        return;
    gm_release(context, result->secret);
    gm_release(context, result->z);
    gm_release(context, result->control_z);
    gm_release(context, result);
}

void gm_lwe_result_take(gm_lwe_result *result, const gm_lwe_rows *rows,
                        const gm_lwe_attempt *attempt) {
    result->recovered = attempt->find.found;
    result->solver = attempt->solver;
    result->rows_used = rows->count;
    result->blocks_used = rows->blocks;
    result->guesses += attempt->guesses;
    if (!result->recovered)
        return;
    result->check = attempt->find.check;
    result->guess_rank = (double)attempt->find.guess;
    result->moves = attempt->find.moves;
    if (result->moves == 0)
        result->solver = "guess";
}

static gm_lwe_signal_summary summary_of(gm_lwe_signal signal) {
    return (gm_lwe_signal_summary){signal.z, signal.deviation, signal.discrimination};
}

/* The reading that the solver goes by: plain where it was the plain gradient. */
static gm_status read_rows(gm_context *context, const gm_lwe_rows *rows,
                           const gm_lwe_parameters *parameters, bool plain, gm_lwe_reading **out) {
    return (plain ? gm_lwe_read_plain : gm_lwe_read_whitened)(context, rows, parameters,
                                                              WHITENED_ROWS, out);
}

/* What the gradient says of every column, once the secret is known to compare with. */
static gm_status read_columns(gm_context *context, const gm_lwe_rows *rows,
                              const gm_lwe_reading *reading, const int64_t *secret, double *out) {
    gm_status status;
    double *z = NULL;
    GM_TRY(GM_NEW(context, z, reading->columns));
    GM_TRY(gm_lwe_project(context, rows, reading, secret, z));
    for (int64_t k = 0; k < reading->columns; k++)
        out[reading->column[k]] = z[k] / reading->deviation[k];
done:
    gm_release(context, z);
    return status;
}

static gm_status add_signal(gm_context *context, const gm_lwe *instance, const gm_lwe_rows *rows,
                            gm_lwe_result *result) {
    gm_status status;
    gm_lwe_reading *reading = NULL;
    gm_lwe_signal observed;
    const bool plain = strcmp(result->solver, "gradient-plain") == 0;
    GM_TRY(read_rows(context, rows, &instance->parameters, plain, &reading));
    result->predicted = summary_of(gm_lwe_predicted(reading));
    if (result->recovered) {
        GM_TRY(gm_lwe_observe(context, rows, reading, result->secret, &observed));
        result->observed = summary_of(observed);
        GM_TRY(read_columns(context, rows, reading, result->secret, result->z));
    }
done:
    gm_lwe_reading_destroy(context, reading);
    return status;
}

/* V of the gradient on some rows; left undefined where they are too few to measure. */
static gm_status add_variance(gm_context *context, const gm_lwe *instance, const gm_lwe_rows *rows,
                              uint64_t seed, gm_estimate *out, const char **verdict) {
    gm_measurement *measurement = NULL;
    if (rows->count < 32)
        return GM_OK;
    const gm_status status =
        gm_lwe_informativeness(context, rows, &instance->parameters, seed, &measurement);
    if (status != GM_OK)
        return status;
    *out = measurement->variance;
    *verdict = measurement->verdict;
    gm_measurement_destroy(context, measurement);
    return GM_OK;
}

/* sin 2πy of a sample, the dropped part of the secret taken off. */
static double sine_without(const gm_lwe_rows *samples, int64_t i, const int64_t *secret) {
    const int64_t *ra = &samples->ra[i * samples->n];
    int64_t rb = samples->rb[i];
    for (int64_t k = 0; k < samples->dropped_count; k++)
        rb = (rb - ra[samples->dropped[k]] * secret[samples->dropped[k]]) % samples->q;
    return sin(GM_TWO_PI * (double)rb / (double)samples->q);
}

/* The gradient of unreduced samples itself, Σ x_ij sin 2πy_i over √(½ Σ x_ij²), which has deviation
   1 where phases are uniform: no weights, which would be powers of next to nothing. */
static gm_status read_control_columns(gm_context *context, const gm_lwe_rows *samples,
                                      gm_lwe_result *result) {
    const int64_t n = samples->n;
    double *squares = NULL, *z = result->control_z;
    const gm_status status = GM_NEW_ZERO(context, squares, n);
    if (status != GM_OK)
        return status;
    memset(z, 0, (size_t)n * sizeof *z);
    for (int64_t i = 0; i < samples->count; i++) {
        const double sine = sine_without(samples, i, result->secret);
        for (int64_t j = 0; j < n; j++) {
            const double x = (double)samples->ra[i * n + j];
            z[j] += x * sine;
            squares[j] += x * x;
        }
    }
    for (int64_t j = 0; j < n; j++)
        z[j] /= sqrt(0.5 * squares[j]);
    for (int64_t k = 0; k < samples->dropped_count; k++)
        z[samples->dropped[k]] = NAN;
    gm_release(context, squares);
    return GM_OK;
}

/* The same attack on as many unreduced samples, and what their gradient could have told. */
static gm_status add_control(gm_context *context, const gm_lwe *instance, const gm_lwe_rows *rows,
                             const gm_lwe_effort *effort, gm_lwe_result *result) {
    gm_status status;
    gm_lwe_rows *samples = NULL;
    gm_lwe_reading *reading = NULL;
    int64_t *secret = NULL;
    gm_lwe_attempt attempt = {.solver = "none"};
    gm_lwe_effort same = *effort;
    const int64_t all = instance->parameters.samples;
    same.deadline = INFINITY;
    GM_TRY(GM_NEW(context, secret, instance->parameters.n));
    attempt.find.secret = secret;
    GM_TRY(gm_lwe_rows_of_samples(context, instance, rows->count < all ? rows->count : all,
                                  rows->dropped, rows->dropped_count, &samples));
    GM_TRY(gm_lwe_attempt_run(context, instance, samples, &same, &attempt));
    result->control_run = true;
    result->control_recovered = attempt.find.found;
    result->control_rows = samples->count;
    result->control_guesses = attempt.guesses;
    GM_TRY(read_rows(context, samples, &instance->parameters, false, &reading));
    result->control_predicted = summary_of(gm_lwe_predicted(reading));
    if (result->recovered)
        GM_TRY(read_control_columns(context, samples, result));
    GM_TRY(add_variance(context, instance, samples, effort->seed,
                        &result->unreduced_informativeness, &result->unreduced_verdict));
done:
    gm_release(context, secret);
    gm_lwe_rows_destroy(context, samples);
    gm_lwe_reading_destroy(context, reading);
    return status;
}

/* The unique shortest vector, by the clock and so by one rank alone; that it cannot be run, for
 * want of the helper, is no failure. */
static gm_status add_usvp(gm_context *context, const gm_lwe *instance,
                          const gm_lwe_attack_options *options, gm_lwe_result *result) {
    gm_lwe_usvp usvp = {0};
    int64_t *secret = NULL;
    gm_status status = GM_NEW(context, secret, instance->parameters.n);
    const double limit = options->time_limit > 0 ? options->time_limit : TIME_LIMIT;
    if (status == GM_OK && gm_context_rank(context) == 0)
        status = gm_lwe_run_usvp(context, instance, options->reduce.helper, USVP_BLOCK_SIZE, limit,
                                 secret, &usvp);
    gm_release(context, secret);
    if (status == GM_UNAVAILABLE)
        snprintf(result->usvp_reason, sizeof result->usvp_reason, "%s",
                 gm_context_message(context));
    bool ran = status == GM_OK;
    status = gm_ranks_agree(context, status == GM_UNAVAILABLE ? GM_OK : status);
    if (status == GM_OK)
        status = gm_ranks_take_first(context, sizeof ran, &ran);
    if (status == GM_OK)
        status = gm_ranks_take_first(context, sizeof usvp, &usvp);
    if (status != GM_OK || !ran)
        return status;
    result->usvp_run = true;
    result->usvp_found = usvp.found;
    result->usvp_block_size = usvp.block_size;
    result->usvp_seconds = usvp.seconds;
    snprintf(result->usvp_reason, sizeof result->usvp_reason, "%s", usvp.reason);
    return GM_OK;
}

gm_status gm_lwe_result_complete(gm_context *context, const gm_lwe *instance,
                                 const gm_lwe_rows *rows, const gm_lwe_effort *effort,
                                 const gm_lwe_attack_options *options, gm_lwe_result *result) {
    gm_status status = GM_OK;
    const double start = gm_seconds();
    gm_lwe_parameters unweighted = instance->parameters;
    unweighted.hamming = 0; /* not known to an attack */
    result->log2_exhaustive = gm_lwe_log2_exhaustive(&unweighted);
    result->log2_mitm = gm_lwe_log2_meet_in_the_middle(&unweighted);
    if (!result->recovered) {
        result->check.threshold = gm_lwe_threshold(instance->parameters.sigma);
        result->check.log2_false = gm_lwe_log2_false(&instance->parameters);
    }
    if (rows && rows->count > 0) {
        if (result->reduction.blocks == 0) { /* rows that were given */
            result->reduction.plan.power = effort->power;
            GM_TRY(gm_lwe_reduction_describe(context, instance, rows, &result->reduction));
        }
        if (!options->no_control)
            GM_TRY(add_control(context, instance, rows, effort, result));
        result->control_seconds = gm_seconds() - start;
        GM_TRY(add_signal(context, instance, rows, result));
        GM_TRY(add_variance(context, instance, rows, effort->seed, &result->informativeness,
                            &result->verdict));
        result->evidence_seconds = gm_seconds() - start - result->control_seconds;
    }
    if (options->baselines)
        GM_TRY(add_usvp(context, instance, options, result));
    if (!result->recovered) {
        gm_release(context, result->secret);
        result->secret = NULL;
    }
done:
    return status;
}
