/* The table of experiments: one file each, one line here; and how each is run. */
#include <stdlib.h>
#include <string.h>

#include "record.h"

extern const struct experiment experiment_noise_sweep, experiment_far_from_optimum,
    experiment_necessity, experiment_inherent_noise, experiment_batch_to_dimension,
    experiment_heavy_tails, experiment_link, experiment_bound_vs_measured, experiment_entropy_sweep,
    experiment_high_frequency, experiment_class_diversity, experiment_finite_sample,
    experiment_hyperparameters, experiment_lwe_reduction, experiment_lwe_attack,
    experiment_lwe_prediction, experiment_adversarial_risk, experiment_convergence_linear,
    experiment_convergence_logistic, experiment_convergence_network, experiment_learnability,
    experiment_plateau, experiment_federated;

const struct experiment *const experiments[] = {
    &experiment_noise_sweep,
    &experiment_far_from_optimum,
    &experiment_necessity,
    &experiment_inherent_noise,
    &experiment_batch_to_dimension,
    &experiment_heavy_tails,
    &experiment_link,
    &experiment_adversarial_risk,
    &experiment_bound_vs_measured,
    &experiment_entropy_sweep,
    &experiment_high_frequency,
    &experiment_class_diversity,
    &experiment_finite_sample,
    &experiment_hyperparameters,
    &experiment_lwe_reduction,
    &experiment_lwe_attack,
    &experiment_lwe_prediction,
    &experiment_convergence_linear,
    &experiment_convergence_logistic,
    &experiment_convergence_network,
    &experiment_learnability,
    &experiment_plateau,
    &experiment_federated,
    NULL,
};

const struct experiment *experiment_find(const char *name) {
    for (int i = 0; experiments[i]; i++)
        if (strcmp(experiments[i]->name, name) == 0)
            return experiments[i];
    return NULL;
}

/* What is known before the first run, in the order that readers expect. */
static gm_status introduce(const struct experiment *experiment, double scale, gm_report *report) {
    gm_status status = GM_OK;
    TRY(gm_report_set_text(report, "result.experiment", experiment->name));
    TRY(gm_report_set_text(report, "result.title", experiment->title));
    TRY(gm_report_set_text(report, "result.question", experiment->question));
    TRY(gm_report_set_text(report, "result.method", experiment->method));
    TRY(gm_report_set_number(report, "result.scale", scale));
    TRY(gm_report_set_null(report, "result.runs"));
    TRY(gm_report_set_null(report, "result.holds"));
done:
    return status;
}

/* Repetition s has the seed of the experiment plus s. */
static gm_status repeat(const struct experiment *experiment, struct record *record) {
    gm_status status = GM_OK;
    const int repetitions = record_repetitions(record, experiment->repetitions);
    void *state = calloc(1, experiment->state_size);
    if (!state)
        return GM_OUT_OF_MEMORY;
    for (int s = 0; s < repetitions; s++)
        TRY(experiment->once(record, record->seed + (uint64_t)s, state));
    TRY(experiment->conclude(record, state));
    TRY(record->status);
done:
    free(state);
    return status;
}

gm_status experiment_run(const struct experiment *experiment, gm_context *context, double scale,
                         uint64_t seed, gm_report *report, char **csv, bool *holds) {
    gm_status status = GM_OK;
    struct record record = {
        .context = context, .report = report, .scale = scale, .seed = seed, .holds = true};
    TRY(introduce(experiment, scale, report));
    TRY(repeat(experiment, &record));
    TRY(gm_report_set_integer(report, "result.runs", record.runs));
    TRY(gm_report_set_boolean(report, "result.holds", record.holds));
    *holds = record.holds;
    *csv = record.csv;
    record.csv = NULL;
done:
    free(record.csv);
    return status;
}
