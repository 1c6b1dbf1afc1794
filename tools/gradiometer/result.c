#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "result.h"

#include <string.h>
#include <time.h>

#include "pages.h"

double result_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

gm_status result_set_text(gm_report *report, const char *path, const char *text) {
    return text ? gm_report_set_text(report, path, text) : gm_report_set_null(report, path);
}

static gm_status write_files(struct session *session, gm_report *report, gm_output *output) {
    char *json = NULL;
    gm_status status = render_pages(session, report, output);
    if (status == GM_OK)
        status = gm_report_json(report, &json);
    if (status == GM_OK)
        status = gm_output_write(output, "result.json", json, strlen(json));
    gm_report_free_text(report, json);
    return status;
}

int result_deliver(struct session *session, gm_report *report, gm_output *output) {
    gm_status status = output ? write_files(session, report, output) : GM_OK;
    if (status != GM_OK)
        return session_fail(session, status);
    const int exit = session_print_report(session, report);
    if (exit != EXIT_DONE || !output)
        return exit;
    status = session_output_commit(session, output);
    return status == GM_OK ? EXIT_DONE : session_fail(session, status);
}
