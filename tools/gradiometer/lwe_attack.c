#include <stdio.h>

#include "lwe_options.h"
#include "lwe_run.h"
#include "plan.h"

struct attack_options {
    const char *instance, *reduced;
    struct lwe_attack_values attack;
};

#define FIELD(name) offsetof(struct attack_options, name)

static const struct option options[] = {
    LWE_INSTANCE_OPTION(FIELD(instance)),
    {.name = "reduced",
     .kind = OPTION_FOLDER,
     .placeholder = "DIR",
     .required = true,
     .offset = FIELD(reduced),
     .help = "folder that lwe reduce made of this instance"},
    LWE_ATTACK_OPTIONS(FIELD(attack)),
};

/* The rows are read, which checks them. */
static int show_plan(struct session *session, struct lwe_work *work) {
    const struct attack_options *given = work->values;
    const gm_status status =
        gm_lwe_rows_load(session->context, work->instance, given->reduced, &work->rows);
    if (status != GM_OK)
        return session_fail(session, status);
    const gm_lwe_rows *rows = work->rows;
    const double count = (double)rows->count, n = (double)rows->n;
    char action[512];
    snprintf(action, sizeof action,
             "attack %.150s by %lld rows of %.150s, %lld columns dropped, for %.15g s at most",
             work->folder, (long long)rows->count, given->reduced, (long long)rows->dropped_count,
             given->attack.time_limit);
    const struct plan plan = {
        .action = action,
        .files = session->common.out ? "secret.npy, signal.svg, report.html, result.json" : NULL,
        .operations = (double)NAN,
        .bytes = 8.0 * count * (2.0 * n + 3.0 * count),
        .seconds = given->attack.time_limit,
    };
    return plan_print(session, &plan, given);
}

static gm_status compute(struct session *session, struct lwe_work *work) {
    const struct attack_options *given = work->values;
    const gm_lwe_attack_options attack = lwe_attack_options(session, &given->attack);
    gm_status status =
        gm_lwe_rows_load(session->context, work->instance, given->reduced, &work->rows);
    if (status == GM_OK)
        status =
            gm_lwe_attack(session->context, work->instance, work->rows, &attack, &work->result);
    return status;
}

static int run(struct session *session, void *values) {
    static const struct lwe_steps steps = {
        .plan = show_plan, .compute = compute, .describe = lwe_describe_attack};
    const struct attack_options *given = values;
    return lwe_run(session, &steps, given->instance, given);
}

static const struct example examples[] = {
    {"Attack rows that were reduced before:",
     "gradiometer lwe attack --instance instance --reduced reduced --out attacked"},
    {0},
};

const struct command command_lwe_attack = {
    .name = "lwe attack",
    .summary = "recover the secret from reduced rows by gradients, with the evidence",
    .description =
        "Follows the gradient of rows that lwe reduce made to a secret: guesses of the entries of "
        "dropped columns are scored, and from the best ones the gradient is followed, whitened and "
        "plain. A secret is accepted on the original samples alone. Every row is computed again "
        "from the instance first: rows of another one are refused.\n\n"
        "The evidence beside the result is that of lwe solve. The exit status is 1 where the "
        "secret was not found.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .values_size = sizeof(struct attack_options),
    .examples = examples,
    .run = run,
};
