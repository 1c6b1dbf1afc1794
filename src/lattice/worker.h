/* One helper process and the socket to it. Nothing here blocks: the owner polls `fd` and steps. */
#ifndef GM_LATTICE_WORKER_H
#define GM_LATTICE_WORKER_H

#include "base/base.h"
#include "message.h"
#include "parallel/process.h"

typedef enum gm_worker_state {
    GM_WORKER_NONE,     /* no process */
    GM_WORKER_STARTING, /* its HELLO is awaited */
    GM_WORKER_READY,
    GM_WORKER_BUSY /* with a job */
} gm_worker_state;

typedef enum gm_worker_event {
    GM_WORKER_NOTHING,
    GM_WORKER_HELLO,    /* `text` has the version of fplll */
    GM_WORKER_ANSWERED, /* a RESULT, checked, lies in `answer`; `result` has its fields */
    GM_WORKER_FAILED,   /* the helper could not do the job; `text` says why. It goes on */
    GM_WORKER_LOST      /* the process is gone, `text` says how */
} gm_worker_event;

/* Zero-initialise. */
typedef struct gm_worker {
    gm_worker_state state;
    gm_process process;
    double deadline; /* of gm_seconds(): no answer by then ends the process */
    double limit;    /* seconds that the deadline was set to */
    const unsigned char *request;
    size_t request_size, sent;
    uint64_t id;
    int rows, columns;
    unsigned char *answer; /* the caller's, of gm_message_size(rows, columns) bytes */
    unsigned char small[GM_MESSAGE_HEADER + GM_MESSAGE_TEXT];
    size_t received;
    gm_message_header header;
    gm_message_result result;
    bool other_version; /* the HELLO was of another version of the protocol */
    char text[GM_MESSAGE_TEXT + 56];
} gm_worker;

/* Start the program at `path`. GM_IO_ERROR with the path */
gm_status gm_worker_start(gm_context *context, const char *path, gm_worker *worker)
    __attribute__((warn_unused_result));

/* Give a job to one that is ready. Message and room for the answer are borrowed until it ends. */
void gm_worker_give(gm_worker *worker, const gm_message_job *job, uint64_t id, double time_limit,
                    const unsigned char *request, unsigned char *answer);

/* What to poll for. */
short gm_worker_events(const gm_worker *worker);

/* Send and receive what can be without waiting, and watch the time. After GM_WORKER_LOST the state
   is GM_WORKER_NONE. */
gm_worker_event gm_worker_step(gm_worker *worker);

/* Kill the process, if there is one, wait for its end and close the socket. */
void gm_worker_stop(gm_worker *worker);

#endif
