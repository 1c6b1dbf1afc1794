/* All clients of a run, asked together: every rank runs its own, and every rank hears every answer.
 */
#ifndef GM_CLIENTS_H
#define GM_CLIENTS_H

#include "gradients/client_channel.h"
#include "gradients/client_shard.h"

typedef struct gm_clients gm_clients;

/*
 * Cut the data among clients. None is started before it is asked.
 *   options, data, duties  borrowed; duties: what a client can be asked, gm_client_shard_duty first
 * GM_INVALID_ARGUMENT (a number out of range, or as gm_client_parts()), GM_UNAVAILABLE (no helper
 * program), GM_OUT_OF_MEMORY
 */
gm_status gm_clients_create(gm_context *context, const gm_client_options *options,
                            const gm_client_data *data, const gm_client_duty *duties,
                            gm_clients **out) __attribute__((warn_unused_result));

/* Ends them. NULL is allowed. */
void gm_clients_destroy(gm_clients *clients);

gm_context *gm_clients_context(const gm_clients *clients);
const gm_client_options *gm_clients_options(const gm_clients *clients);
int64_t gm_clients_count(const gm_clients *clients);

/* The first row of a client among all rows, rows that it has, and whether it is still with us. */
int64_t gm_clients_first(const gm_clients *clients, int64_t client);
int64_t gm_clients_rows(const gm_clients *clients, int64_t client);
bool gm_clients_has(const gm_clients *clients, int64_t client);

/* A question to every client. */
typedef struct gm_client_question {
    gm_client_kind kind;
    int64_t most; /* bytes that an answer may have */
    bool last;    /* a client is not needed after it has answered */
    void *argument;
    /* Write what a client is asked. */
    void (*write)(void *argument, int64_t client, gm_archive *request);
    /* Look for what is wrong with its answer, on the rank that runs it alone; nothing is kept. */
    gm_status (*check)(void *argument, int64_t client, gm_archive *answer, gm_client_fault *fault);
    /* Take an answer in which nothing is wrong: on every rank, client after client, when it is
       known which of them have one. */
    gm_status (*take)(void *argument, int64_t client, gm_archive *answer);
} gm_client_question;

/*
 * Ask every client that is left. Collective. One that fails is left out from now on; GM_IO_ERROR
 * naming all of them where they are more than are tolerated, or none is left.
 */
gm_status gm_clients_ask(gm_clients *clients, const gm_client_question *question)
    __attribute__((warn_unused_result));

/* Leave one out for a fault that several of its answers show; on every rank. As gm_clients_ask().
 */
gm_status gm_clients_leave_out(gm_clients *clients, int64_t client, const gm_client_fault *fault)
    __attribute__((warn_unused_result));

/*
 * Whether the mean squared length of noise vectors is too far from what it should be, for chance:
 * even of Gaussian vectors along one direction, the mean of v squares is off by such a ratio r with
 * a probability of at most exp(−v (r − 1 − ln r)/2), Chernoff's bound [chernoff1952]. `error` is
 * the relative standard error of what it should be, where that is known from a sample of rows: r is
 * taken six of them nearer to 1, and above 1 is no sign at all, since a sample may have missed the
 * rows that matter and not know it.
 */
bool gm_client_power_is_off(double ratio, double error, double vectors);

/* Blame a client for that ratio. */
void gm_client_blame_power(gm_client_fault *fault, double ratio);

/* Whether its gradients depart by more than rounding from what is affine in the targets; it is then
   blamed for that. NaN, where that is not known, is no departure. */
bool gm_client_bends(gm_client_fault *fault, double affinity);

/* Count gradients that a client was asked for. */
void gm_clients_count_gradients(gm_clients *clients, int64_t client, int64_t gradients);

/* What became of them, to be freed with gm_clients_report_destroy(). */
gm_status gm_clients_tell(const gm_clients *clients, gm_clients_report **out)
    __attribute__((warn_unused_result));

/* NULL is allowed. */
void gm_clients_report_destroy(gm_context *context, gm_clients_report *report);

/* What is asked of every client, for a dry run. */
typedef struct gm_clients_load {
    const gm_rows *rows; /* of all clients; each has a target too */
    double held;         /* bytes that a client needs beside its rows */
    double questions;    /* that are asked of each */
    double answer;       /* bytes of an answer */
    bool last;           /* as of the question: otherwise all clients are there at one time */
} gm_clients_load;

/* What it takes on one machine: bytes of clients with their rows, as many as there are at one time,
   and of answers until they are taken; seconds to start them, send rows, and carry messages. */
typedef struct gm_clients_cost {
    double memory, seconds;
} gm_clients_cost;

gm_clients_cost gm_clients_cost_of(const gm_context *context, const gm_client_options *options,
                                   const gm_clients_load *load);

#endif
