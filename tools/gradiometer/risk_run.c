#include <stdio.h>

#include "plan.h"
#include "result.h"
#include "risk.h"
#include "risk_report.h"

/* Everything between the options and the exit status; each part is NULL until it is there. */
struct work {
    const struct risk_options *options;
    gm_dataset *dataset;
    gm_risk *risk;
    gm_report *report;
    gm_output *output;
};

static int show_plan(struct session *session, const struct work *work) {
    const struct risk_options *options = work->options;
    gm_cost cost;
    char action[512];
    const gm_status status = gm_risk_cost(session->context, work->dataset, &options->risk, &cost);
    if (status != GM_OK)
        return session_fail(session, status);
    snprintf(action, sizeof action,
             "estimate the adversarial risk of %lld weights on %lld rows of %.300s%s",
             (long long)gm_dataset_columns(work->dataset),
             (long long)gm_dataset_rows(work->dataset), options->data.path,
             options->risk.compare ? ", and compare it" : "");
    const struct plan plan = {
        .action = action,
        .files = session->common.out ? "risk.svg, report.html, result.json" : NULL,
        .operations = cost.operations,
        .bytes = cost.memory,
        .seconds = cost.seconds,
    };
    return plan_print(session, &plan, options);
}

static gm_status compute(struct session *session, struct work *work, double start) {
    const struct risk_options *options = work->options;
    gm_status status =
        gm_risk_estimate(session->context, work->dataset, &options->risk, &work->risk);
    if (status == GM_OK)
        status = gm_report_create(session->context, "risk", &work->report);
    if (status == GM_OK)
        status = session_describe(session, work->report, options);
    if (status == GM_OK)
        status = risk_report_fill(work->report, options->data.path, work->dataset, work->risk);
    if (status == GM_OK)
        status = gm_report_set_number(work->report, "seconds", result_clock() - start);
    return status;
}

static int run(struct session *session, struct work *work) {
    const double start = result_clock();
    gm_status status = GM_OK;
    if (session->common.out && !session->common.dry_run)
        status = session_output_open(session, session->common.out, "result.json", &work->output);
    if (status == GM_OK)
        status = data_load(session->context, &work->options->data, &work->dataset);
    if (status != GM_OK)
        return session_fail(session, status);
    if (session->common.dry_run)
        return show_plan(session, work);
    status = compute(session, work, start);
    return status == GM_OK ? result_deliver(session, work->report, work->output)
                           : session_fail(session, status);
}

int risk_run(struct session *session, const struct risk_options *options) {
    struct work work = {.options = options};
    const int exit = run(session, &work);
    session_output_close(session, work.output);
    gm_report_destroy(work.report);
    gm_risk_destroy(session->context, work.risk);
    gm_dataset_destroy(work.dataset);
    return exit;
}
