/* State on the disk: a file that ends with a sum over the rest of it and takes the place of the one
   before at once. */
#ifndef GM_SEALED_H
#define GM_SEALED_H

#include <stdio.h>

#include "base/base.h"

typedef struct gm_sealed {
    gm_context *context;
    const char *path; /* for messages */
    FILE *file;
    uint64_t hash; /* of the bytes so far */
} gm_sealed;

/* Write what belongs into the file, by gm_sealed_put(). */
typedef gm_status (*gm_sealed_writer)(gm_sealed *file, const void *argument);

/*
 * Write beside the path, seal, and take its place: on the disk when this returns, and a kill leaves
 * the old file or the new one. GM_IO_ERROR, GM_INVALID_ARGUMENT (a path that is too long).
 */
gm_status gm_sealed_save(gm_context *context, const char *path, gm_sealed_writer write,
                         const void *argument) __attribute__((warn_unused_result));

gm_status gm_sealed_put(gm_sealed *file, const void *bytes, size_t size)
    __attribute__((warn_unused_result));

/* Begin to read; close it by fclose(out->file). GM_INVALID_INPUT; *absent, which may be NULL, says
   whether that is because there is no such file, of which there is no message then. */
gm_status gm_sealed_open(gm_context *context, const char *path, bool *absent, gm_sealed *out)
    __attribute__((warn_unused_result));

/* The next bytes; GM_INVALID_INPUT where the file ends before. */
gm_status gm_sealed_get(gm_sealed *file, void *bytes, size_t size)
    __attribute__((warn_unused_result));

/* Bytes that follow, the seal included. */
gm_status gm_sealed_left(gm_sealed *file, int64_t *out) __attribute__((warn_unused_result));

/* Check the seal, which comes next. GM_INVALID_INPUT. */
gm_status gm_sealed_check(gm_sealed *file) __attribute__((warn_unused_result));

#endif
