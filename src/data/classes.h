/* The classes of a text target: numbered as they come, renumbered bytewise at the end. */
#ifndef GM_CLASSES_H
#define GM_CLASSES_H

#include "base/base.h"
#include "data/strings.h"

enum { GM_MOST_CLASSES = 1 << 20 };

/* Zero-initialised is empty. */
typedef struct gm_classes {
    gm_strings texts;
    int64_t *table; /* open addressing: class + 1, 0 is free */
    int64_t size;   /* of the table, a power of two */
} gm_classes;

/* Number of a text, a new one where it has not been seen.
   GM_INVALID_INPUT beyond GM_MOST_CLASSES, GM_OUT_OF_MEMORY */
gm_status gm_classes_number(gm_context *context, gm_classes *classes, const char *text, size_t size,
                            int64_t *out) __attribute__((warn_unused_result));

/* Sort the classes that occur in targets [rows], append them to `out` and renumber the targets. */
gm_status gm_classes_sort(gm_context *context, const gm_classes *classes, double *targets,
                          int64_t rows, gm_strings *out) __attribute__((warn_unused_result));

void gm_classes_free(gm_context *context, gm_classes *classes);

#endif
