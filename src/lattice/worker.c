#define _POSIX_C_SOURCE 200809L /* MSG_NOSIGNAL */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Seconds for a process to say HELLO: far more than it takes on a loaded machine. */
#define START_LIMIT 20.0

gm_status gm_worker_start(gm_context *context, const char *path, gm_worker *worker) {
    gm_process process;
    const gm_status status = gm_process_start(context, "lattice reduction", path, NULL, &process);
    if (status != GM_OK)
        return status;
    *worker = (gm_worker){.state = GM_WORKER_STARTING,
                          .process = process,
                          .limit = START_LIMIT,
                          .deadline = gm_seconds() + START_LIMIT};
    return GM_OK;
}

void gm_worker_give(gm_worker *worker, const gm_message_job *job, uint64_t id, double time_limit,
                    const unsigned char *request, unsigned char *answer) {
    worker->state = GM_WORKER_BUSY;
    worker->request = request;
    worker->request_size = gm_message_size(job->rows, job->columns);
    worker->sent = 0;
    worker->id = id;
    worker->rows = job->rows;
    worker->columns = job->columns;
    worker->answer = answer;
    worker->received = 0;
    worker->limit = time_limit;
    worker->deadline = gm_seconds() + time_limit;
}

short gm_worker_events(const gm_worker *worker) {
    const bool sending = worker->state == GM_WORKER_BUSY && worker->sent < worker->request_size;
    return (short)(sending ? POLLIN | POLLOUT : POLLIN);
}

void gm_worker_stop(gm_worker *worker) {
    gm_process_stop(&worker->process);
    worker->state = GM_WORKER_NONE;
}

/* The connection has ended: say what became of the process. */
static gm_worker_event lost(gm_worker *worker) {
    char how[64];
    gm_process_lost(&worker->process, sizeof how, how);
    worker->state = GM_WORKER_NONE;
    snprintf(worker->text, sizeof worker->text, "worker %s", how);
    return GM_WORKER_LOST;
}

static gm_worker_event refused(gm_worker *worker, gm_message_fault fault) {
    worker->other_version = fault == GM_MESSAGE_OTHER_VERSION;
    gm_worker_stop(worker);
    snprintf(worker->text, sizeof worker->text, "worker sent a message that is wrong: %s",
             gm_message_fault_text(fault));
    return GM_WORKER_LOST;
}

/* Send what the socket takes. False: the connection has ended. */
static bool send_some(gm_worker *worker) {
    while (worker->state == GM_WORKER_BUSY && worker->sent < worker->request_size) {
        const ssize_t n = send(worker->process.fd, worker->request + worker->sent,
                               worker->request_size - worker->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK;
        worker->sent += (size_t)n;
    }
    return true;
}

/* Whether a message with this header may come now. */
static gm_message_fault expected(const gm_worker *worker) {
    const gm_message_header *header = &worker->header;
    if (worker->state == GM_WORKER_STARTING)
        return header->type == GM_MESSAGE_HELLO ? GM_MESSAGE_FINE : GM_MESSAGE_BAD_TYPE;
    if (worker->state != GM_WORKER_BUSY || header->id != worker->id ||
        worker->sent < worker->request_size)
        return GM_MESSAGE_BAD_TYPE;
    if (header->type == GM_MESSAGE_FAILURE)
        return GM_MESSAGE_FINE;
    if (header->type != GM_MESSAGE_RESULT)
        return GM_MESSAGE_BAD_TYPE;
    return GM_MESSAGE_HEADER + header->length == gm_message_size(worker->rows, worker->columns)
               ? GM_MESSAGE_FINE
               : GM_MESSAGE_BAD_LENGTH;
}

/* A whole message has come. */
static gm_worker_event complete(gm_worker *worker, const unsigned char *bytes) {
    const gm_message_header *header = &worker->header;
    gm_message_fault fault = gm_message_check(bytes, header);
    worker->received = 0;
    if (fault == GM_MESSAGE_FINE && header->type == GM_MESSAGE_RESULT) {
        fault = gm_message_read_result(bytes, header, &worker->result);
        if (fault == GM_MESSAGE_FINE &&
            (worker->result.rows != worker->rows || worker->result.columns != worker->columns))
            fault = GM_MESSAGE_BAD_FIELD;
    } else if (fault == GM_MESSAGE_FINE)
        fault = gm_message_read_text(bytes, header, worker->text);
    if (fault != GM_MESSAGE_FINE)
        return refused(worker, fault);
    worker->state = GM_WORKER_READY;
    return header->type == GM_MESSAGE_HELLO    ? GM_WORKER_HELLO
           : header->type == GM_MESSAGE_RESULT ? GM_WORKER_ANSWERED
                                               : GM_WORKER_FAILED;
}

/* Where the next bytes go, and how many are missing there. The header and texts have a place of
   their own, so that nothing is written into the answer before its size is known to fit. */
static unsigned char *room(gm_worker *worker, size_t *missing) {
    const size_t whole = GM_MESSAGE_HEADER + worker->header.length;
    if (worker->received < GM_MESSAGE_HEADER) {
        *missing = GM_MESSAGE_HEADER - worker->received;
        return worker->small + worker->received;
    }
    *missing = whole - worker->received;
    return (worker->header.type == GM_MESSAGE_RESULT ? worker->answer : worker->small) +
           worker->received;
}

/* Bytes have come: GM_WORKER_NOTHING while more are missing. */
static gm_worker_event advance(gm_worker *worker, size_t n) {
    worker->received += n;
    if (worker->received < GM_MESSAGE_HEADER)
        return GM_WORKER_NOTHING;
    if (worker->received == GM_MESSAGE_HEADER) {
        gm_message_fault fault = gm_message_read_header(worker->small, &worker->header);
        if (fault == GM_MESSAGE_FINE)
            fault = expected(worker);
        if (fault != GM_MESSAGE_FINE)
            return refused(worker, fault);
        if (worker->header.type == GM_MESSAGE_RESULT)
            memcpy(worker->answer, worker->small, GM_MESSAGE_HEADER);
    }
    if (worker->received < GM_MESSAGE_HEADER + worker->header.length)
        return GM_WORKER_NOTHING;
    return complete(worker,
                    worker->header.type == GM_MESSAGE_RESULT ? worker->answer : worker->small);
}

static gm_worker_event receive_some(gm_worker *worker) {
    for (;;) {
        size_t missing = 0;
        unsigned char *at = room(worker, &missing);
        const ssize_t n = recv(worker->process.fd, at, missing, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return GM_WORKER_NOTHING;
        if (n <= 0)
            return lost(worker);
        const gm_worker_event event = advance(worker, (size_t)n);
        if (event != GM_WORKER_NOTHING)
            return event;
    }
}

gm_worker_event gm_worker_step(gm_worker *worker) {
    if (worker->state == GM_WORKER_NONE)
        return GM_WORKER_NOTHING;
    /* What was sent before a death is still read first; the end of the connection is seen there. */
    const bool open = send_some(worker);
    const gm_worker_event event = receive_some(worker);
    if (event != GM_WORKER_NOTHING)
        return event;
    if (!open)
        return lost(worker);
    if (worker->state != GM_WORKER_READY && gm_seconds() >= worker->deadline) {
        gm_worker_stop(worker);
        snprintf(worker->text, sizeof worker->text, "no answer in %g s", worker->limit);
        return GM_WORKER_LOST;
    }
    return GM_WORKER_NOTHING;
}
