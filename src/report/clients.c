#include "report/clients.h"

#include <math.h>
#include <string.h>

/* Clients that are named before the rest is counted. */
enum { NAMED = 8 };

static void say_bytes(gm_text *out, double bytes) {
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    int unit = 0;
    while (bytes >= 1000.0 && unit < 4) {
        bytes /= 1000.0;
        unit++;
    }
    gm_text_number(out, bytes);
    gm_text_format(out, " %s", units[unit]);
}

static void say_range(const json_t *list, const char *key, gm_text *out) {
    double least = INFINITY, most = -INFINITY;
    size_t i;
    json_t *client;
    json_array_foreach(list, i, client) {
        const double value = gm_json_number(json_object_get(client, key));
        least = fmin(least, value);
        most = fmax(most, value);
    }
    gm_text_count(out, least);
    if (most > least) {
        gm_text_add(out, " to ");
        gm_text_count(out, most);
    }
}

void gm_say_clients(const gm_report *report, gm_text *out) {
    const double count = gm_report_value(report, "result.clients.count");
    const char *source = gm_report_text(report, "result.clients.noise_source");
    if (isnan(count))
        return;
    gm_text_count(out, count);
    gm_text_add(out, count == 1.0 ? " client, " : " clients of ");
    say_range(gm_report_find(report, "result.clients.list"), "rows", out);
    gm_text_add(out, " rows; ");
    say_bytes(out, gm_report_value(report, "result.clients.bytes_sent"));
    gm_text_add(out, " from them, ");
    say_bytes(out, gm_report_value(report, "result.clients.bytes_received"));
    gm_text_add(out, " to them");
    if (source && strcmp(source, "seed") == 0)
        gm_text_add(out, "; noise from the seed");
    else if (source)
        gm_text_add(out, "; each draws noise of its own");
}

void gm_say_left_out(const gm_report *report, gm_text *out) {
    const json_t *list = gm_report_find(report, "result.clients.list");
    size_t i, named = 0, left_out = 0;
    json_t *client;
    json_array_foreach(list, i, client) {
        if (!*gm_json_text(client, "fault"))
            continue;
        left_out++;
        if (named == NAMED)
            continue;
        gm_text_format(out, "%sclient %zu: ", named++ ? "; " : "", i + 1);
        gm_text_plain(out, gm_json_text(client, "reason"));
    }
    if (left_out > named)
        gm_text_format(out, "; and %zu more", left_out - named);
}
