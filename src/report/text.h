/* Growing text, and how numbers and foreign texts are written into it. */
#ifndef GM_REPORT_TEXT_H
#define GM_REPORT_TEXT_H

#include <stdint.h>

#include "base/base.h"

/* A text under construction. The first failure sticks, later additions do nothing, and
   gm_text_finish() tells: the code that composes need not ask after every word. */
typedef struct gm_text {
    gm_context *context;
    gm_status status;
    char *bytes; /* zero-terminated once anything was added; NULL before */
    size_t size, capacity;
} gm_text;

#define GM_TEXT(context) ((gm_text){(context), GM_OK, NULL, 0, 0})

/* The text so far, "" before anything was added. */
const char *gm_text_view(const gm_text *text);

/* Hand the text over; *out is set on success only and is released with gm_release(). */
gm_status gm_text_finish(gm_text *text, char **out) __attribute__((warn_unused_result));

/* Forget the text, keep the memory. */
void gm_text_clear(gm_text *text);

/* Release the memory; for texts that are not handed over. */
void gm_text_drop(gm_text *text);

/* Release a text that was used to compose another, which takes over its failure. */
void gm_text_merge(gm_text *text, gm_text *part);

void gm_text_add(gm_text *text, const char *string);
void gm_text_add_bytes(gm_text *text, const char *bytes, size_t count);
void gm_text_repeat(gm_text *text, const char *string, int64_t count);

/* As printf. No floating-point conversions: the decimal point would follow the locale. */
void gm_text_format(gm_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Append another text, its failure included. */
void gm_text_join(gm_text *text, const gm_text *other);

/* --- numbers, always with a decimal point (numbers.c) --- */

/* All digits: 15 to 17, as many as read back to the same bits. `value` is finite. */
void gm_text_exact(gm_text *text, double value);

/* Three digits: "0.0123", "1.9", "1,234", "1.2 × 10⁷"; "–" for NaN. */
void gm_text_number(gm_text *text, double value);

/* A whole number with separators from 10,000 on. */
void gm_text_count(gm_text *text, double value);

/* A ratio in per cent: "1.9 %", "0.012 %", "99.8 %", "1,250 %"; "–" for NaN. */
void gm_text_percent(gm_text *text, double ratio);

/* "0.90–4.5 %". */
void gm_text_percent_range(gm_text *text, double low, double high);

/* --- foreign texts, valid UTF-8 (escape.c) --- */

/* For terminals: control, format and line characters become "?". */
void gm_text_plain(gm_text *text, const char *string);

/* For HTML elements and quoted attributes. */
void gm_text_html(gm_text *text, const char *string);

/* A gnuplot string in single quotes, with ’ for ': nothing in it is expanded or executed. */
void gm_text_gnuplot(gm_text *text, const char *string);

/* One word of a POSIX shell, quoted where needed. */
void gm_text_shell(gm_text *text, const char *string);

/* Any bytes as valid UTF-8: each byte that does not belong becomes "?". */
void gm_text_utf8(gm_text *text, const char *bytes);

/* Read one code point. Returns its length in bytes, or 0 where the bytes are not UTF-8. */
int gm_utf8_decode(const char *bytes, uint32_t *code);

/* Terminal columns that a code point takes: 0, 1 or 2. */
int gm_utf8_width(uint32_t code);

/* Terminal columns that a valid UTF-8 text takes. */
int gm_text_width(const char *string);

#endif
