#include <stdio.h>

#include "lwe_instance.h"
#include "plan.h"
#include "result.h"
#include "try.h"

struct verify_options {
    const char *instance, *secret;
};

static const struct option options[] = {
    {.name = "instance",
     .group = "Input",
     .kind = OPTION_FOLDER,
     .placeholder = "DIR",
     .required = true,
     .offset = offsetof(struct verify_options, instance),
     .help = "folder with A.npy, b.npy and instance.json"},
    {.name = "secret",
     .kind = OPTION_FILE,
     .placeholder = "S.npy",
     .required = true,
     .offset = offsetof(struct verify_options, secret),
     .help = "array [n] of whole numbers, centred or in [0, q)"},
};

/* Everything between the options and the exit status; each part is NULL until it is there. */
struct work {
    const struct verify_options *values;
    gm_lwe *instance;
    int64_t *secret;
    gm_lwe_check check;
    gm_report *report;
    gm_output *output;
};

static gm_status read_files(struct session *session, struct work *work) {
    TRY(gm_lwe_load(session->context, work->values->instance, &work->instance));
    return gm_lwe_load_secret(session->context, work->values->secret, work->instance->parameters.n,
                              &work->secret);
}

static gm_status describe(struct session *session, struct work *work, double start) {
    const gm_lwe_check *check = &work->check;
    TRY(gm_report_create(session->context, session->command->name, &work->report));
    TRY(session_describe(session, work->report, work->values));
    TRY(gm_report_set_boolean(work->report, "result.accepted", check->accepted));
    TRY(gm_report_set_boolean(work->report, "result.verified", check->accepted));
    TRY(gm_report_set_number(work->report, "result.residual_std", check->residual_std));
    TRY(lwe_report_instance(work->report, work->instance, "result.secret"));
    return gm_report_set_number(work->report, "seconds", result_clock() - start);
}

static int show_plan(struct session *session, const struct work *work) {
    const gm_lwe_parameters *p = &work->instance->parameters;
    const double size = (double)p->samples * (double)p->n;
    char action[512];
    snprintf(action, sizeof action, "check %.200s against %.200s", work->values->secret,
             work->values->instance);
    const struct plan plan = {
        .action = action,
        .files = session->common.out ? "report.html, result.json" : NULL,
        .operations = 2.0 * size,
        .bytes = 8.0 * size,
        .seconds = 2e-9 * size + 0.01,
    };
    return plan_print(session, &plan, work->values);
}

static int run_work(struct session *session, struct work *work) {
    const double start = result_clock();
    gm_status status = GM_OK;
    if (session->common.out && !session->common.dry_run)
        status = session_output_open(session, session->common.out, "result.json", &work->output);
    if (status == GM_OK)
        status = read_files(session, work);
    if (status == GM_OK && session->common.dry_run)
        return show_plan(session, work);
    if (status == GM_OK)
        status = gm_lwe_verify(session->context, work->instance, work->secret, &work->check);
    if (status == GM_OK)
        status = describe(session, work, start);
    if (status != GM_OK)
        return session_fail(session, status);
    const int exit = result_deliver(session, work->report, work->output);
    return exit == EXIT_DONE && !work->check.accepted ? EXIT_NO : exit;
}

static int run(struct session *session, void *values) {
    struct work work = {.values = values};
    const int exit = run_work(session, &work);
    session_output_close(session, work.output);
    gm_report_destroy(work.report);
    gm_lwe_release_secret(session->context, work.secret);
    gm_lwe_destroy(session->context, work.instance);
    return exit;
}

static const struct example examples[] = {
    {"Check a secret that another program found:",
     "gradiometer lwe verify --instance instance --secret found.npy"},
    {0},
};

const struct command command_lwe_verify = {
    .name = "lwe verify",
    .summary = "check a secret against all samples of an instance",
    .description =
        "Computes the residuals b - A s mod q, centred, of every sample. The secret is accepted "
        "where the root of their mean square is below twice sigma, or below 1/2 where there is no "
        "error; the exit status is 1 where it is not.\n\n"
        "log2_false_acceptance bounds the probability that a wrong secret, whose residuals are "
        "uniform, passes. Where that is not small, being accepted says little.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .values_size = sizeof(struct verify_options),
    .examples = examples,
    .run = run,
};
