#include "help.h"

#include <string.h>

#include <gradiometer/spec.h>
#include <gradiometer/version.h>

#include "message.h"
#include "session.h"
#include "specs.h"

enum { WIDTH = 80, INDENT = 26 };

const struct entry help_exits[] = {
    {"0", "done"},
    {"1", "done, and the answer is no: --require is not met, --until not reached, a claim of "
          "an experiment does not hold, or a secret is not found or not accepted"},
    {"2", "wrong usage, or an input that is absent, unreadable or invalid"},
    {"3", "not enough memory or space, or writing failed"},
    {"4", "a fault of the program"},
    {"130, 143", "ended by Ctrl-C (SIGINT), by SIGTERM; no file is under its final name"},
    {0},
};

const struct entry help_environment[] = {
    {"NO_COLOR", "any value: no colours"},
    {"GRADIOMETER_ISA", "baseline, avx2 or avx512: the instructions to use instead of the best"},
    {"GRADIOMETER_MPI", "off: each process that mpirun started runs alone"},
    {"GRADIOMETER_MPI_MODULE", "the module for MPI to load instead of the installed one"},
    {0},
};

static void print_entry(FILE *file, const char *word, const char *text) {
    int column = fprintf(file, "  %s", word);
    message_wrap(file, text, column + 1 < INDENT ? column : INDENT + 1, INDENT, WIDTH);
}

static void print_entries(FILE *file, const char *title, const struct entry *entries) {
    fprintf(file, "\n%s:\n", title);
    for (; entries->word; entries++)
        print_entry(file, entries->word, entries->text);
}

void help_version(FILE *file) {
    gm_build_info build = gm_build_describe();
    fprintf(file, "gradiometer %s (%s)\n", build.version, build.commit);
}

const char *help_usage(const struct command *command, char *out, size_t size) {
    int n =
        snprintf(out, size, "gradiometer %s%s", command->name, command->group ? " <command>" : "");
    for (int i = 0; i < command->count; i++)
        if (command->options[i].required)
            n += snprintf(out + n, size - (size_t)n, " --%s %s", command->options[i].name,
                          command->options[i].placeholder);
    if (command->operand)
        n += snprintf(out + n, size - (size_t)n, command->operand_required ? " %s" : " [%s]",
                      command->operand);
    if (command->operand2)
        n += snprintf(out + n, size - (size_t)n, " [%s]", command->operand2);
    snprintf(out + n, size - (size_t)n, " [options]");
    return out;
}

const char *help_option_head(const struct option *option, char *out, size_t size) {
    snprintf(out, size, "--%s%s%s", option->name, option->placeholder ? " " : "",
             option->placeholder ? option->placeholder : "");
    return out;
}

/* Append a word to the list in parentheses behind a help text; returns the new length. */
static int append(char *out, size_t size, int n, int *items, const char *label, const char *word) {
    const char *before = *items == 0 ? " (" : *label ? "; " : ", ";
    ++*items;
    return n + snprintf(out + n, size - (size_t)n, "%s%s%s", before, label, word);
}

const char *help_option_text(const struct option *option, char *out, size_t size) {
    int n = snprintf(out, size, "%s", option->help), items = 0;
    for (int i = 0; option->choices && option->choices[i]; i++)
        n = append(out, size, n, &items, "", option->choices[i]);
    if (option->family)
        for (const struct spec_form *form = option->family->forms; form->name; form++)
            n = append(out, size, n, &items, "", form->name);
    if (option->fallback)
        n = append(out, size, n, &items, "default: ", option->fallback);
    if (option->required)
        n = append(out, size, n, &items, "required", "");
    if (items)
        snprintf(out + n, size - (size_t)n, ")");
    return out;
}

/* A line of shell, continued with backslashes before options where it is too long. */
static void print_shell(FILE *file, const char *line) {
    int column = fprintf(file, "    ") + 2;
    while (*line) {
        const char *end = strstr(line + 1, " --");
        size_t bytes = end ? (size_t)(end - line) : strlen(line);
        if (column + (int)bytes > WIDTH && column > INDENT) {
            fputs(" \\\n       ", file);
            column = 7;
        }
        column += fprintf(file, "%.*s", (int)bytes, line);
        line += bytes;
    }
    fputc('\n', file);
}

static void print_options(FILE *file, const struct option *options, int count) {
    char head[128], text[512];
    for (int i = 0; i < count; i++) {
        if (options[i].group)
            fprintf(file, "\n%s:\n", options[i].group);
        print_entry(file, help_option_head(&options[i], head, sizeof head),
                    help_option_text(&options[i], text, sizeof text));
    }
}

/* The commands of a group; NULL: those of none. */
static void print_commands(FILE *file, const struct command *group) {
    for (int i = 0; commands[i]; i++)
        if (command_word(group, commands[i]) && command_available(commands[i]))
            print_entry(file, command_word(group, commands[i]), commands[i]->summary);
}

static void print_group(FILE *file, const struct command *group) {
    char text[128];
    fputs("\nCommands:\n", file);
    print_commands(file, group);
    fputs("\nHelp:\n", file);
    snprintf(text, sizeof text, "help %s <command>", group->name);
    print_entry(file, text, "options and examples of a command; also <command> --help");
}

void help_overview(FILE *file) {
    fputs("gradiometer: measures what gradients know and what they reveal\n\n"
          "Usage: gradiometer <command> [options]\n\nCommands:\n",
          file);
    print_commands(file, NULL);
    fputs("\nHelp:\n", file);
    print_entry(file, "help <command>", "options and examples of a command; also <command> --help");
    print_entry(file, "help specs", "how models, points and estimators are written");
    print_entry(file, "--version", "version and commit");
    fputs("\nTry:\n", file);
    print_shell(file, command_recover.examples[0].command);
}

void help_command(FILE *file, const struct command *command) {
    char usage[256];
    fputs("Usage: ", file);
    message_wrap(file, help_usage(command, usage, sizeof usage), 7, 7, WIDTH);
    fputc('\n', file);
    message_wrap(file, command->description, 0, 0, WIDTH);
    if (command->group)
        print_group(file, command);
    print_options(file, command->options, command->count);
    if (!command->plain)
        print_options(file, common_option_table, common_option_count);
    for (const struct example *e = command->examples; e && e->text; e++) {
        fputs(e == command->examples ? "\nExamples:\n" : "", file);
        message_wrap(file, e->text, 0, 2, WIDTH);
        print_shell(file, e->command);
    }
    if (command->plain)
        return;
    print_entries(file, "Exit status", help_exits);
    print_entries(file, "Environment", help_environment);
}

void help_specs(FILE *file) {
    message_wrap(file,
                 "A specification is a name, or a name with values: name:key=value,key=value. "
                 "Blanks are not allowed in it; numbers are written with a point, 0.5 or 1e4.",
                 0, 0, WIDTH);
    for (int i = 0; spec_families[i]; i++) {
        const struct spec_family *family = spec_families[i];
        fprintf(file, "\n%s (--%s):\n", family->title, family->option);
        for (const struct spec_form *form = family->forms; form->name; form++) {
            print_entry(file, form->name, form->help);
            for (int k = 0; k < SPEC_KEYS_MAX && form->keys[k].name; k++) {
                char head[64];
                snprintf(head, sizeof head, "  :%s=%s", form->keys[k].name,
                         form->keys[k].placeholder);
                print_entry(file, head, form->keys[k].help);
            }
        }
    }
    fputs("\nExamples:\n    --at random:distance=3\n    --at file:path=W.npy\n", file);
}

struct help_options {
    bool manual, completion;
};

static const struct option options[] = {
    {.name = "man",
     .group = "Forms",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct help_options, manual),
     .help = "print the manual page, for man(1)"},
    {.name = "completion",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct help_options, completion),
     .help = "print a completion script for bash"},
};

static int no_such_topic(struct session *session, const struct command *group, const char *topic) {
    const char *nearest = group ? NULL : gm_nearest_word(topic, (const char *const[]){"specs"}, 1);
    if (!nearest)
        nearest = command_nearest(group, topic);
    return session_error(session, GM_INVALID_ARGUMENT, "no help on '%s%s%s'%s%s%s",
                         group ? group->name : "", group ? " " : "", topic,
                         nearest ? "; did you mean '" : "", nearest ? nearest : "",
                         nearest ? "'?" : "");
}

/* Help on the command of that name within a group, or on one of its sub-commands. */
static int explain(struct session *session, const struct command *group, const char *topic,
                   const char *more) {
    const struct command *command = command_find(group, topic);
    if (!command)
        return no_such_topic(session, group, topic);
    if (!command_available(command))
        return session_error(session, GM_UNAVAILABLE,
                             "command '%s' is not available in this version", command->name);
    if (more && command->group)
        return explain(session, command, more, NULL);
    if (more)
        return session_error(session, GM_INVALID_ARGUMENT, "unexpected argument '%s' after '%s'",
                             more, topic);
    help_command(stdout, command);
    return EXIT_DONE;
}

static int run(struct session *session, void *values) {
    const struct help_options *given = values;
    const char *topic = session->arguments.operand;
    const char *more = session->arguments.operand2;
    if (given->manual || given->completion)
        (given->manual ? help_manual : help_completion)(stdout);
    else if (!topic)
        help_overview(stdout);
    else if (strcmp(topic, "specs") == 0 && !more)
        help_specs(stdout);
    else
        return explain(session, NULL, topic, more);
    return EXIT_DONE;
}

static const struct example examples[] = {
    {"Read the manual page:", "gradiometer help --man | man -l -"},
    {"Complete words in this shell:", "source <(gradiometer help --completion)"},
    {0},
};

const struct command command_help = {
    .name = "help",
    .summary = "explain a command, or how specifications are written",
    .description = "TOPIC is a command or 'specs'; SUBCOMMAND belongs to a command that has some, "
                   "such as generate to lwe.",
    .operand = "TOPIC",
    .operand2 = "SUBCOMMAND",
    .options = options,
    .count = sizeof options / sizeof *options,
    .values_size = sizeof(struct help_options),
    .plain = true,
    .examples = examples,
    .run = run,
};
