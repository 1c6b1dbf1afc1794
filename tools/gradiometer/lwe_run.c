#include "lwe_run.h"

#include "lwe_attack_report.h"
#include "result.h"
#include "try.h"

gm_status lwe_describe_attack(struct session *session, struct lwe_work *work) {
    const gm_lwe_result *result = work->result;
    (void)session;
    TRY(lwe_report_attack(work->report, work->instance, result));
    if (!result->secret || !work->output)
        return GM_OK;
    TRY(gm_report_append_text(work->report, "result.files", "secret.npy"));
    return gm_output_write_integers(work->output, "secret.npy", 1, &result->n, result->secret);
}

static gm_status compute(struct session *session, const struct lwe_steps *steps,
                         struct lwe_work *work) {
    TRY(steps->compute(session, work));
    TRY(gm_report_create(session->context, session->command->name, &work->report));
    TRY(session_describe(session, work->report, work->values));
    TRY(steps->describe(session, work));
    return gm_report_set_number(work->report, "seconds", result_clock() - work->start);
}

static int run(struct session *session, const struct lwe_steps *steps, struct lwe_work *work) {
    const bool dry = session->common.dry_run;
    gm_status status = GM_OK;
    if (session->common.out && !dry)
        status = session_output_open(session, session->common.out, "result.json", &work->output);
    if (status == GM_OK)
        status = gm_lwe_load(session->context, work->folder, &work->instance);
    if (status == GM_OK && dry)
        return steps->plan(session, work);
    if (session->common.out && steps->keeps_blocks)
        session_kept_begin(session, work->kept);
    if (status == GM_OK)
        status = compute(session, steps, work);
    if (status != GM_OK)
        return session_fail(session, status);
    const int exit = result_deliver(session, work->report, work->output);
    return exit == EXIT_DONE && work->result && !work->result->recovered ? EXIT_NO : exit;
}

int lwe_run(struct session *session, const struct lwe_steps *steps, const char *folder,
            const void *values) {
    struct lwe_work work = {.values = values, .folder = folder, .start = result_clock()};
    const int exit = run(session, steps, &work);
    session_kept_end(session, work.kept);
    session_output_close(session, work.output);
    gm_report_destroy(work.report);
    gm_lwe_result_destroy(session->context, work.result);
    gm_lwe_rows_destroy(session->context, work.rows);
    gm_lwe_destroy(session->context, work.instance);
    return exit;
}
