#include "plan.h"

#include <math.h>
#include <stdio.h>

static void scaled(double value, double base, const char *const *prefixes, char *out, size_t size) {
    int i = 0;
    while (value >= 999.5 && i < 6) {
        value /= base;
        i++;
    }
    snprintf(out, size, "%.3g %s", value, prefixes[i]);
}

void plan_decimal(double value, char *out, size_t size) {
    static const char *const prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
    scaled(value, 1000, prefixes, out, size);
}

void plan_binary(double value, char *out, size_t size) {
    static const char *const prefixes[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    scaled(value, 1024, prefixes, out, size);
}

static int print_text(struct session *session, const struct plan *plan) {
    char text[4096], operations[32] = "not known", bytes[32] = "not known";
    char seconds[32] = "not known", method[640] = "";
    if (!isnan(plan->operations))
        plan_decimal(plan->operations, operations, sizeof operations);
    if (!isnan(plan->bytes))
        plan_binary(plan->bytes, bytes, sizeof bytes);
    if (!isnan(plan->seconds))
        snprintf(seconds, sizeof seconds, "about %.2g s", plan->seconds);
    if (plan->method)
        snprintf(method, sizeof method, "method       %s, %s\n", plan->method, plan->form);
    snprintf(text, sizeof text,
             "would        %s\n"
             "%s"
             "would write  %s\n"
             "operations   %s\n"
             "memory       %s%s\n"
             "time         %s\n",
             plan->action, method, plan->files ? plan->files : "nothing", operations, bytes,
             isnan(plan->bytes) ? "" : "B", seconds);
    return session_print(session, text) == GM_OK ? EXIT_DONE : session_output_failed(session);
}

static gm_status describe(struct session *session, const struct plan *plan, const void *values,
                          gm_report *report) {
    const char *const paths[] = {"dry_run.operations", "dry_run.bytes", "dry_run.seconds"};
    const double numbers[] = {plan->operations, plan->bytes, plan->seconds};
    gm_status status = session_describe(session, report, values);
    if (status == GM_OK)
        status = gm_report_set_text(report, "dry_run.action", plan->action);
    if (status == GM_OK)
        status = gm_report_set_text(report, "dry_run.files", plan->files);
    if (status == GM_OK && plan->method)
        status = gm_report_set_text(report, "dry_run.method", plan->method);
    if (status == GM_OK && plan->method)
        status = gm_report_set_text(report, "dry_run.form", plan->form);
    for (int i = 0; i < 3 && status == GM_OK; i++)
        status = gm_report_set_number(report, paths[i], numbers[i]);
    return status;
}

int plan_print(struct session *session, const struct plan *plan, const void *values) {
    gm_report *report = NULL;
    if (!session->common.json)
        return session->common.quiet ? EXIT_DONE : print_text(session, plan);
    gm_status status = gm_report_create(session->context, session->command->name, &report);
    if (status == GM_OK)
        status = describe(session, plan, values, report);
    int exit =
        status == GM_OK ? session_print_report(session, report) : session_fail(session, status);
    gm_report_destroy(report);
    return exit;
}
