/* A client that fails as it is told, when it is asked for moments or in the midst of
   training; see faulty_client.h. Otherwise
   it is as good as gradiometer-client. */
#include "faulty_client.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "curvature/federated.h"
#include "gradients/client_shard.h"
#include "curvature/serve_rows.h"

enum { CONNECTION = 0, FIELDS = 7 * 8, PROBED = 63, SOUND = 8 };

static const char *fault;

static bool is(const char *name) {
    return fault && strcmp(fault, name) == 0;
}

/* --- gradients that are clipped or scaled --- */

typedef struct changed_source {
    gm_source base;
    gm_source *from;
    double bound, factor;
} changed_source;

typedef struct changed_supply {
    gm_supply base;
    gm_supply *from;
    gm_context *context;
} changed_supply;

static double norm_of(int64_t d, const double *g) {
    double sum = 0.0;
    for (int64_t j = 0; j < d; j++)
        sum += g[j] * g[j];
    return sqrt(sum);
}

static gm_status evaluate(gm_source *source, int64_t batch, int worker, double *out,
                          double *losses) {
    const changed_source *self = (const changed_source *)source;
    const int64_t d = source->dimension;
    const gm_status status = self->from->evaluate(self->from, batch, worker, out, losses);
    for (int copy = 0; copy < source->copies; copy++) {
        double *g = out + copy * d;
        const double norm = norm_of(d, g);
        const double factor = norm > self->bound ? self->bound / norm : self->factor;
        for (int64_t j = 0; j < d; j++)
            g[j] *= factor;
    }
    return status;
}

static void destroy(gm_source *source) {
    gm_source_destroy(((changed_source *)source)->from);
    free(source);
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Half the median norm of the gradients of some batches. */
static double half_median(gm_source *source) {
    double norms[PROBED], *g = calloc((size_t)(source->copies * source->dimension), sizeof *g);
    for (int b = 0; b < PROBED; b++) {
        if (source->evaluate(source, b, 0, g, NULL) != GM_OK)
            _exit(9);
        norms[b] = norm_of(source->dimension, g);
    }
    free(g);
    qsort(norms, PROBED, sizeof *norms, ascending);
    return 0.5 * norms[PROBED / 2];
}

static gm_status open_changed(gm_supply *supply, const gm_target_noise *noise,
                              gm_source_seeds seeds, gm_source **out) {
    const changed_supply *self = (const changed_supply *)supply;
    changed_source *source = calloc(1, sizeof *source);
    const gm_status status = self->from->open(self->from, noise, seeds, &source->from);
    if (status != GM_OK) {
        free(source);
        return status;
    }
    source->base = *source->from;
    source->base.evaluate = evaluate;
    source->base.destroy = destroy;
    source->bound = is("clipped") ? half_median(source->from) : INFINITY;
    source->factor = is("scaled") ? 0.5 : 1.0;
    *out = &source->base;
    return GM_OK;
}

static void destroy_supply(gm_supply *supply) {
    free(supply);
}

static gm_status change(gm_client *client, gm_supply *from, gm_supply **out) {
    changed_supply *supply = calloc(1, sizeof *supply);
    supply->base = *from;
    supply->base.open = open_changed;
    supply->base.destroy = destroy_supply;
    supply->from = from;
    supply->context = client->context;
    *out = &supply->base;
    return GM_OK;
}

/* --- messages that are wrong --- */

static void send_all(const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    while (size > 0) {
        const ssize_t n = send(CONNECTION, at, size, MSG_NOSIGNAL);
        if (n <= 0)
            _exit(9);
        at += n;
        size -= (size_t)n;
    }
}

static uint64_t requests; /* so far, that for the data included */

/* The answer as a message that is broken, and then nothing more. */
static void send_broken(gm_client_kind kind, const gm_archive *answer) {
    gm_client_header header = gm_client_seal(is("other") ? GM_CLIENT_READY : kind, requests,
                                             (size_t)answer->size, answer->bytes);
    if (is("version"))
        header.version++;
    if (is("garbage"))
        memset(&header, 'x', sizeof header);
    if (is("flipped"))
        answer->bytes[answer->size / 2] ^= 0x10;
    send_all(&header, sizeof header);
    send_all(answer->bytes, (size_t)(is("half") ? answer->size / 2 : answer->size));
    if (is("half"))
        _exit(0);
    for (;;)
        pause();
}

/* Numbers begin `fields` bytes into the answer, of which the first and second say how many. */
static void spoil(gm_client_kind kind, int64_t fields, gm_archive *answer) {
    double *numbers = (double *)(void *)(answer->bytes + fields);
    int64_t *counts = (int64_t *)(void *)answer->bytes;
    if (is("nan"))
        numbers[1] = NAN;
    if (is("infinite"))
        numbers[3] = INFINITY;
    if (is("dimension") && fields > 0)
        counts[0]++;
    if (is("count") && fields > 0)
        counts[1]--;
    if (is("shorter") || (fields == 0 && is("dimension")))
        answer->size -= 8;
    if (is("longer") || (fields == 0 && is("count")))
        gm_archive_bytes(answer, 1 << 20, calloc(1, 1 << 20));
    if (is("flipped") || is("version") || is("garbage") || is("other") || is("half"))
        send_broken(kind, answer);
}

/* Faults that are no answer. */
static gm_status misbehave(gm_client *client) {
    if (is("killed"))
        raise(SIGKILL);
    if (is("stopped"))
        raise(SIGSTOP);
    if (is("exits"))
        _exit(5);
    if (is("refuses"))
        return gm_fail(client->context, GM_INVALID_INPUT, "it has no gradients today");
    if (is("closes")) {
        close(0);
        close(1);
        for (;;)
            pause();
    }
    return GM_OK;
}

static gm_status answer_moments(gm_client *client, gm_archive *request, gm_archive *answer) {
    requests++;
    gm_status status = misbehave(client);
    if (is("clipped") || is("scaled"))
        client->adapt = change;
    if (status == GM_OK)
        status = gm_client_moments_duty.service(client, request, answer);
    if (status == GM_OK && answer->status == GM_OK)
        spoil(GM_CLIENT_STATE, FIELDS, answer);
    return status;
}

static gm_status take_shard(gm_client *client, gm_archive *request, gm_archive *answer) {
    requests++;
    return gm_client_shard_duty.service(client, request, answer);
}

/* Clipping shows at once, where the client looks whether its gradients follow noise. */
static gm_status open_rows(gm_client *client, gm_archive *request, gm_archive *answer) {
    requests++;
    if (is("clipped"))
        client->adapt = change;
    return gm_client_open_duty.service(client, request, answer);
}

/* The fault comes in the midst of training. */
static gm_status answer_rows(gm_client *client, gm_archive *request, gm_archive *answer) {
    gm_status status = ++requests > SOUND ? misbehave(client) : GM_OK;
    if (status == GM_OK)
        status = gm_client_rows_duty.service(client, request, answer);
    double *numbers = (double *)(void *)answer->bytes;
    for (int64_t i = 0; status == GM_OK && is("scaled") && i < answer->size / 8; i++)
        numbers[i] *= i == 1 || i == 2 ? 1.0 : 0.5; /* which say what noise should come to */
    if (status == GM_OK && answer->status == GM_OK && requests > SOUND)
        spoil(GM_CLIENT_SUMS, 0, answer);
    return status;
}

/* The fault if it is this client's. */
static const char *staged(const char *number) {
    const char *text = getenv("GRADIOMETER_FAULT");
    const char *colon = text ? strchr(text, ':') : NULL;
    if (!colon || !number)
        return NULL;
    const long who = strtol(text, NULL, 10);
    return who == 0 || who == strtol(number, NULL, 10) ? colon + 1 : NULL;
}

int main(int count, char **words) {
    gm_context *context = NULL;
    const gm_context_options options = {.threads = 1};
    const gm_client_duty duties[] = {{GM_CLIENT_SHARD, GM_CLIENT_READY, take_shard},
                                     {GM_CLIENT_MOMENTS, GM_CLIENT_STATE, answer_moments},
                                     {GM_CLIENT_OPEN, GM_CLIENT_OPENED, open_rows},
                                     {GM_CLIENT_ROWS, GM_CLIENT_SUMS, answer_rows},
                                     {.service = NULL}};
    for (int i = 1; i + 1 < count; i++)
        if (strcmp(words[i], "--client") == 0)
            fault = staged(words[i + 1]);
    if (gm_context_create(&options, &context) != GM_OK)
        return 3;
    gm_client client = {.context = context};
    const gm_status status = gm_client_loop(&client, CONNECTION, duties);
    gm_context_destroy(context);
    return status == GM_OK ? 0 : 3;
}
