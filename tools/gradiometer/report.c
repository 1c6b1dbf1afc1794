#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pages.h"
#include "plan.h"

/* Without a mark: result.json stays as it is, and each page is replaced by a new one at once. */
static gm_status rewrite_pages(struct session *session, gm_report *report, const char *folder) {
    gm_output *output = NULL;
    gm_status status = session_output_open(session, folder, NULL, &output);
    if (status == GM_OK)
        status = render_pages(session, report, output);
    if (status == GM_OK)
        status = session_output_commit(session, output);
    session_output_close(session, output);
    return status;
}

static int show(struct session *session, gm_report *report, const char *folder) {
    int exit = session_print_report(session, report);
    if (exit != EXIT_DONE)
        return exit;
    gm_status status = rewrite_pages(session, report, folder);
    return status == GM_OK ? EXIT_DONE : session_fail(session, status);
}

static int run(struct session *session, void *values) {
    const struct plan plan = {
        .action = "read result.json, print the table and draw plots and page again",
        .files = "*.svg, report.html",
        .operations = NAN,
        .bytes = NAN,
        .seconds = NAN,
    };
    const char *source = session->arguments.operand;
    const char *folder = session->common.out ? session->common.out : source;
    char path[PATH_MAX];
    gm_report *report = NULL;
    if (snprintf(path, sizeof path, "%s/result.json", source) >= (int)sizeof path)
        return session_error(session, GM_INVALID_ARGUMENT, "the name of folder DIR is too long");
    gm_status status = gm_report_load(session->context, path, &report);
    if (status != GM_OK)
        return session_fail(session, status);
    int exit = session->common.dry_run ? plan_print(session, &plan, values)
                                       : show(session, report, folder);
    gm_report_destroy(report);
    return exit;
}

static const struct example examples[] = {
    {"Look at a result again:", "gradiometer report report"},
    {"Put pages for it elsewhere:", "gradiometer report report --out public"},
    {0},
};

const struct command command_report = {
    .name = "report",
    .summary = "print the table of a result again and redraw its plots and page",
    .description = "Reads DIR/result.json, prints its table, and writes the plots and report.html "
                   "of DIR anew (of the folder --out, if given). result.json stays as it is.",
    .operand = "DIR",
    .operand_required = true,
    .examples = examples,
    .run = run,
};
