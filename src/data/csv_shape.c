/* The first pass over delimited text: delimiter, header, number of rows, what the columns hold. */
#include "data/csv.h"

#include <inttypes.h>
#include <string.h>

#include "base/word.h"
#include "data/scan.h"

enum { SAMPLE = 1 << 16, SAMPLE_RECORDS = 100 };

static unsigned bit(gm_token token) {
    return 1u << token;
}

/* What a candidate for the delimiter makes of the sample. */
typedef struct score {
    int64_t first_fields; /* of the first record */
    bool consistent;      /* every record has as many */
    double share;         /* numbers and missing values among all fields */
} score;

/* A record that ends with the sample may be cut off: it does not count if more follows. */
static gm_status rate(gm_context *context, gm_bytes *sample, bool cut, char delimiter, score *out) {
    gm_scan scan = {0};
    gm_field field;
    bool end = false;
    int64_t fields = 0, plain = 0, all = 0, all_plain = 0, records = 0;
    score made = {0, true, 0};
    gm_status status = gm_scan_open(context, sample, delimiter, &scan);
    if (status != GM_OK)
        return status;
    while (records < SAMPLE_RECORDS) {
        GM_TRY(gm_scan_next(&scan, &field, &end));
        if (end)
            break;
        double value;
        gm_token token = gm_word_token(field.text, field.size, &value);
        fields++;
        plain += token != GM_TOKEN_TEXT;
        if (!field.last)
            continue;
        if (cut && scan.exhausted && scan.begin == scan.end && records)
            break;
        if (records++ == 0)
            made.first_fields = fields;
        made.consistent &= fields == made.first_fields;
        all += fields;
        all_plain += plain;
        fields = plain = 0;
    }
done:
    gm_scan_close(&scan);
    made.share = all ? (double)all_plain / (double)all : 0;
    *out = made;
    /* Text that this delimiter cannot read, such as a field cut off, ends the sample. */
    return status == GM_INVALID_INPUT ? GM_OK : status;
}

static bool is_better(const score *a, const score *b) {
    if ((a->first_fields > 1) != (b->first_fields > 1))
        return a->first_fields > 1;
    /* Ragged rows are to be reported, not hidden behind another delimiter that cuts text. */
    return a->share + 0.5 * a->consistent > b->share + 0.5 * b->consistent;
}

gm_status gm_csv_find_delimiter(gm_context *context, gm_bytes *bytes, char *out) {
    static const char candidates[] = {',', '\t', ';', ' '};
    char *text = NULL;
    gm_bytes *sample = NULL;
    size_t size = gm_bytes_block(bytes) < SAMPLE ? gm_bytes_block(bytes) : SAMPLE, got = 0;
    score best = {0};
    gm_status status = GM_NEW(context, text, (int64_t)size);
    if (status != GM_OK)
        return status;
    GM_TRY(gm_bytes_rewind(bytes));
    GM_TRY(gm_bytes_read(bytes, text, size, &got));
    GM_TRY(gm_bytes_open_memory(context, gm_bytes_name(bytes), text, got, &sample));
    *out = candidates[0];
    for (size_t i = 0; i < sizeof candidates; i++) {
        score found;
        GM_TRY(rate(context, sample, got == size, candidates[i], &found));
        if (i == 0 || is_better(&found, &best)) {
            best = found;
            *out = candidates[i];
        }
    }
done:
    gm_bytes_close(sample);
    gm_release(context, text);
    return status;
}

/* The first pass while it runs. */
typedef struct measuring {
    gm_context *context;
    gm_bytes *bytes;
    gm_scan scan;
    gm_csv_shape shape;
    unsigned char *first; /* [columns] bits of the first record */
    int64_t first_line;
} measuring;

/* Read the first record: its fields may be names or values, so keep the text. */
static gm_status read_first(measuring *m) {
    gm_field field = {0};
    bool end = false;
    gm_status status = GM_OK;
    while (!field.last) {
        GM_TRY(gm_scan_next(&m->scan, &field, &end));
        if (end)
            GM_TRY(gm_fail(m->context, GM_INVALID_INPUT, "%s: no row of data: the file is empty",
                           gm_bytes_name(m->bytes)));
        if (m->shape.names.count == GM_MOST_CSV_COLUMNS)
            GM_TRY(gm_fail(m->context, GM_INVALID_INPUT,
                           "%s: row %" PRId64 ": more than %d columns", gm_bytes_name(m->bytes),
                           m->scan.record_line, GM_MOST_CSV_COLUMNS));
        GM_TRY(gm_strings_add(m->context, &m->shape.names, field.text, field.size));
    }
    m->first_line = m->scan.record_line;
    m->shape.columns = m->shape.names.count;
    GM_TRY(GM_NEW_ZERO(m->context, m->shape.kinds, m->shape.columns));
    GM_TRY(GM_NEW_ZERO(m->context, m->first, m->shape.columns));
    for (int64_t j = 0; j < m->shape.columns; j++) {
        const char *text = gm_strings_at(&m->shape.names, j);
        double value;
        m->first[j] = (unsigned char)bit(gm_word_token(text, strlen(text), &value));
    }
done:
    return status;
}

static gm_status ragged(measuring *m, int64_t fields, const char *more) {
    return gm_fail(m->context, GM_INVALID_INPUT,
                   "%s: row %" PRId64 ": %s%" PRId64 " field%s, expected %" PRId64
                   " as in row %" PRId64,
                   gm_bytes_name(m->bytes), m->scan.record_line, more, fields,
                   fields == 1 ? "" : "s", m->shape.columns, m->first_line);
}

/* Count the fields of a record that is longer than the first. */
static gm_status count_rest(measuring *m, gm_field field, int64_t fields) {
    bool end = false;
    while (!field.last && !end) {
        gm_status status = gm_scan_next(&m->scan, &field, &end);
        if (status != GM_OK)
            return status;
        fields += !end;
    }
    return ragged(m, fields, "");
}

static gm_status read_others(measuring *m) {
    gm_status status = GM_OK;
    gm_field field;
    bool end = false;
    int64_t column = 0;
    for (;;) {
        GM_TRY(gm_scan_next(&m->scan, &field, &end));
        if (end)
            break;
        double value;
        m->shape.kinds[column] |= (unsigned char)bit(gm_word_token(field.text, field.size, &value));
        column++;
        if (field.last != (column == m->shape.columns)) {
            if (field.last)
                GM_TRY(ragged(m, column, ""));
            GM_TRY(count_rest(m, field, column));
        }
        if (field.last) {
            m->shape.rows++;
            column = 0;
        }
    }
done:
    return status;
}

/* See gm_csv_measure() in the header. */
static bool is_header(const measuring *m) {
    const unsigned number = bit(GM_TOKEN_NUMBER) | bit(GM_TOKEN_INFINITE);
    int64_t names = 0, values = 0, numbers = 0, texts = 0;
    for (int64_t j = 0; j < m->shape.columns; j++) {
        bool below = (m->shape.kinds[j] & number) && !(m->shape.kinds[j] & bit(GM_TOKEN_TEXT));
        bool text = m->first[j] == bit(GM_TOKEN_TEXT);
        texts += text;
        numbers += (m->first[j] & number) != 0;
        names += text && below;
        values += (m->first[j] & number) && below;
    }
    if (m->shape.rows == 0)
        return texts > 0 && numbers == 0;
    return names > 0 && names >= values;
}

gm_status gm_csv_measure(gm_context *context, gm_bytes *bytes, gm_csv_shape *out) {
    measuring m = {.context = context, .bytes = bytes};
    gm_status status = GM_OK;
    GM_TRY(gm_csv_find_delimiter(context, bytes, &m.shape.delimiter));
    GM_TRY(gm_scan_open(context, bytes, m.shape.delimiter, &m.scan));
    GM_TRY(read_first(&m));
    GM_TRY(read_others(&m));
    m.shape.header = is_header(&m);
    if (!m.shape.header) {
        m.shape.rows++;
        for (int64_t j = 0; j < m.shape.columns; j++)
            m.shape.kinds[j] |= m.first[j];
    }
    if (m.shape.rows == 0)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT,
                       "%s: no row of data: row %" PRId64 " holds names and nothing follows",
                       gm_bytes_name(bytes), m.first_line));
    *out = m.shape;
done:
    if (m.scan.buffer)
        gm_scan_close(&m.scan);
    gm_release(context, m.first);
    if (status != GM_OK)
        gm_csv_shape_free(context, &m.shape);
    return status;
}

void gm_csv_shape_free(gm_context *context, gm_csv_shape *shape) {
    gm_strings_free(context, &shape->names);
    gm_release(context, shape->kinds);
    *shape = (gm_csv_shape){0};
}
