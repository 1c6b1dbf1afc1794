#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "recover.h"
#include "recover_report.h"
#include "result.h"

/* Everything between the options and the exit status; each part is NULL until it is there. */
struct work {
    const struct recover_options *options;
    gm_dataset *dataset;     /* NULL where gradients are recorded */
    gm_gradients *gradients; /* NULL where a model makes them */
    gm_recovery *recovery;
    gm_report *report;
    gm_output *output;
};

static void say_recorded_action(const struct work *work, char *out, size_t size) {
    snprintf(out, size,
             "recover the curvature of %lld parameters from %lld recorded gradients of %s",
             (long long)gm_gradients_dimension(work->gradients),
             (long long)gm_gradients_count(work->gradients), work->options->gradients_file);
}

static gm_status find_cost(struct session *session, const struct work *work, gm_cost *cost) {
    const gm_recover_options *options = &work->options->recover;
    return work->dataset
               ? gm_recover_cost(session->context, work->dataset, options, cost)
               : gm_recover_gradients_cost(session->context, work->gradients, options, cost);
}

static int show_plan(struct session *session, const struct work *work) {
    gm_cost cost;
    char action[512];
    gm_status status = find_cost(session, work, &cost);
    if (status != GM_OK)
        return session_fail(session, status);
    if (work->gradients)
        say_recorded_action(work, action, sizeof action);
    else
        snprintf(action, sizeof action,
                 "recover the curvature of %lld parameters from %lld rows of %s%s",
                 (long long)gm_dataset_columns(work->dataset),
                 (long long)gm_dataset_rows(work->dataset), work->options->data.path,
                 work->options->recover.compare ? ", and compare it" : "");
    const struct plan plan = {
        .action = action,
        .files = session->common.out ? "hessian.npy, eigenvalues.npy, mean_gradient.npy, "
                                       "spectrum.svg, error.svg, report.html, result.json"
                                     : NULL,
        .operations = cost.operations,
        .bytes = cost.memory,
        .seconds = cost.seconds,
    };
    return plan_print(session, &plan, work->options);
}

/* The arrays of a recovery; each is written where it is there. */
struct array {
    const char *name;
    int dimensions;
    int64_t shape[2];
    const double *values;
};

enum { ARRAYS = 4 };

static void list_arrays(const gm_recovery *r, struct array *out) {
    const struct array all[ARRAYS] = {
        {"factor.npy", 2, {r->factor_rows, r->dimension}, r->factor},
        {"diagonal.npy", 1, {r->dimension, 1}, r->diagonal},
        {"eigenvalues.npy", 1, {r->eigenvalue_count, 1}, r->eigenvalues},
        {"mean_gradient.npy", 1, {r->dimension, 1}, r->mean_gradient},
    };
    memcpy(out, all, sizeof all);
}

static const char HESSIAN[] = "hessian.npy";
enum { ROWS = 64 };

static bool has_hessian(const gm_recovery *r) {
    return r->hessian || r->tiles;
}

/* Some rows at a time, which no rank has all of where the matrix is dealt out; the ranks that write
   nothing hand theirs over all the same. */
static gm_status write_hessian(struct session *session, struct work *work) {
    const gm_recovery *r = work->recovery;
    const int64_t d = r->dimension, shape[2] = {d, d};
    gm_status status = GM_OK;
    double *rows = NULL;
    if (!has_hessian(r) || !(work->output || (session->common.out && r->tiles)))
        return GM_OK;
    if (r->hessian)
        return gm_output_write_array(work->output, HESSIAN, 2, shape, r->hessian);
    rows = malloc((size_t)(ROWS * d) * sizeof *rows);
    if (!rows)
        return GM_OUT_OF_MEMORY;
    if (work->output)
        status = gm_output_begin_array(work->output, HESSIAN, 2, shape);
    for (int64_t i = 0; i < d && status == GM_OK; i += ROWS) {
        const int64_t count = d - i < ROWS ? d - i : ROWS;
        status = gm_recovery_rows(session->context, r, i, count, rows);
        if (status == GM_OK && work->output)
            status = gm_output_add(work->output, count * d, rows);
    }
    free(rows);
    return status;
}

static gm_status write_arrays(struct work *work) {
    struct array arrays[ARRAYS];
    gm_status status = GM_OK;
    list_arrays(work->recovery, arrays);
    for (int i = 0; i < ARRAYS && status == GM_OK; i++)
        if (arrays[i].values)
            status = gm_output_write_array(work->output, arrays[i].name, arrays[i].dimensions,
                                           arrays[i].shape, arrays[i].values);
    return status;
}

static gm_status list_files(struct work *work) {
    struct array arrays[ARRAYS];
    gm_status status = GM_OK;
    list_arrays(work->recovery, arrays);
    if (has_hessian(work->recovery))
        status = gm_report_append_text(work->report, "result.files", HESSIAN);
    for (int i = 0; i < ARRAYS && status == GM_OK; i++)
        if (arrays[i].values)
            status = gm_report_append_text(work->report, "result.files", arrays[i].name);
    return status;
}

static gm_status compute(struct session *session, struct work *work, double start) {
    const struct recover_options *options = work->options;
    gm_status status = work->dataset ? gm_recover(session->context, work->dataset,
                                                  &options->recover, &work->recovery)
                                     : gm_recover_gradients(session->context, work->gradients,
                                                            &options->recover, &work->recovery);
    if (status == GM_OK)
        status = gm_report_create(session->context, "recover", &work->report);
    if (status == GM_OK)
        status = session_describe(session, work->report, options);
    if (status == GM_OK)
        status = recover_report_fill(work->report,
                                     work->dataset ? options->data.path : options->gradients_file,
                                     work->dataset, work->recovery);
    if (status == GM_OK)
        status = gm_report_set_number(work->report, "seconds", result_clock() - start);
    return status;
}

static int deliver(struct session *session, struct work *work) {
    gm_status status = write_hessian(session, work);
    if (work->output && status == GM_OK)
        status = write_arrays(work);
    if (work->output && status == GM_OK)
        status = list_files(work);
    return status == GM_OK ? result_deliver(session, work->report, work->output)
                           : session_fail(session, status);
}

static int run(struct session *session, struct work *work) {
    const double start = result_clock();
    gm_status status = GM_OK;
    if (session->common.out && !session->common.dry_run)
        status = session_output_open(session, session->common.out, "result.json", &work->output);
    if (status == GM_OK)
        status = work->options->data.path
                     ? data_load(session->context, &work->options->data, &work->dataset)
                     : gm_gradients_open(session->context, work->options->gradients_file,
                                         &work->options->recorded, &work->gradients);
    if (status != GM_OK)
        return session_fail(session, status);
    if (session->common.dry_run)
        return show_plan(session, work);
    status = compute(session, work, start);
    if (status != GM_OK)
        return session_fail(session, status);
    int exit = deliver(session, work);
    if (exit == EXIT_DONE && work->options->require_given && !work->recovery->enough)
        exit = EXIT_NO;
    return exit;
}

int recover_run(struct session *session, const struct recover_options *options) {
    struct work work = {.options = options};
    int exit = run(session, &work);
    session_output_close(session, work.output);
    gm_report_destroy(work.report);
    gm_recovery_destroy(session->context, work.recovery);
    gm_gradients_destroy(work.gradients);
    gm_dataset_destroy(work.dataset);
    return exit;
}
