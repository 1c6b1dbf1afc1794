/* What the results of lwe solve and attack say, row by row. */
#include "report/lwe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ENTRIES_SHOWN = 12 };

static double value_at(const gm_report *report, const char *path) {
    return gm_report_value(report, path);
}

static void add_seconds(gm_text *out, double seconds) {
    gm_text_number(out, seconds);
    gm_text_add(out, " s");
}

void gm_lwe_say_number(const gm_report *report, const char *path, gm_text *out) {
    const double value = value_at(report, path);
    if (!isnan(value))
        gm_text_number(out, value);
}

static void say_law(const gm_report *report, gm_text *out) {
    const char *law = gm_report_text(report, "result.secret_law");
    gm_text_add(out, law ? law : "of unknown law");
    gm_text_add(out, "; its weight is not used");
}

/* --- what was found --- */

static void add_entry(gm_text *out, size_t place, double entry) {
    gm_text_format(out, "s[%zu] = ", place);
    gm_text_number(out, entry);
}

/* "10 of 48 entries are not 0: s[3] = 1, s[7] = −1, …" */
static void say_found(const gm_report *report, gm_text *out) {
    size_t i, count = 0, shown = 0;
    const json_t *item, *secret = gm_report_find(report, "result.secret");
    const size_t length = gm_report_length(report, "result.secret");
    if (length == 0)
        return;
    json_array_foreach(secret, i, item) count += gm_json_number(item) != 0;
    gm_text_count(out, (double)count);
    gm_text_add(out, " of ");
    gm_text_count(out, (double)length);
    gm_text_add(out, " entries are not 0");
    json_array_foreach(secret, i, item) {
        const double entry = gm_json_number(item);
        if (entry == 0 || shown == ENTRIES_SHOWN)
            continue;
        gm_text_add(out, shown ? ", " : ": ");
        add_entry(out, i, entry);
        shown++;
    }
    if (shown < count)
        gm_text_add(out, ", …");
}

static void say_residual(const gm_report *report, gm_text *out) {
    const double threshold = value_at(report, "result.threshold");
    if (isnan(value_at(report, "result.residual_std")))
        return;
    gm_lwe_say_number(report, "result.residual_std", out);
    gm_text_add(out, " on all samples; accepted below ");
    gm_text_number(out, threshold);
}

static const struct {
    const char *name, *words;
} solvers[] = {
    {"gradient-whitened", "the whitened gradient"},
    {"gradient-plain", "the plain gradient"},
    {"linear", "linear decoding, which is no gradient method"},
    {"guess", "the guess of the dropped entries"},
};

const char *gm_lwe_solver_words(const gm_report *report) {
    const char *name = gm_report_text(report, "result.solver");
    for (size_t i = 0; name && i < sizeof solvers / sizeof *solvers; i++)
        if (strcmp(name, solvers[i].name) == 0)
            return solvers[i].words;
    return "";
}

static void say_solver(const gm_report *report, gm_text *out) {
    const double rank = value_at(report, "result.guess_rank");
    const double moves = value_at(report, "result.moves");
    if (!gm_report_flag(report, "result.recovered", false))
        return;
    gm_text_add(out, gm_lwe_solver_words(report));
    if (rank == 0) {
        gm_text_add(out, ", from the best guess");
    } else if (!isnan(rank)) {
        gm_text_add(out, ", from guess ");
        gm_text_count(out, rank + 1);
        gm_text_add(out, " by score");
    }
    if (!isnan(moves)) {
        gm_text_add(out, ", in ");
        gm_text_count(out, moves);
        gm_text_add(out, moves == 1 ? " step" : " steps");
    }
}

static void say_rows(const gm_report *report, gm_text *out) {
    const double blocks = value_at(report, "result.blocks_used");
    if (isnan(blocks))
        return;
    gm_text_count(out, value_at(report, "result.rows_used"));
    gm_text_add(out, " of ");
    gm_text_count(out, blocks);
    gm_text_add(out, blocks == 1 ? " block" : " blocks");
    if (value_at(report, "result.rounds") > 1) {
        gm_text_add(out, ", in the last of ");
        gm_text_count(out, value_at(report, "result.rounds"));
        gm_text_add(out, " rounds");
    }
}

static void say_guesses(const gm_report *report, gm_text *out) {
    if (isnan(value_at(report, "result.guesses")))
        return;
    gm_text_count(out, value_at(report, "result.guesses"));
    gm_text_add(out, " of the dropped entries were scored");
}

/* --- evidence --- */

static void say_control(const gm_report *report, gm_text *out) {
    if (!gm_report_flag(report, "result.control.run", false)) {
        gm_text_add(out, "not run");
        return;
    }
    gm_text_add(out, gm_report_flag(report, "result.control.recovered", false)
                         ? "FOUND the secret in "
                         : "found nothing in ");
    gm_text_count(out, value_at(report, "result.control.rows"));
    gm_text_add(out, " unreduced samples, with the same solver and ");
    gm_text_count(out, value_at(report, "result.control.guesses"));
    gm_text_add(out, " guesses");
}

static void add_variance(const gm_report *report, const char *which, gm_text *out) {
    static const char *const members[] = {"value", "ci95[0]", "ci95[1]"};
    double numbers[3];
    char path[96];
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "result.informativeness.%s.%s", which, members[i]);
        numbers[i] = value_at(report, path);
    }
    snprintf(path, sizeof path, "result.informativeness.%s.verdict", which);
    const char *verdict = gm_report_text(report, path);
    if (isnan(numbers[0]))
        return;
    gm_text_number(out, numbers[0]);
    gm_text_add(out, " (95 %: ");
    gm_text_number(out, numbers[1]);
    gm_text_add(out, " to ");
    gm_text_number(out, numbers[2]);
    gm_text_add(out, ")");
    gm_text_add(out, verdict ? ", " : "");
    gm_text_add(out, verdict ? verdict : "");
}

static void say_reduced(const gm_report *report, gm_text *out) {
    add_variance(report, "reduced", out);
}

static void say_unreduced(const gm_report *report, gm_text *out) {
    add_variance(report, "unreduced", out);
}

static void add_z(const gm_report *report, const char *of, gm_text *out) {
    char path[96];
    snprintf(path, sizeof path, "result.%s.z", of);
    gm_lwe_say_number(report, path, out);
    snprintf(path, sizeof path, "result.%s.discrimination", of);
    if (isnan(value_at(report, path)))
        return;
    gm_text_add(out, ", d' = ");
    gm_lwe_say_number(report, path, out);
}

static void say_predicted(const gm_report *report, gm_text *out) {
    if (isnan(value_at(report, "result.predicted.z")))
        return;
    add_z(report, "predicted", out);
    if (isnan(value_at(report, "result.control.predicted_z")))
        return;
    gm_text_add(out, "; unreduced ");
    gm_lwe_say_number(report, "result.control.predicted_z", out);
    gm_text_add(out, ", d' = ");
    gm_lwe_say_number(report, "result.control.discrimination", out);
}

static void say_observed(const gm_report *report, gm_text *out) {
    if (!isnan(value_at(report, "result.observed.z")))
        add_z(report, "observed", out);
}

void gm_lwe_say_entropy(const gm_report *report, gm_text *out) {
    if (isnan(value_at(report, "result.entropy.after")))
        return;
    gm_text_add(out, "from ");
    gm_lwe_say_number(report, "result.entropy.before", out);
    gm_text_add(out, " to ");
    gm_lwe_say_number(report, "result.entropy.after", out);
    gm_text_add(out, " nats a row, summed over columns (a proxy)");
}

void gm_lwe_say_rho(const gm_report *report, gm_text *out) {
    const double rho = value_at(report, "result.rho");
    if (isnan(rho))
        return;
    gm_text_percent(out, rho);
    gm_text_add(out, " of uniform entries, in columns that were not dropped");
}

/* --- other attacks --- */

double gm_lwe_attack_seconds(const gm_report *report) {
    const double reduce = value_at(report, "result.seconds.reduce");
    const double attack = value_at(report, "result.seconds.attack");
    return isnan(reduce) ? attack : reduce + attack;
}

static void say_usvp(const gm_report *report, gm_text *out) {
    const double seconds = value_at(report, "result.baselines.usvp.seconds");
    const double size = value_at(report, "result.baselines.usvp.block_size");
    const double ours = gm_lwe_attack_seconds(report);
    const char *reason = gm_report_text(report, "result.baselines.usvp.reason");
    const bool found = gm_report_flag(report, "result.baselines.usvp.found", false);
    if (!gm_report_flag(report, "result.baselines.usvp.run", false)) {
        gm_text_add(out, reason ? reason : "not run (--baselines)");
        return;
    }
    gm_text_add(out, found ? "found the secret in " : "found nothing in ");
    add_seconds(out, seconds);
    if (size > 2) {
        gm_text_add(out, " by BKZ-");
        gm_text_count(out, size);
    } else {
        gm_text_add(out, " by LLL");
    }
    if (found && seconds < ours)
        gm_text_add(out, ": it was faster than this attack");
    else if (found && gm_report_flag(report, "result.recovered", false))
        gm_text_add(out, ": this attack was faster");
    else if (found)
        gm_text_add(out, ": it succeeded where this attack did not");
}

static void add_power(const gm_report *report, const char *path, gm_text *out) {
    if (isnan(value_at(report, path)))
        return;
    gm_text_add(out, "2^");
    gm_lwe_say_number(report, path, out);
}

static void say_exhaustive(const gm_report *report, gm_text *out) {
    add_power(report, "result.baselines.log2_exhaustive", out);
    if (out->size)
        gm_text_add(out, " secrets of this law");
}

static void say_mitm(const gm_report *report, gm_text *out) {
    add_power(report, "result.baselines.log2_mitm", out);
    if (out->size)
        gm_text_add(out, " operations, and as much memory");
}

/* --- plan --- */

static void add_text(const gm_report *report, const char *path, gm_text *out) {
    const char *text = gm_report_text(report, path);
    gm_text_add(out, text ? text : "");
}

void gm_lwe_say_plan(const gm_report *report, gm_text *out) {
    add_text(report, "result.first_plan.text", out);
}

void gm_lwe_say_reason(const gm_report *report, gm_text *out) {
    add_text(report, "result.first_plan.reason", out);
}

/* Where the first block led to another plan. */
static bool is_changed(const gm_report *report) {
    const char *first = gm_report_text(report, "result.first_plan.text");
    const char *later = gm_report_text(report, "result.plan.text");
    return first && later && strcmp(first, later) != 0;
}

void gm_lwe_say_later_plan(const gm_report *report, gm_text *out) {
    if (is_changed(report))
        add_text(report, "result.plan.text", out);
}

void gm_lwe_say_later_reason(const gm_report *report, gm_text *out) {
    if (is_changed(report))
        add_text(report, "result.plan.reason", out);
}

void gm_lwe_say_lost(const gm_report *report, gm_text *out) {
    if (value_at(report, "result.blocks_lost") > 0)
        gm_lwe_say_number(report, "result.blocks_lost", out);
}

/* --- time --- */

static void say_stage(const gm_report *report, const char *path, gm_text *out) {
    if (!isnan(value_at(report, path)))
        add_seconds(out, value_at(report, path));
}

static void say_reduce_time(const gm_report *report, gm_text *out) {
    const char *precision = gm_report_text(report, "result.precision");
    if (isnan(value_at(report, "result.seconds.reduce")))
        return;
    say_stage(report, "result.seconds.reduce", out);
    gm_text_add(out, "; processors: LLL ");
    say_stage(report, "result.seconds.lll", out);
    gm_text_add(out, ", BKZ ");
    say_stage(report, "result.seconds.bkz", out);
    gm_text_add(out, precision ? ", " : "");
    gm_text_add(out, precision ? precision : "");
}

static void say_attack_time(const gm_report *report, gm_text *out) {
    say_stage(report, "result.seconds.attack", out);
}

static void say_control_time(const gm_report *report, gm_text *out) {
    say_stage(report, "result.seconds.control", out);
}

static void say_evidence_time(const gm_report *report, gm_text *out) {
    say_stage(report, "result.seconds.evidence", out);
}

static const gm_lwe_row instance[] = {
    {"Instance", gm_lwe_say_size}, {"Secret", say_law}, {"Error", gm_lwe_say_error}, {0}};
static const gm_lwe_row found[] = {{"Secret", say_found},
                                   {"Residuals", say_residual},
                                   {"By chance", gm_lwe_say_chance},
                                   {"Found by", say_solver},
                                   {"Rows", say_rows},
                                   {"Guesses", say_guesses},
                                   {0}};
static const gm_lwe_row evidence[] = {{"Control", say_control},
                                      {"V, reduced", say_reduced},
                                      {"V, unreduced", say_unreduced},
                                      {"z predicted", say_predicted},
                                      {"z observed", say_observed},
                                      {"Row length", gm_lwe_say_rho},
                                      {"Collision entropy", gm_lwe_say_entropy},
                                      {0}};
static const gm_lwe_row others[] = {{"Shortest vector", say_usvp},
                                    {"Exhaustive search", say_exhaustive},
                                    {"Meet in the middle", say_mitm},
                                    {0}};
static const gm_lwe_row plan[] = {
    {"First two blocks", gm_lwe_say_plan},      {"Why", gm_lwe_say_reason},
    {"After the first", gm_lwe_say_later_plan}, {"Why, after it", gm_lwe_say_later_reason},
    {"Blocks lost", gm_lwe_say_lost},           {0}};
static const gm_lwe_row times[] = {{"Reduction", say_reduce_time},
                                   {"Attack", say_attack_time},
                                   {"Control", say_control_time},
                                   {"Evidence", say_evidence_time},
                                   {0}};

const gm_lwe_part gm_lwe_attack_parts[] = {
    {"Instance", instance},
    {"Found", found},
    {"Evidence", evidence},
    {"Other attacks", others},
    {"Plan", plan},
    {"Seconds", times},
    {0},
};
