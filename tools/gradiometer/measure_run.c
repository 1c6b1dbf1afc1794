#include <stdio.h>
#include <string.h>

#include "along_report.h"
#include "measure.h"
#include "measure_report.h"
#include "plan.h"
#include "result.h"

/* Everything between the options and the exit status; each part is NULL until it is there. */
struct work {
    const struct measure_options *options;
    gm_measure_options measure; /* those, with what was read from files */
    gm_array *rows, *weights;
    gm_measurement *measurement; /* NULL: that of `along` */
    gm_along *along;             /* NULL: not along training */
    gm_report *report;
    gm_output *output;
};

static int show_plan(struct session *session, const struct work *work) {
    gm_measure_cost cost;
    char action[512];
    const gm_along_options *along = &work->options->along;
    const gm_status status = along->steps
                                 ? gm_along_get_cost(session->context, &work->measure, along, &cost)
                                 : gm_measure_get_cost(session->context, &work->measure, &cost);
    if (status != GM_OK)
        return session_fail(session, status);
    snprintf(action, sizeof action, "measure the gradients of %.120s on %.120s for targets %.120s",
             work->measure.model, inputs_name(&work->options->inputs), work->measure.targets);
    const size_t length = strlen(action);
    if (along->steps)
        snprintf(action + length, sizeof action - length, " along %lld steps of training",
                 (long long)along->steps);
    const struct plan plan = {
        .action = action,
        .files = !session->common.out ? NULL
                 : along->steps       ? "along.svg, ladder.svg, batch.svg, report.html, result.json"
                                      : "ladder.svg, batch.svg, report.html, result.json",
        .method = cost.method,
        .form = cost.form,
        .operations = cost.operations,
        .bytes = cost.memory,
        .seconds = cost.seconds,
    };
    return plan_print(session, &plan, work->options);
}

static gm_status compute(struct session *session, struct work *work, double start) {
    const gm_along_options *along = &work->options->along;
    gm_status status = along->steps
                           ? gm_measure_along(session->context, &work->measure, along, &work->along)
                           : gm_measure(session->context, &work->measure, &work->measurement);
    if (status == GM_OK)
        status = gm_report_create(session->context, "measure", &work->report);
    if (status == GM_OK)
        status = session_describe(session, work->report, work->options);
    if (status == GM_OK)
        status = measure_report_fill(work->report, work->options->inputs.file, work->rows,
                                     work->along ? work->along->first : work->measurement);
    if (status == GM_OK)
        status = along_report_fill(work->report, work->along);
    if (status == GM_OK)
        status = gm_report_set_number(work->report, "seconds", result_clock() - start);
    return status;
}

/* The exit status, a failure told. */
static int read_weights(struct session *session, struct work *work) {
    const char *path = work->options->weights_file;
    const gm_status status = gm_array_read(session->context, path, &work->weights);
    if (status != GM_OK)
        return session_fail(session, status);
    if (work->weights->dimensions != 1)
        return session_error(session, GM_INVALID_INPUT,
                             "%s: the array has %d dimensions; --weights takes one, [parameters]",
                             path, work->weights->dimensions);
    work->measure.weights = work->weights->values;
    work->measure.weight_count = work->weights->shape[0];
    return EXIT_DONE;
}

static int read_files(struct session *session, struct work *work) {
    if (work->options->inputs.file) {
        const gm_status status =
            gm_array_read(session->context, work->options->inputs.file, &work->rows);
        if (status != GM_OK)
            return session_fail(session, status);
        work->measure.rows = work->rows;
    }
    return work->options->weights_file ? read_weights(session, work) : EXIT_DONE;
}

static int run(struct session *session, struct work *work) {
    const double start = result_clock();
    gm_status status = GM_OK;
    if (session->common.out && !session->common.dry_run)
        status = session_output_open(session, session->common.out, "result.json", &work->output);
    if (status != GM_OK)
        return session_fail(session, status);
    const int exit = read_files(session, work);
    if (exit != EXIT_DONE)
        return exit;
    if (session->common.dry_run)
        return show_plan(session, work);
    status = compute(session, work, start);
    return status == GM_OK ? result_deliver(session, work->report, work->output)
                           : session_fail(session, status);
}

int measure_run(struct session *session, const struct measure_options *options) {
    struct work work = {.options = options, .measure = options->measure};
    const int exit = run(session, &work);
    session_output_close(session, work.output);
    gm_report_destroy(work.report);
    gm_along_destroy(session->context, work.along);
    gm_measurement_destroy(session->context, work.measurement);
    gm_array_destroy(session->context, work.weights);
    gm_array_destroy(session->context, work.rows);
    return exit;
}
