/* A command is one file with its description, and one line here. */
#include <string.h>

#include <gradiometer/spec.h>

#include "command.h"

#define FIELD(name) offsetof(struct common_options, name)

const struct option common_option_table[] = {
    {.name = "seed",
     .group = "Common options",
     .kind = OPTION_INTEGER,
     .placeholder = "N",
     .fallback = "1",
     .offset = FIELD(seed),
     .high = 9223372036854775807.0,
     .help = "seed of every random draw; the same seed gives the same bits"},
    {.name = "threads",
     .kind = OPTION_INTEGER,
     .placeholder = "N",
     .fallback = "all",
     .keyword = "all",
     .offset = FIELD(threads),
     .low = 1,
     .high = 1024,
     .help = "threads to use; the result does not depend on it"},
    {.name = "out",
     .kind = OPTION_FOLDER,
     .placeholder = "DIR",
     .offset = FIELD(out),
     .help = "folder for result.json, arrays, plots and report.html, made where absent; an old "
             "result.json in it is removed first and the new one written last"},
    {.name = "json",
     .kind = OPTION_FLAG,
     .offset = FIELD(json),
     .help = "print the result document on standard output, errors as one JSON object on "
             "standard error"},
    {.name = "quiet", .kind = OPTION_FLAG, .offset = FIELD(quiet), .help = "print errors only"},
    {.name = "no-progress",
     .kind = OPTION_FLAG,
     .offset = FIELD(no_progress),
     .help = "draw no progress bar (one is drawn on a terminal only)"},
    {.name = "dry-run",
     .kind = OPTION_FLAG,
     .offset = FIELD(dry_run),
     .help = "say what would be done and what it would cost, and do nothing"},
};
const int common_option_count = sizeof common_option_table / sizeof *common_option_table;

const struct command *const commands[] = {
    &command_measure,
    &command_recover,
    &command_train,
    &command_risk,
    &command_entropy,
    &command_lwe,
    &command_lwe_generate,
    &command_lwe_solve,
    &command_lwe_reduce,
    &command_lwe_attack,
    &command_lwe_verify,
    &command_lwe_import,
    &command_reproduce,
    &command_report,
    &command_info,
    &command_help,
    NULL,
};

enum { WORDS_MAX = sizeof commands / sizeof *commands };

bool command_available(const struct command *command) {
    return command->run || command->group;
}

const char *command_word(const struct command *group, const struct command *command) {
    const size_t length = group ? strlen(group->name) : 0;
    if (!group)
        return strchr(command->name, ' ') ? NULL : command->name;
    return strncmp(command->name, group->name, length) == 0 && command->name[length] == ' '
               ? command->name + length + 1
               : NULL;
}

const struct command *command_find(const struct command *group, const char *word) {
    for (int i = 0; commands[i]; i++) {
        const char *known = command_word(group, commands[i]);
        if (known && strcmp(known, word) == 0)
            return commands[i];
    }
    return NULL;
}

const char *command_nearest(const struct command *group, const char *word) {
    const char *words[WORDS_MAX];
    int count = 0;
    for (int i = 0; commands[i]; i++) {
        const char *known = command_word(group, commands[i]);
        if (known && command_available(commands[i]))
            words[count++] = known;
    }
    return gm_nearest_word(word, words, count);
}
