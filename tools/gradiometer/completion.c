/* Completion for bash: which words may follow, from the tables of commands and options. */
#include <stdio.h>

#include "help.h"
#include "specs.h"

static void put_options(FILE *file, const struct option *options, int count) {
    for (int i = 0; i < count; i++)
        fprintf(file, " --%s", options[i].name);
}

/* How the value of an option completes: `files`, `folders`, or words. */
static void put_value(FILE *file, const char *command, const struct option *option) {
    if (!option->placeholder)
        return;
    fprintf(file, "        %s:--%s) ", command, option->name);
    switch (option->kind) {
    case OPTION_FILE:
    case OPTION_PATH:
        fputs("files=yes", file);
        break;
    case OPTION_FOLDER:
        fputs("folders=yes", file);
        break;
    default:
        fputs("words=\"", file);
        for (int i = 0; option->choices && option->choices[i]; i++)
            fprintf(file, "%s ", option->choices[i]);
        if (option->family)
            for (const struct spec_form *form = option->family->forms; form->name; form++)
                fprintf(file, "%s ", form->name);
        fprintf(file, "%s\"", option->keyword ? option->keyword : "");
    }
    fputs(" value=yes ;;\n", file);
}

static void put_values(FILE *file) {
    char quoted[64];
    for (int i = 0; commands[i]; i++) {
        snprintf(quoted, sizeof quoted, "\"%s\"", commands[i]->name);
        for (int k = 0; commands[i]->run && k < commands[i]->count; k++)
            put_value(file, quoted, &commands[i]->options[k]);
    }
    for (int k = 0; k < common_option_count; k++)
        put_value(file, "*", &common_option_table[k]);
}

/* The names within a group, a space behind each. */
static void put_words(FILE *file, const struct command *group) {
    for (int i = 0; commands[i]; i++)
        if (command_word(group, commands[i]) && command_available(commands[i]))
            fprintf(file, "%s ", command_word(group, commands[i]));
}

static void put_commands(FILE *file) {
    fputs("    local commands=\"", file);
    put_words(file, NULL);
    fputs("\"\n", file);
}

/* The name of a sub-command has two words; help is asked for it with three. */
static void put_groups(FILE *file) {
    for (int i = 0; commands[i]; i++)
        if (commands[i]->group)
            fprintf(file,
                    "    case \"$command:$COMP_CWORD\" in\n"
                    "        %s:[012]) ;;\n"
                    "        %s:*) command=\"%s ${COMP_WORDS[2]}\" ;;\n"
                    "        help:3) command=\"help ${COMP_WORDS[2]}\" ;;\n"
                    "    esac\n",
                    commands[i]->name, commands[i]->name, commands[i]->name);
}

/* What may follow a command where no value is wanted. */
static void put_following(FILE *file, const struct command *command) {
    fprintf(file, "        \"%s\") words=\"", command->name);
    if (command->group)
        put_words(file, command);
    fputs(command == &command_help ? "$commands specs" : "--help", file);
    put_options(file, command->options, command->count);
    if (!command->plain)
        put_options(file, common_option_table, common_option_count);
    fprintf(file, "\"%s ;;\n", command == &command_report ? " folders=yes" : "");
    if (command->group) {
        fprintf(file, "        \"help %s\") words=\"", command->name);
        put_words(file, command);
        fputs("\" ;;\n", file);
    }
}

void help_completion(FILE *file) {
    fputs("# Completion of gradiometer for bash; printed by 'gradiometer help --completion'.\n"
          "# shellcheck disable=SC2207\n"
          "_gradiometer() {\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local command=${COMP_WORDS[1]} words=\"\" files=\"\" folders=\"\" value=\"\"\n",
          file);
    put_commands(file);
    put_groups(file);
    fputs("    COMPREPLY=()\n"
          "    # bash takes = as a word of its own\n"
          "    if [ \"$current\" = \"=\" ]; then\n"
          "        current=\"\"\n"
          "    elif [ \"$before\" = \"=\" ]; then\n"
          "        before=${COMP_WORDS[COMP_CWORD-2]}\n"
          "    fi\n"
          "    case \"$command:$before\" in\n",
          file);
    put_values(file);
    fputs("        *) ;;\n    esac\n"
          "    if [ -z \"$value\" ] && [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        words=\"$commands --help --version\"\n"
          "    elif [ -z \"$value\" ]; then\n"
          "        case \"$command\" in\n",
          file);
    for (int i = 0; commands[i]; i++)
        if (command_available(commands[i]))
            put_following(file, commands[i]);
    fputs("        esac\n"
          "    fi\n"
          "    local IFS=$' \\t\\n'\n"
          "    [ -z \"$words\" ] || COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
          "    IFS=$'\\n'\n"
          "    [ -z \"$files\" ] || COMPREPLY+=($(compgen -f -- \"$current\"))\n"
          "    [ -z \"$folders\" ] || COMPREPLY+=($(compgen -d -- \"$current\"))\n"
          "}\n"
          "complete -o filenames -F _gradiometer gradiometer\n",
          file);
}
