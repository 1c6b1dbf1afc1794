#include "risk_report.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "data.h"
#include "estimate.h"
#include "try.h"

static gm_status set_setup(gm_report *report, const gm_risk *r) {
    TRY(gm_report_set_text(report, "result.model", r->model));
    TRY(gm_report_set_text(report, "result.at", r->at));
    TRY(gm_report_set_text(report, "result.norm", r->norm));
    TRY(gm_report_set_number(report, "result.radius", r->radius));
    TRY(gm_report_set_number(report, "result.dual_norm", r->dual_norm));
    TRY(gm_report_set_integer(report, "result.dimension", r->dimension));
    TRY(gm_report_set_integer(report, "result.batch_size", r->batch_size));
    TRY(gm_report_set_integer(report, "result.gradients", r->gradients));
    TRY(gm_report_set_text(report, "result.residual", r->residual));
    return gm_report_set_text(report, "result.reason", r->reason);
}

static gm_status set_estimate(gm_report *report, const char *path, const gm_estimate *estimate) {
    return isnan(estimate->value) ? gm_report_set_null(report, path)
                                  : estimate_report(report, path, estimate);
}

static gm_status set_estimates(gm_report *report, const gm_risk *r) {
    const double interval[2] = {r->low, r->high};
    TRY(estimate_report(report, "result.adversarial_risk", &r->adversarial_risk));
    TRY(gm_report_set_numbers(report, "result.interval", interval, 2));
    TRY(gm_report_set_number(report, "result.clean_risk", r->clean_risk.value));
    TRY(estimate_report(report, "result.clean", &r->clean_risk));
    TRY(gm_report_set_number(report, "result.exact", r->exact));
    TRY(gm_report_set_number(report, "result.exact_clean", r->exact_clean));
    TRY(set_estimate(report, "result.residual_power", &r->residual_power));
    TRY(set_estimate(report, "result.residual_mean", &r->residual_mean));
    return set_estimate(report, "result.loss_power", &r->loss_power);
}

/* One member of all points of the curve; nothing where it is not known. */
static gm_status set_column(gm_report *report, const char *path, const gm_risk *r, size_t member) {
    double *values = malloc((size_t)r->curve_points * sizeof *values);
    if (!values)
        return GM_OUT_OF_MEMORY;
    for (int64_t i = 0; i < r->curve_points; i++)
        values[i] = *(const double *)((const char *)&r->curve[i] + member);
    const gm_status status = isnan(values[0])
                                 ? gm_report_set_null(report, path)
                                 : gm_report_set_numbers(report, path, values, r->curve_points);
    free(values);
    return status;
}

static gm_status set_curve(gm_report *report, const gm_risk *r) {
    if (r->curve_points == 0)
        return gm_report_set_null(report, "result.curve");
    TRY(set_column(report, "result.curve.radius", r, offsetof(gm_risk_point, radius)));
    TRY(set_column(report, "result.curve.value", r, offsetof(gm_risk_point, value)));
    TRY(set_column(report, "result.curve.low", r, offsetof(gm_risk_point, low)));
    TRY(set_column(report, "result.curve.high", r, offsetof(gm_risk_point, high)));
    return set_column(report, "result.curve.exact", r, offsetof(gm_risk_point, exact));
}

gm_status risk_report_fill(gm_report *report, const char *path, const gm_dataset *dataset,
                           const gm_risk *r) {
    TRY(set_setup(report, r));
    TRY(set_estimates(report, r));
    TRY(set_curve(report, r));
    TRY(data_report(report, path, dataset));
    TRY(gm_report_set_number(report, "result.seconds.gradients", r->seconds_gradients));
    TRY(gm_report_set_number(report, "result.seconds.compare", r->seconds_compare));
    TRY(gm_report_set_numbers(report, "result.warnings", NULL, 0));
    for (int i = 0; r->warnings[i]; i++) {
        TRY(gm_report_append_text(report, "result.warnings", r->warnings[i]));
        TRY(gm_report_append_text(report, "warnings", r->warnings[i]));
    }
    return GM_OK;
}
