#include "base/word.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool is_word(const char *text, size_t size, const char *word) {
    return strlen(word) == size && strncasecmp(text, word, size) == 0;
}

static bool is_missing(const char *text, size_t size) {
    if (size == 0)
        return true;
    if (*text == '?')
        return size == 1;
    if (*text != 'n' && *text != 'N')
        return false;
    return is_word(text, size, "na") || is_word(text, size, "n/a") || is_word(text, size, "nan") ||
           is_word(text, size, "null");
}

static bool is_infinite(const char *text, size_t size) {
    if (size && (*text == '+' || *text == '-')) {
        text++;
        size--;
    }
    return is_word(text, size, "inf") || is_word(text, size, "infinity");
}

gm_token gm_word_token(const char *text, size_t size, double *value) {
    gm_token token = gm_word_number(text, size, value);
    if (token != GM_TOKEN_TEXT)
        return token;
    if (is_missing(text, size))
        return GM_TOKEN_MISSING;
    return is_infinite(text, size) ? GM_TOKEN_INFINITE : GM_TOKEN_TEXT;
}

/* Length of the UTF-8 sequence at text[0], 0 where it is not one. */
static size_t utf8_length(const unsigned char *text, size_t size) {
    unsigned char first = text[0];
    size_t length = first < 0x80                     ? 1
                    : first >= 0xc2 && first <= 0xdf ? 2
                    : first >= 0xe0 && first <= 0xef ? 3
                    : first >= 0xf0 && first <= 0xf4 ? 4
                                                     : 0;
    if (length == 0 || length > size)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    /* No overlong forms, no surrogates, nothing beyond U+10FFFF. */
    if ((first == 0xe0 && text[1] < 0xa0) || (first == 0xed && text[1] > 0x9f) ||
        (first == 0xf0 && text[1] < 0x90) || (first == 0xf4 && text[1] > 0x8f))
        return 0;
    return length;
}

const char *gm_word_excerpt(const char *text, size_t size, char out[GM_EXCERPT_SIZE]) {
    const unsigned char *bytes = (const unsigned char *)text;
    size_t read = 0, written = 0;
    while (read < size) {
        size_t length = utf8_length(bytes + read, size - read);
        size_t width = length ? length : 1;
        if (written + width > GM_EXCERPT_SIZE - 4) {
            memcpy(out + written, "...", 3);
            written += 3;
            break;
        }
        if (length == 0)
            out[written] = '?';
        else if (length == 1)
            out[written] = bytes[read] < 32 || bytes[read] == 127 ? ' ' : text[read];
        else
            memcpy(out + written, text + read, length);
        written += width;
        read += width;
    }
    out[written] = '\0';
    return out;
}

enum { LONGEST_WORD = 64 };

static int lower(unsigned char c) {
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* Levenshtein distance, or limit + 1 as soon as it must exceed the limit. */
static int distance(const char *a, int length_a, const char *b, int length_b, int limit) {
    int row[LONGEST_WORD + 1];
    if (length_a - length_b > limit || length_b - length_a > limit)
        return limit + 1;
    for (int j = 0; j <= length_b; j++)
        row[j] = j;
    for (int i = 1; i <= length_a; i++) {
        int diagonal = row[0], least = i;
        row[0] = i;
        for (int j = 1; j <= length_b; j++) {
            bool differ = lower((unsigned char)a[i - 1]) != lower((unsigned char)b[j - 1]);
            int best = diagonal + differ;
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
            if (best < least)
                least = best;
        }
        if (least > limit)
            return limit + 1;
    }
    return row[length_b];
}

int64_t gm_word_nearest(const char *word, gm_word_at at, const void *list, int64_t count) {
    size_t length = strlen(word);
    if (length == 0 || length > LONGEST_WORD)
        return -1;
    int limit = length < 6 ? 1 : (int)(length / 3);
    /* Replacing a single letter tells nothing. */
    if (length == 1)
        limit = 0;
    int64_t nearest = -1;
    for (int64_t i = 0; i < count && limit >= 0; i++) {
        const char *candidate = at(list, i);
        size_t size = strlen(candidate);
        if (size == 0 || size > LONGEST_WORD)
            continue;
        int found = distance(word, (int)length, candidate, (int)size, limit);
        if (found <= limit) {
            nearest = i;
            limit = found - 1; /* only a nearer one replaces it */
        }
    }
    return nearest;
}
