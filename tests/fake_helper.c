/* A helper program of lattice reduction that fails as it is told: at its start by the environment
   variable GRADIOMETER_FAKE, later by the number of the job or by GRADIOMETER_FAKE_JOB. Number 0
   gets its own basis back. */
#include "lattice/message.h"
#include "fake_helper.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 1 << 20, TEXT = GM_MESSAGE_HEADER + GM_MESSAGE_TEXT };

static void send_all(const unsigned char *bytes, size_t size) {
    while (size > 0) {
        const ssize_t n = send(0, bytes, size, MSG_NOSIGNAL);
        if (n <= 0)
            _exit(9);
        bytes += n;
        size -= (size_t)n;
    }
}

static void receive_all(unsigned char *bytes, size_t size) {
    while (size > 0) {
        const ssize_t n = recv(0, bytes, size, 0);
        if (n <= 0)
            _exit(0);
        bytes += n;
        size -= (size_t)n;
    }
}

static void send_text(gm_message_type type, uint64_t id, const char *text) {
    unsigned char bytes[TEXT];
    send_all(bytes, gm_message_put_text(bytes, type, id, text));
}

static void start(const char *fault) {
    unsigned char bytes[TEXT];
    size_t size = gm_message_put_text(bytes, GM_MESSAGE_HELLO, 0, "fake");
    if (!fault)
        fault = "";
    if (strcmp(fault, "exit") == 0)
        _exit(7);
    if (strcmp(fault, "version") == 0)
        bytes[4]++;
    if (strcmp(fault, "garbage") == 0)
        memset(bytes, 'x', size);
    send_all(bytes, size);
}

/* Faults that are not a message. */
static void misbehave(int fault) {
    switch (fault) {
    case FAKE_KILLED:
        raise(SIGKILL);
        break;
    case FAKE_STOPPED:
        raise(SIGSTOP);
        break;
    case FAKE_EXITS:
        _exit(5);
    case FAKE_CLOSES:
        close(0);
        close(1);
        for (;;)
            pause();
    default:
        break;
    }
}

static void answer(int fault, uint64_t id, const unsigned char *request,
                   const gm_message_job *job) {
    static unsigned char bytes[ROOM];
    gm_message_result result = {.rows = job->rows, .columns = job->columns};
    size_t count = (size_t)job->rows * (size_t)job->columns;
    if (fault == FAKE_SHAPE) {
        result.rows--;
        count -= (size_t)job->columns;
    }
    const size_t size = gm_message_size(result.rows, result.columns);
    gm_message_put_result(bytes, &result);
    for (size_t i = 0; i < count; i++)
        gm_message_put_entry(bytes, i, fault == FAKE_ZERO ? 0 : gm_message_entry(request, i));
    if (fault == FAKE_CHANGED)
        gm_message_put_entry(bytes, count - 1, gm_message_entry(request, count - 1) + 1);
    if (fault == FAKE_RANGE)
        gm_message_put_entry(bytes, 1, INT64_MIN);
    gm_message_seal(bytes, GM_MESSAGE_RESULT, fault == FAKE_FOREIGN_JOB ? id + 1 : id,
                    fault == FAKE_OVERSIZED ? size : size - GM_MESSAGE_HEADER);
    if (fault == FAKE_CORRUPT)
        bytes[size / 2] ^= 0x10;
    if (fault == FAKE_VERSION)
        bytes[4]++;
    if (fault == FAKE_MAGIC)
        bytes[0]++;
    send_all(bytes, fault == FAKE_HALF ? size / 2 : size);
    if (fault == FAKE_HALF)
        _exit(0);
    if (fault == FAKE_TWICE)
        send_all(bytes, size);
}

static void serve(void) {
    static unsigned char request[ROOM];
    gm_message_header header;
    gm_message_job job;
    receive_all(request, GM_MESSAGE_HEADER);
    if (gm_message_read_header(request, &header) != GM_MESSAGE_FINE ||
        header.length > ROOM - GM_MESSAGE_HEADER)
        _exit(8);
    const char *all = getenv("GRADIOMETER_FAKE_JOB");
    const int fault = all ? atoi(all) : (int)(header.id % FAKE_COUNT);
    if (fault == FAKE_EARLY)
        send_text(GM_MESSAGE_FAILURE, header.id, "before the job was read");
    receive_all(request + GM_MESSAGE_HEADER, header.length);
    if (gm_message_check(request, &header) != GM_MESSAGE_FINE ||
        gm_message_read_job(request, &header, &job) != GM_MESSAGE_FINE)
        _exit(8);
    misbehave(fault);
    if (fault == FAKE_DECLINES)
        send_text(GM_MESSAGE_FAILURE, header.id, "cannot do it");
    else if (fault == FAKE_HELLO)
        send_text(GM_MESSAGE_HELLO, header.id, "again");
    else
        answer(fault, header.id, request, &job);
}

int main(void) {
    start(getenv("GRADIOMETER_FAKE"));
    for (;;)
        serve();
}
