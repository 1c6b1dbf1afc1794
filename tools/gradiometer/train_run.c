#include "train.h"

#include <limits.h>
#include <stdio.h>

#include "plan.h"
#include "result.h"
#include "train_report.h"
#include "try.h"

/* Everything between the options and the exit status; each part is NULL until it is there. */
struct work {
    const struct train_options *options;
    gm_train_options train; /* with the checkpoint */
    gm_dataset *dataset;
    gm_training *training;
    gm_report *report;
    gm_output *output;
    char checkpoint[PATH_MAX]; /* "": none */
};

static int show_plan(struct session *session, const struct work *work) {
    gm_cost cost;
    char action[512], length[64] = "10 epochs or 512 gradients";
    const gm_status status = gm_train_cost(session->context, work->dataset, &work->train, &cost);
    if (status != GM_OK)
        return session_fail(session, status);
    if (work->train.epochs > 0.0)
        snprintf(length, sizeof length, "%.15g epochs", work->train.epochs);
    snprintf(action, sizeof action,
             "train %.80s on %lld rows of %lld columns of %.200s by %.80s, for %s at most",
             work->train.model, (long long)gm_dataset_rows(work->dataset),
             (long long)gm_dataset_columns(work->dataset), work->options->data.path,
             work->train.optimizers, length);
    const struct plan plan = {
        .action = action,
        .files = session->common.out ? "weights.npy, loss.svg, time.svg, report.html, result.json"
                                     : NULL,
        .operations = cost.operations,
        .bytes = cost.memory,
        .seconds = cost.seconds,
    };
    return plan_print(session, &plan, work->options);
}

/* In the folder itself: the hidden one that the output is written to goes away with the run. */
static void place_checkpoint(const struct session *session, struct work *work) {
    const int length = snprintf(work->checkpoint, sizeof work->checkpoint, "%s/train.checkpoint",
                                session->common.out);
    if (length < 0 || length >= (int)sizeof work->checkpoint)
        work->checkpoint[0] = '\0';
    work->train.checkpoint = work->checkpoint[0] ? work->checkpoint : NULL;
}

/* And what a kill in the midst of writing it may have left. */
static void remove_checkpoint(const struct session *session, struct work *work) {
    char part[PATH_MAX + 8];
    if (!work->checkpoint[0] || session->quiet_rank)
        return;
    snprintf(part, sizeof part, "%s.part", work->checkpoint);
    remove(part);
    remove(work->checkpoint);
}

/* The first optimizer's are weights.npy, those of another weights-NAME.npy. */
static gm_status write_weights(struct work *work) {
    const gm_training *t = work->training;
    char name[64] = "weights.npy";
    for (int i = 0; i < t->optimizer_count; i++) {
        if (i > 0)
            snprintf(name, sizeof name, "weights-%.40s.npy", t->optimizer[i].name);
        TRY(gm_report_append_text(work->report, "result.files", name));
        TRY(gm_output_write_array(work->output, name, 1, &t->dimension, t->optimizer[i].weights));
    }
    return GM_OK;
}

static gm_status describe(struct session *session, struct work *work, double start) {
    TRY(gm_report_create(session->context, "train", &work->report));
    TRY(session_describe(session, work->report, work->options));
    TRY(train_report_fill(work->report, work->options, work->dataset, work->training));
    if (work->output)
        TRY(write_weights(work));
    return gm_report_set_number(work->report, "seconds", result_clock() - start);
}

/* Numbers that overflow, and a loss without a least one, are the data's and no bug of ours. Doing
   it again would come to the same, so nothing is kept for that. */
static int fail(struct session *session, struct work *work, gm_status status) {
    if (status != GM_NUMERICAL_FAILURE)
        return session_fail(session, status);
    remove_checkpoint(session, work);
    return session_error(session, GM_UNABLE, "%s", gm_context_message(session->context));
}

static int run(struct session *session, struct work *work) {
    const double start = result_clock();
    const bool writes = session->common.out && !session->common.dry_run;
    gm_status status = GM_OK;
    if (writes)
        status = session_output_open(session, session->common.out, "result.json", &work->output);
    if (status == GM_OK)
        status = data_load(session->context, &work->options->data, &work->dataset);
    if (status != GM_OK)
        return session_fail(session, status);
    if (session->common.dry_run)
        return show_plan(session, work);
    if (writes)
        place_checkpoint(session, work);
    status = gm_train(session->context, work->dataset, &work->train, &work->training);
    if (status != GM_OK)
        return fail(session, work, status);
    status = describe(session, work, start);
    if (status != GM_OK)
        return session_fail(session, status);
    const int exit = result_deliver(session, work->report, work->output);
    if (exit != EXIT_DONE)
        return exit;
    remove_checkpoint(session, work);
    const gm_trained *first = &work->training->optimizer[0];
    const bool no = work->train.until != GM_UNTIL_EPOCHS && !first->runs[first->typical].reached;
    return no ? EXIT_NO : EXIT_DONE;
}

int train_run(struct session *session, const struct train_options *options) {
    struct work work = {.options = options, .train = options->train};
    const int exit = run(session, &work);
    session_output_close(session, work.output);
    gm_report_destroy(work.report);
    gm_training_destroy(session->context, work.training);
    gm_dataset_destroy(work.dataset);
    return exit;
}
