#include "gradients/clients.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/dataset.h"
#include "parallel/ranks.h"

static const double DEFAULT_TIMEOUT = 60.0;

/* Bytes of all answers that every rank holds at one time. */
enum { MOST_SMALL = 1 << 24 };

/* What a rank knows of a client, and tells the others: plain bytes. */
typedef struct outcome {
    double sent, received;
    int64_t size;  /* of the answer */
    int32_t fault; /* its number in the list, −1: none */
    char text[sizeof((gm_client_fault *)NULL)->text];
} outcome;

/* Names of faults, which the ranks tell each other by number. */
static const char *const faults[] = {"died",    "timeout",    "message",    "size",
                                     "refused", "not finite", "calibration"};
enum { FAULTS = sizeof faults / sizeof faults[0] };

typedef struct member {
    gm_client_channel channel; /* on the rank that runs it */
    bool has_shard;
    unsigned char *answer; /* on the rank that runs it */
    int64_t gradients;
} member;

struct gm_clients {
    gm_context *context, *local; /* local: of clients in this process; it has no other ranks */
    const gm_client_options *options;
    gm_client_data data;
    double timeout;
    char *program;
    int64_t *offsets;  /* [count + 1] */
    member *members;   /* [count] */
    outcome *outcomes; /* [count] so far, the same on every rank */
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

/* Threads of one helper where this process has so many: as many helpers as there are threads work
   at one time, one of them for each thread that waits for it. */
static int helper_threads(const gm_clients *clients) {
    const gm_context *context = clients->context;
    int64_t first = 0, end = 0;
    gm_share_part(clients->options->count, gm_context_ranks(context), gm_context_rank(context),
                  &first, &end);
    const int64_t mine = end > first ? end - first : 1;
    return mine < context->threads ? context->threads / (int)mine : 1;
}

/* A helper uses the instructions that this process does; its number is for whoever looks at the
   processes. */
static void set_channel(gm_clients *clients, int64_t c, int threads) {
    gm_client_channel *channel = &clients->members[c].channel;
    channel->context = clients->context;
    channel->program = clients->program;
    channel->local.context = clients->local;
    snprintf(channel->number, sizeof channel->number, "%d", (int)(c + 1));
    snprintf(channel->threads, sizeof channel->threads, "%d", threads);
    const char *const arguments[GM_PROCESS_ARGUMENTS + 1] = {
        "--client",       channel->number, "--threads",
        channel->threads, "--isa",         gm_isa_name(clients->context->isa)};
    memcpy(channel->arguments, arguments, sizeof arguments);
}

gm_status gm_clients_create(gm_context *context, const gm_client_options *options,
                            const gm_client_data *data, const gm_client_duty *duties,
                            gm_clients **out) {
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
    GM_TRY(GM_NEW_ZERO(context, clients->outcomes, options->count));
    GM_TRY(gm_client_parts(context, options, gm_dataset_rows(data->dataset), clients->offsets));
    GM_TRY(options->program
               ? gm_process_find(context, "a run with clients", options->program,
                                 "GRADIOMETER_CLIENT", "gradiometer-client", "", &clients->program)
               : make_local(clients));
    for (int64_t c = 0; c < options->count; c++) {
        clients->outcomes[c].fault = -1;
        clients->members[c].channel.duties = duties;
        set_channel(clients, c, helper_threads(clients));
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
    gm_release(context, clients->outcomes);
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

/* −ln of the probability of an honest client to be left out, and the departure from an affine
   gradient that is more than rounding; standard errors of what is expected that chance may take. */
static const double SURE = 16.0, MOST_BEND = 1e-6, MOST_ERRORS = 6.0;

bool gm_client_power_is_off(double ratio, double error, double vectors) {
    double departure = log(ratio);
    if (!(error <= 0.0))
        departure = fmin(0.0, departure + MOST_ERRORS * error);
    return 0.5 * vectors * (expm1(departure) - departure) > SURE;
}

void gm_client_blame_power(gm_client_fault *fault, double ratio) {
    gm_client_blame(fault, "calibration",
                    "its noise moves its gradients %.3g times as much as it should: they are "
                    "clipped or scaled",
                    sqrt(ratio));
}

bool gm_client_bends(gm_client_fault *fault, double affinity) {
    if (!(affinity > MOST_BEND))
        return false;
    gm_client_blame(fault, "calibration",
                    "its gradients do not follow the noise on its targets (departure %.2g): they "
                    "are clipped or changed otherwise",
                    affinity);
    return true;
}

int64_t gm_clients_count(const gm_clients *clients) {
    return clients->options->count;
}

int64_t gm_clients_first(const gm_clients *clients, int64_t c) {
    return clients->offsets[c];
}

int64_t gm_clients_rows(const gm_clients *clients, int64_t c) {
    return clients->offsets[c + 1] - clients->offsets[c];
}

bool gm_clients_has(const gm_clients *clients, int64_t c) {
    return clients->outcomes[c].fault < 0;
}

void gm_clients_count_gradients(gm_clients *clients, int64_t c, int64_t gradients) {
    clients->members[c].gradients += gradients;
}

static void keep_fault(outcome *o, const gm_client_fault *fault) {
    for (int i = 0; fault->name && i < FAULTS; i++)
        if (strcmp(faults[i], fault->name) == 0)
            o->fault = i;
    memcpy(o->text, fault->text, sizeof fault->text);
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
        status = gm_client_ask(&m->channel, GM_CLIENT_SHARD, &shard, 0, clients->timeout, fault,
                               &size, &nothing);
    m->channel.sent = m->channel.received = 0.0; /* its data were its own before */
    m->has_shard = true;
    gm_release(clients->context, nothing);
    gm_archive_release(&shard);
    return status;
}

typedef struct asking {
    gm_clients *clients;
    const gm_client_question *question;
} asking;

/* Ask one client and look at its answer, on the rank that runs it. */
static gm_status ask_one(void *argument, int64_t c, int worker) {
    (void)worker;
    const asking *self = argument;
    const gm_client_question *question = self->question;
    gm_clients *clients = self->clients;
    gm_context *context = clients->context;
    gm_status status = GM_OK;
    member *m = &clients->members[c];
    outcome *o = &clients->outcomes[c];
    gm_client_fault fault = {0};
    gm_archive request, answer;
    if (!gm_clients_has(clients, c))
        return GM_OK;
    gm_archive_write(context, &request);
    if (!m->has_shard)
        GM_TRY(give_shard(clients, c, &fault));
    if (!fault.name) {
        question->write(question->argument, c, &request);
        GM_TRY(request.status);
        GM_TRY(gm_client_ask(&m->channel, question->kind, &request, question->most,
                             clients->timeout, &fault, &o->size, &m->answer));
    }
    if (!fault.name) {
        gm_archive_read(context, o->size, m->answer, &answer);
        GM_TRY(question->check(question->argument, c, &answer, &fault));
    }
    o->sent = m->channel.sent;
    o->received = m->channel.received;
    if (fault.name)
        keep_fault(o, &fault);
    if (fault.name || question->last)
        gm_client_channel_close(&m->channel);
done:
    gm_archive_release(&request);
    return status;
}

/* The rank that runs a client. */
static int rank_of(const gm_clients *clients, int64_t c) {
    const int ranks = gm_context_ranks(clients->context);
    int64_t first = 0, end = 0;
    for (int r = 0; r < ranks; r++) {
        gm_share_part(clients->options->count, ranks, r, &first, &end);
        if (c < end)
            return r;
    }
    return 0;
}

/* The answer of one client on every rank, to be released by gm_release(). */
static gm_status tell_answer(gm_clients *clients, int64_t c, unsigned char **out) {
    gm_context *context = clients->context;
    gm_status status = GM_OK;
    const int64_t size = clients->outcomes[c].size;
    unsigned char *bytes = clients->members[c].answer;
    clients->members[c].answer = NULL;
    if (!bytes)
        GM_TRY(GM_NEW(context, bytes, size));
    GM_TRY(gm_ranks_take(context, rank_of(clients, c), size, bytes));
    *out = bytes;
    bytes = NULL;
done:
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
        gm_archive_read(context, clients->outcomes[c].size, bytes, &answer);
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
        const outcome *o = &clients->outcomes[c];
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

gm_status gm_clients_leave_out(gm_clients *clients, int64_t c, const gm_client_fault *fault) {
    keep_fault(&clients->outcomes[c], fault);
    gm_client_channel_close(&clients->members[c].channel);
    const int64_t left_out = count_left_out(clients);
    return left_out > clients->options->tolerate ? give_up(clients, left_out) : GM_OK;
}

/* All answers at one time, where they are small; each is padded to the largest. */
static gm_status take_small(gm_clients *clients, const gm_client_question *question) {
    gm_context *context = clients->context;
    gm_status status = GM_OK;
    const int64_t count = clients->options->count;
    int64_t each = 1;
    unsigned char *all = NULL;
    for (int64_t c = 0; c < count; c++)
        each = clients->outcomes[c].size > each ? clients->outcomes[c].size : each;
    GM_TRY(GM_NEW_ZERO(context, all, count * each));
    for (int64_t c = 0; c < count; c++)
        if (clients->members[c].answer)
            memcpy(all + c * each, clients->members[c].answer, (size_t)clients->outcomes[c].size);
    const gm_shared told = {.base = all, .bytes = each};
    GM_TRY(gm_share_gather(context, count, GM_OK, 1, &told));
    for (int64_t c = 0; c < count; c++) {
        gm_archive answer;
        if (!gm_clients_has(clients, c))
            continue;
        gm_archive_read(context, clients->outcomes[c].size, all + c * each, &answer);
        GM_TRY(question->take(question->argument, c, &answer));
    }
done:
    gm_release(context, all);
    return status;
}

gm_status gm_clients_ask(gm_clients *clients, const gm_client_question *question) {
    gm_status status = GM_OK;
    asking self = {clients, question};
    const gm_shared told = {.base = clients->outcomes, .bytes = sizeof *clients->outcomes};
    GM_TRY(gm_share_for(clients->context, clients->options->count, ask_one, &self, 1, &told));
    const int64_t left_out = count_left_out(clients);
    if (left_out > clients->options->tolerate)
        GM_TRY(give_up(clients, left_out));
    GM_TRY(question->most <= MOST_SMALL / clients->options->count
               ? take_small(clients, question)
               : take_answers(clients, question));
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
        const outcome *o = &clients->outcomes[c];
        gm_client_report *r = &report->client[c];
        *r = (gm_client_report){.rows = gm_clients_rows(clients, c),
                                .gradients = clients->members[c].gradients,
                                .sent = o->received,
                                .received = o->sent};
        if (o->fault < 0)
            continue;
        r->fault = faults[o->fault];
        r->reason = gm_duplicate(context, o->text);
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

/* --- what it costs --- */

/* Measured: bytes/s of messages with their checksums, seconds of one there and back, and what a new
   process takes and holds. */
static const double CARRIED = 1.2e9, ASK = 4e-5, START = 0.005, PROCESS = 8e6;

gm_clients_cost gm_clients_cost_of(const gm_context *context, const gm_client_options *options,
                                   const gm_clients_load *load) {
    const double count = (double)options->count;
    const double row = (double)load->rows->columns * (double)gm_element_size(load->rows->element);
    const double rows = (double)load->rows->rows * (row + 8.0) / count; /* bytes of a client's */
    const double workers = fmin(count, (double)gm_context_threads(context));
    const double alive = load->last ? workers : count;
    const double process = options->program ? PROCESS : 0.0;
    const double start = options->program ? START + rows / CARRIED : 0.0;
    const double messages =
        options->program ? load->questions * (ASK + load->answer / CARRIED) : 0.0;
    return (gm_clients_cost){alive * (process + load->held + rows) + count * load->answer,
                             count / workers * (start + messages)};
}
