#include "lwe_attack_report.h"

#include <math.h>
#include <stdio.h>

#include "estimate.h"
#include "lwe_instance.h"
#include "lwe_options.h"
#include "try.h"

/* A number under a path, and what is not a number where a condition does not hold. */
static gm_status set(gm_report *report, const char *path, const char *key, double value) {
    char member[128];
    snprintf(member, sizeof member, "%s.%s", path, key);
    return gm_report_set_number(report, member, value);
}

static gm_status set_whole(gm_report *report, const char *path, const char *key, bool known,
                           int64_t value) {
    char member[128];
    snprintf(member, sizeof member, "%s.%s", path, key);
    return known ? gm_report_set_integer(report, member, value)
                 : gm_report_set_null(report, member);
}

static gm_status set_flag(gm_report *report, const char *path, bool known, bool value) {
    return known ? gm_report_set_boolean(report, path, value) : gm_report_set_null(report, path);
}

gm_status lwe_report_plan(gm_report *report, const char *path, const gm_lwe_plan *plan) {
    char member[128], text[256];
    if (plan->rows == 0)
        return gm_report_set_null(report, path);
    TRY(set_whole(report, path, "rows", true, plan->rows));
    TRY(set_whole(report, path, "embedding_weight", true, plan->embedding_weight));
    TRY(set_whole(report, path, "drop_columns", true, plan->drop_columns));
    TRY(set_whole(report, path, "block_size", true, plan->block_size));
    TRY(set_whole(report, path, "loops", true, plan->loops));
    TRY(set(report, path, "power", plan->power));
    TRY(set(report, path, "variance", plan->variance));
    TRY(set(report, path, "signal", plan->signal));
    TRY(set(report, path, "seconds", plan->seconds));
    lwe_say_plan(plan, text, sizeof text);
    snprintf(member, sizeof member, "%s.text", path);
    TRY(gm_report_set_text(report, member, text));
    lwe_say_reason(plan, text, sizeof text);
    snprintf(member, sizeof member, "%s.reason", path);
    return gm_report_set_text(report, member, text);
}

static gm_status warn_of_loss(gm_report *report, const gm_lwe_reduction *reduction) {
    char text[400];
    if (reduction->lost == 0)
        return GM_OK;
    snprintf(text, sizeof text, "%lld of %lld blocks were lost; the last: %s",
             (long long)reduction->lost, (long long)(reduction->lost + reduction->blocks),
             reduction->loss);
    return gm_report_append_text(report, "warnings", text);
}

gm_status lwe_report_reduction(gm_report *report, const gm_lwe_reduction *reduction) {
    const bool made = reduction->blocks + reduction->lost > 0;
    const gm_lwe_plan none = {0};
    TRY(gm_report_set_number(report, "result.rho", reduction->rho));
    TRY(gm_report_set_number(report, "result.entropy.before", reduction->entropy_before));
    TRY(gm_report_set_number(report, "result.entropy.after", reduction->entropy_after));
    TRY(gm_report_set_number(report, "result.row_variance", reduction->variance));
    TRY(lwe_report_plan(report, "result.plan", made ? &reduction->plan : &none));
    TRY(lwe_report_plan(report, "result.first_plan", made ? &reduction->first : &none));
    TRY(gm_report_set_text(report, "result.precision", made ? reduction->precision : NULL));
    TRY(set_whole(report, "result", "blocks_reduced", made, reduction->blocks));
    TRY(set_whole(report, "result", "blocks_lost", made, reduction->lost));
    TRY(gm_report_set_text(report, "result.loss", reduction->lost ? reduction->loss : NULL));
    return warn_of_loss(report, reduction);
}

static gm_status set_secret(gm_report *report, const gm_lwe_result *result) {
    char path[64];
    if (!result->secret)
        return gm_report_set_null(report, "result.secret");
    for (int64_t j = 0; j < result->n; j++) {
        snprintf(path, sizeof path, "result.secret[%lld]", (long long)j);
        TRY(gm_report_set_integer(report, path, result->secret[j]));
    }
    return GM_OK;
}

static gm_status set_found(gm_report *report, const gm_lwe_result *result) {
    TRY(gm_report_set_boolean(report, "result.recovered", result->recovered));
    TRY(set_secret(report, result));
    TRY(gm_report_set_text(report, "result.solver", result->solver));
    TRY(gm_report_set_number(report, "result.residual_std", result->check.residual_std));
    TRY(gm_report_set_integer(report, "result.rows_used", result->rows_used));
    TRY(gm_report_set_integer(report, "result.blocks_used", result->blocks_used));
    TRY(gm_report_set_integer(report, "result.rounds", result->rounds));
    TRY(gm_report_set_number(report, "result.guesses", result->guesses));
    TRY(set(report, "result", "guess_rank", result->recovered ? result->guess_rank : (double)NAN));
    return set_whole(report, "result", "moves", result->recovered, result->moves);
}

static gm_status set_summary(gm_report *report, const char *path,
                             const gm_lwe_signal_summary *signal) {
    TRY(set(report, path, "z", signal->z));
    TRY(set(report, path, "deviation", signal->deviation));
    return set(report, path, "discrimination", signal->discrimination);
}

static gm_status set_signal(gm_report *report, const gm_lwe_result *result) {
    const gm_lwe_signal_summary *known = result->recovered ? &result->observed : &result->predicted;
    TRY(gm_report_set_number(report, "result.predicted_z", result->predicted.z));
    TRY(gm_report_set_number(report, "result.observed_z", result->observed.z));
    TRY(gm_report_set_number(report, "result.discrimination", known->discrimination));
    TRY(set_summary(report, "result.predicted", &result->predicted));
    TRY(set_summary(report, "result.observed", &result->observed));
    if (!result->recovered) {
        TRY(gm_report_set_null(report, "result.columns.z"));
        return gm_report_set_null(report, "result.columns.unreduced_z");
    }
    TRY(gm_report_set_numbers(report, "result.columns.z", result->z, result->n));
    return result->control_run ? gm_report_set_numbers(report, "result.columns.unreduced_z",
                                                       result->control_z, result->n)
                               : gm_report_set_null(report, "result.columns.unreduced_z");
}

static gm_status set_control(gm_report *report, const gm_lwe_result *result) {
    const char *const path = "result.control";
    const bool run = result->control_run;
    TRY(gm_report_set_boolean(report, "result.control.run", run));
    TRY(set_flag(report, "result.control.recovered", run, result->control_recovered));
    TRY(set_whole(report, path, "rows", run, result->control_rows));
    TRY(set(report, path, "guesses", run ? result->control_guesses : (double)NAN));
    TRY(set(report, path, "predicted_z", result->control_predicted.z));
    return set(report, path, "discrimination", result->control_predicted.discrimination);
}

static gm_status set_informativeness(gm_report *report, const gm_lwe_result *result) {
    const bool reduced = !isnan(result->informativeness.value);
    const bool unreduced = !isnan(result->unreduced_informativeness.value);
    TRY(estimate_report(report, "result.informativeness.reduced", &result->informativeness));
    TRY(gm_report_set_text(report, "result.informativeness.reduced.verdict",
                           reduced ? result->verdict : NULL));
    TRY(estimate_report(report, "result.informativeness.unreduced",
                        &result->unreduced_informativeness));
    return gm_report_set_text(report, "result.informativeness.unreduced.verdict",
                              unreduced ? result->unreduced_verdict : NULL);
}

static gm_status set_baselines(gm_report *report, const gm_lwe_result *result) {
    const bool run = result->usvp_run;
    const char *const path = "result.baselines.usvp";
    TRY(gm_report_set_boolean(report, "result.baselines.usvp.run", run));
    TRY(set_flag(report, "result.baselines.usvp.found", run, result->usvp_found));
    TRY(set(report, path, "seconds", run ? result->usvp_seconds : (double)NAN));
    TRY(set_whole(report, path, "block_size", run, result->usvp_block_size));
    TRY(gm_report_set_text(report, "result.baselines.usvp.reason",
                           result->usvp_reason[0] ? result->usvp_reason : NULL));
    TRY(gm_report_set_number(report, "result.baselines.log2_exhaustive", result->log2_exhaustive));
    return gm_report_set_number(report, "result.baselines.log2_mitm", result->log2_mitm);
}

static gm_status set_seconds(gm_report *report, const gm_lwe_result *result) {
    const bool made = result->reduction.blocks + result->reduction.lost > 0;
    const double missing = (double)NAN;
    const char *const path = "result.seconds";
    TRY(set(report, path, "reduce", made ? result->reduce_seconds : missing));
    TRY(set(report, path, "attack", result->attack_seconds));
    TRY(set(report, path, "control", result->control_run ? result->control_seconds : missing));
    TRY(set(report, path, "evidence", result->evidence_seconds));
    TRY(set(report, path, "lll", made ? result->reduction.lll_seconds : missing));
    TRY(set(report, path, "bkz", made ? result->reduction.bkz_seconds : missing));
    return set(report, path, "fplll", made ? result->reduction.fplll_seconds : missing);
}

/* A control that succeeds takes the point from the result. */
static gm_status warn_of_control(gm_report *report, const gm_lwe_result *result) {
    if (!result->control_run || !result->control_recovered)
        return GM_OK;
    return gm_report_append_text(report, "warnings",
                                 "the same attack found the secret in unreduced samples: this "
                                 "instance needs no reduction");
}

gm_status lwe_report_attack(gm_report *report, const gm_lwe *instance,
                            const gm_lwe_result *result) {
    TRY(set_found(report, result));
    TRY(lwe_report_instance(report, instance, "result.secret_law"));
    TRY(set_signal(report, result));
    TRY(lwe_report_reduction(report, &result->reduction));
    TRY(set_control(report, result));
    TRY(set_informativeness(report, result));
    TRY(set_baselines(report, result));
    TRY(set_seconds(report, result));
    return warn_of_control(report, result);
}
