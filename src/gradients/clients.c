#include "gradients/clients.h"

#include <stdio.h>
#include <string.h>

#include "data/dataset.h"
#include "parallel/ranks.h"

static const double DEFAULT_TIMEOUT = 60.0;

/* What a rank knows of a client, and tells the others: plain bytes. */
typedef struct outcome {
    double sent, received;
    int64_t size; /* of the answer */
    int32_t fault; /* its number in the list, −1: none */
    char text[sizeof((gm_client_fault *)NULL)->text];
} outcome;

/* Names of faults, which the ranks tell each other by number. */
static const char *const faults[] = {"died", "timeout",    "message",     "size",
                                     "refused", "not finite", "calibration"};
enum { FAULTS = sizeof faults / sizeof faults[0] };

typedef struct member {
    gm_client_channel channel; /* on the rank that runs it */
    bool has_shard;
    outcome outcome;       /* so far, the same on every rank */
    unsigned char *answer; /* on the rank that runs it */
    int64_t gradients;
} member;

struct gm_clients {
    gm_context *context, *local; /* local: of clients in this process; it has no other ranks */
    const gm_client_options *options;
    gm_client_data data;
    double timeout;
    char *program;
    int64_t *offsets; /* [count + 1] */
    member *members;  /* [count] */
    int64_t first, end; /* those of this rank */
};

/* A client in this process ends when the server is told to. */
static void pass_on_cancellation(void *user, const char *stage, double done, double total) {
    const gm_clients *clients = user;
    (void)stage;
    (void)done;
    (void)total;
    if (gm_is_cancelled(clients->context))
        gm_context_cancel(clients->local);
}

static gm_status check_options(gm_context *context, const gm_client_options *options) {
    if (options->count < 1 || options->count > GM_MOST_CLIENTS)
        return gm_fail(context, GM_INVALID_ARGUMENT, "%lld clients; accepted: 1 to %d",
                       (long long)options->count, GM_MOST_CLIENTS);
    if (options->tolerate < 0 || options->tolerate >= options->count)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "%lld of %lld clients tolerated to fail; accepted: 0 to %lld",
                       (long long)options->tolerate, (long long)options->count,
                       (long long)options->count - 1);
    if (!(options->timeout >= 0.0 && options->timeout <= 1e9))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "%g s for an answer of a client; accepted: 0 to 1e9", options->timeout);
    return GM_OK;
}

/* Clients in this process compute in a context of their own, which knows nothing of other ranks. */
static gm_status make_local(gm_clients *clients) {
    gm_context *context = clients->context;
    const gm_context_options options = {.threads = context->threads,
                                        .isa = context->isa,
                                        .allocator = &context->allocator,
                                        .progress = pass_on_cancellation,
                                        .progress_user = clients};
    const gm_status status = gm_context_create(&options, &clients->local);
    return status == GM_OK ? GM_OK
                           : gm_fail(context, status, "clients: no context can be made for them");
}

/* A helper uses the instructions and the number of threads that this process does; its number is for
   whoever looks at the processes. */
static void set_channel(gm_clients *clients, int64_t c) {
    gm_client_channel *channel = &clients->members[c].channel;
    channel->context = clients->context;
    channel->program = clients->program;
    channel->local.context = clients->local;
    snprintf(channel->number, sizeof channel->number, "%d", (int)(c + 1));
    snprintf(channel->threads, sizeof channel->threads, "%d", clients->context->threads);
    const char *const arguments[GM_PROCESS_ARGUMENTS + 1] = {
        "--client", channel->number, "--threads",
        channel->threads, "--isa",   gm_isa_name(clients->context->isa)};
    memcpy(channel->arguments, arguments, sizeof arguments);
}

gm_status gm_clients_create(gm_context *context, const gm_client_options *options,
                            const gm_client_data *data, gm_clients **out) {
    gm_status status = GM_OK;
    gm_clients *clients = NULL;
    GM_TRY(check_options(context, options));
    GM_TRY(GM_NEW_ZERO(context, clients, 1));
    clients->context = context;
    clients->options = options;
    clients->data = *data;
    clients->timeout = options->timeout > 0.0 ? options->timeout : DEFAULT_TIMEOUT;
    GM_TRY(GM_NEW(context, clients->offsets, options->count + 1));
    GM_TRY(GM_NEW_ZERO(context, clients->members, options->count));
    GM_TRY(gm_client_parts(context, options, gm_dataset_rows(data->dataset), clients->offsets));
    GM_TRY(options->program
               ? gm_process_find(context, "a run with clients", options->program,
                                 "GRADIOMETER_CLIENT", "gradiometer-client", &clients->program)
               : make_local(clients));
    gm_share_part(options->count, gm_context_ranks(context), gm_context_rank(context),
                  &clients->first, &clients->end);
    for (int64_t c = 0; c < options->count; c++) {
        clients->members[c].outcome.fault = -1;
        set_channel(clients, c);
    }
    *out = clients;
    clients = NULL;
done:
    gm_clients_destroy(clients);
    return status;
}

void gm_clients_destroy(gm_clients *clients) {
    if (!clients)
        return;
    gm_context *context = clients->context;
    for (int64_t c = 0; clients->members && c < clients->options->count; c++) {
        gm_client_channel_close(&clients->members[c].channel);
        gm_release(context, clients->members[c].answer);
    }
    gm_context_destroy(clients->local);
    gm_release(context, clients->members);
    gm_release(context, clients->offsets);
    gm_release(context, clients->program);
    gm_release(context, clients);
}

gm_context *gm_clients_context(const gm_clients *clients) {
    return clients->context;
}

const gm_client_options *gm_clients_options(const gm_clients *clients) {
    return clients->options;
}

int64_t gm_clients_count(const gm_clients *clients) {
    return clients->options->count;
}

int64_t gm_clients_rows(const gm_clients *clients, int64_t c) {
    return clients->offsets[c + 1] - clients->offsets[c];
}

bool gm_clients_has(const gm_clients *clients, int64_t c) {
    return clients->members[c].outcome.fault < 0;
}

void gm_clients_count_gradients(gm_clients *clients, int64_t c, int64_t gradients) {
    clients->members[c].gradients += gradients;
}

static void keep_fault(member *m, const gm_client_fault *fault) {
    for (int i = 0; fault->name && i < FAULTS; i++)
        if (strcmp(faults[i], fault->name) == 0)
            m->outcome.fault = i;
    memcpy(m->outcome.text, fault->text, sizeof fault->text);
}

static gm_status give_shard(gm_clients *clients, int64_t c, gm_client_fault *fault) {
    member *m = &clients->members[c];
    gm_archive shard;
    unsigned char *nothing = NULL;
    int64_t size = 0;
    gm_archive_write(clients->context, &shard);
    gm_client_shard_write(&clients->data, clients->offsets[c], clients->offsets[c + 1], &shard);
    gm_status status = shard.status;
    if (status == GM_OK)
        status = gm_client_ask(&m->channel, &gm_client_shard_duty, &shard, 0, clients->timeout,
                               fault, &size, &nothing);
    m->channel.sent = m->channel.received = 0.0; /* its data were its own before */
    m->has_shard = true;
    gm_release(clients->context, nothing);
    gm_archive_release(&shard);
    return status;
}

/* Ask one client of this rank and look at its answer. */
static gm_status ask_one(gm_clients *clients, int64_t c, const gm_client_question *question) {
    gm_context *context = clients->context;
    gm_status status = GM_OK;
    member *m = &clients->members[c];
    gm_client_fault fault = {0};
    gm_archive request, answer;
    gm_archive_write(context, &request);
    if (!m->has_shard)
        GM_TRY(give_shard(clients, c, &fault));
    if (!fault.name) {
        question->write(question->argument, c, &request);
        GM_TRY(request.status);
        GM_TRY(gm_client_ask(&m->channel, question->duty, &request, question->most,
                             clients->timeout, &fault, &m->outcome.size, &m->answer));
    }
    if (!fault.name) {
        gm_archive_read(context, m->outcome.size, m->answer, &answer);
        GM_TRY(question->check(question->argument, c, &answer, &fault));
    }
    m->outcome.sent = m->channel.sent;
    m->outcome.received = m->channel.received;
    if (fault.name)
        keep_fault(m, &fault);
    if (fault.name || question->last)
        gm_client_channel_close(&m->channel);
done:
    gm_archive_release(&request);
    return status;
}

/* Where, in a list of all clients, those of each rank begin. */
static gm_status list_parts(const gm_clients *clients, int64_t each, int64_t **out) {
    const int ranks = gm_context_ranks(clients->context);
    int64_t *offsets = NULL, first = 0, end = 0;
    gm_status status = GM_NEW(clients->context, offsets, ranks + 1);
    if (status != GM_OK)
        return status;
    for (int r = 0; r < ranks; r++) {
        gm_share_part(clients->options->count, ranks, r, &first, &end);
        offsets[r] = first * each;
    }
    offsets[ranks] = clients->options->count * each;
    *out = offsets;
    return GM_OK;
}

/* Every rank learns what became of every client; `mine` is what became of this rank. */
static gm_status tell_outcomes(gm_clients *clients, gm_status mine) {
    gm_context *context = clients->context;
    gm_status status = GM_OK;
    const int64_t count = clients->options->count;
    int64_t *offsets = NULL;
    outcome *all = NULL;
    GM_TRY(GM_NEW_ZERO(context, all, count));
    GM_TRY(list_parts(clients, (int64_t)sizeof *all, &offsets));
    for (int64_t c = clients->first; c < clients->end; c++)
        all[c] = clients->members[c].outcome;
    GM_TRY(gm_ranks_gather(context, mine, offsets, all));
    for (int64_t c = 0; c < count; c++)
        clients->members[c].outcome = all[c];
done:
    gm_release(context, offsets);
    gm_release(context, all);
    return status;
}

/* The answer of one client on every rank, to be released by gm_release(). */
static gm_status tell_answer(gm_clients *clients, int64_t c, unsigned char **out) {
    gm_context *context = clients->context;
    gm_status status = GM_OK;
    const int ranks = gm_context_ranks(context);
    member *m = &clients->members[c];
    int64_t *offsets = NULL;
    unsigned char *bytes = m->answer;
    m->answer = NULL;
    if (!bytes)
        GM_TRY(GM_NEW(context, bytes, m->outcome.size));
    GM_TRY(GM_NEW(context, offsets, ranks + 1));
    for (int r = 0; r <= ranks; r++) {
        int64_t first = 0, end = 0;
        if (r < ranks)
            gm_share_part(clients->options->count, ranks, r, &first, &end);
        offsets[r] = r == ranks || c < first ? m->outcome.size : 0;
    }
    GM_TRY(gm_ranks_gather(context, GM_OK, offsets, bytes));
    *out = bytes;
    bytes = NULL;
done:
    gm_release(context, offsets);
    gm_release(context, bytes);
    return status;
}

static gm_status take_answers(gm_clients *clients, const gm_client_question *question) {
    gm_context *context = clients->context;
    gm_status status = GM_OK;
    for (int64_t c = 0; c < clients->options->count && status == GM_OK; c++) {
        unsigned char *bytes = NULL;
        gm_archive answer;
        if (!gm_clients_has(clients, c))
            continue;
        GM_TRY(tell_answer(clients, c, &bytes));
        gm_archive_read(context, clients->members[c].outcome.size, bytes, &answer);
        status = question->take(question->argument, c, &answer);
        gm_release(context, bytes);
    }
done:
    return status;
}

static int64_t count_left_out(const gm_clients *clients) {
    int64_t left_out = 0;
    for (int64_t c = 0; c < clients->options->count; c++)
        left_out += !gm_clients_has(clients, c);
    return left_out;
}

/* Too many have failed: name them, as far as a message has room. */
static gm_status give_up(const gm_clients *clients, int64_t left_out) {
    char names[768] = "";
    size_t used = 0;
    for (int64_t c = 0; c < clients->options->count && used < sizeof names - 1; c++) {
        const outcome *o = &clients->members[c].outcome;
        if (o->fault < 0)
            continue;
        const int n = snprintf(names + used, sizeof names - used, "%sclient %lld (%s): %s",
                               used ? "; " : "", (long long)c + 1, faults[o->fault], o->text);
        used += n > 0 ? (size_t)n : 0;
    }
    return gm_fail(clients->context, GM_IO_ERROR, "%lld of %lld clients failed, %lld tolerated: %s",
                   (long long)left_out, (long long)clients->options->count,
                   (long long)clients->options->tolerate, names);
}

gm_status gm_clients_ask(gm_clients *clients, const gm_client_question *question) {
    gm_status status = GM_OK;
    for (int64_t c = clients->first; c < clients->end && status == GM_OK; c++)
        if (gm_clients_has(clients, c))
            status = ask_one(clients, c, question);
    GM_TRY(tell_outcomes(clients, status));
    const int64_t left_out = count_left_out(clients);
    if (left_out > clients->options->tolerate)
        GM_TRY(give_up(clients, left_out));
    GM_TRY(take_answers(clients, question));
done:
    for (int64_t c = 0; c < clients->options->count; c++) {
        gm_release(clients->context, clients->members[c].answer);
        clients->members[c].answer = NULL;
    }
    return status;
}

gm_status gm_clients_tell(const gm_clients *clients, gm_clients_report **out) {
    gm_context *context = clients->context;
    gm_status status = GM_OK;
    const int64_t count = clients->options->count;
    gm_clients_report *report = NULL;
    GM_TRY(GM_NEW_ZERO(context, report, 1));
    report->reproducible = clients->options->reproducible;
    report->left_out = count_left_out(clients);
    GM_TRY(GM_NEW_ZERO(context, report->client, count));
    report->count = count;
    for (int64_t c = 0; c < count; c++) {
        const member *m = &clients->members[c];
        gm_client_report *r = &report->client[c];
        *r = (gm_client_report){.rows = gm_clients_rows(clients, c),
                                .gradients = m->gradients,
                                .sent = m->outcome.received,
                                .received = m->outcome.sent};
        if (m->outcome.fault < 0)
            continue;
        r->fault = faults[m->outcome.fault];
        r->reason = gm_duplicate(context, m->outcome.text);
        GM_TRY(r->reason ? GM_OK : GM_OUT_OF_MEMORY);
    }
    *out = report;
    report = NULL;
done:
    gm_clients_report_destroy(context, report);
    return status;
}

void gm_clients_report_destroy(gm_context *context, gm_clients_report *report) {
    if (!report)
        return;
    for (int64_t c = 0; c < report->count; c++)
        gm_release(context, report->client[c].reason);
    gm_release(context, report->client);
    gm_release(context, report);
}
