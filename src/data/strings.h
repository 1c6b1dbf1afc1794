/* A growing list of texts in one piece of memory: column names, classes. */
#ifndef GM_STRINGS_H
#define GM_STRINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

/* Zero-initialised is empty. Texts end with a zero byte and may not hold one. */
typedef struct gm_strings {
    char *bytes;
    int64_t used, bytes_capacity;
    int64_t *offset; /* [count] */
    int64_t count, capacity;
} gm_strings;

/* Append a copy of text[0 … size−1]. */
gm_status gm_strings_add(gm_context *context, gm_strings *list, const char *text, size_t size)
    __attribute__((warn_unused_result));

/* Append an integer as text. */
gm_status gm_strings_add_index(gm_context *context, gm_strings *list, int64_t index)
    __attribute__((warn_unused_result));

/* Text i, borrowed until the next one is added. */
const char *gm_strings_at(const gm_strings *list, int64_t i);

void gm_strings_free(gm_context *context, gm_strings *list);

#endif
