/* The attack on given rows, and the attack that reduces as it goes. */
#include <math.h>
#include <stddef.h>

#include "lwe/reducer.h"
#include "lwe/result.h"
#include "parallel/ranks.h"

/* Rows must be of this instance in all that decides where memory is read. */
static gm_status check_rows(gm_context *context, const gm_lwe *instance, const gm_lwe_rows *rows) {
    const gm_lwe_parameters *p = &instance->parameters;
    if (rows->n != p->n || rows->q != p->q || rows->count < 1 || rows->dropped_count >= p->n)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lwe_attack: %lld rows of n = %lld, q = %lld, %lld columns dropped; the "
                       "instance has n = %lld, q = %lld",
                       (long long)rows->count, (long long)rows->n, (long long)rows->q,
                       (long long)rows->dropped_count, (long long)p->n, (long long)p->q);
    for (int64_t at = 0; at < rows->count * rows->width; at++)
        if (rows->index[at] < 0 || rows->index[at] >= p->samples)
            return gm_fail(context, GM_INVALID_ARGUMENT,
                           "gm_lwe_attack: row %lld is made of sample %lld; there are %lld",
                           (long long)(at / rows->width), (long long)rows->index[at],
                           (long long)p->samples);
    return GM_OK;
}

gm_status gm_lwe_attack(gm_context *context, const gm_lwe *instance, const gm_lwe_rows *rows,
                        const gm_lwe_attack_options *options, gm_lwe_result **out) {
    gm_status status;
    gm_lwe_result *result = NULL;
    gm_lwe_effort effort;
    if (!context || !instance || !rows || !options || !out)
        return context ? gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_attack: NULL")
                       : GM_INVALID_ARGUMENT;
    GM_TRY(check_rows(context, instance, rows));
    GM_TRY(gm_lwe_effort_of(context, instance, options, &effort));
    GM_TRY(gm_lwe_result_create(context, instance, &result));
    const double start = gm_seconds();
    gm_lwe_attempt attempt = {.find = {.secret = result->secret}, .solver = "none"};
    GM_TRY(gm_lwe_attempt_run(context, instance, rows, &effort, &attempt));
    gm_lwe_result_take(result, rows, &attempt);
    result->rounds = 1;
    result->attack_seconds = gm_seconds() - start;
    GM_TRY(gm_lwe_result_complete(context, instance, rows, &effort, options, result));
    *out = result;
    result = NULL;
done:
    gm_lwe_result_destroy(context, result);
    return status;
}

/* Guesses that the first attack of a round scores; each later one scores more, up to the budget. */
static const double FIRST_GUESSES = 1e6, MORE_GUESSES = 4;

/* What a solving works on; the rows of the last round stay for the evidence. */
struct solving {
    gm_context *context;
    const gm_lwe *instance;
    gm_lwe_effort effort, last; /* of all attacks, and of the last one */
    double start;               /* by gm_seconds() */
    gm_lwe_reduce_options reduce;
    gm_lwe_rows *rows;
    gm_lwe_result *result;
};

static gm_status attack_now(struct solving *solving, const gm_lwe_rows *rows) {
    const double start = gm_seconds();
    solving->last = solving->effort;
    solving->last.guesses =
        fmin(solving->effort.guesses, FIRST_GUESSES * pow(MORE_GUESSES, (double)rows->blocks - 1));
    gm_lwe_attempt attempt = {.find = {.secret = solving->result->secret}, .solver = "none"};
    const gm_status status =
        gm_lwe_attempt_run(solving->context, solving->instance, rows, &solving->last, &attempt);
    if (status == GM_OK)
        gm_lwe_result_take(solving->result, rows, &attempt);
    solving->result->attack_seconds += gm_seconds() - start;
    return status;
}

/* Attack after every block of a round, until the secret is found, or blocks or time are over. */
static gm_status run_round(struct solving *solving, int64_t round) {
    gm_status status;
    gm_lwe_reducer *reducer = NULL;
    bool done = false;
    const double start = gm_seconds(), before = solving->result->attack_seconds;
    GM_TRY(gm_lwe_reducer_create(solving->context, solving->instance, &solving->reduce, round,
                                 solving->reduce.blocks, solving->effort.guesses, &reducer));
    gm_lwe_rows *rows = gm_lwe_reducer_rows(reducer);
    while (!done && !solving->result->recovered) {
        GM_TRY(gm_ranks_is_late(solving->context, solving->effort.deadline, &done));
        if (done)
            break;
        const int64_t blocks = rows->blocks;
        GM_TRY(gm_progress(solving->context, "looking for the secret, until the time limit",
                           gm_seconds() - solving->start,
                           solving->effort.deadline - solving->start));
        GM_TRY(gm_lwe_reducer_next(reducer, solving->effort.deadline, &done));
        solving->effort.power = gm_lwe_reducer_summary(reducer)->plan.power;
        if (rows->blocks > blocks)
            GM_TRY(attack_now(solving, rows));
    }
    const gm_lwe_reduction *summary = gm_lwe_reducer_summary(reducer);
    const gm_lwe_reduction sum = solving->result->reduction;
    solving->result->reduction = *summary;
    solving->result->reduction.lost += sum.lost;
    solving->result->reduction.blocks += sum.blocks;
    solving->result->reduction.lll_seconds += sum.lll_seconds;
    solving->result->reduction.bkz_seconds += sum.bkz_seconds;
    solving->result->reduction.fplll_seconds += sum.fplll_seconds;
    if (rows->count > 0 || !solving->rows) {
        gm_lwe_rows_destroy(solving->context, solving->rows);
        solving->rows = gm_lwe_reducer_release_rows(reducer);
    }
    solving->result->reduce_seconds +=
        gm_seconds() - start - (solving->result->attack_seconds - before);
done:
    gm_lwe_reducer_destroy(reducer);
    return status;
}

gm_status gm_lwe_solve(gm_context *context, const gm_lwe *instance,
                       const gm_lwe_attack_options *options, gm_lwe_result **out) {
    gm_status status;
    struct solving solving = {.context = context, .instance = instance};
    if (!context || !instance || !options || !out)
        return context ? gm_fail(context, GM_INVALID_ARGUMENT, "gm_lwe_solve: NULL")
                       : GM_INVALID_ARGUMENT;
    solving.reduce = options->reduce;
    solving.reduce.seed = options->seed;
    solving.start = gm_seconds();
    GM_TRY(gm_lwe_effort_of(context, instance, options, &solving.effort));
    GM_TRY(gm_lwe_result_create(context, instance, &solving.result));
    gm_lwe_result *result = solving.result;
    for (bool late = false; !result->recovered && !late;) {
        GM_TRY(gm_ranks_is_late(context, solving.effort.deadline, &late));
        if (!late)
            GM_TRY(run_round(&solving, result->rounds++));
    }
    if (solving.rows && solving.rows->count > 0)
        GM_TRY(gm_lwe_reduction_describe(context, instance, solving.rows, &result->reduction));
    GM_TRY(gm_lwe_result_complete(context, instance, solving.rows, &solving.last, options, result));
    *out = result;
    solving.result = NULL;
done:
    gm_lwe_rows_destroy(context, solving.rows);
    gm_lwe_result_destroy(context, solving.result);
    return status;
}
