#ifndef GRADIOMETER_CLIENTS_H
#define GRADIOMETER_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/export.h>

GM_BEGIN_DECLS

enum { GM_MOST_CLIENTS = 1000 };

/**
 * Data that stay with their owners: each of C clients has a part of the rows, draws its own batches
 * and its own noise, and sends moments of gradients; no row, no target and no noise leaves it.
 * Zero-initialise: every zero is a default.
 *
 * Results depend on the number of clients and their sizes, never on the ranks that run them: client
 * c of C runs on rank c R / C, rounded down.
 */
typedef struct gm_client_options {
    int64_t count;     /**< C, from 1 to GM_MOST_CLIENTS; 0: no clients */
    const char *sizes; /**< relative sizes of their parts, C numbers with commas between; NULL: as
                            equal as can be */
    double timeout;    /**< seconds for one answer, after which a client is given up; 0: 60 */
    int64_t tolerate;  /**< clients that may fail before the run does */
    bool sums;         /**< recover: batches are of the rows of all clients, and their gradients the
                            sums of what clients send, as a secure sum would show them; otherwise
                            each client recovers for itself. train: always so */
    bool reproducible; /**< noise from the seed; otherwise from the system's entropy at the client,
                            recorded nowhere */
    const char *program; /**< helper program that a client runs in; "": GRADIOMETER_CLIENT in the
                              environment, else found from where the library and the executable lie;
                              NULL: in this process, where none can die or hang alone */
} gm_client_options;

/** What became of one client. */
typedef struct gm_client_report {
    int64_t rows;          /**< that it has */
    int64_t gradients;     /**< batch gradients that it was asked for */
    double sent, received; /**< bytes from it and to it, its part of the data not counted */
    const char *fault; /**< why it was left out, static: "died", "timeout", "message" (damaged, of
                            another kind or version), "size" (of a wrong dimension or count),
                            "not finite", "calibration" (clipped or scaled), "refused" (it could
                            not); NULL: it was not */
    char *reason;      /**< the same, a sentence, owned; NULL where there is no fault */
} gm_client_report;

/** All clients of a run. */
typedef struct gm_clients_report {
    int64_t count, left_out;
    gm_client_report *client; /**< [count] */
    bool reproducible;        /**< the noise is known to whoever knows the seed */
} gm_clients_report;

/**
 * Serve as a client: answer requests that come over a socket until it is closed. For helper
 * programs; the descriptor is not closed. A request that can not be answered is answered by the
 * reason.
 * @return GM_INVALID_INPUT (what comes is no request), GM_IO_ERROR, GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_client_serve(gm_context *context, int descriptor);

GM_END_DECLS

#endif
