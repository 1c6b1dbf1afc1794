/* The header of .npy: a magic number, a length, and a dictionary in Python's notation. */
#include "data/npy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/word.h"

enum { LONGEST_HEADER = 1 << 16, MOST_DIMENSIONS = 4 };

/* A position in the dictionary; it ends with a zero byte. */
typedef struct cursor {
    gm_context *context;
    const char *file, *at;
} cursor;

static gm_status bad_header(cursor *c, const char *expected) {
    char excerpt[GM_EXCERPT_SIZE];
    return gm_fail(c->context, GM_INVALID_INPUT, "%s: damaged .npy header: '%s' where %s belongs",
                   c->file, gm_word_excerpt(c->at, strlen(c->at), excerpt), expected);
}

static void skip_blanks(cursor *c) {
    while (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r')
        c->at++;
}

/* Step over a character, blanks before it included; false where another one stands. */
static bool take(cursor *c, char wanted) {
    skip_blanks(c);
    if (*c->at != wanted)
        return false;
    c->at++;
    return true;
}

/* Read a quoted text without escapes. */
static gm_status take_text(cursor *c, char *out, size_t size, const char *expected) {
    skip_blanks(c);
    char quote = *c->at;
    const char *start = c->at + 1,
               *end = quote == '\'' || quote == '"' ? strchr(start, quote) : NULL;
    if (!end || (size_t)(end - start) >= size)
        return bad_header(c, expected);
    memcpy(out, start, (size_t)(end - start));
    out[end - start] = '\0';
    c->at = end + 1;
    return GM_OK;
}

/* Byte order, kind and width, such as "<f8" or "|u1". */
static gm_status take_type(cursor *c, gm_npy_layout *header) {
    char text[32], order, kind;
    int width = 0, used = 0;
    skip_blanks(c);
    if (*c->at == '[')
        return gm_fail(c->context, GM_INVALID_INPUT,
                       "%s: the array has named fields; accepted: one number an element (b1, i1 to "
                       "i8, u1 to u8, f2, f4, f8)",
                       c->file);
    gm_status status = take_text(c, text, sizeof text, "an element type");
    if (status != GM_OK)
        return status;
    bool known = sscanf(text, "%c%c%1d%n", &order, &kind, &width, &used) == 3 && !text[used] &&
                 strchr("<>|=", order);
    if (known && kind == 'f')
        known = width == 2 || width == 4 || width == 8;
    else if (known && (kind == 'i' || kind == 'u'))
        known = width == 1 || width == 2 || width == 4 || width == 8;
    else
        known = known && kind == 'b' && width == 1;
    if (!known)
        return gm_fail(c->context, GM_INVALID_INPUT,
                       "%s: elements of type '%s'; accepted: b1, i1 to i8, u1 to u8, f2, f4, f8",
                       c->file, text);
    header->kind = kind;
    header->width = width;
    header->big_endian = order == '>';
    return GM_OK;
}

static gm_status take_order(cursor *c, gm_npy_layout *header) {
    skip_blanks(c);
    header->fortran_order = strncmp(c->at, "True", 4) == 0;
    if (!header->fortran_order && strncmp(c->at, "False", 5) != 0)
        return bad_header(c, "True or False");
    c->at += header->fortran_order ? 4 : 5;
    return GM_OK;
}

static gm_status take_size(cursor *c, int64_t *out) {
    int64_t value = 0;
    skip_blanks(c);
    if (*c->at < '0' || *c->at > '9')
        return bad_header(c, "a size");
    for (; *c->at >= '0' && *c->at <= '9'; c->at++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *c->at - '0', &value))
            return gm_fail(c->context, GM_INVALID_INPUT, "%s: a size beyond 2^63 in its header",
                           c->file);
    if (*c->at == 'L') /* written by Python 2 */
        c->at++;
    *out = value;
    return GM_OK;
}

static gm_status take_shape(cursor *c, gm_npy_layout *header) {
    header->dimensions = 0;
    if (!take(c, '('))
        return bad_header(c, "a tuple of sizes");
    while (!take(c, ')')) {
        if (header->dimensions == MOST_DIMENSIONS)
            return gm_fail(c->context, GM_INVALID_INPUT,
                           "%s: an array of more than %d dimensions; at most %d are accepted",
                           c->file, MOST_DIMENSIONS, MOST_DIMENSIONS);
        gm_status status = take_size(c, &header->shape[header->dimensions]);
        if (status != GM_OK)
            return status;
        header->dimensions++;
        skip_blanks(c);
        if (!take(c, ',') && *c->at != ')')
            return bad_header(c, "a comma or parenthesis");
    }
    return GM_OK;
}

/* The three entries, each once, in any order. */
static gm_status take_dictionary(cursor *c, gm_npy_layout *header) {
    enum { TYPE = 1, ORDER = 2, SHAPE = 4 };
    unsigned seen = 0;
    if (!take(c, '{'))
        return bad_header(c, "a dictionary");
    while (!take(c, '}')) {
        char key[32];
        gm_status status = take_text(c, key, sizeof key, "a key");
        if (status != GM_OK)
            return status;
        unsigned entry = strcmp(key, "descr") == 0           ? TYPE
                         : strcmp(key, "fortran_order") == 0 ? ORDER
                         : strcmp(key, "shape") == 0         ? SHAPE
                                                             : 0;
        if (!entry || (seen & entry) || !take(c, ':'))
            return bad_header(c, "descr, fortran_order and shape, each once,");
        seen |= entry;
        status = entry == TYPE    ? take_type(c, header)
                 : entry == ORDER ? take_order(c, header)
                                  : take_shape(c, header);
        if (status != GM_OK)
            return status;
        skip_blanks(c);
        if (!take(c, ',') && *c->at != '}')
            return bad_header(c, "a comma or brace");
    }
    skip_blanks(c);
    if (seen != (TYPE | ORDER | SHAPE))
        return bad_header(c, "all of descr, fortran_order and shape");
    return *c->at ? bad_header(c, "the end") : GM_OK;
}

/* Check the sizes against overflow and against the file, before anything of them is allocated. */
static gm_status check_sizes(gm_context *context, gm_bytes *bytes, gm_npy_layout *header) {
    char what[128] = "an array of ";
    size_t used = strlen(what);
    bool empty = false, overflow = false;
    int64_t count = 1, needed;
    for (int i = 0; i < header->dimensions; i++) {
        empty |= header->shape[i] == 0;
        used += (size_t)snprintf(what + used, sizeof what - used, "%s%" PRId64, i ? " x " : "",
                                 header->shape[i]);
    }
    for (int i = 0; i < header->dimensions && !empty; i++)
        overflow |= __builtin_mul_overflow(count, header->shape[i], &count);
    if (empty)
        count = 0;
    if (overflow || __builtin_mul_overflow(count, 8, &needed))
        return gm_fail(context, GM_INVALID_INPUT, "%s: %s elements, more than memory can address",
                       gm_bytes_name(bytes), what);
    snprintf(what + used, sizeof what - used, "%s elements of type %c%d",
             header->dimensions ? "" : "single", header->kind, header->width);
    header->count = count;
    return gm_bytes_expect(bytes, count * header->width, what);
}

gm_status gm_npy_read_header(gm_context *context, gm_bytes *bytes, gm_npy_layout *out) {
    unsigned char start[12];
    char *text = NULL;
    gm_npy_layout header = {.shape = {1, 1, 1, 1}};
    const char *file = gm_bytes_name(bytes);
    gm_status status = GM_OK;
    GM_TRY(gm_bytes_read_exactly(bytes, start, 10, "a .npy header"));
    if (memcmp(start, "\x93NUMPY", 6) != 0)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT,
                       "%s: not a .npy file: it does not begin with \\x93NUMPY", file));
    if (start[6] < 1 || start[6] > 3)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT, "%s: .npy version %d; accepted: 1 to 3", file,
                       start[6]));
    int64_t length = start[8] | start[9] << 8;
    if (start[6] > 1) {
        GM_TRY(gm_bytes_read_exactly(bytes, start + 10, 2, "a .npy header"));
        length |= (int64_t)start[10] << 16 | (int64_t)start[11] << 24;
    }
    if (length > LONGEST_HEADER)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT,
                       "%s: a header of %" PRId64 " bytes; at most %d are accepted", file, length,
                       LONGEST_HEADER));
    GM_TRY(GM_NEW(context, text, length + 1));
    GM_TRY(gm_bytes_read_exactly(bytes, text, (size_t)length, "a .npy header"));
    text[length] = '\0';
    cursor c = {context, file, text};
    if (strlen(text) < (size_t)length)
        GM_TRY(bad_header(&c, "text without zero bytes"));
    GM_TRY(take_dictionary(&c, &header));
    GM_TRY(check_sizes(context, bytes, &header));
    *out = header;
done:
    gm_release(context, text);
    return status;
}
