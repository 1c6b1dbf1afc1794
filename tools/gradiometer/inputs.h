/* The options that say where inputs come from, for every command that takes them. */
#ifndef GM_TOOL_INPUTS_H
#define GM_TOOL_INPUTS_H

#include "session.h"
#include "specs.h"

struct inputs_options {
    const char *law, *file; /* one is NULL */
    int64_t modulus;        /* of a file; 0: none */
};

/* Their entries of a table of options.
     at                   offset of the struct inputs_options
     law_help, file_help  sentences, as in struct option
     most                 largest modulus */
#define INPUTS_OPTIONS(at, law_help, file_help, most)                                              \
    {.name = "inputs",                                                                             \
     .group = "Inputs, one of",                                                                    \
     .kind = OPTION_SPEC,                                                                          \
     .placeholder = "LAW",                                                                         \
     .family = &spec_inputs,                                                                       \
     .offset = (at) + offsetof(struct inputs_options, law),                                        \
     .help = (law_help)},                                                                          \
        {.name = "inputs-file",                                                                    \
         .kind = OPTION_FILE,                                                                      \
         .placeholder = "ROWS.npy",                                                                \
         .offset = (at) + offsetof(struct inputs_options, file),                                   \
         .help = (file_help)},                                                                     \
    {                                                                                              \
        .name = "modulus", .kind = OPTION_INTEGER, .placeholder = "Q", .low = 2, .high = (most),   \
        .fallback = "none", .keyword = "none",                                                     \
        .offset = (at) + offsetof(struct inputs_options, modulus),                                 \
        .help = "with --inputs-file: entries are whole numbers, taken modulo q"                    \
    }

/* Whether there is exactly one origin, with the options that belong to it. Returns the exit status,
   failures told. */
int inputs_check(struct session *session, const struct inputs_options *inputs);

/* The law or the path of the file, as given. */
const char *inputs_name(const struct inputs_options *inputs);

#endif
