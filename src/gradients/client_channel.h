/* One client: requests go to it and answers come back. It is a helper process of this rank, or runs
   in this process; what it is asked and what it answers are the same bytes. */
#ifndef GM_CLIENT_CHANNEL_H
#define GM_CLIENT_CHANNEL_H

#include <gradiometer/clients.h>

#include "base/archive.h"
#include "gradients/client_message.h"
#include "gradients/source.h"
#include "parallel/process.h"

/* What a client computes in: its own data, and nothing else. */
typedef struct gm_client gm_client;

struct gm_client {
    gm_context *context;
    gm_dataset *dataset; /* NULL before a SHARD has come */
    /* What stands between the model's gradients and the estimate: another supply, to be destroyed
       after `from`. NULL: nothing. */
    gm_status (*adapt)(gm_client *client, gm_supply *from, gm_supply **out);
    /* What a duty keeps from one request to the next. */
    void *kept;
    void (*release_kept)(gm_client *client);
};

/* Answer one kind of request: read it from `request`, write what is asked for to `answer`. */
typedef gm_status (*gm_client_service)(gm_client *client, gm_archive *request, gm_archive *answer);

/* A kind of request, the kind of its answer, and what answers it. A list ends with service NULL. */
typedef struct gm_client_duty {
    gm_client_kind request, answer;
    gm_client_service service;
} gm_client_duty;

/* Why an answer is not there or not to be used. */
typedef struct gm_client_fault {
    const char *name; /* one of those of gm_client_report; NULL: none */
    char text[200];   /* a part of a sentence: "ended by signal 9" */
} gm_client_fault;

typedef struct gm_client_channel {
    gm_context *context;          /* of the server */
    const char *program;          /* of the helper, borrowed; NULL: in this process */
    const gm_client_duty *duties; /* borrowed */
    char number[16], threads[16];
    const char *arguments[GM_PROCESS_ARGUMENTS + 1]; /* of the helper */
    gm_process process;
    gm_client local;       /* in this process */
    uint64_t asked;        /* requests so far */
    double sent, received; /* bytes to the client and from it */
} gm_client_channel;

/*
 * Ask, and wait.
 *   kind     of the request, among the duties
 *   request  payload, `size` bytes
 *   most     bytes that the payload of an answer may have
 *   timeout  seconds, counted from now; a helper that lets them pass is killed
 *   answer   payload, [answer_size] bytes, to be released by gm_release(); untouched on a fault
 * A fault of the client is GM_OK with fault->name set, and the client is gone for good; the status
 * says what failed here: GM_OUT_OF_MEMORY, GM_CANCELLED, GM_IO_ERROR (no process can be started).
 */
gm_status gm_client_ask(gm_client_channel *channel, gm_client_kind kind, const gm_archive *request,
                        int64_t most, double timeout, gm_client_fault *fault, int64_t *answer_size,
                        unsigned char **answer) __attribute__((warn_unused_result));

/* Serve over a socket by these duties until it is closed: gm_client_serve(). The data set of the
   client ends with it. */
gm_status gm_client_loop(gm_client *client, int descriptor, const gm_client_duty *duties)
    __attribute__((warn_unused_result));

/* End the client. */
void gm_client_channel_close(gm_client_channel *channel);

/* Free what a client has: its data, and what its duties kept. */
void gm_client_release(gm_client *client);

/* Set a fault. */
void gm_client_blame(gm_client_fault *fault, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
