#include "session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "message.h"

int session_exit(gm_status status) {
    switch (status) {
    case GM_OK:
        return EXIT_DONE;
    case GM_INVALID_ARGUMENT:
    case GM_INVALID_INPUT:
    case GM_UNAVAILABLE:
    case GM_UNDEFINED:
    case GM_UNABLE:
        return EXIT_USAGE;
    case GM_OUT_OF_MEMORY:
    case GM_IO_ERROR:
        return EXIT_RESOURCE;
    case GM_CANCELLED:
        return 128 + SIGINT;
    case GM_NUMERICAL_FAILURE:
    case GM_INTERNAL_ERROR:
        break;
    }
    return EXIT_BUG;
}

static void print_error(struct session *session, gm_status status, const char *text) {
    const int exit = session_exit(status);
    if (session->json) {
        message_json(stderr, gm_status_name(status), exit, text);
        return;
    }
    fputs("gradiometer: error: ", stderr);
    message_plain(stderr, text);
    if (status == GM_INVALID_ARGUMENT || status == GM_UNAVAILABLE)
        fprintf(stderr, "see 'gradiometer help%s%s'\n", session->command ? " " : "",
                session->command ? session->command->name : "");
    if (exit == EXIT_BUG)
        fputs("this is a fault of the program; please report it with the command line\n", stderr);
}

static int tell(struct session *session, gm_status status, const char *text) {
    progress_erase(&session->progress);
    if (session->ended == GM_OK)
        session->ended = status;
    /* A signal is told once, by session_end(), whatever it made fail. */
    if (status == GM_CANCELLED)
        return session_exit(status);
    if (!session->quiet_rank)
        print_error(session, status, text);
    else if (!session->kept[0])
        snprintf(session->kept, sizeof session->kept, "%s", text);
    return session_exit(status);
}

int session_fail(struct session *session, gm_status status) {
    const char *text = session->context ? gm_context_message(session->context) : "";
    return tell(session, status, *text ? text : gm_status_text(status));
}

int session_error(struct session *session, gm_status status, const char *format, ...) {
    char text[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return tell(session, status, text);
}

void session_warn(struct session *session, const char *format, ...) {
    char text[1024];
    va_list list;
    if (session->common.quiet || session->json || session->quiet_rank)
        return;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    progress_erase(&session->progress);
    fputs("gradiometer: warning: ", stderr);
    message_plain(stderr, text);
}

/* GRADIOMETER_ISA chooses the kernels, so that a test can compare them. */
static int choose_isa(struct session *session, gm_isa *isa) {
    const char *name = getenv("GRADIOMETER_ISA");
    gm_isa best = gm_build_describe().best_isa;
    *isa = GM_ISA_AUTO;
    if (!name || !*name)
        return EXIT_DONE;
    for (gm_isa known = GM_ISA_BASELINE; known <= GM_ISA_AVX512; known++) {
        if (strcmp(name, gm_isa_name(known)) != 0)
            continue;
        if (known > best)
            return session_error(session, GM_INVALID_ARGUMENT,
                                 "GRADIOMETER_ISA: this processor has no '%s'; its best is '%s'",
                                 name, gm_isa_name(best));
        *isa = known;
        return EXIT_DONE;
    }
    return session_error(session, GM_INVALID_ARGUMENT,
                         "GRADIOMETER_ISA: '%s' is not accepted; give baseline, avx2 or avx512",
                         name);
}

static int make_context(struct session *session) {
    gm_context_options options = {.threads = (int)session->common.threads,
                                  .progress = progress_draw,
                                  .progress_user = &session->progress};
    int exit = choose_isa(session, &options.isa);
    if (exit != EXIT_DONE)
        return exit;
    gm_status status = gm_context_create(&options, &session->context);
    if (status != GM_OK)
        return session_fail(session, status);
    if (!interrupt_start(&session->interrupt, session->context, session->json, session->quiet_rank))
        return session_error(session, GM_OUT_OF_MEMORY, "cannot start a thread");
    status = gm_ranks_join(session->context);
    return status == GM_OK ? EXIT_DONE : session_fail(session, status);
}

int session_start(struct session *session, int count, char *const *words, void *values) {
    const struct command *command = session->command;
    struct arguments *arguments = &session->arguments;
    arguments->sets[0] = (struct option_set){command->options, command->count, values};
    arguments->sets[1] =
        (struct option_set){common_option_table, common_option_count, &session->common};
    gm_status status =
        arguments_parse(arguments, command->operand, command->operand2, count, words);
    if (status != GM_OK)
        return session_error(session, status, "%s", arguments->message);
    if (arguments->help)
        return EXIT_DONE;
    if (command->operand_required && !arguments->operand)
        return session_error(session, GM_INVALID_ARGUMENT, "%s is missing", command->operand);
    session->color = color_wanted(STDOUT_FILENO);
    progress_start(&session->progress, !session->common.quiet && !session->common.no_progress &&
                                           !session->common.json && !session->quiet_rank);
    return make_context(session);
}

/* The signal that ended the run; 0: none, or it came when the result was there. */
static int signal_of(struct session *session) {
    const int number = session->interrupt.started ? interrupt_came(&session->interrupt) : 0;
    return session->interrupt.committed ? 0 : number;
}

/* Part from the other ranks, so that all end alike and one of them says why. */
static int leave_ranks(struct session *session, int exit) {
    const int number = signal_of(session);
    const gm_status ended = number ? GM_CANCELLED : session->ended;
    bool tells = number || session->ended != GM_OK;
    exit = number ? 128 + number : exit;
    const bool all = gm_ranks_leave(session->context, ended, &exit, &tells);
    if (tells && number)
        interrupt_say(number, session->json);
    else if (tells && session->kept[0] && gm_context_ranks(session->context) > 1)
        print_error(session, ended, session->kept);
    if (!all)
        gm_ranks_abort(session->context, exit);
    return exit;
}

/* Before ranks have joined none knows of another, and a launcher ends all when one ends: time for
   the first to tell what all have found. */
static void wait_for_first(const struct session *session, int exit) {
    const struct timespec pause = {.tv_nsec = 500 * 1000 * 1000};
    if (session->quiet_rank && exit != EXIT_DONE &&
        (!session->context || gm_context_ranks(session->context) == 1))
        nanosleep(&pause, NULL);
}

int session_end(struct session *session, int exit) {
    progress_erase(&session->progress);
    /* Until standard output is closed: a pipe that nobody reads can be left with Ctrl-C. */
    bool failed = fflush(stdout) != 0 || ferror(stdout);
    failed = fclose(stdout) != 0 || failed;
    if (failed && exit != EXIT_RESOURCE && signal_of(session) == 0)
        exit = session_output_failed(session);
    if (session->context)
        exit = leave_ranks(session, exit);
    wait_for_first(session, exit);
    interrupt_stop(&session->interrupt);
    gm_context_destroy(session->context);
    return exit;
}

gm_status session_print(struct session *session, const char *text) {
    progress_erase(&session->progress);
    return fputs(text, stdout) < 0 || fflush(stdout) != 0 ? GM_IO_ERROR : GM_OK;
}

int session_output_failed(struct session *session) {
    return session_error(session, GM_IO_ERROR, "cannot write to standard output: %s",
                         strerror(errno));
}

int session_print_report(struct session *session, const gm_report *report) {
    char *text = NULL;
    if (session->common.quiet && !session->common.json)
        return EXIT_DONE;
    gm_status status = session->common.json ? gm_report_json(report, &text)
                                            : gm_report_table(report, session->color, &text);
    if (status != GM_OK)
        return session_fail(session, status);
    status = session_print(session, text);
    gm_report_free_text(report, text);
    return status == GM_OK ? EXIT_DONE : session_output_failed(session);
}

static gm_status describe_option(gm_report *report, const struct option *option, const void *field,
                                 const char *path) {
    switch (option->kind) {
    case OPTION_FLAG:
        return gm_report_set_boolean(report, path, *(const bool *)field);
    case OPTION_INTEGER:
    case OPTION_SIZE:
        if (option->keyword && *(const int64_t *)field == (int64_t)option->keyword_value)
            return gm_report_set_text(report, path, option->keyword);
        return gm_report_set_integer(report, path, *(const int64_t *)field);
    case OPTION_NUMBER:
    case OPTION_SECONDS:
        if (option->keyword && *(const double *)field == option->keyword_value)
            return gm_report_set_text(report, path, option->keyword);
        return gm_report_set_number(report, path, *(const double *)field);
    case OPTION_CHOICE:
        return gm_report_set_text(report, path, option->choices[*(const int *)field]);
    case OPTION_TEXT:
    case OPTION_FILE:
    case OPTION_FOLDER:
    case OPTION_PATH:
    case OPTION_SPEC:
        break;
    }
    return gm_report_set_text(report, path, *(const char *const *)field);
}

gm_status session_describe(struct session *session, gm_report *report, const void *values) {
    const struct command *command = session->command;
    gm_status status = gm_report_set_integer(report, "seed", session->common.seed);
    if (status == GM_OK)
        status = gm_report_set_integer(report, "threads", gm_context_threads(session->context));
    for (int i = 0; i < command->count && status == GM_OK; i++) {
        char path[64];
        const struct option *option = &command->options[i];
        snprintf(path, sizeof path, "options.%s", option->name);
        for (char *dash; (dash = strchr(path, '-')) != NULL;)
            *dash = '_';
        status = describe_option(report, option, (const char *)values + option->offset, path);
    }
    return status;
}

gm_status session_output_open(struct session *session, const char *folder, const char *mark,
                              gm_output **out) {
    struct stat info;
    if (session->quiet_rank)
        return GM_OK;
    bool made = stat(folder, &info) != 0;
    gm_status status = gm_output_open(session->context, folder, mark, out);
    if (status == GM_OK)
        interrupt_set_output(&session->interrupt, folder, made, gm_output_staging(*out));
    return status;
}

gm_status session_output_commit(struct session *session, gm_output *output) {
    if (!output)
        return GM_OK;
    if (!interrupt_begin_commit(&session->interrupt))
        return GM_CANCELLED;
    gm_status status = gm_output_commit(output);
    interrupt_end_commit(&session->interrupt, status == GM_OK);
    return status;
}

void session_output_close(struct session *session, gm_output *output) {
    if (!output)
        return;
    gm_output_close(output);
    interrupt_set_output(&session->interrupt, NULL, false, NULL);
}

void session_kept_begin(struct session *session, char path[PATH_MAX]) {
    const int length = snprintf(path, PATH_MAX, "%s/.blocks", session->common.out);
    if (length < 0 || length >= PATH_MAX) {
        path[0] = '\0';
        return;
    }
    if (!session->quiet_rank)
        interrupt_set_kept(&session->interrupt, path);
}

void session_kept_end(struct session *session, const char *path) {
    if (!path[0] || session->quiet_rank)
        return;
    folder_remove(path);
    interrupt_set_kept(&session->interrupt, NULL);
}
