#include "entropy_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "try.h"

enum { PATH_SIZE = 128 };

static double bits(double nats) {
    return nats / log(2.0);
}

gm_status entropy_report_collision(gm_report *report, const char *path,
                                   const gm_collision_entropy *entropy) {
    char member[PATH_SIZE];
    const double interval[2] = {entropy->low, entropy->high};
    snprintf(member, sizeof member, "%s.nats", path);
    TRY(gm_report_set_number(report, member, entropy->nats));
    snprintf(member, sizeof member, "%s.bits", path);
    TRY(gm_report_set_number(report, member, bits(entropy->nats)));
    snprintf(member, sizeof member, "%s.method", path);
    TRY(gm_report_set_text(report, member, entropy->method));
    snprintf(member, sizeof member, "%s.lower_bound", path);
    TRY(gm_report_set_number(report, member, entropy->lower_bound));
    snprintf(member, sizeof member, "%s.ci95", path);
    return gm_report_set_numbers(report, member, interval, 2);
}

static gm_status set_coordinates(gm_report *report, const gm_entropy *entropy) {
    double *nats = malloc((size_t)entropy->columns * sizeof *nats);
    if (!nats)
        return GM_OUT_OF_MEMORY;
    for (int64_t j = 0; j < entropy->columns; j++)
        nats[j] = entropy->coordinates[j].nats;
    const gm_status status =
        gm_report_set_numbers(report, "result.per_coordinate", nats, entropy->columns);
    free(nats);
    return status;
}

/* What was counted; null of a law. */
static gm_status set_counts(gm_report *report, const gm_entropy *entropy) {
    static const char *const names[] = {"result.rows", "result.distinct_rows", "result.collisions",
                                        "result.coordinate_rows"};
    if (entropy->rows == 0) {
        for (int i = 0; i < 4; i++)
            TRY(gm_report_set_null(report, names[i]));
        return GM_OK;
    }
    TRY(gm_report_set_integer(report, names[0], entropy->rows));
    TRY(gm_report_set_integer(report, names[1], entropy->distinct));
    TRY(gm_report_set_integer(report, names[2], (int64_t)entropy->collisions));
    return gm_report_set_integer(report, names[3], entropy->coordinate_rows);
}

static int64_t count_method(const gm_entropy *entropy, const char *method) {
    int64_t count = 0;
    for (int64_t j = 0; j < entropy->columns; j++)
        count += strcmp(entropy->coordinates[j].method, method) == 0;
    return count;
}

static gm_status warn_of_columns(gm_report *report, const gm_entropy *entropy) {
    const long long blind = (long long)count_method(entropy, "lower-bound"),
                    partial = (long long)count_method(entropy, "subsample"),
                    rows = (long long)entropy->coordinate_rows;
    char text[256];
    if (partial) {
        snprintf(text, sizeof text,
                 "%lld of %lld columns have too many values to count them all: their entropies are "
                 "estimated from the first %lld rows",
                 partial, (long long)entropy->columns, rows);
        TRY(gm_report_append_text(report, "warnings", text));
    }
    if (!blind)
        return GM_OK;
    snprintf(
        text, sizeof text,
        "in %lld of %lld columns no two of %lld entries are equal: their entropies, and so the "
        "sum over the columns, are not known",
        blind, (long long)entropy->columns, rows);
    return gm_report_append_text(report, "warnings", text);
}

gm_status entropy_report_fill(gm_report *report, const char *source, const gm_entropy *entropy) {
    TRY(entropy_report_collision(report, "result.collision_entropy", &entropy->whole));
    TRY(set_coordinates(report, entropy));
    TRY(gm_report_set_number(report, "result.product_proxy", entropy->product_proxy));
    TRY(gm_report_set_number(report, "result.product_proxy_bits", bits(entropy->product_proxy)));
    TRY(gm_report_set_number(report, "result.uniform", entropy->uniform));
    TRY(gm_report_set_number(report, "result.uniform_bits", bits(entropy->uniform)));
    TRY(gm_report_set_text(report, "result.source", source));
    TRY(gm_report_set_integer(report, "result.columns", entropy->columns));
    TRY(set_counts(report, entropy));
    if (strcmp(entropy->whole.method, "continuous") == 0)
        return gm_report_append_text(
            report, "warnings",
            "two draws of a continuous law are never equal, so its collision entropy is infinite "
            "and says nothing of how its draws are spread");
    return warn_of_columns(report, entropy);
}
