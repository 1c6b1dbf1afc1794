#include "data/scan.h"

#include <inttypes.h>
#include <string.h>

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}

/* Control characters that no text file holds; tab and line ends are not among them. */
static bool is_binary(char c) {
    return ((unsigned char)c < 32 && !is_blank(c) && !is_line_end(c)) || c == 127;
}

static bool is_delimiter(const gm_scan *scan, char c) {
    return c == scan->delimiter || (scan->delimiter == ' ' && c == '\t');
}

/* Blanks around a field, which are not delimiters. */
static bool is_padding(const gm_scan *scan, char c) {
    return is_blank(c) && (scan->delimiter == ' ' || c != scan->delimiter);
}

/* See to it that a longest field lies in the buffer whole. */
static gm_status ensure(gm_scan *scan) {
    size_t held = scan->end - scan->begin, got = 0;
    if (scan->exhausted || held > GM_LONGEST_FIELD + 4)
        return GM_OK;
    memmove(scan->buffer, scan->buffer + scan->begin, held);
    scan->begin = 0;
    scan->end = held;
    size_t wanted = scan->capacity - held;
    gm_status status = gm_bytes_read(scan->bytes, scan->buffer + held, wanted, &got);
    if (status != GM_OK)
        return status;
    scan->end += got;
    scan->exhausted = got < wanted;
    scan->buffer[scan->end] = '\0';
    if (!scan->exhausted && scan->end <= GM_LONGEST_FIELD + 4)
        return gm_fail(scan->context, GM_INVALID_INPUT, "%s: the file grew while it was read",
                       gm_bytes_name(scan->bytes));
    return GM_OK;
}

gm_status gm_scan_open(gm_context *context, gm_bytes *bytes, char delimiter, gm_scan *out) {
    gm_scan scan = {.context = context, .bytes = bytes, .delimiter = delimiter, .line = 1};
    int64_t length = gm_bytes_length(bytes);
    scan.capacity = length >= 0 && length < GM_LONGEST_FIELD
                        ? (size_t)length + 8
                        : gm_bytes_block(bytes) + GM_LONGEST_FIELD + 8;
    for (int c = 0; c < 32; c++)
        scan.stop[c] = is_binary((char)c) || is_line_end((char)c) || is_delimiter(&scan, (char)c);
    scan.stop[127] = scan.stop[(unsigned char)delimiter] = 1;
    gm_status status = GM_OK;
    GM_TRY(gm_bytes_rewind(bytes));
    GM_TRY(GM_NEW(context, scan.buffer, (int64_t)scan.capacity + 1));
    GM_TRY(ensure(&scan));
    if (scan.end >= 3 && memcmp(scan.buffer, "\xef\xbb\xbf", 3) == 0)
        scan.begin = 3;
    *out = scan;
done:
    if (status != GM_OK)
        gm_release(context, scan.buffer);
    return status;
}

void gm_scan_close(gm_scan *scan) {
    gm_release(scan->context, scan->buffer);
    scan->buffer = NULL;
}

static gm_status not_text(gm_scan *scan, char c) {
    return gm_fail(scan->context, GM_INVALID_INPUT,
                   "%s: row %" PRId64 ": byte 0x%02x; this is not a text file%s",
                   gm_bytes_name(scan->bytes), scan->line, (unsigned)(unsigned char)c,
                   c ? "" : " in UTF-8 (UTF-16 must be converted)");
}

static gm_status too_long(gm_scan *scan, int64_t line, bool quoted) {
    return gm_fail(
        scan->context, GM_INVALID_INPUT, "%s: row %" PRId64 ": a field of more than %d bytes%s",
        gm_bytes_name(scan->bytes), line, GM_LONGEST_FIELD, quoted ? "; is its quote closed?" : "");
}

/* Step over a line end at `at`: CR LF counts once. */
static size_t skip_line_end(gm_scan *scan, size_t at) {
    at += scan->buffer[at] == '\r' && scan->buffer[at + 1] == '\n' ? 2 : 1;
    scan->line++;
    return at;
}

/* Find the start of the next record; *end where there is none. */
static gm_status start_record(gm_scan *scan, bool *end) {
    for (;;) {
        gm_status status = ensure(scan);
        if (status != GM_OK)
            return status;
        size_t at = scan->begin;
        while (is_padding(scan, scan->buffer[at]) && at < scan->end)
            at++;
        if (at == scan->end && scan->exhausted) {
            *end = true;
            return GM_OK;
        }
        if (at - scan->begin > GM_LONGEST_FIELD)
            return too_long(scan, scan->line, false);
        if (!is_line_end(scan->buffer[at])) {
            scan->record_line = scan->line;
            scan->in_record = true;
            return GM_OK;
        }
        scan->begin = skip_line_end(scan, at);
    }
}

/* Take the delimiter or line end at `at`, where a field has ended. */
static gm_status end_field(gm_scan *scan, size_t at, gm_field *out) {
    if (scan->delimiter == ' ')
        while (is_blank(scan->buffer[at]) && is_blank(scan->buffer[at + 1]))
            at++;
    char c = scan->buffer[at];
    bool blank_at_end = scan->delimiter == ' ' && is_blank(c) &&
                        (is_line_end(scan->buffer[at + 1]) || at + 1 == scan->end);
    if (blank_at_end)
        c = scan->buffer[++at];
    if (at - scan->begin > GM_LONGEST_FIELD)
        return too_long(scan, scan->line, false);
    out->last = true;
    if (at == scan->end)
        scan->begin = at;
    else if (is_line_end(c))
        scan->begin = skip_line_end(scan, at);
    else if (is_delimiter(scan, c)) {
        scan->begin = at + 1;
        out->last = false;
    } else
        return not_text(scan, c);
    scan->in_record = !out->last;
    return GM_OK;
}

static gm_status plain_field(gm_scan *scan, size_t start, gm_field *out) {
    const char *buffer = scan->buffer;
    size_t at = start;
    while (!scan->stop[(unsigned char)buffer[at]])
        at++;
    if (at - scan->begin > GM_LONGEST_FIELD)
        return too_long(scan, scan->line, false);
    size_t stop = at;
    while (stop > start && is_blank(buffer[stop - 1]))
        stop--;
    out->text = buffer + start;
    out->size = stop - start;
    return end_field(scan, at, out);
}

/* A field in quotes that begins at `start`; decoded in its place, as it only becomes shorter. */
static gm_status quoted_field(gm_scan *scan, size_t start, gm_field *out) {
    char *buffer = scan->buffer;
    int64_t line = scan->line;
    size_t at = start + 1, written = at;
    for (;; at++) {
        if (at - scan->begin > GM_LONGEST_FIELD)
            return too_long(scan, line, true);
        if (at == scan->end)
            return gm_fail(scan->context, GM_INVALID_INPUT,
                           "%s: row %" PRId64 ": a quote is opened and never closed",
                           gm_bytes_name(scan->bytes), line);
        char c = buffer[at];
        if (c == '"' && buffer[at + 1] != '"')
            break;
        if (c == '"')
            at++;
        else if (is_binary(c))
            return not_text(scan, c);
        else if (c == '\n' || (c == '\r' && buffer[at + 1] != '\n'))
            scan->line++;
        buffer[written++] = c;
    }
    out->text = buffer + start + 1;
    out->size = written - (start + 1);
    at++;
    while (is_padding(scan, buffer[at]) && scan->delimiter != ' ' && at < scan->end)
        at++;
    if (at - scan->begin > GM_LONGEST_FIELD)
        return too_long(scan, line, true);
    if (at < scan->end && !is_line_end(buffer[at]) && !is_delimiter(scan, buffer[at]))
        return gm_fail(scan->context, GM_INVALID_INPUT,
                       "%s: row %" PRId64 ": text follows a closing quote; a quote within a "
                       "field is written twice",
                       gm_bytes_name(scan->bytes), scan->line);
    return end_field(scan, at, out);
}

gm_status gm_scan_next(gm_scan *scan, gm_field *out, bool *end) {
    gm_status status = GM_OK;
    *end = false;
    if (!scan->in_record)
        status = start_record(scan, end);
    else
        status = ensure(scan);
    if (status != GM_OK || *end)
        return status;
    size_t start = scan->begin;
    while (is_padding(scan, scan->buffer[start]) && start < scan->end)
        start++;
    return scan->buffer[start] == '"' ? quoted_field(scan, start, out)
                                      : plain_field(scan, start, out);
}
