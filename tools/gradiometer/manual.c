/* The manual page, in the man macros of roff. */
#include <stdio.h>
#include <string.h>

#include <gradiometer/version.h>

#include "help.h"
#include "specs.h"

/* Write text so that roff prints it as it is. */
static void put(FILE *file, const char *text) {
    for (bool start = true; *text; text++) {
        if (start && (*text == '.' || *text == '\''))
            fputs("\\&", file);
        if (*text == '\\')
            fputs("\\e", file);
        else if (*text == '-')
            fputs("\\-", file);
        else if (*text == '\'')
            fputs("\\(aq", file);
        else if (*text == '`')
            fputs("\\(ga", file);
        else if (*text == '^')
            fputs("\\(ha", file);
        else if (*text == '~')
            fputs("\\(ti", file);
        else if (*text == '\n' && text[1] == '\n')
            fputs("\n.PP", file);
        else
            fputc(*text, file);
        start = *text == '\n';
    }
    fputc('\n', file);
}

static void put_entry(FILE *file, const char *word, const char *text) {
    fputs(".TP\n.B ", file);
    put(file, word);
    put(file, text);
}

static void put_entries(FILE *file, const char *title, const struct entry *entries) {
    fprintf(file, ".SH %s\n", title);
    for (; entries->word; entries++)
        put_entry(file, entries->word, entries->text);
}

static void put_options(FILE *file, const struct option *options, int count) {
    char head[128], text[512];
    for (int i = 0; i < count; i++)
        put_entry(file, help_option_head(&options[i], head, sizeof head),
                  help_option_text(&options[i], text, sizeof text));
}

static void put_command(FILE *file, const struct command *command) {
    char usage[256];
    fprintf(file, ".SH \"COMMAND %s\"\n.nf\n.B ", command->name);
    put(file, help_usage(command, usage, sizeof usage));
    fputs(".fi\n.PP\n", file);
    put(file, command->description);
    put_options(file, command->options, command->count);
}

static void put_specs(FILE *file) {
    fputs(".SH SPECIFICATIONS\n", file);
    put(file, "A specification is a name, or a name with values: name:key=value,key=value.");
    for (int i = 0; spec_families[i]; i++) {
        fprintf(file, ".SS \"%s (\\-\\-%s)\"\n", spec_families[i]->title, spec_families[i]->option);
        for (const struct spec_form *form = spec_families[i]->forms; form->name; form++) {
            put_entry(file, form->name, form->help);
            for (int k = 0; k < SPEC_KEYS_MAX && form->keys[k].name; k++) {
                fprintf(file, ".RS\n.TP\n.BI %s= %s\n", form->keys[k].name,
                        form->keys[k].placeholder);
                put(file, form->keys[k].help);
                fputs(".RE\n", file);
            }
        }
    }
}

static void put_examples(FILE *file) {
    fputs(".SH EXAMPLES\n", file);
    for (int i = 0; commands[i]; i++)
        for (const struct example *e = commands[i]->examples; e && e->text; e++) {
            fputs(".PP\n", file);
            put(file, e->text);
            fputs(".PP\n.RS\n.nf\n", file);
            put(file, e->command);
            fputs(".fi\n.RE\n", file);
        }
}

void help_manual(FILE *file) {
    fprintf(file, ".TH GRADIOMETER 1 \"\" \"gradiometer %s\" \"User Commands\"\n",
            gm_build_describe().version);
    fputs(".SH NAME\ngradiometer \\- measures what gradients know and what they reveal\n"
          ".SH SYNOPSIS\n.B gradiometer\n.I command\n.RI [ options ]\n.SH COMMANDS\n",
          file);
    for (int i = 0; commands[i]; i++)
        if (command_available(commands[i]))
            put_entry(file, commands[i]->name, commands[i]->summary);
    for (int i = 0; commands[i]; i++)
        if (command_available(commands[i]))
            put_command(file, commands[i]);
    fputs(".SH \"COMMON OPTIONS\"\n", file);
    put_options(file, common_option_table, common_option_count);
    put_specs(file);
    put_entries(file, "\"EXIT STATUS\"", help_exits);
    put_entries(file, "ENVIRONMENT", help_environment);
    put_examples(file);
}
