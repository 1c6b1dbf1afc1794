/* Fields of delimited text, one after another, with the line they stand on. */
#ifndef GM_SCAN_H
#define GM_SCAN_H

#include "base/base.h"
#include "data/bytes.h"

/* Longest field in bytes, quotes and blanks around it included. */
enum { GM_LONGEST_FIELD = 1 << 16 };

/* A field, blanks around it and quotes taken off; valid until the next one is asked for. */
typedef struct gm_field {
    const char *text; /* [size], not zero-terminated */
    size_t size;
    bool last; /* ends its record */
} gm_field;

/*
 * RFC 4180, and what is met beside it: CRLF, LF or CR ends a record; a quoted field may hold the
 * delimiter, line ends and doubled quotes; lines that are empty or blank are passed over; a
 * byte-order mark is passed over. Delimiter ' ' stands for runs of spaces and tabs.
 */
typedef struct gm_scan {
    gm_context *context;
    gm_bytes *bytes;
    char delimiter;
    int64_t line;        /* of the position, from 1, as an editor counts */
    int64_t record_line; /* where the record of the last field begins */
    char *buffer;        /* [capacity + 1], a zero byte after `end` */
    size_t capacity, begin, end;
    bool exhausted; /* the source has nothing beyond `end` */
    bool in_record;
    unsigned char stop[256]; /* nonzero for bytes that end an unquoted field */
} gm_scan;

/* Start at the first byte of a source, which is borrowed. Free with gm_scan_close(). */
gm_status gm_scan_open(gm_context *context, gm_bytes *bytes, char delimiter, gm_scan *out)
    __attribute__((warn_unused_result));

/*
 * Read the next field; *end where there is none.
 * GM_INVALID_INPUT (too long, a quote not closed, bytes that are not text), as gm_bytes_read()
 */
gm_status gm_scan_next(gm_scan *scan, gm_field *out, bool *end) __attribute__((warn_unused_result));

void gm_scan_close(gm_scan *scan);

#endif
