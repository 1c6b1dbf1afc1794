#include "lwe_instance.h"

#include <math.h>
#include <stdio.h>

#include "result.h"
#include "try.h"

const char *const lwe_laws[] = {"unknown", "binary", "ternary", "gaussian", "uniform", NULL};

/* A search over 2^64 wrong secrets would meet one that is accepted. */
static const double log2_safe = -64.0;

static gm_status warn_of_chance(gm_report *report, double log2_false) {
    char text[256];
    if (log2_false <= log2_safe)
        return GM_OK;
    snprintf(text, sizeof text,
             "a wrong secret may be accepted: the bound of its probability is only 2^%.3g; more "
             "samples or a smaller sigma tell secrets apart",
             log2_false);
    return gm_report_append_text(report, "warnings", text);
}

gm_status lwe_report_instance(gm_report *report, const gm_lwe *instance, const char *law) {
    const gm_lwe_parameters *p = &instance->parameters;
    const double log2_false = gm_lwe_log2_false(p);
    TRY(gm_report_set_integer(report, "result.n", p->n));
    TRY(gm_report_set_integer(report, "result.q", p->q));
    TRY(gm_report_set_number(report, "result.sigma", p->sigma));
    TRY(gm_report_set_integer(report, "result.samples", p->samples));
    TRY(gm_report_set_text(report, law, p->secret));
    if (p->hamming)
        TRY(gm_report_set_integer(report, "result.hamming", p->hamming));
    else
        TRY(gm_report_set_null(report, "result.hamming"));
    TRY(gm_report_set_number(report, "result.secret_sigma",
                             p->secret_sigma > 0.0 ? p->secret_sigma : (double)NAN));
    TRY(gm_report_set_number(report, "result.threshold", p->sigma > 0.0 ? 2.0 * p->sigma : 0.5));
    TRY(gm_report_set_number(report, "result.log2_false_acceptance", log2_false));
    return warn_of_chance(report, log2_false);
}

int lwe_need_folder(struct session *session) {
    return session->common.out
               ? EXIT_DONE
               : session_error(session, GM_INVALID_ARGUMENT, "option --out DIR is missing");
}

/* Everything between the options and the exit status; each part is NULL until it is there. */
struct work {
    const void *values;
    gm_lwe *instance;
    int64_t centred; /* −1: does not apply */
    gm_report *report;
    gm_output *output;
};

static gm_status set_files(gm_report *report, bool secret) {
    static const char *const files[] = {"A.npy", "b.npy", "instance.json", "secret.npy"};
    for (int i = 0; i < 3 + secret; i++)
        TRY(gm_report_append_text(report, "result.files", files[i]));
    return GM_OK;
}

static gm_status describe(struct session *session, struct work *work, double start) {
    TRY(gm_report_create(session->context, session->command->name, &work->report));
    TRY(session_describe(session, work->report, work->values));
    TRY(lwe_report_instance(work->report, work->instance, "result.secret"));
    if (work->centred >= 0)
        TRY(gm_report_set_integer(work->report, "result.centred_entries", work->centred));
    TRY(set_files(work->report, work->instance->secret != NULL));
    return gm_report_set_number(work->report, "seconds", result_clock() - start);
}

static int run(struct session *session, struct work *work, lwe_make *make) {
    const double start = result_clock();
    gm_status status =
        session_output_open(session, session->common.out, "result.json", &work->output);
    if (status == GM_OK)
        status = make(session, work->values, &work->centred, &work->instance);
    if (status == GM_OK && work->output)
        status = gm_lwe_save(session->context, work->instance, work->output);
    if (status == GM_OK)
        status = describe(session, work, start);
    return status == GM_OK ? result_deliver(session, work->report, work->output)
                           : session_fail(session, status);
}

int lwe_write_instance(struct session *session, const void *values,
                       const struct lwe_instance_steps *steps) {
    struct work work = {.values = values, .centred = -1};
    int exit = steps->check(session, values);
    if (exit == EXIT_DONE)
        exit = lwe_need_folder(session);
    if (exit != EXIT_DONE)
        return exit;
    if (session->common.dry_run)
        return steps->plan(session, values);
    exit = run(session, &work, steps->make);
    session_output_close(session, work.output);
    gm_report_destroy(work.report);
    gm_lwe_destroy(session->context, work.instance);
    return exit;
}
