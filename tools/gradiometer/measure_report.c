#include "measure_report.h"

#include "entropy_report.h"
#include "estimate.h"
#include "try.h"

struct number {
    const char *path;
    double value;
};

static gm_status set_numbers(gm_report *report, const struct number *numbers) {
    for (; numbers->path; numbers++)
        TRY(gm_report_set_number(report, numbers->path, numbers->value));
    return GM_OK;
}

static gm_status set_variance(gm_report *report, const gm_measurement *m) {
    const struct number numbers[] = {{"result.naive_variance", m->naive_variance},
                                     {"result.collision_term", m->collision_term},
                                     {"result.dependence_term", m->dependence_term},
                                     {"result.effective_targets", m->effective_targets},
                                     {"result.smallest_visible", m->smallest_visible},
                                     {0}};
    TRY(estimate_report(report, "result.variance", &m->variance));
    return set_numbers(report, numbers);
}

/* What limits the variance. */
static gm_status set_limits(gm_report *report, const gm_measurement *m) {
    const struct number numbers[] = {{"result.independence.epsilon", m->epsilon},
                                     {"result.independence.total_variation", m->total_variation},
                                     {"result.bound.value", m->bound},
                                     {"result.bound.collision", m->bound_collision},
                                     {"result.bound.dependence", m->bound_dependence},
                                     {0}};
    TRY(entropy_report_collision(report, "result.collision_entropy", &m->entropy));
    TRY(gm_report_set_number(report, "result.collision_probability", m->collision));
    TRY(estimate_report(report, "result.independence.epsilon_squared", &m->epsilon_squared));
    return set_numbers(report, numbers);
}

static gm_status set_verdict(gm_report *report, const gm_measurement *m) {
    const struct number numbers[] = {{"result.signal_to_noise", m->signal_to_noise},
                                     {"result.samples_to_see_target", m->samples_to_see_target},
                                     {"result.samples_lower_bound", m->samples_lower_bound},
                                     {"result.noise_trace", m->noise_trace},
                                     {"result.label_noise_trace", m->label_noise_trace},
                                     {"result.mean_gradient", m->mean_gradient},
                                     {"result.budget", m->budget},
                                     {0}};
    TRY(set_numbers(report, numbers));
    TRY(gm_report_set_text(report, "result.verdict", m->verdict));
    return gm_report_set_text(report, "result.reason", m->reason);
}

static gm_status set_setup(gm_report *report, const char *path, const gm_array *rows,
                           const gm_measurement *m) {
    TRY(gm_report_set_text(report, "result.method", m->method));
    TRY(gm_report_set_text(report, "result.form", m->form));
    TRY(gm_report_set_integer(report, "result.columns", m->columns));
    TRY(gm_report_set_integer(report, "result.parameters", m->parameters));
    TRY(gm_report_set_integer(report, "result.samples", m->samples));
    TRY(gm_report_set_integer(report, "result.targets", m->targets));
    TRY(gm_report_set_boolean(report, "result.enumerated", m->enumerated));
    TRY(gm_report_set_integer(report, "result.init_draws", m->init_draws));
    if (!rows)
        return gm_report_set_null(report, "result.data");
    TRY(gm_report_set_text(report, "result.data.path", path));
    TRY(gm_report_set_integer(report, "result.data.rows", rows->shape[0]));
    return gm_report_set_integer(report, "result.data.columns", rows->shape[1]);
}

gm_status measure_report_fill(gm_report *report, const char *path, const gm_array *rows,
                              const gm_measurement *m) {
    TRY(set_variance(report, m));
    TRY(set_limits(report, m));
    TRY(set_verdict(report, m));
    TRY(set_setup(report, path, rows, m));
    for (int i = 0; m->warnings[i]; i++)
        TRY(gm_report_append_text(report, "warnings", m->warnings[i]));
    return GM_OK;
}
