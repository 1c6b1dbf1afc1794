#include "along_report.h"

#include <stdio.h>

#include "estimate.h"
#include "try.h"

enum { PATH = 96 };

/* path.member */
static const char *member(char out[PATH], const char *path, const char *name) {
    snprintf(out, PATH, "%.60s.%s", path, name);
    return out;
}

gm_status monitor_report(gm_report *report, const char *path, const gm_monitor_state *state) {
    char at[PATH];
    TRY(gm_report_set_text(report, member(at, path, "cause"), gm_cause_name(state->cause)));
    TRY(gm_report_set_text(report, member(at, path, "advice"), state->advice));
    TRY(gm_report_set_boolean(report, member(at, path, "plateau"), state->plateau));
    TRY(gm_report_set_number(report, member(at, path, "loss"), state->loss));
    TRY(estimate_report(report, member(at, path, "gradient_norm"), &state->gradient_norm));
    TRY(estimate_report(report, member(at, path, "signal_to_noise"), &state->signal_to_noise));
    TRY(gm_report_set_number(report, member(at, path, "samples_to_see"), state->samples_to_see));
    return gm_report_set_integer(report, member(at, path, "observations"), state->observations);
}

static gm_status set_point(gm_report *report, int64_t i, const gm_along_point *point) {
    char path[PATH], at[PATH];
    snprintf(path, sizeof path, "result.along[%lld]", (long long)i);
    TRY(gm_report_set_integer(report, member(at, path, "step"), point->step));
    TRY(gm_report_set_number(report, member(at, path, "loss"), point->loss));
    TRY(estimate_report(report, member(at, path, "variance"), &point->variance));
    TRY(gm_report_set_number(report, member(at, path, "signal_to_noise"), point->signal_to_noise));
    TRY(gm_report_set_number(report, member(at, path, "samples_to_see_target"),
                             point->samples_to_see_target));
    TRY(gm_report_set_text(report, member(at, path, "verdict"), point->verdict));
    return monitor_report(report, member(at, path, "monitor"), &point->monitor);
}

gm_status along_report_fill(gm_report *report, const gm_along *along) {
    if (!along) {
        TRY(gm_report_set_null(report, "result.along"));
        return gm_report_set_null(report, "result.training");
    }
    for (int64_t i = 0; i < along->count; i++)
        TRY(set_point(report, i, &along->points[i]));
    TRY(gm_report_set_number(report, "result.training.rate", along->rate));
    TRY(gm_report_set_integer(report, "result.training.batch_size", along->batch_size));
    TRY(gm_report_set_number(report, "result.training.baseline", along->baseline));
    TRY(gm_report_set_integer(report, "result.training.score_samples", along->score_samples));
    TRY(gm_report_set_boolean(report, "result.training.diverged", along->diverged));
    return monitor_report(report, "result.training.monitor", &along->monitor);
}
