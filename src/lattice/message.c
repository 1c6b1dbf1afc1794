#include "message.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/hash.h"

#define MAGIC 0x54414c47u /* "GLAT" */
enum { CHECKSUM_AT = 24, ENTRIES_AT = GM_MESSAGE_HEADER + GM_MESSAGE_FIELDS };

static void put(unsigned char *at, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

static uint64_t get(const unsigned char *at, int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

static void put_double(unsigned char *at, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(at, bits, 8);
}

static double get_double(const unsigned char *at) {
    const uint64_t bits = get(at, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* A field of four bytes that must lie in [low, high]. */
static bool get_between(const unsigned char *at, int low, int high, int *out) {
    const uint64_t value = get(at, 4);
    if (value > INT32_MAX || (int)value < low || (int)value > high)
        return false;
    *out = (int)value;
    return true;
}

/* Over all but the checksum itself. */
static uint64_t checksum(const unsigned char *bytes, uint64_t length) {
    const uint64_t hash = gm_hash_bytes(GM_HASH_START, bytes, CHECKSUM_AT);
    return gm_hash_bytes(hash, bytes + GM_MESSAGE_HEADER, (size_t)length);
}

const char *gm_message_fault_text(gm_message_fault fault) {
    switch (fault) {
    case GM_MESSAGE_FINE:
        return "no fault";
    case GM_MESSAGE_FOREIGN:
        return "it does not begin as a message does";
    case GM_MESSAGE_OTHER_VERSION:
        return "it has another version";
    case GM_MESSAGE_BAD_TYPE:
        return "its type is unknown or not expected here";
    case GM_MESSAGE_BAD_LENGTH:
        return "its length does not fit";
    case GM_MESSAGE_BAD_CHECKSUM:
        return "its checksum is wrong";
    case GM_MESSAGE_BAD_FIELD:
        return "a field is out of range";
    case GM_MESSAGE_BAD_ENTRY:
        return "an entry of the basis is out of range";
    case GM_MESSAGE_ZERO_ROW:
        return "a row of the basis is zero";
    }
    return "?";
}

size_t gm_message_size(int rows, int columns) {
    return ENTRIES_AT + (size_t)rows * (size_t)columns * 8;
}

gm_message_fault gm_message_read_header(const unsigned char *bytes, gm_message_header *out) {
    gm_message_header header = {
        .version = (int)get(bytes + 4, 2), .id = get(bytes + 8, 8), .length = get(bytes + 16, 8)};
    const uint64_t type = get(bytes + 6, 2);
    uint64_t longest = GM_MESSAGE_TEXT;
    if (get(bytes, 4) != MAGIC)
        return GM_MESSAGE_FOREIGN;
    if (header.version != GM_MESSAGE_VERSION) {
        out->version = header.version;
        return GM_MESSAGE_OTHER_VERSION;
    }
    if (type < GM_MESSAGE_HELLO || type > GM_MESSAGE_FAILURE)
        return GM_MESSAGE_BAD_TYPE;
    header.type = (gm_message_type)type;
    if (header.type == GM_MESSAGE_JOB || header.type == GM_MESSAGE_RESULT)
        longest = gm_message_size(GM_MESSAGE_MAX_SIDE, GM_MESSAGE_MAX_SIDE) - GM_MESSAGE_HEADER;
    if (header.length > longest)
        return GM_MESSAGE_BAD_LENGTH;
    *out = header;
    return GM_MESSAGE_FINE;
}

gm_message_fault gm_message_check(const unsigned char *bytes, const gm_message_header *header) {
    return checksum(bytes, header->length) == get(bytes + CHECKSUM_AT, 8) ? GM_MESSAGE_FINE
                                                                          : GM_MESSAGE_BAD_CHECKSUM;
}

int64_t gm_message_entry(const unsigned char *bytes, size_t index) {
    const uint64_t bits = get(bytes + ENTRIES_AT + 8 * index, 8);
    int64_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void gm_message_put_entry(unsigned char *bytes, size_t index, int64_t value) {
    put(bytes + ENTRIES_AT + 8 * index, (uint64_t)value, 8);
}

static gm_message_fault check_entries(const unsigned char *bytes, int rows, int columns) {
    for (int i = 0; i < rows; i++) {
        bool zero = true;
        for (int j = 0; j < columns; j++) {
            const int64_t entry = gm_message_entry(bytes, (size_t)i * (size_t)columns + (size_t)j);
            if (entry <= -GM_MESSAGE_ENTRY_LIMIT || entry >= GM_MESSAGE_ENTRY_LIMIT)
                return GM_MESSAGE_BAD_ENTRY;
            zero = zero && entry == 0;
        }
        if (zero)
            return GM_MESSAGE_ZERO_ROW;
    }
    return GM_MESSAGE_FINE;
}

/* Rows and columns, and that so many entries follow. A basis has no more rows than columns. */
static gm_message_fault read_shape(const unsigned char *payload, const gm_message_header *header,
                                   int *rows, int *columns) {
    if (header->length < GM_MESSAGE_FIELDS)
        return GM_MESSAGE_BAD_LENGTH;
    if (!get_between(payload + 4, 1, GM_MESSAGE_MAX_SIDE, rows) ||
        !get_between(payload + 8, *rows, GM_MESSAGE_MAX_SIDE, columns))
        return GM_MESSAGE_BAD_FIELD;
    return GM_MESSAGE_HEADER + header->length == gm_message_size(*rows, *columns)
               ? GM_MESSAGE_FINE
               : GM_MESSAGE_BAD_LENGTH;
}

gm_message_fault gm_message_read_job(const unsigned char *bytes, const gm_message_header *header,
                                     gm_message_job *out) {
    const unsigned char *payload = bytes + GM_MESSAGE_HEADER;
    gm_message_job job = {0};
    if (header->type != GM_MESSAGE_JOB)
        return GM_MESSAGE_BAD_TYPE;
    gm_message_fault fault = read_shape(payload, header, &job.rows, &job.columns);
    if (fault != GM_MESSAGE_FINE)
        return fault;
    job.delta = get_double(payload + 24);
    job.norm = get_double(payload + 32);
    if (!get_between(payload, 0, 1, &job.task) ||
        !get_between(payload + 12, 0, GM_MESSAGE_MAX_BLOCK, &job.block_size) ||
        !get_between(payload + 16, 0, GM_MESSAGE_MAX_LOOPS, &job.loops) ||
        get(payload + 20, 4) != 0 || !(job.delta > 0.25 && job.delta < 1.0) || !(job.norm >= 0.0) ||
        !isfinite(job.norm))
        return GM_MESSAGE_BAD_FIELD;
    fault = check_entries(bytes, job.rows, job.columns);
    if (fault == GM_MESSAGE_FINE)
        *out = job;
    return fault;
}

void gm_message_put_job(unsigned char *bytes, const gm_message_job *job) {
    unsigned char *payload = bytes + GM_MESSAGE_HEADER;
    put(payload, (uint64_t)job->task, 4);
    put(payload + 4, (uint64_t)job->rows, 4);
    put(payload + 8, (uint64_t)job->columns, 4);
    put(payload + 12, (uint64_t)job->block_size, 4);
    put(payload + 16, (uint64_t)job->loops, 4);
    put(payload + 20, 0, 4);
    put_double(payload + 24, job->delta);
    put_double(payload + 32, job->norm);
}

static bool is_time(double seconds) {
    return isfinite(seconds) && seconds >= 0.0;
}

gm_message_fault gm_message_read_result(const unsigned char *bytes, const gm_message_header *header,
                                        gm_message_result *out) {
    const unsigned char *payload = bytes + GM_MESSAGE_HEADER;
    gm_message_result result = {0};
    if (header->type != GM_MESSAGE_RESULT)
        return GM_MESSAGE_BAD_TYPE;
    gm_message_fault fault = read_shape(payload, header, &result.rows, &result.columns);
    if (fault != GM_MESSAGE_FINE)
        return fault;
    result.fplll_seconds = get_double(payload + 16);
    result.lll_seconds = get_double(payload + 24);
    result.bkz_seconds = get_double(payload + 32);
    if (!get_between(payload, 0, GM_PRECISION_MPFR, &result.precision) ||
        !get_between(payload + 12, 0, GM_MESSAGE_MAX_LOOPS, &result.loops) ||
        !is_time(result.fplll_seconds) || !is_time(result.lll_seconds) ||
        !is_time(result.bkz_seconds))
        return GM_MESSAGE_BAD_FIELD;
    fault = check_entries(bytes, result.rows, result.columns);
    if (fault == GM_MESSAGE_FINE)
        *out = result;
    return fault;
}

void gm_message_put_result(unsigned char *bytes, const gm_message_result *result) {
    unsigned char *payload = bytes + GM_MESSAGE_HEADER;
    put(payload, (uint64_t)result->precision, 4);
    put(payload + 4, (uint64_t)result->rows, 4);
    put(payload + 8, (uint64_t)result->columns, 4);
    put(payload + 12, (uint64_t)result->loops, 4);
    put_double(payload + 16, result->fplll_seconds);
    put_double(payload + 24, result->lll_seconds);
    put_double(payload + 32, result->bkz_seconds);
}

void gm_message_seal(unsigned char *bytes, gm_message_type type, uint64_t id, uint64_t length) {
    put(bytes, MAGIC, 4);
    put(bytes + 4, GM_MESSAGE_VERSION, 2);
    put(bytes + 6, (uint64_t)type, 2);
    put(bytes + 8, id, 8);
    put(bytes + 16, length, 8);
    put(bytes + CHECKSUM_AT, checksum(bytes, length), 8);
}

static bool is_printable(unsigned char c) {
    return c >= 0x20 && c < 0x7f;
}

gm_message_fault gm_message_read_text(const unsigned char *bytes, const gm_message_header *header,
                                      char out[GM_MESSAGE_TEXT + 1]) {
    const unsigned char *payload = bytes + GM_MESSAGE_HEADER;
    if (header->type != GM_MESSAGE_HELLO && header->type != GM_MESSAGE_FAILURE)
        return GM_MESSAGE_BAD_TYPE;
    if (header->length < 1 || header->length > GM_MESSAGE_TEXT)
        return GM_MESSAGE_BAD_LENGTH;
    for (size_t i = 0; i < header->length; i++)
        if (!is_printable(payload[i]))
            return GM_MESSAGE_BAD_FIELD;
    memcpy(out, payload, header->length);
    out[header->length] = '\0';
    return GM_MESSAGE_FINE;
}

size_t gm_message_put_text(unsigned char *bytes, gm_message_type type, uint64_t id,
                           const char *text) {
    size_t length = 0;
    for (; text[length] && length < GM_MESSAGE_TEXT; length++) {
        const unsigned char c = (unsigned char)text[length];
        bytes[GM_MESSAGE_HEADER + length] = is_printable(c) ? c : '?';
    }
    if (length == 0)
        bytes[GM_MESSAGE_HEADER + length++] = '?';
    gm_message_seal(bytes, type, id, length);
    return GM_MESSAGE_HEADER + length;
}
