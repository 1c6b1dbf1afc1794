#define _POSIX_C_SOURCE 200809L /* MSG_NOSIGNAL */
#include "gradients/client_channel.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Seconds between two looks at the cancellation and at the deadline. */
#define SLICE 0.05

void gm_client_blame(gm_client_fault *fault, const char *name, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->text, sizeof fault->text, format, arguments);
    va_end(arguments);
    fault->name = name;
}

void gm_client_release(gm_client *client) {
    if (client->kept)
        client->release_kept(client);
    client->kept = NULL;
    gm_dataset_destroy(client->dataset);
    client->dataset = NULL;
}

void gm_client_channel_close(gm_client_channel *channel) {
    gm_process_stop(&channel->process);
    gm_client_release(&channel->local);
}

/* NULL: nothing answers that. */
static const gm_client_duty *duty_of(const gm_client_duty *duties, int kind) {
    for (; duties->service; duties++)
        if ((int)duties->request == kind)
            return duties;
    return NULL;
}

/* --- in this process --- */

static gm_status ask_here(gm_client_channel *channel, const gm_client_duty *duty,
                          const gm_archive *request, int64_t most, gm_client_fault *fault,
                          gm_archive *answer) {
    gm_context *context = channel->local.context;
    gm_archive in;
    gm_archive_read(context, request->size, request->bytes, &in);
    gm_archive_write(context, answer);
    gm_status status = duty->service(&channel->local, &in, answer);
    if (status == GM_OK)
        status = in.status != GM_OK ? in.status : answer->status;
    if (status == GM_OK && answer->size > most)
        gm_client_blame(fault, "size", "answers by %lld bytes where at most %lld are expected",
                        (long long)answer->size, (long long)most);
    else if (status == GM_OUT_OF_MEMORY || status == GM_CANCELLED)
        return gm_fail(channel->context, status, "%s", gm_context_message(context));
    else if (status != GM_OK)
        gm_client_blame(fault, "refused", "could not answer: %.150s", gm_context_message(context));
    return GM_OK;
}

/* --- a helper process --- */

/* Until news come, a slice has passed, or the time is up. */
static void wait_for(int descriptor, short events, double until) {
    struct pollfd file = {.fd = descriptor, .events = events};
    const double left = fmin(SLICE, until - gm_seconds());
    (void)poll(&file, 1, left > 0.0 ? (int)ceil(left * 1e3) : 0);
}

/* What the exchange with a helper is about. */
typedef struct exchange {
    gm_client_channel *channel;
    double until, timeout;
    gm_client_fault *fault;
} exchange;

static gm_status gone(const exchange *e) {
    char how[64];
    gm_process_lost(&e->channel->process, sizeof how, how);
    gm_client_blame(e->fault, "died", "%s", how);
    return GM_OK;
}

static void refuse(const exchange *e, const char *name, const char *what) {
    gm_process_stop(&e->channel->process);
    gm_client_blame(e->fault, name, "%s", what);
}

/* Move `size` bytes in one direction, unless a fault or a failure ends it before. */
static gm_status move(const exchange *e, bool sending, size_t size, void *bytes) {
    gm_client_channel *channel = e->channel;
    unsigned char *at = bytes;
    while (size > 0) {
        const ssize_t n = sending ? send(channel->process.fd, at, size, MSG_NOSIGNAL)
                                  : recv(channel->process.fd, at, size, 0);
        if (n > 0) {
            *(sending ? &channel->sent : &channel->received) += (double)n;
            at += n;
            size -= (size_t)n;
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
            return gone(e);
        if (gm_is_cancelled(channel->context))
            return gm_fail(channel->context, GM_CANCELLED, "cancelled while clients work");
        if (gm_seconds() >= e->until) {
            char text[64];
            snprintf(text, sizeof text, "no answer in %g s", e->timeout);
            refuse(e, "timeout", text);
            return GM_OK;
        }
        wait_for(channel->process.fd, sending ? POLLOUT : POLLIN, e->until);
    }
    return GM_OK;
}

/* A message of that kind and number, or one that says why there is none. */
static gm_status receive(const exchange *e, gm_client_kind kind, uint64_t id, int64_t most,
                         int64_t *size, unsigned char **payload) {
    gm_client_channel *channel = e->channel;
    gm_status status = GM_OK;
    gm_client_header header;
    unsigned char *bytes = NULL;
    char text[160];
    GM_TRY(move(e, false, sizeof header, &header));
    if (e->fault->name)
        goto done;
    const bool failure = header.kind == GM_CLIENT_FAILURE;
    const char *wrong = gm_client_header_fault(&header);
    if (!wrong && (header.id != id || (header.kind != kind && !failure)))
        wrong = "it is no answer to what was asked";
    if (wrong) {
        snprintf(text, sizeof text, "sends a message that is wrong: %s", wrong);
        refuse(e, "message", text);
        goto done;
    }
    if (header.length > (uint64_t)most) {
        snprintf(text, sizeof text, "answers by %llu bytes where at most %lld are expected",
                 (unsigned long long)header.length, (long long)most);
        refuse(e, "size", text);
        goto done;
    }
    GM_TRY(GM_NEW(channel->context, bytes, (int64_t)header.length));
    GM_TRY(move(e, false, (size_t)header.length, bytes));
    if (e->fault->name)
        goto done;
    if (!gm_client_sum_fits(&header, bytes)) {
        refuse(e, "message", "sends a message whose checksum does not fit: it was damaged");
    } else if (failure) {
        snprintf(text, sizeof text, "could not answer: %.*s",
                 (int)(header.length < 120 ? header.length : 120), (const char *)bytes);
        refuse(e, "refused", text);
    } else {
        *size = (int64_t)header.length;
        *payload = bytes;
        bytes = NULL;
    }
done:
    gm_release(channel->context, bytes);
    return status;
}

/* A helper that does not say HELLO is no fault of a client: the program can not be run. */
static gm_status start(const exchange *e) {
    gm_client_channel *channel = e->channel;
    int64_t size = 0;
    unsigned char *nothing = NULL;
    gm_status status = gm_process_start(channel->context, "clients", channel->program,
                                        channel->arguments, &channel->process);
    if (status == GM_OK)
        status = receive(e, GM_CLIENT_HELLO, 0, 0, &size, &nothing);
    gm_release(channel->context, nothing);
    return status;
}

static gm_status ask_helper(gm_client_channel *channel, const gm_client_duty *duty,
                            const gm_archive *request, int64_t most, double timeout,
                            gm_client_fault *fault, int64_t *size, unsigned char **answer) {
    gm_status status = GM_OK;
    const exchange e = {channel, gm_seconds() + timeout, timeout, fault};
    if (channel->process.pid == 0)
        GM_TRY(start(&e));
    if (fault->name)
        goto done;
    gm_client_header header =
        gm_client_seal(duty->request, channel->asked, (size_t)request->size, request->bytes);
    GM_TRY(move(&e, true, sizeof header, &header));
    if (!fault->name)
        GM_TRY(move(&e, true, (size_t)request->size, request->bytes));
    if (!fault->name)
        GM_TRY(receive(&e, duty->answer, channel->asked, most, size, answer));
done:
    return status;
}

gm_status gm_client_ask(gm_client_channel *channel, gm_client_kind kind, const gm_archive *request,
                        int64_t most, double timeout, gm_client_fault *fault, int64_t *size,
                        unsigned char **answer) {
    const gm_client_duty *duty = duty_of(channel->duties, kind);
    if (!duty)
        return gm_fail(channel->context, GM_INTERNAL_ERROR, "no duty of a client is of kind %d",
                       (int)kind);
    *fault = (gm_client_fault){0};
    channel->asked++;
    if (channel->program)
        return ask_helper(channel, duty, request, most, timeout, fault, size, answer);
    gm_archive made = {0};
    gm_status status = ask_here(channel, duty, request, most, fault, &made);
    channel->sent += (double)(GM_CLIENT_HEADER + request->size);
    channel->received += (double)(GM_CLIENT_HEADER + made.size);
    if (status == GM_OK && !fault->name) {
        /* The memory of an answer belongs to the server's context. */
        *answer = gm_allocate(channel->context, made.size, 1);
        if (!*answer)
            status = GM_OUT_OF_MEMORY;
        else if (made.size > 0)
            memcpy(*answer, made.bytes, (size_t)made.size);
        *size = made.size;
    }
    gm_archive_release(&made);
    return status;
}

/* --- the client's side --- */

static gm_status transfer(gm_context *context, int descriptor, bool sending, size_t size,
                          void *bytes, bool *closed) {
    unsigned char *at = bytes;
    while (size > 0) {
        const ssize_t n =
            sending ? send(descriptor, at, size, MSG_NOSIGNAL) : recv(descriptor, at, size, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0) {
            *closed = true;
            return GM_OK;
        }
        if (n < 0)
            return gm_fail(context, GM_IO_ERROR, "client: the connection failed: %s",
                           strerror(errno));
        at += n;
        size -= (size_t)n;
    }
    return GM_OK;
}

static gm_status reply(gm_context *context, int descriptor, gm_client_kind kind, uint64_t id,
                       size_t size, void *payload) {
    bool closed = false;
    gm_client_header header = gm_client_seal(kind, id, size, payload);
    gm_status status = transfer(context, descriptor, true, sizeof header, &header, &closed);
    return status == GM_OK ? transfer(context, descriptor, true, size, payload, &closed) : status;
}

/* Answer one request whose payload is there. */
static gm_status serve(gm_client *client, int descriptor, const gm_client_duty *duty, uint64_t id,
                       int64_t size, const unsigned char *payload) {
    gm_context *context = client->context;
    gm_archive in, out;
    gm_archive_read(context, size, payload, &in);
    gm_archive_write(context, &out);
    gm_status status = duty->service(client, &in, &out);
    if (status == GM_OK)
        status = in.status != GM_OK ? in.status : out.status;
    if (status == GM_OK) {
        status = reply(context, descriptor, duty->answer, id, (size_t)out.size, out.bytes);
    } else {
        char text[200];
        snprintf(text, sizeof text, "%s", gm_context_message(context));
        status = reply(context, descriptor, GM_CLIENT_FAILURE, id, strlen(text), text);
    }
    gm_archive_release(&out);
    return status;
}

static gm_status receive_request(gm_client *client, int descriptor, gm_client_header *header,
                                 const gm_client_duty *duties, const gm_client_duty **duty,
                                 unsigned char **payload, bool *closed) {
    gm_context *context = client->context;
    gm_status status = GM_OK;
    GM_TRY(transfer(context, descriptor, false, sizeof *header, header, closed));
    if (*closed)
        goto done;
    *duty = duty_of(duties, header->kind);
    const char *wrong = gm_client_header_fault(header);
    if (wrong || !*duty)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT, "client: a request that is wrong: %s",
                       wrong ? wrong : "its kind is unknown"));
    GM_TRY(GM_NEW(context, *payload, (int64_t)header->length));
    GM_TRY(transfer(context, descriptor, false, (size_t)header->length, *payload, closed));
    if (!*closed && !gm_client_sum_fits(header, *payload))
        GM_TRY(gm_fail(context, GM_INVALID_INPUT, "client: a request whose checksum does not fit"));
done:
    return status;
}

gm_status gm_client_loop(gm_client *client, int descriptor, const gm_client_duty *duties) {
    gm_context *context = client->context;
    gm_status status = reply(context, descriptor, GM_CLIENT_HELLO, 0, 0, NULL);
    for (bool closed = false; status == GM_OK && !closed;) {
        gm_client_header header = {0};
        const gm_client_duty *duty = NULL;
        unsigned char *payload = NULL;
        status = receive_request(client, descriptor, &header, duties, &duty, &payload, &closed);
        if (status == GM_OK && !closed)
            status = serve(client, descriptor, duty, header.id, (int64_t)header.length, payload);
        gm_release(context, payload);
    }
    gm_client_release(client);
    return status;
}
