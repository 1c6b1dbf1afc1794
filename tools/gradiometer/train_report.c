#include "train_report.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "along_report.h"
#include "clients.h"
#include "try.h"

enum { PATH = 96 };

/* path.member */
static const char *member(char out[PATH], const char *path, const char *name) {
    snprintf(out, PATH, "%.60s.%s", path, name);
    return out;
}

static gm_status set(gm_report *report, const char *path, const char *name, double value) {
    char at[PATH];
    return gm_report_set_number(report, member(at, path, name), value);
}

static gm_status set_text(gm_report *report, const char *path, const char *name, const char *text) {
    char at[PATH];
    return gm_report_set_text(report, member(at, path, name), text);
}

/* null where it has no meaning */
static gm_status set_flag(gm_report *report, const char *path, const char *name, bool known,
                          bool value) {
    char at[PATH];
    member(at, path, name);
    return known ? gm_report_set_boolean(report, at, value) : gm_report_set_null(report, at);
}

/* One member of all points of a curve; null where no point has it. */
static gm_status set_column(gm_report *report, const char *path, const char *name,
                            const gm_train_run *run, size_t offset) {
    char at[PATH];
    bool known = false;
    double *values = malloc(((size_t)run->points + 1) * sizeof *values);
    if (!values)
        return GM_OUT_OF_MEMORY;
    for (int64_t i = 0; i < run->points; i++) {
        values[i] = *(const double *)((const char *)&run->curve[i] + offset);
        known = known || isfinite(values[i]);
    }
    member(at, path, name);
    const gm_status status = known ? gm_report_set_numbers(report, at, values, run->points)
                                   : gm_report_set_null(report, at);
    free(values);
    return status;
}

static gm_status set_curve(gm_report *report, const char *path, const gm_train_run *run) {
    TRY(set_column(report, path, "gradient_evaluations", run,
                   offsetof(gm_train_point, gradient_evaluations)));
    TRY(set_column(report, path, "seconds", run, offsetof(gm_train_point, seconds)));
    TRY(set_column(report, path, "loss", run, offsetof(gm_train_point, loss)));
    TRY(set_column(report, path, "averaged_loss", run, offsetof(gm_train_point, averaged_loss)));
    return set_column(report, path, "accuracy", run, offsetof(gm_train_point, accuracy));
}

/* What a run came to: members of an optimizer, and of each of its runs. */
static gm_status set_run(gm_report *report, const char *path, const gm_training *t,
                         const gm_train_run *run, bool goal) {
    char at[PATH];
    TRY(set_flag(report, path, "reached", goal, run->reached));
    TRY(set(report, path, "gradient_evaluations", run->gradient_evaluations));
    TRY(set(report, path, "curvature_gradients", run->curvature_gradients));
    TRY(set(report, path, "epochs", run->gradient_evaluations / t->evaluations_per_epoch));
    TRY(set(report, path, "seconds", run->seconds));
    TRY(set(report, path, "final_loss", run->final_loss));
    TRY(set(report, path, "final_accuracy", run->final_accuracy));
    TRY(set_flag(report, path, "averaged", true, run->averaged));
    TRY(set_flag(report, path, "diverged", true, run->diverged));
    return gm_report_set_integer(report, member(at, path, "seed"), (int64_t)run->seed);
}

static gm_status set_setting(gm_report *report, const char *path, const gm_trained *o) {
    char at[PATH];
    TRY(set(report, path, "learning_rate", o->learning_rate));
    TRY(set(report, path, "horizon", o->horizon));
    TRY(set(report, path, "momentum", o->momentum));
    TRY(set(report, path, "damping", o->damping));
    TRY(set_text(report, path, "averaging", o->averaging));
    TRY(gm_report_set_integer(report, member(at, path, "tried"), o->tried));
    TRY(set_flag(report, path, "interior", o->tried > 1, o->interior));
    TRY(set_text(report, path, "preconditioner", o->preconditioner));
    return set(report, path, "condition_number", o->condition_number);
}

/* All null where nothing was watched: batches of one row have no halves, full gradients no noise.
 */
static gm_status set_monitor(gm_report *report, const char *path, const gm_monitor_state *state) {
    static const char *const names[] = {"cause",         "advice",          "plateau",       "loss",
                                        "gradient_norm", "signal_to_noise", "samples_to_see"};
    char at[PATH];
    if (state->observations > 0)
        return monitor_report(report, path, state);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        TRY(gm_report_set_null(report, member(at, path, names[i])));
    return gm_report_set_integer(report, member(at, path, "observations"), 0);
}

static gm_status set_optimizer(gm_report *report, const char *path, const gm_training *t,
                               const gm_trained *o, bool goal) {
    char at[PATH], run[PATH];
    TRY(set_text(report, path, "name", o->name));
    TRY(set_run(report, path, t, &o->runs[o->typical], goal));
    TRY(set_setting(report, path, o));
    TRY(set_monitor(report, member(at, path, "monitor"), &o->monitor));
    TRY(set_curve(report, member(at, path, "curve"), &o->runs[o->typical]));
    for (int64_t i = 0; i < o->run_count; i++) {
        snprintf(run, sizeof run, "%.40s.runs[%lld]", path, (long long)i);
        TRY(set_run(report, run, t, &o->runs[i], goal));
    }
    return GM_OK;
}

static gm_status set_setup(gm_report *report, const struct train_options *options,
                           const gm_training *t) {
    static const char *const goals[] = {NULL, "loss", "accuracy", "excess"};
    const bool goal = options->train.until != GM_UNTIL_EPOCHS;
    TRY(gm_report_set_text(report, "result.model", t->model));
    TRY(gm_report_set_text(report, "result.at", t->at));
    TRY(gm_report_set_integer(report, "result.dimension", t->dimension));
    TRY(gm_report_set_integer(report, "result.rows", t->rows));
    TRY(gm_report_set_integer(report, "result.batch_size", t->batch_size));
    TRY(set(report, "result", "evaluations_per_epoch", t->evaluations_per_epoch));
    TRY(set(report, "result", "initial_loss", t->initial_loss));
    TRY(set(report, "result", "initial_accuracy", t->initial_accuracy));
    TRY(set(report, "result", "optimum", t->optimum));
    TRY(set(report, "result", "optimum_error", t->optimum_error));
    TRY(set_text(report, "result", "optimum_method", t->optimum_method));
    TRY(set_text(report, "result", "goal.kind", goals[options->train.until]));
    TRY(set(report, "result", "goal.value", goal ? options->train.goal : (double)NAN));
    return set(report, "result", "goal_loss", t->goal_loss);
}

gm_status train_report_fill(gm_report *report, const struct train_options *options,
                            const gm_dataset *dataset, const gm_training *t) {
    const bool goal = options->train.until != GM_UNTIL_EPOCHS;
    char path[PATH];
    TRY(set_setup(report, options, t));
    for (int i = 0; i < t->optimizer_count; i++) {
        snprintf(path, sizeof path, "result.optimizers[%d]", i);
        TRY(set_optimizer(report, path, t, &t->optimizer[i], goal));
    }
    TRY(set_monitor(report, "result.monitor", &t->optimizer[0].monitor));
    TRY(data_report(report, options->data.path, dataset));
    TRY(gm_report_set_boolean(report, "result.resumed", t->resumed));
    TRY(clients_report(report, t->clients));
    TRY(gm_report_set_numbers(report, "result.warnings", NULL, 0));
    for (int i = 0; t->warnings[i]; i++) {
        TRY(gm_report_append_text(report, "result.warnings", t->warnings[i]));
        TRY(gm_report_append_text(report, "warnings", t->warnings[i]));
    }
    return GM_OK;
}
