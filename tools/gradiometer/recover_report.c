#include "recover_report.h"

#include <math.h>
#include <stdio.h>

#include "clients.h"
#include "data.h"
#include "estimate.h"
#include "result.h"
#include "try.h"

enum { PATH_SIZE = 128, LARGEST = 20, SPECTRUM_POINTS = 200 };

static gm_status set_error(gm_report *report, const char *path, const gm_recovery_error *error) {
    char member[PATH_SIZE];
    snprintf(member, sizeof member, "%s.operator_relative", path);
    TRY(gm_report_set_number(report, member, error->operator_relative));
    snprintf(member, sizeof member, "%s.frobenius_relative", path);
    TRY(gm_report_set_number(report, member, error->frobenius_relative));
    snprintf(member, sizeof member, "%s.condition_after", path);
    return gm_report_set_number(report, member, error->condition_after);
}

static gm_status set_setup(gm_report *report, const gm_recovery *r) {
    TRY(gm_report_set_integer(report, "result.dimension", r->dimension));
    TRY(gm_report_set_integer(report, "result.batch_size", r->batch_size));
    TRY(gm_report_set_integer(report, "result.gradients", r->gradients));
    TRY(gm_report_set_integer(report, "result.noise_vectors", r->noise_vectors));
    TRY(gm_report_set_text(report, "result.estimator", r->estimator));
    TRY(gm_report_set_text(report, "result.reason", r->reason));
    TRY(gm_report_set_number(report, "result.noise_variance", r->noise_variance));
    TRY(gm_report_set_number(report, "result.label_noise", r->label_noise));
    TRY(gm_report_set_text(report, "result.shrinkage.method", r->shrinkage));
    return gm_report_set_number(report, "result.shrinkage.intensity", r->shrinkage_intensity);
}

/* Where the gradients came from, and in what form the estimate is kept. */
static gm_status set_origin(gm_report *report, const gm_recovery *r) {
    TRY(result_set_text(report, "result.source", r->source));
    TRY(result_set_text(report, "result.model", r->model));
    TRY(result_set_text(report, "result.at", r->at));
    TRY(result_set_text(report, "result.noise", r->noise));
    TRY(result_set_text(report, "result.scale", r->scale));
    TRY(gm_report_set_number(report, "result.affinity", r->affinity));
    TRY(result_set_text(report, "result.structure", r->structure));
    TRY(gm_report_set_integer(report, "result.rank", r->rank));
    if (!r->factor)
        return GM_OK;
    TRY(gm_report_set_integer(report, "result.factor.rows", r->factor_rows));
    return gm_report_set_number(report, "result.factor.bound", r->factor_bound);
}

static gm_status set_prediction(gm_report *report, const gm_recovery *r) {
    TRY(estimate_report(report, "result.predicted_error.operator", &r->predicted_operator));
    TRY(gm_report_set_number(report, "result.predicted_error.frobenius", r->predicted_frobenius));
    TRY(gm_report_set_number(report, "result.require", r->require));
    TRY(gm_report_set_boolean(report, "result.enough", r->enough));
    TRY(r->gradients_needed < 0
            ? gm_report_set_null(report, "result.gradients_needed")
            : gm_report_set_integer(report, "result.gradients_needed", r->gradients_needed));
    TRY(gm_report_set_number(report, "result.condition_number", r->condition_number));
    TRY(gm_report_set_numbers(report, "result.eigenvalues", r->eigenvalues,
                              r->eigenvalue_count < LARGEST ? r->eigenvalue_count : LARGEST));
    return gm_report_set_number(report, "result.effective_rank", r->effective_rank);
}

static gm_status set_bias(gm_report *report, const gm_recovery *r) {
    const gm_estimate *bias = &r->relative_bias;
    const double interval[2] = {bias->low, bias->high};
    if (isnan(bias->value))
        return GM_OK;
    TRY(gm_report_set_number(report, "result.bias.relative", bias->value));
    TRY(gm_report_set_numbers(report, "result.bias.ci95", interval, 2));
    return gm_report_set_number(report, "result.bias.distance_squared",
                                bias->value * (r->noise_variance + r->label_noise));
}

static gm_status set_comparison(gm_report *report, const gm_recovery *r) {
    if (!r->compared)
        return GM_OK;
    TRY(set_error(report, "result.error", &r->error));
    TRY(set_error(report, "result.controls.none", &r->control_none));
    TRY(set_error(report, "result.controls.oracle", &r->control_oracle));
    return isnan(r->control_hvp.operator_relative)
               ? gm_report_set_null(report, "result.controls.hvp")
               : set_error(report, "result.controls.hvp", &r->control_hvp);
}

static gm_status set_curve(gm_report *report, const gm_recovery *r) {
    char path[PATH_SIZE], member[PATH_SIZE + 16];
    for (int64_t i = 0; i < r->curve_points; i++) {
        const gm_recovery_point *point = &r->curve[i];
        const double interval[2] = {point->predicted.low, point->predicted.high};
        snprintf(path, sizeof path, "result.curve[%lld]", (long long)i);
        snprintf(member, sizeof member, "%s.gradients", path);
        TRY(gm_report_set_integer(report, member, point->gradients));
        snprintf(member, sizeof member, "%s.noise_vectors", path);
        TRY(gm_report_set_integer(report, member, point->noise_vectors));
        snprintf(member, sizeof member, "%s.predicted", path);
        TRY(gm_report_set_number(report, member, point->predicted.value));
        snprintf(member, sizeof member, "%s.ci95", path);
        TRY(gm_report_set_numbers(report, member, interval, 2));
        snprintf(member, sizeof member, "%s.error", path);
        TRY(gm_report_set_number(report, member, point->error));
    }
    return GM_OK;
}

/* The whole spectrum where it is short, otherwise indices evenly spaced in their logarithm. */
static gm_status set_spectrum(gm_report *report, const gm_recovery *r) {
    double index[SPECTRUM_POINTS], estimate[SPECTRUM_POINTS], truth[SPECTRUM_POINTS];
    const int64_t d = r->eigenvalue_count;
    int points = 0;
    int64_t last = 0;
    for (int i = 0; i < SPECTRUM_POINTS && last < d; i++) {
        const double place = pow((double)d, (double)(i + 1) / SPECTRUM_POINTS);
        int64_t next = d <= SPECTRUM_POINTS ? i + 1 : (int64_t)(place + 0.5);
        if (next <= last)
            next = last + 1;
        last = next < d ? next : d;
        index[points] = (double)last;
        estimate[points] = r->eigenvalues[last - 1];
        truth[points++] = r->truth_eigenvalues[last - 1];
    }
    TRY(gm_report_set_numbers(report, "result.spectrum.index", index, points));
    TRY(gm_report_set_numbers(report, "result.spectrum.estimate", estimate, points));
    return r->compared ? gm_report_set_numbers(report, "result.spectrum.truth", truth, points)
                       : gm_report_set_null(report, "result.spectrum.truth");
}

/* What recorded gradients say of their own calibration. */
static gm_status set_calibration(gm_report *report, const gm_recovery *r) {
    const gm_calibration *c = r->calibration;
    TRY(gm_report_set_number(report, "result.scale_ratio", r->scale_ratio));
    if (!c)
        return GM_OK;
    TRY(gm_report_set_number(report, "result.calibration.lag_correlation", c->lag_correlation));
    TRY(gm_report_set_number(report, "result.calibration.lag_z", c->lag_z));
    TRY(gm_report_set_integer(report, "result.calibration.largest_norms", c->clipped));
    TRY(gm_report_set_number(report, "result.calibration.dispersion", c->dispersion));
    TRY(gm_report_set_number(report, "result.calibration.dispersion_expected",
                             c->dispersion_expected));
    return gm_report_set_number(report, "result.calibration.dispersion_z", c->dispersion_z);
}

/* JSON has no infinity: an epsilon that is one is null, and `private_labels` false. */
static gm_status set_leak(gm_report *report, const gm_recovery *r) {
    const gm_leak *leak = r->leak;
    if (!leak)
        return GM_OK;
    TRY(gm_report_set_number(report, "result.leak.second_moments", leak->second_moments));
    TRY(gm_report_set_integer(report, "result.leak.row_space", leak->row_space));
    TRY(gm_report_set_boolean(report, "result.leak.row_space_complete", leak->row_space_complete));
    TRY(gm_report_set_boolean(report, "result.leak.clean_gradient", leak->clean_gradient));
    TRY(result_set_text(report, "result.leak.noise_source",
                        !r->noise || !(r->noise_variance > 0.0) ? NULL
                        : leak->noise_known                     ? "seed"
                                                                : "system entropy"));
    TRY(gm_report_set_boolean(report, "result.leak.private_labels", leak->epsilon < INFINITY));
    TRY(gm_report_set_number(report, "result.leak.epsilon",
                             isinf(leak->epsilon) ? (double)NAN : leak->epsilon));
    TRY(gm_report_set_number(report, "result.leak.delta", leak->delta));
    TRY(gm_report_set_number(report, "result.leak.sensitivity", leak->sensitivity));
    return gm_report_set_text(report, "result.leak.paragraph", leak->paragraph);
}

gm_status recover_report_fill(gm_report *report, const char *path, const gm_dataset *dataset,
                              const gm_recovery *r) {
    TRY(set_setup(report, r));
    TRY(set_origin(report, r));
    TRY(set_prediction(report, r));
    TRY(set_bias(report, r));
    TRY(set_comparison(report, r));
    TRY(set_curve(report, r));
    TRY(set_spectrum(report, r));
    TRY(data_report(report, path, dataset));
    TRY(set_calibration(report, r));
    TRY(set_leak(report, r));
    TRY(clients_report(report, r->clients));
    TRY(gm_report_set_number(report, "result.seconds.gradients", r->seconds_gradients));
    TRY(gm_report_set_number(report, "result.seconds.predict", r->seconds_predict));
    TRY(gm_report_set_number(report, "result.seconds.compare", r->seconds_compare));
    for (int i = 0; r->warnings[i]; i++)
        TRY(gm_report_append_text(report, "warnings", r->warnings[i]));
    return GM_OK;
}
