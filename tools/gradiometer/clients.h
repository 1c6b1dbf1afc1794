/* The options of data at clients, for every command that has them, and what a result says of them.
 */
#ifndef GM_TOOL_CLIENTS_H
#define GM_TOOL_CLIENTS_H

#include <gradiometer/gradiometer.h>

#include "session.h"

/* Their entries of a table of options.
     at  offset of the gm_client_options */
#define CLIENT_OPTIONS(at)                                                                         \
    {.name = "clients",                                                                            \
     .group = "Clients",                                                                           \
     .kind = OPTION_INTEGER,                                                                       \
     .placeholder = "C",                                                                           \
     .fallback = "none",                                                                           \
     .keyword = "none",                                                                            \
     .low = 1,                                                                                     \
     .high = GM_MOST_CLIENTS,                                                                      \
     .offset = (at) + offsetof(gm_client_options, count),                                          \
     .help = "data at C clients, each with a stretch of the rows, that send nothing but moments "  \
             "of their gradients; the result depends on C, not on the ranks that run them"},       \
        {.name = "client-sizes",                                                                   \
         .kind = OPTION_TEXT,                                                                      \
         .placeholder = "LIST",                                                                    \
         .offset = (at) + offsetof(gm_client_options, sizes),                                      \
         .help = "relative sizes of their parts, C numbers with commas between (default: equal)"}, \
        {.name = "client-timeout",                                                                 \
         .kind = OPTION_SECONDS,                                                                   \
         .placeholder = "T",                                                                       \
         .fallback = "60s",                                                                        \
         .positive = true,                                                                         \
         .high = 1e9,                                                                              \
         .offset = (at) + offsetof(gm_client_options, timeout),                                    \
         .help = "a client that has not answered after this time is given up"},                    \
    {                                                                                              \
        .name = "tolerate", .kind = OPTION_INTEGER, .placeholder = "F", .fallback = "0", .low = 0, \
        .high = GM_MOST_CLIENTS - 1, .offset = (at) + offsetof(gm_client_options, tolerate),       \
        .help =                                                                                    \
            "clients that may fail before the run does; it then goes on without them and says "    \
            "so, and otherwise ends with exit status 3"                                            \
    }

/* Check that they were not given in vain; the exit status, told. */
int clients_check(struct session *session, const gm_client_options *options);

/* Set `result.clients`; nothing where there are none. */
gm_status clients_report(gm_report *report, const gm_clients_report *clients);

#endif
