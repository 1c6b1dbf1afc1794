/* What the tool says about itself; everything about options comes from their table. */
#ifndef GM_TOOL_HELP_H
#define GM_TOOL_HELP_H

#include <stdio.h>

#include "command.h"

/* A line of the lists below: a word and what it means. */
struct entry {
    const char *word, *text;
};

/* Exit statuses and environment variables; each list ends with an empty entry. */
extern const struct entry help_exits[], help_environment[];

void help_overview(FILE *file);
void help_version(FILE *file);
void help_command(FILE *file, const struct command *command);
void help_specs(FILE *file);

/* The manual page gradiometer.1, and a completion script for bash. */
void help_manual(FILE *file);
void help_completion(FILE *file);

/* Text before and after the default of an option, in the order in which help shows it: what it is
   for, what is accepted. Borrowed from `out`. */
const char *help_option_text(const struct option *option, char *out, size_t size);

/* "--name PLACEHOLDER". */
const char *help_option_head(const struct option *option, char *out, size_t size);

/* "gradiometer recover --data FILE|DIR [options]". */
const char *help_usage(const struct command *command, char *out, size_t size);

#endif
