/* State that is written to memory and read back by one and the same function. */
#ifndef GM_ARCHIVE_H
#define GM_ARCHIVE_H

#include "base/base.h"

/* Of one direction; the first failure sticks and later calls do nothing. */
typedef struct gm_archive {
    gm_context *context;
    bool reading;
    unsigned char *bytes; /* owned where writing */
    int64_t size, capacity, place;
    gm_status status;
} gm_archive;

/* Begin to write; gm_archive_release() whatever happens. */
void gm_archive_write(gm_context *context, gm_archive *out);

/* Begin to read bytes, borrowed. */
void gm_archive_read(gm_context *context, int64_t size, const void *bytes, gm_archive *out);

/* Write the values, or overwrite them with what was written there. GM_INVALID_INPUT sticks where
   the bytes end before. */
void gm_archive_bytes(gm_archive *archive, int64_t size, void *values);
void gm_archive_doubles(gm_archive *archive, int64_t count, double *values);
void gm_archive_integers(gm_archive *archive, int64_t count, int64_t *values);

/* A text with its length, in room for `room` bytes with the end; GM_INVALID_INPUT sticks where it
   is longer. */
void gm_archive_text(gm_archive *archive, int64_t room, char *text);

void gm_archive_release(gm_archive *archive);

#endif
