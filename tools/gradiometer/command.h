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
    const char *name;
    const char *summary;     /* one line; NULL: known, but not available in this version */
    const char *description; /* paragraphs, an empty line between them */
    const char *operand;     /* placeholder; NULL: none */
    bool operand_required;
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

extern const struct command command_measure, command_recover, command_entropy, command_reproduce,
    command_report, command_info, command_help;

extern const struct option common_option_table[];
extern const int common_option_count;

/* All commands, those not available included; ends with NULL. */
extern const struct command *const commands[];

/* Find a command by its name; NULL where there is none. */
const struct command *command_find(const char *name);

/* Nearest name of an available command; NULL where none is near. */
const char *command_nearest(const char *name);

#endif
