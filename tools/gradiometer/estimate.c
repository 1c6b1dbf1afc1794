#include "estimate.h"

#include <stdio.h>

#include "try.h"

gm_status estimate_report(gm_report *report, const char *path, const gm_estimate *estimate) {
    char member[128];
    const double interval[2] = {estimate->low, estimate->high};
    snprintf(member, sizeof member, "%s.value", path);
    TRY(gm_report_set_number(report, member, estimate->value));
    snprintf(member, sizeof member, "%s.std_error", path);
    TRY(gm_report_set_number(report, member, estimate->std_error));
    snprintf(member, sizeof member, "%s.ci95", path);
    TRY(gm_report_set_numbers(report, member, interval, 2));
    snprintf(member, sizeof member, "%s.method", path);
    return gm_report_set_text(report, member, estimate->method);
}
