/* The options that say which table is read, for every command that takes one, and what a result
   says of it. */
#ifndef GM_TOOL_DATA_H
#define GM_TOOL_DATA_H

#include <gradiometer/gradiometer.h>

#include "session.h"

struct data_options {
    const char *path; /* file or folder; NULL: none was given */
    int missing;      /* in the order of gm_missing; data_load() copies it */
    gm_dataset_options table;
};

/* Names of the rules for missing values, in the order of gm_missing; ends with NULL. */
extern const char *const data_missing_choices[];

/* Their entries of a table of options.
     at  offset of the struct data_options */
#define DATA_OPTIONS(at)                                                                           \
    {.name = "data",                                                                               \
     .group = "Data",                                                                              \
     .kind = OPTION_PATH,                                                                          \
     .placeholder = "FILE|DIR",                                                                    \
     .offset = (at) + offsetof(struct data_options, path),                                         \
     .help = ".csv or .csv.gz, .npy, or a folder with IDX files, of which train-* is used, "       \
             "pixels / 255"},                                                                      \
        {.name = "target",                                                                         \
         .kind = OPTION_TEXT,                                                                      \
         .placeholder = "NAME|INDEX",                                                              \
         .offset = (at) + offsetof(struct data_options, table.target),                             \
         .help = "column to predict, by name or from 0; text becomes sorted classes (default: "    \
                 "the last)"},                                                                     \
        {.name = "columns",                                                                        \
         .kind = OPTION_TEXT,                                                                      \
         .placeholder = "LIST",                                                                    \
         .offset = (at) + offsetof(struct data_options, table.columns),                            \
         .help = "input columns, names or indices with commas between (default: all others)"},     \
        {.name = "drop",                                                                           \
         .kind = OPTION_TEXT,                                                                      \
         .placeholder = "LIST",                                                                    \
         .offset = (at) + offsetof(struct data_options, table.drop),                               \
         .help = "columns to leave out"},                                                          \
        {.name = "missing",                                                                        \
         .kind = OPTION_CHOICE,                                                                    \
         .placeholder = "RULE",                                                                    \
         .fallback = "error",                                                                      \
         .choices = data_missing_choices,                                                          \
         .offset = (at) + offsetof(struct data_options, missing),                                  \
         .help = "missing values: stop, drop the row, or take the mean of the column"},            \
        {.name = "standardize",                                                                    \
         .kind = OPTION_FLAG,                                                                      \
         .offset = (at) + offsetof(struct data_options, table.standardize),                        \
         .help = "bring each input to mean 0 and variance 1; a constant one becomes 0"},           \
    {                                                                                              \
        .name = "intercept", .kind = OPTION_FLAG,                                                  \
        .offset = (at) + offsetof(struct data_options, table.intercept),                           \
        .help = "append a column of ones"                                                          \
    }

/* Read the table. Statuses as gm_dataset_load(). */
GM_MUST_USE gm_status data_load(gm_context *context, const struct data_options *options,
                                gm_dataset **out);

/* Set "result.data" of a report; without a data set the path alone. */
GM_MUST_USE gm_status data_report(gm_report *report, const char *path, const gm_dataset *dataset);

#endif
