#include "record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int record_repetitions(const struct record *record, int count) {
    const double wanted = round(record->scale * count);
    return count == 1 ? 1 : wanted < 2.0 ? 2 : wanted > 1e6 ? 1000000 : (int)wanted;
}

/* Run a call of the report unless something failed before. */
#define NOTE(call)                                                                                 \
    do {                                                                                           \
        if (record->status == GM_OK)                                                               \
            record->status = (call);                                                               \
    } while (0)

static const char *path(char out[96], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static const char *path(char out[96], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(out, 96, format, arguments);
    va_end(arguments);
    return out;
}

/* --- the table --- */

/* Append to the CSV text; decimal points whatever the locale. */
static void write_csv(struct record *record, const char *text, const char *end) {
    const size_t length = strlen(text), tail = strlen(end);
    char *grown = realloc(record->csv, record->csv_size + length + tail + 1);
    if (!grown) {
        record->status = GM_OUT_OF_MEMORY;
        return;
    }
    memcpy(grown + record->csv_size, text, length);
    memcpy(grown + record->csv_size + length, end, tail + 1);
    record->csv = grown;
    record->csv_size += length + tail;
}

/* A field in quotes where a comma needs them; the texts are ours and have no quotes. */
static void write_field(struct record *record, const char *text, const char *end) {
    const bool quoted = strchr(text, ',') != NULL;
    write_csv(record, quoted ? "\"" : "", text);
    write_csv(record, quoted ? "\"" : "", end);
}

void record_columns(struct record *record, const struct column *columns, int count) {
    static const char *const kinds[] = {"text", "number", "percent"};
    char where[96];
    record->columns = columns;
    record->column_count = count;
    for (int i = 0; i < count; i++) {
        NOTE(gm_report_set_text(record->report, path(where, "result.table.columns[%d].name", i),
                                columns[i].name));
        NOTE(gm_report_set_text(record->report, path(where, "result.table.columns[%d].kind", i),
                                kinds[columns[i].kind]));
        write_field(record, columns[i].name, i + 1 < count ? "," : "\n");
    }
}

static void put_number(struct record *record, const char *where, double value, const char *end) {
    char text[32] = "";
    NOTE(gm_report_set_number(record->report, where, value));
    if (isfinite(value))
        snprintf(text, sizeof text, "%.17g", value);
    for (char *comma; (comma = strchr(text, ',')) != NULL;)
        *comma = '.';
    write_csv(record, text, end);
}

void record_row(struct record *record, ...) {
    va_list cells;
    char where[96];
    va_start(cells, record);
    for (int i = 0; i < record->column_count && record->status == GM_OK; i++) {
        const char *end = i + 1 < record->column_count ? "," : "\n";
        path(where, "result.table.rows[%d][%d]", record->rows, i);
        if (record->columns[i].kind == TEXT) {
            const char *text = va_arg(cells, const char *);
            NOTE(gm_report_set_text(record->report, where, text));
            write_field(record, text, end);
        } else {
            put_number(record, where, va_arg(cells, double), end);
        }
    }
    va_end(cells);
    record->rows++;
}

/* --- plots --- */

int record_plot(struct record *record, const char *title, const char *x, const char *y) {
    char where[96];
    const int plot = record->plots++;
    NOTE(gm_report_set_text(record->report, path(where, "result.plots[%d].title", plot), title));
    NOTE(gm_report_set_text(record->report, path(where, "result.plots[%d].x", plot), x));
    NOTE(gm_report_set_text(record->report, path(where, "result.plots[%d].y", plot), y));
    return plot;
}

void record_linear(struct record *record, int plot, const char *axes) {
    char where[96];
    NOTE(gm_report_set_text(record->report, path(where, "result.plots[%d].linear", plot), axes));
}

void record_ticks(struct record *record, int plot, const char *const *names, int count) {
    char where[96];
    for (int i = 0; i < count; i++)
        NOTE(gm_report_set_text(record->report, path(where, "result.plots[%d].ticks[%d]", plot, i),
                                names[i]));
}

int record_series(struct record *record, int plot, const char *name, enum series_kind kind,
                  int color) {
    static const char *const kinds[] = {"points", "marks", "line", "level"};
    char where[96];
    int series = 0;
    while (gm_report_text(record->report,
                          path(where, "result.plots[%d].series[%d].name", plot, series)))
        series++;
    NOTE(gm_report_set_text(record->report, where, name));
    NOTE(gm_report_set_text(record->report,
                            path(where, "result.plots[%d].series[%d].kind", plot, series),
                            kinds[kind]));
    NOTE(gm_report_set_integer(
        record->report, path(where, "result.plots[%d].series[%d].color", plot, series), color));
    return series;
}

void record_point(struct record *record, int plot, int series, double x, double y, double error) {
    static const char *const names[] = {"x", "y", "low", "high"};
    const double values[] = {x, y, y - 2.0 * error, y + 2.0 * error};
    char where[96];
    for (int i = 0; i < 4; i++) {
        int n = 0;
        double seen;
        while (gm_report_number(
            record->report,
            path(where, "result.plots[%d].series[%d].%s[%d]", plot, series, names[i], n), &seen))
            n++;
        NOTE(gm_report_set_number(record->report, where, values[i]));
    }
}

/* --- sentences --- */

enum { SENTENCE = 512 };

void record_claim(struct record *record, double measured, double low, double high,
                  const char *format, ...) {
    char where[96], text[SENTENCE];
    va_list arguments;
    const int n = record->claims++;
    const bool holds = measured >= low && measured <= high;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    NOTE(gm_report_set_text(record->report, path(where, "result.claims[%d].claim", n), text));
    NOTE(gm_report_set_number(record->report, path(where, "result.claims[%d].measured", n),
                              measured));
    NOTE(gm_report_set_number(record->report, path(where, "result.claims[%d].low", n), low));
    NOTE(gm_report_set_number(record->report, path(where, "result.claims[%d].high", n), high));
    NOTE(gm_report_set_boolean(record->report, path(where, "result.claims[%d].holds", n), holds));
    record->holds = record->holds && holds;
}

void record_conclude(struct record *record, const char *format, ...) {
    char text[SENTENCE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    NOTE(gm_report_append_text(record->report, "result.conclusion", text));
}

/* --- repeated numbers --- */

void sample_add(struct sample *sample, double value) {
    const double before = value - sample->mean;
    sample->count += 1.0;
    sample->mean += before / sample->count;
    sample->squares += before * (value - sample->mean);
}

double sample_error(const struct sample *sample) {
    return sample->count < 2.0 ? 0.0
                               : sqrt(sample->squares / (sample->count - 1.0) / sample->count);
}
