/* Reading words and numbers that people wrote: the same in every locale. */
#ifndef GM_WORD_H
#define GM_WORD_H

#include <stddef.h>
#include <stdint.h>

/* What a field of text is. */
typedef enum gm_token {
    GM_TOKEN_MISSING,  /* nothing, NA, N/A, NaN, null, ? (in any case) */
    GM_TOKEN_NUMBER,   /* a finite decimal number */
    GM_TOKEN_INFINITE, /* inf, infinity, or a number beyond float64 such as 1e999 */
    GM_TOKEN_TEXT      /* anything else, hexadecimal numbers included */
} gm_token;

/*
 * Classify text[0 … size−1], without blanks around it, and store its value where it is a number.
 *
 * The value is the float64 nearest to the decimal number, ties to even. Up to 19 digits with a
 * power of ten within ±27 take an exact path in integers; the rest goes to strtod() without a
 * decimal point, the only character that depends on the locale.
 */
gm_token gm_word_token(const char *text, size_t size, double *value);

/* The part of it that knows numbers alone: GM_TOKEN_TEXT for every other word. */
gm_token gm_word_number(const char *text, size_t size, double *value);

enum { GM_EXCERPT_SIZE = 64 };

/* Copy the start of a text for a message: one line, valid UTF-8, "..." where it was cut.
   Returns out. */
const char *gm_word_excerpt(const char *text, size_t size, char out[GM_EXCERPT_SIZE]);

/* Word `index` of a list. */
typedef const char *(*gm_word_at)(const void *list, int64_t index);

/* Index of the word nearest to `word` by edit distance, case not counted; −1 where none is within
   a third of its length (at least one edit). Words beyond 64 bytes are passed over. */
int64_t gm_word_nearest(const char *word, gm_word_at at, const void *list, int64_t count);

#endif
