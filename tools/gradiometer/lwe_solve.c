#include <stdio.h>

#include "lwe_options.h"
#include "lwe_run.h"
#include "plan.h"

struct solve_options {
    const char *instance;
    struct lwe_reduce_values reduce;
    struct lwe_attack_values attack;
};

#define FIELD(name) offsetof(struct solve_options, name)

static const struct option options[] = {
    LWE_INSTANCE_OPTION(FIELD(instance)),
    LWE_ATTACK_OPTIONS(FIELD(attack)),
    LWE_REDUCE_OPTIONS(FIELD(reduce)),
};

static int show_plan(struct session *session, struct lwe_work *work) {
    const struct solve_options *given = work->values;
    const gm_lwe_reduce_options reduce = lwe_reduce_options(session, &given->reduce);
    gm_lwe_plan plan;
    char text[256], action[512], reason[256];
    const gm_status status = gm_lwe_reduce_plan(session->context, work->instance, &reduce, &plan);
    if (status != GM_OK)
        return session_fail(session, status);
    lwe_say_plan(&plan, text, sizeof text);
    lwe_say_reason(&plan, reason, sizeof reason);
    snprintf(action, sizeof action,
             "attack %.150s after every reduced block, for %.15g s at most; %s", work->folder,
             given->attack.time_limit, text);
    const struct plan shown = {
        .action = action,
        .files = session->common.out ? "secret.npy, signal.svg, report.html, result.json" : NULL,
        .method = "reduction",
        .form = reason,
        .operations = (double)NAN,
        .bytes = lwe_reduce_bytes(work->instance, &plan, 8, (double)reduce.workers),
        .seconds = given->attack.time_limit,
    };
    return plan_print(session, &shown, given);
}

static gm_status compute(struct session *session, struct lwe_work *work) {
    const struct solve_options *given = work->values;
    gm_lwe_attack_options attack = lwe_attack_options(session, &given->attack);
    attack.reduce = lwe_reduce_options(session, &given->reduce);
    attack.reduce.checkpoint = work->kept[0] ? work->kept : NULL;
    return gm_lwe_solve(session->context, work->instance, &attack, &work->result);
}

static int run(struct session *session, void *values) {
    static const struct lwe_steps steps = {.keeps_blocks = true,
                                           .plan = show_plan,
                                           .compute = compute,
                                           .describe = lwe_describe_attack};
    const struct solve_options *given = values;
    return lwe_run(session, &steps, given->instance, given);
}

static const struct example examples[] = {
    {"Recover the secret of an instance:",
     "gradiometer lwe solve --instance instance --out solved"},
    {"Beside the attack by the unique shortest vector:",
     "gradiometer lwe solve --instance instance --baselines --time-limit 5m"},
    {0},
};

const struct command command_lwe_solve = {
    .name = "lwe solve",
    .summary = "recover the secret by reduction and gradients, with the evidence",
    .description =
        "Reduces blocks of samples by LLL and BKZ, and after each follows the gradient of the "
        "reduced rows to a secret; entries of dropped columns are guessed. A secret is accepted on "
        "the original samples alone. What is not given is chosen by the program from what a block "
        "is expected to show, and chosen again after the first block.\n\n"
        "Beside the result stand a control (the same attack on as many unreduced samples), how "
        "much the gradient depends on the secret with and without reduction, what theory predicts "
        "and what was seen, and the cost of other attacks. The exit status is 1 where the secret "
        "was not found.\n\n"
        "It is meant for toy parameters: the dimensions of real schemes are several times larger, "
        "and the cost of reduction grows exponentially. With --out a run that was killed goes on "
        "from the blocks that it had finished. The law of the secret is used, its weight and "
        "secret.npy are not.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .values_size = sizeof(struct solve_options),
    .examples = examples,
    .run = run,
};
