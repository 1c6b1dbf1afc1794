#include <math.h>
#include <stdio.h>

#include "entropy_report.h"
#include "inputs.h"
#include "plan.h"
#include "result.h"

static const struct option options[] = {
    INPUTS_OPTIONS(0, "a law, whose entropy is computed exactly",
                   "array [N, n], an independent draw in each row: entropy is estimated by "
                   "counting equal rows",
                   9007199254740992.0)};

/* Everything between the options and the exit status; each part is NULL until it is there. */
struct work {
    const struct inputs_options *values;
    gm_entropy *entropy;
    gm_report *report;
    gm_output *output;
};

static gm_status compute(struct session *session, struct work *work) {
    const struct inputs_options *values = work->values;
    return values->law ? gm_entropy_of_inputs(session->context, values->law, &work->entropy)
                       : gm_entropy_of_rows(session->context, values->file, values->modulus,
                                            &work->entropy);
}

static gm_status describe(struct session *session, struct work *work, double start) {
    const struct inputs_options *values = work->values;
    gm_status status = gm_report_create(session->context, "entropy", &work->report);
    if (status == GM_OK)
        status = session_describe(session, work->report, values);
    if (status == GM_OK)
        status = entropy_report_fill(work->report, inputs_name(values), work->entropy);
    if (status == GM_OK)
        status = gm_report_set_number(work->report, "seconds", result_clock() - start);
    return status;
}

/* A law costs so little that the plan computes it, which checks it too. */
static int show_plan(struct session *session, struct work *work) {
    const struct inputs_options *values = work->values;
    gm_cost cost = {NAN, NAN, NAN, NAN};
    char action[512];
    const double start = result_clock();
    const gm_status status = values->law ? compute(session, work)
                                         : gm_entropy_of_rows_cost(session->context, values->file,
                                                                   values->modulus, &cost);
    if (status != GM_OK)
        return session_fail(session, status);
    if (values->law) {
        cost.seconds = result_clock() - start;
        snprintf(action, sizeof action, "compute the collision entropy of %.400s", values->law);
    } else {
        snprintf(action, sizeof action, "count equal rows of %.400s", values->file);
    }
    const struct plan plan = {
        .action = action,
        .files = session->common.out ? "coordinates.svg, report.html, result.json" : NULL,
        .operations = cost.operations,
        .bytes = cost.memory,
        .seconds = cost.seconds,
    };
    return plan_print(session, &plan, values);
}

static int run_work(struct session *session, struct work *work) {
    const double start = result_clock();
    gm_status status = GM_OK;
    if (session->common.dry_run)
        return show_plan(session, work);
    if (session->common.out)
        status = session_output_open(session, session->common.out, "result.json", &work->output);
    if (status == GM_OK)
        status = compute(session, work);
    if (status == GM_OK)
        status = describe(session, work, start);
    return status == GM_OK ? result_deliver(session, work->report, work->output)
                           : session_fail(session, status);
}

static int run(struct session *session, void *options_read) {
    const struct inputs_options *values = options_read;
    struct work work = {.values = values};
    int exit = inputs_check(session, values);
    if (exit != EXIT_DONE)
        return exit;
    exit = run_work(session, &work);
    session_output_close(session, work.output);
    gm_report_destroy(work.report);
    gm_entropy_destroy(session->context, work.entropy);
    return exit;
}

static const struct example examples[] = {
    {"Of a law of residues, 64 coordinates narrowed to 5 of 3329 values:",
     "gradiometer entropy --inputs zq:n=64,q=3329,width=5"},
    {"Of rows that another program wrote:",
     "gradiometer entropy --inputs-file rows.npy --modulus 3329 --out entropy"},
    {0},
};

const struct command command_entropy = {
    .name = "entropy",
    .summary = "collision entropy of inputs: how often two draws are the same",
    .description =
        "Collision entropy is -ln sum P(x)^2, the logarithm of how rarely two draws are equal. The "
        "larger it is, the less gradients can tell of a target of a pairwise independent class. Of "
        "a law it is computed; of rows it is estimated from the pairs that are equal, with a 95 % "
        "interval. Where no two rows are equal, what is left is a lower bound.\n\n"
        "The sum over the coordinates is shown beside it as a proxy for high dimensions, where "
        "rows never repeat. It is neither a bound nor an estimate.\n\n"
        "With --out: result.json, a plot (.svg) and report.html.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .values_size = sizeof(struct inputs_options),
    .examples = examples,
    .run = run,
};
