#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <experiments.h>

#include "plan.h"
#include "result.h"

struct values {
    bool list;
    double scale;
};

static const struct option options[] = {
    {.name = "list",
     .group = "Experiments",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct values, list),
     .help = "list the experiments and end"},
    {.name = "scale",
     .kind = OPTION_NUMBER,
     .placeholder = "S",
     .fallback = "1",
     .low = 0,
     .high = 1000,
     .positive = true,
     .offset = offsetof(struct values, scale),
     .help = "multiplies the number of repetitions, of which at least 2 are made; sizes stay"},
};

/* --- --list --- */

static int list_as_json(struct session *session, const struct values *values) {
    gm_report *report = NULL;
    char path[64];
    gm_status status = gm_report_create(session->context, "reproduce", &report);
    if (status == GM_OK)
        status = session_describe(session, report, values);
    for (int i = 0; experiments[i] && status == GM_OK; i++) {
        const char *const members[][2] = {{"name", experiments[i]->name},
                                          {"title", experiments[i]->title},
                                          {"question", experiments[i]->question}};
        for (int m = 0; m < 3 && status == GM_OK; m++) {
            snprintf(path, sizeof path, "result.experiments[%d].%s", i, members[m][0]);
            status = gm_report_set_text(report, path, members[m][1]);
        }
    }
    const int exit =
        status == GM_OK ? session_print_report(session, report) : session_fail(session, status);
    gm_report_destroy(report);
    return exit;
}

static int list(struct session *session, const struct values *values) {
    char line[256];
    if (session->common.json)
        return list_as_json(session, values);
    for (int i = 0; experiments[i]; i++) {
        snprintf(line, sizeof line, "%-20s  %s\n", experiments[i]->name, experiments[i]->title);
        if (session_print(session, line) != GM_OK)
            return session_output_failed(session);
    }
    return EXIT_DONE;
}

/* --- one experiment --- */

/* What a run holds; each member is NULL until it is there. */
struct work {
    const struct experiment *experiment;
    gm_report *report;
    gm_output *output;
    char *csv;
    bool holds;
};

static gm_status compute(struct session *session, const struct values *values, struct work *work) {
    const double start = result_clock();
    gm_status status = gm_report_create(session->context, "reproduce", &work->report);
    if (status == GM_OK)
        status = session_describe(session, work->report, values);
    if (status == GM_OK)
        status = gm_report_set_text(work->report, "options.experiment", work->experiment->name);
    if (status == GM_OK)
        status =
            experiment_run(work->experiment, session->context, values->scale,
                           (uint64_t)session->common.seed, work->report, &work->csv, &work->holds);
    if (status == GM_OK)
        status = gm_report_set_number(work->report, "seconds", result_clock() - start);
    return status;
}

static gm_status write_table(struct work *work) {
    gm_status status = gm_output_write(work->output, "table.csv", work->csv, strlen(work->csv));
    if (status == GM_OK)
        status = gm_report_append_text(work->report, "result.files", "table.csv");
    return status;
}

static int deliver(struct session *session, struct work *work) {
    const gm_status status = work->output ? write_table(work) : GM_OK;
    if (status != GM_OK)
        return session_fail(session, status);
    const int exit = result_deliver(session, work->report, work->output);
    return exit == EXIT_DONE && !work->holds ? EXIT_NO : exit;
}

static int run_work(struct session *session, const struct values *values, struct work *work) {
    gm_status status = GM_OK;
    if (session->common.out)
        status = session_output_open(session, session->common.out, "result.json", &work->output);
    if (status == GM_OK)
        status = compute(session, values, work);
    return status == GM_OK ? deliver(session, work) : session_fail(session, status);
}

static int show_plan(struct session *session, const struct values *values,
                     const struct experiment *experiment) {
    char action[256];
    snprintf(action, sizeof action, "run the experiment %s at scale %g: %s", experiment->name,
             values->scale, experiment->title);
    const struct plan plan = {
        .action = action,
        .files = session->common.out ? "table.csv, plot-1.svg, plot-2.svg, report.html, result.json"
                                     : NULL,
        .operations = NAN,
        .bytes = NAN,
        .seconds = experiment->seconds * values->scale,
    };
    return plan_print(session, &plan, values);
}

static int find_failed(struct session *session, const char *name) {
    const char *words[64];
    int count = 0;
    while (experiments[count] && count < 64) {
        words[count] = experiments[count]->name;
        count++;
    }
    const char *nearest = gm_nearest_word(name, words, count);
    if (nearest)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "unknown experiment '%s'; did you mean '%s'?", name, nearest);
    return session_error(session, GM_INVALID_ARGUMENT,
                         "unknown experiment '%s'; `gradiometer reproduce --list` has them", name);
}

static int run(struct session *session, void *options_read) {
    const struct values *values = options_read;
    const char *name = session->arguments.operand;
    struct work work = {0};
    if (values->list && name)
        return session_error(session, GM_INVALID_ARGUMENT, "--list takes no NAME");
    if (values->list)
        return list(session, values);
    if (!name)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "NAME is missing; `gradiometer reproduce --list` has them");
    work.experiment = experiment_find(name);
    if (!work.experiment)
        return find_failed(session, name);
    if (session->common.dry_run)
        return show_plan(session, values, work.experiment);
    const int exit = run_work(session, values, &work);
    session_output_close(session, work.output);
    gm_report_destroy(work.report);
    free(work.csv);
    return exit;
}

static const struct example examples[] = {
    {"See what there is:", "gradiometer reproduce --list"},
    {"How much target noise is right:", "gradiometer reproduce noise-sweep --out noise-sweep"},
    {"The same in a few seconds:", "gradiometer reproduce noise-sweep --scale 0.1"},
    {0},
};

const struct command command_reproduce = {
    .name = "reproduce",
    .summary = "run an experiment: its table, plots, and which claims hold",
    .description =
        "Runs one of the experiments that show what the estimators and measurements can "
        "and can not do, on made data or on images, and checks what theory says of them. Exit "
        "status "
        "1: a claim does not hold.\n\nWith --out also table.csv, the plots and report.html.",
    .operand = "NAME",
    .options = options,
    .count = sizeof options / sizeof *options,
    .values_size = sizeof(struct values),
    .examples = examples,
    .run = run,
};
