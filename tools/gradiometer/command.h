/* The table of commands. */
#ifndef GM_TOOL_COMMAND_H
#define GM_TOOL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "option.h"

struct session;

struct example {
    const char *text;    /* what it is for */
    const char *command; /* one line of shell */
};

struct command {
    const char *name;        /* a sub-command: that of its group, a space, its own */
    const char *summary;     /* one line; NULL: known, but not available in this version */
    const char *description; /* paragraphs, an empty line between them */
    const char *operand;     /* placeholder; NULL: none */
    const char *operand2;    /* of a second one, which is never required; NULL: none */
    bool operand_required;
    bool group;                   /* has no run: its sub-commands follow it in the table */
    bool plain;                   /* makes no result: help leaves the common options out */
    const struct option *options; /* [count], beside the common ones */
    int count;
    size_t values_size;             /* of the structure that the options fill; 0: none */
    const struct example *examples; /* ends with an empty one; NULL: none */
    int (*run)(struct session *session, void *values); /* returns the exit status */
};

/* Values of the options that every command has. */
struct common_options {
    int64_t seed;
    int64_t threads; /* 0: all */
    const char *out; /* NULL: no folder */
    bool json, quiet, no_progress, dry_run;
};

extern const struct command command_measure, command_recover, command_train, command_risk,
    command_entropy, command_lwe, command_lwe_generate, command_lwe_solve, command_lwe_reduce,
    command_lwe_attack, command_lwe_verify, command_lwe_import, command_reproduce, command_report,
    command_info, command_help;

extern const struct option common_option_table[];
extern const int common_option_count;

/* All commands, those not available included; ends with NULL. */
extern const struct command *const commands[];

/* Whether it is there in this version: it can be run, or its sub-commands can. */
bool command_available(const struct command *command);

/* The name within a group: "generate" of "lwe generate"; NULL where it is not of this group. A
   group of NULL has the commands that are of none. */
const char *command_word(const struct command *group, const struct command *command);

/* Find a command by its name within a group (NULL: none); NULL where there is none. */
const struct command *command_find(const struct command *group, const char *word);

/* Nearest name, within a group, of an available command; NULL where none is near. */
const char *command_nearest(const struct command *group, const char *word);

#endif
