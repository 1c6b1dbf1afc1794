/* The options that commands on LWE share, and what they make of them. */
#ifndef GM_TOOL_LWE_OPTIONS_H
#define GM_TOOL_LWE_OPTIONS_H

#include <math.h>

#include "session.h"

/* How blocks are reduced; 0: the program chooses. */
struct lwe_reduce_values {
    int64_t rows, blocks, embedding_weight, drop_columns /* −1: the program chooses */;
    int64_t block_size, loops, workers;
};

/* How to attack. */
struct lwe_attack_values {
    int solver;
    double time_limit, guesses;
    bool no_control, baselines;
};

extern const char *const lwe_solvers[];

#define LWE_INSTANCE_OPTION(at)                                                                    \
    {                                                                                              \
        .name = "instance", .group = "Input", .kind = OPTION_FOLDER, .placeholder = "DIR",         \
        .required = true, .offset = (at), .help = "folder with A.npy, b.npy and instance.json"     \
    }

/* An entry of a table of options: a whole number, or auto. */
#define LWE_AUTO(option, heading, letter, field, least, most, text)                                \
    {                                                                                              \
        .name = (option), .group = (heading), .kind = OPTION_INTEGER, .placeholder = (letter),     \
        .fallback = "auto", .keyword = "auto", .low = (least), .high = (most), .offset = (field),  \
        .help = (text)                                                                             \
    }

/* Entries of struct lwe_reduce_values at an offset. */
#define LWE_REDUCE_OPTIONS(at)                                                                     \
    LWE_AUTO("rows", "Reduction, where a number takes the choice from the program", "N",           \
             (at) + offsetof(struct lwe_reduce_values, rows), 1, 1e9, "samples in a block"),       \
        LWE_AUTO("blocks", NULL, "N", (at) + offsetof(struct lwe_reduce_values, blocks), 1, 1e6,   \
                 "blocks to reduce"),                                                              \
        LWE_AUTO("embedding-weight", NULL, "T",                                                    \
                 (at) + offsetof(struct lwe_reduce_values, embedding_weight), 1, 2147483648.0,     \
                 "weight of the coefficients in the lattice beside the rows"),                     \
        {.name = "drop-columns",                                                                   \
         .kind = OPTION_INTEGER,                                                                   \
         .placeholder = "K",                                                                       \
         .fallback = "auto",                                                                       \
         .keyword = "auto",                                                                        \
         .keyword_value = -1,                                                                      \
         .high = 4095,                                                                             \
         .offset = (at) + offsetof(struct lwe_reduce_values, drop_columns),                        \
         .help = "columns left out of the lattice, whose entries of the secret are guessed"},      \
        LWE_AUTO("block-size", NULL, "B", (at) + offsetof(struct lwe_reduce_values, block_size),   \
                 2, 60, "block size of BKZ; 2 is LLL alone"),                                      \
        LWE_AUTO("loops", NULL, "N", (at) + offsetof(struct lwe_reduce_values, loops), 1, 1000,    \
                 "loops of BKZ at most"),                                                          \
        LWE_AUTO("workers", NULL, "N", (at) + offsetof(struct lwe_reduce_values, workers), 1, 256, \
                 "processes that reduce; auto: as many as threads; the result does not depend on " \
                 "it")

/* Entries of struct lwe_attack_values at an offset. */
#define LWE_ATTACK_OPTIONS(at)                                                                     \
    {.name = "solver",                                                                             \
     .group = "Attack",                                                                            \
     .kind = OPTION_CHOICE,                                                                        \
     .placeholder = "NAME",                                                                        \
     .fallback = "auto",                                                                           \
     .choices = lwe_solvers,                                                                       \
     .offset = (at) + offsetof(struct lwe_attack_values, solver),                                  \
     .help = "follow the gradient, or decode row by row, which is no gradient method; auto: the "  \
             "gradient, then the other"},                                                          \
        {.name = "time-limit",                                                                     \
         .kind = OPTION_SECONDS,                                                                   \
         .placeholder = "T",                                                                       \
         .fallback = "120s",                                                                       \
         .positive = true,                                                                         \
         .high = 1e9,                                                                              \
         .offset = (at) + offsetof(struct lwe_attack_values, time_limit),                          \
         .help = "begin nothing new after this time"},                                             \
        {.name = "guesses",                                                                        \
         .kind = OPTION_NUMBER,                                                                    \
         .placeholder = "N",                                                                       \
         .fallback = "1e7",                                                                        \
         .low = 1,                                                                                 \
         .high = 1e12,                                                                             \
         .offset = (at) + offsetof(struct lwe_attack_values, guesses),                             \
         .help = "guesses of the dropped entries to score at most"},                               \
        {.name = "no-control",                                                                     \
         .kind = OPTION_FLAG,                                                                      \
         .offset = (at) + offsetof(struct lwe_attack_values, no_control),                          \
         .help = "leave out the same attack on unreduced samples"},                                \
    {                                                                                              \
        .name = "baselines", .kind = OPTION_FLAG,                                                  \
        .offset = (at) + offsetof(struct lwe_attack_values, baselines),                            \
        .help = "also look for the unique shortest vector of the instance's own lattice"           \
    }

/* What the library takes. */
gm_lwe_reduce_options lwe_reduce_options(const struct session *session,
                                         const struct lwe_reduce_values *values);
gm_lwe_attack_options lwe_attack_options(const struct session *session,
                                         const struct lwe_attack_values *values);

/* Processes that reduce. */
int64_t lwe_workers(const struct session *session, const struct lwe_reduce_values *values);

/* "blocks of 55 samples, embedding weight 3, BKZ-20 of at most 2 loops, 12 columns dropped" */
void lwe_say_plan(const gm_lwe_plan *plan, char *out, size_t size);

/* Why this plan: what a block is expected to show, and for how long it is reduced. */
void lwe_say_reason(const gm_lwe_plan *plan, char *out, size_t size);

/* Bytes that a reduction takes at most in all processes, roughly. */
double lwe_reduce_bytes(const gm_lwe *instance, const gm_lwe_plan *plan, double blocks,
                        double workers);

#endif
