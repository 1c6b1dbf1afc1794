#include "report/json_read.h"

#include <stdio.h>
#include <string.h>

#include "base/word.h"
#include "data/text_file.h"
#include "report/text.h"

static const char STAGE[] = "reading a report";

typedef struct reader {
    gm_context *context;
    const char *name;
    const char *start, *at, *end; /* *end is zero, so that looking one byte ahead needs no bound */
    gm_text string;               /* the string read last, without quotes and escapes */
} reader;

/* --- messages --- */

/* Line and column of a place are counted when they are asked for: once, for a message. */
static gm_status refuse(reader *r, const char *place, const char *what) {
    long long line = 1, column = 1;
    for (const char *p = r->start; p < place; p++) {
        if (*p == '\n') {
            line++;
            column = 1;
        } else {
            column += (*p & 0xC0) != 0x80; /* not the later bytes of a character */
        }
    }
    return gm_fail(r->context, GM_INVALID_INPUT, "%s:%lld:%lld: %s", r->name, line, column, what);
}

/* Something else than what stands at r->at. */
static gm_status expected(reader *r, const char *wanted) {
    char what[128];
    uint32_t code = 0;
    if (r->at == r->end)
        snprintf(what, sizeof what, "%s is expected, not the end", wanted);
    else if (*r->at > ' ' && *r->at < 0x7F)
        snprintf(what, sizeof what, "%s is expected, not '%c'", wanted, *r->at);
    else if (gm_utf8_decode(r->at, &code))
        snprintf(what, sizeof what, "%s is expected, not U+%04X", wanted, (unsigned)code);
    else
        snprintf(what, sizeof what, "%s is expected, not byte 0x%02X", wanted,
                 (unsigned)(unsigned char)*r->at);
    return refuse(r, r->at, what);
}

static gm_status no_memory(reader *r) {
    return gm_fail(r->context, GM_OUT_OF_MEMORY, "out of memory: reading %s", r->name);
}

/* Take over what jansson made; NULL means that it had no memory. */
static gm_status keep(reader *r, json_t *made, json_t **out) {
    if (!made)
        return no_memory(r);
    *out = made;
    return GM_OK;
}

/* --- numbers --- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static gm_status skip_digits(reader *r) {
    if (!is_digit(*r->at))
        return expected(r, "a digit");
    while (is_digit(*r->at))
        r->at++;
    return GM_OK;
}

/* false where the number is beyond int64. Counts downwards: −2^63 has no positive counterpart. */
static bool whole_number(const char *text, const char *end, int64_t *out) {
    bool negative = *text == '-';
    int64_t value = 0;
    for (const char *p = text + negative; p < end; p++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, *p - '0', &value))
            return false;
    return !__builtin_mul_overflow(value, negative ? 1 : -1, out);
}

static gm_status read_number(reader *r, json_t **out) {
    const char *start = r->at;
    bool whole = true;
    int64_t integer = 0;
    double real = 0;
    gm_status status = GM_OK;
    r->at += *r->at == '-';
    if (*r->at == '0') /* nothing may follow a zero in front */
        r->at++;
    else
        GM_TRY(skip_digits(r));
    if (*r->at == '.') {
        whole = false;
        r->at++;
        GM_TRY(skip_digits(r));
    }
    if (*r->at == 'e' || *r->at == 'E') {
        whole = false;
        r->at++;
        r->at += *r->at == '+' || *r->at == '-';
        GM_TRY(skip_digits(r));
    }
    if (whole && whole_number(start, r->at, &integer))
        GM_TRY(keep(r, json_integer(integer), out));
    else if (gm_word_number(start, (size_t)(r->at - start), &real) == GM_TOKEN_NUMBER)
        GM_TRY(keep(r, json_real(real), out));
    else
        GM_TRY(refuse(r, start, "the number is beyond float64; at most 1.797e308 is accepted"));
done:
    return status;
}

/* --- strings --- */

/* The value of four hexadecimal digits, −1 where they are something else. */
static int32_t hexadecimal(const char *p) {
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        const char c = p[i]; /* a zero ends the loop before anything is read beyond it */
        if (is_digit(c))
            value = value * 16 + (c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            value = value * 16 + (c - 'A' + 10);
        else
            return -1;
    }
    return value;
}

static void add_code(gm_text *text, uint32_t code) {
    char bytes[4];
    size_t count = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = count - 1; i > 0; i--, code >>= 6)
        bytes[i] = (char)(0x80 | (code & 0x3F));
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    bytes[0] = (char)(lead[count] | code);
    gm_text_add_bytes(text, bytes, count);
}

/* \uXXXX, or two of them for a character beyond U+FFFF; r->at is at the backslash. */
static gm_status read_code(reader *r) {
    const char *place = r->at;
    int32_t code = hexadecimal(place + 2);
    if (code < 0)
        return refuse(r, place, "four hexadecimal digits are expected after \\u");
    if (code == 0)
        return refuse(r, place, "a string holds U+0000; any other character is accepted");
    r->at += 6;
    if (code >= 0xD800 && code <= 0xDFFF) {
        int32_t low = r->at[0] == '\\' && r->at[1] == 'u' ? hexadecimal(r->at + 2) : -1;
        if (code > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
            return refuse(r, place,
                          "half of a surrogate pair; \\uD800-\\uDBFF is accepted only "
                          "before \\uDC00-\\uDFFF");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        r->at += 6;
    }
    add_code(&r->string, (uint32_t)code);
    return GM_OK;
}

static gm_status read_escape(reader *r) {
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char letter = r->at[1];
    if (letter == 'u')
        return read_code(r);
    const char *found = letter ? strchr(letters, letter) : NULL;
    if (!found)
        return refuse(r, r->at,
                      "unknown escape; after \\ one of \" \\ / b f n r t uXXXX is accepted");
    gm_text_add_bytes(&r->string, meant + (found - letters), 1);
    r->at += 2;
    return GM_OK;
}

/* Characters up to the next quote or backslash. */
static gm_status read_plain(reader *r) {
    const char *start = r->at;
    while (*r->at != '"' && *r->at != '\\') {
        uint32_t code;
        int length = gm_utf8_decode(r->at, &code);
        if (r->at == r->end)
            return refuse(r, r->at, "the text ends within a string");
        if (length == 0)
            return refuse(r, r->at, "the bytes are not UTF-8");
        if (code < 0x20)
            return refuse(r, r->at,
                          "a string holds a control character; \\n, \\t or \\u00XX is accepted");
        r->at += length;
    }
    gm_text_add_bytes(&r->string, start, (size_t)(r->at - start));
    return GM_OK;
}

/* Into r->string, from the quote on. */
static gm_status read_string(reader *r) {
    gm_status status = GM_OK;
    gm_text_clear(&r->string);
    r->at++;
    while (*r->at != '"')
        GM_TRY(*r->at == '\\' ? read_escape(r) : read_plain(r));
    r->at++;
    status = r->string.status;
done:
    return status;
}

/* --- structure --- */

static gm_status read_value(reader *r, int depth, json_t **out);

static void skip_blanks(reader *r) {
    while (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')
        r->at++;
}

/* After an element: true at a comma, which is passed over, false at the end, likewise. */
static gm_status next_element(reader *r, char end, bool *more) {
    skip_blanks(r);
    if (*r->at != ',' && *r->at != end)
        return expected(r, end == ']' ? "',' or ']'" : "',' or '}'");
    *more = *r->at++ == ',';
    skip_blanks(r);
    return GM_OK;
}

/* After the opening bracket: is there anything inside? The closing one is passed over. */
static bool has_elements(reader *r, char end) {
    r->at++;
    skip_blanks(r);
    if (*r->at != end)
        return true;
    r->at++;
    return false;
}

static gm_status read_array(reader *r, int depth, json_t **out) {
    json_t *array = NULL;
    gm_status status = GM_OK;
    GM_TRY(keep(r, json_array(), &array));
    for (bool more = has_elements(r, ']'); more;) {
        json_t *element = NULL;
        GM_TRY(read_value(r, depth, &element));
        if (json_array_append_new(array, element) != 0)
            GM_TRY(no_memory(r));
        GM_TRY(next_element(r, ']', &more));
    }
    *out = array;
    array = NULL;
done:
    json_decref(array);
    return status;
}

/* "key": value. The key waits in the object while r->string is needed for the value. */
static gm_status read_member(reader *r, int depth, json_t *object) {
    const char *place = r->at;
    json_t *value = NULL;
    if (*r->at != '"')
        return expected(r, "a key in double quotes");
    gm_status status = read_string(r);
    if (status != GM_OK)
        return status;
    const char *key = gm_text_view(&r->string);
    if (json_object_get(object, key)) {
        char excerpt[GM_EXCERPT_SIZE], what[GM_EXCERPT_SIZE + 64];
        snprintf(what, sizeof what, "the key \"%s\" stands twice in the same object",
                 gm_word_excerpt(key, r->string.size, excerpt));
        return refuse(r, place, what);
    }
    if (json_object_set_new_nocheck(object, key, json_null()) != 0)
        return no_memory(r);
    void *member = json_object_iter_at(object, key);
    skip_blanks(r);
    if (*r->at != ':')
        return expected(r, "':'");
    r->at++;
    skip_blanks(r);
    status = read_value(r, depth, &value);
    if (status == GM_OK && json_object_iter_set_new(object, member, value) != 0)
        status = no_memory(r);
    return status;
}

static gm_status read_object(reader *r, int depth, json_t **out) {
    json_t *object = NULL;
    gm_status status = GM_OK;
    GM_TRY(keep(r, json_object(), &object));
    for (bool more = has_elements(r, '}'); more;) {
        GM_TRY(read_member(r, depth, object));
        GM_TRY(next_element(r, '}', &more));
    }
    *out = object;
    object = NULL;
done:
    json_decref(object);
    return status;
}

static gm_status read_word(reader *r, json_t **out) {
    static const char *const words[] = {"null", "true", "false"};
    json_t *const values[] = {json_null(), json_true(), json_false()};
    for (int i = 0; i < 3; i++) {
        size_t length = strlen(words[i]);
        if (strncmp(r->at, words[i], length) == 0) {
            r->at += length;
            *out = values[i];
            return GM_OK;
        }
    }
    return expected(r, "a value");
}

/* `depth` arrays and objects are open around the value. */
static gm_status read_value(reader *r, int depth, json_t **out) {
    if (gm_is_cancelled(r->context))
        return gm_progress(r->context, STAGE, (double)(r->at - r->start),
                           (double)(r->end - r->start));
    if (*r->at == '-' || is_digit(*r->at))
        return read_number(r, out);
    if (*r->at == '"') {
        gm_status status = read_string(r);
        if (status == GM_OK)
            status = keep(r, json_string_nocheck(gm_text_view(&r->string)), out);
        return status;
    }
    if (*r->at != '[' && *r->at != '{')
        return read_word(r, out);
    if (depth == GM_JSON_DEPTH) {
        char what[96];
        snprintf(what, sizeof what, "arrays and objects nested too deeply; %d levels are accepted",
                 GM_JSON_DEPTH);
        return refuse(r, r->at, what);
    }
    return *r->at == '[' ? read_array(r, depth + 1, out) : read_object(r, depth + 1, out);
}

gm_status gm_json_parse(gm_context *context, const char *name, const char *text, size_t size,
                        json_t **out) {
    reader r = {context, name, text, text, text + size, GM_TEXT(context)};
    json_t *root = NULL;
    gm_status status = GM_OK;
    skip_blanks(&r);
    GM_TRY(read_value(&r, 0, &root));
    skip_blanks(&r);
    if (r.at != r.end)
        GM_TRY(expected(&r, "the end"));
    *out = root;
    root = NULL;
done:
    json_decref(root);
    gm_text_drop(&r.string);
    return status;
}

gm_status gm_json_read(gm_context *context, const char *path, json_t **out) {
    char *text = NULL;
    size_t size = 0;
    gm_status status =
        gm_text_file_read(context, path, "JSON", STAGE, GM_JSON_LARGEST, &text, &size);
    if (status == GM_OK)
        status = gm_json_parse(context, path, text, size, out);
    gm_release(context, text);
    return status;
}
