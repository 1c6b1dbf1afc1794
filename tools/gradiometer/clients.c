#include "clients.h"

#include <stdio.h>

#include "result.h"
#include "try.h"

enum { PATH_SIZE = 96 };

static const char *const names[] = {"client-sizes", "client-timeout", "tolerate", "client-sums",
                                    NULL};

int clients_check(struct session *session, const gm_client_options *options) {
    for (int i = 0; names[i] && options->count == 0; i++)
        if (arguments_given(&session->arguments, names[i]))
            return session_error(session, GM_INVALID_ARGUMENT,
                                 "option --%s goes with --clients only", names[i]);
    return EXIT_DONE;
}

static gm_status report_one(gm_report *report, int64_t c, const gm_client_report *client) {
    char path[PATH_SIZE];
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"client", (double)c + 1.0},
                   {"rows", (double)client->rows},
                   {"gradients", (double)client->gradients},
                   {"bytes_sent", client->sent},
                   {"bytes_received", client->received}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        snprintf(path, sizeof path, "result.clients.list[%lld].%s", (long long)c, numbers[i].key);
        TRY(gm_report_set_integer(report, path, (int64_t)numbers[i].value));
    }
    snprintf(path, sizeof path, "result.clients.list[%lld].fault", (long long)c);
    TRY(result_set_text(report, path, client->fault));
    snprintf(path, sizeof path, "result.clients.list[%lld].reason", (long long)c);
    return result_set_text(report, path, client->reason);
}

gm_status clients_report(gm_report *report, const gm_clients_report *clients) {
    double sent = 0.0, received = 0.0;
    if (!clients)
        return GM_OK;
    for (int64_t c = 0; c < clients->count; c++) {
        sent += clients->client[c].sent;
        received += clients->client[c].received;
    }
    TRY(gm_report_set_integer(report, "result.clients.count", clients->count));
    TRY(gm_report_set_integer(report, "result.clients.left_out", clients->left_out));
    TRY(gm_report_set_text(report, "result.clients.noise_source",
                           clients->reproducible ? "seed" : "system entropy"));
    TRY(gm_report_set_integer(report, "result.clients.bytes_sent", (int64_t)sent));
    TRY(gm_report_set_integer(report, "result.clients.bytes_received", (int64_t)received));
    for (int64_t c = 0; c < clients->count; c++)
        TRY(report_one(report, c, &clients->client[c]));
    return GM_OK;
}
