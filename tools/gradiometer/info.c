#include <stdio.h>
#include <string.h>

#include "plan.h"

/* One line of `info`: its name for people, its place in the document (NULL: one that has a type of
   its own there), its value. */
struct fact {
    const char *label, *path, *text;
};

/* What a build may leave out. */
struct part {
    const char *path;
    bool present;
};

static gm_status add_facts(gm_report *report, const struct fact *facts, int count, bool mpi) {
    const struct part parts[] = {
        {"result.parts.gzip", true}, {"result.parts.hdf5", false}, {"result.parts.mpi", mpi}};
    gm_status status = GM_OK;
    for (int i = 0; i < count && status == GM_OK; i++)
        if (facts[i].path)
            status = gm_report_set_text(report, facts[i].path, facts[i].text);
    if (status == GM_OK)
        status = gm_report_set_boolean(report, "result.blas_threaded",
                                       gm_build_describe().blas_threaded);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == GM_OK; i++)
        status = gm_report_set_boolean(report, parts[i].path, parts[i].present);
    return status;
}

static int print_facts(struct session *session, const struct fact *facts, int count) {
    char text[4096];
    int n = 0;
    for (int i = 0; i < count && n < (int)sizeof text; i++)
        n +=
            snprintf(text + n, sizeof text - (size_t)n, "%-16s%s\n", facts[i].label, facts[i].text);
    return session_print(session, text) == GM_OK ? EXIT_DONE : session_output_failed(session);
}

static gm_status save(struct session *session, const gm_report *report, gm_output *output) {
    char *json = NULL;
    gm_status status = gm_report_json(report, &json);
    if (status == GM_OK)
        status = gm_output_write(output, "result.json", json, strlen(json));
    if (status == GM_OK)
        status = session_output_commit(session, output);
    gm_report_free_text(report, json);
    return status;
}

static int print(struct session *session, const gm_report *report, const struct fact *facts,
                 int count) {
    if (session->common.json)
        return session_print_report(session, report);
    return session->common.quiet ? EXIT_DONE : print_facts(session, facts, count);
}

static int show(struct session *session, const struct fact *facts, int count, bool mpi) {
    gm_report *report = NULL;
    gm_output *output = NULL;
    int exit = EXIT_DONE;
    gm_status status = gm_report_create(session->context, "info", &report);
    if (status == GM_OK && session->common.out)
        status = session_output_open(session, session->common.out, "result.json", &output);
    if (status == GM_OK)
        status = session_describe(session, report, NULL);
    if (status == GM_OK)
        status = add_facts(report, facts, count, mpi);
    if (status == GM_OK)
        exit = print(session, report, facts, count);
    if (status == GM_OK && exit == EXIT_DONE && output)
        status = save(session, report, output);
    if (status != GM_OK)
        exit = session_fail(session, status);
    session_output_close(session, output);
    gm_report_destroy(report);
    return exit;
}

static int run(struct session *session, void *values) {
    const struct plan plan = {.action = "describe the build and this machine",
                              .files = session->common.out ? "result.json" : NULL};
    gm_build_info build = gm_build_describe();
    char threads[32], lattice[GM_LWE_REDUCTION_TEXT], library[GM_RANKS_TEXT], ranks[32];
    if (session->common.dry_run)
        return plan_print(session, &plan, values);
    snprintf(threads, sizeof threads, "%d", gm_context_threads(session->context));
    if (gm_lwe_reduction_available(session->context, lattice) != GM_OK)
        snprintf(lattice, sizeof lattice, "none");
    const bool mpi = gm_ranks_available(session->context, library) == GM_OK;
    snprintf(ranks, sizeof ranks, "%d", gm_context_ranks(session->context));
    const struct fact facts[] = {
        {"version", "result.version", build.version},
        {"commit", "result.commit", build.commit},
        {"licence", "result.licence", build.licence},
        {"compiler", "result.compiler", build.compiler},
        {"instructions", "result.instructions", gm_isa_name(gm_context_isa(session->context))},
        {"processor has", "result.best_instructions", gm_isa_name(build.best_isa)},
        {"threads", NULL, threads},
        {"BLAS", "result.blas", build.blas},
        {"BLAS core", "result.blas_core", build.blas_core},
        {"BLAS threads", NULL,
         build.blas_threaded ? "its own, kept at one" : "none, as it should be"},
        {"lattices", "result.lattice_reduction", lattice},
        {"MPI", "result.mpi", mpi ? library : "none"},
        {"ranks", NULL, ranks},
        {"compiled in", NULL, "gzip"},
        {"left out", NULL, "HDF5"},
    };
    return show(session, facts, sizeof facts / sizeof *facts, mpi);
}

static const struct example examples[] = {
    {"For a bug report:", "gradiometer info"},
    {0},
};

const struct command command_info = {
    .name = "info",
    .summary = "show version, processor, BLAS, threads, licence and what is compiled in",
    .description = "Everything that a result depends on besides its options: with the same seed, "
                   "the same build on the same kind of processor gives the same bits.",
    .examples = examples,
    .run = run,
};
