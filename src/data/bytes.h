/* A source of bytes: a regular file or memory, gzip taken off on the way. */
#ifndef GM_BYTES_H
#define GM_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "base/base.h"

/* A source. Reading from it reports progress and ends within a block when cancelled. */
typedef struct gm_bytes gm_bytes;

/*
 * Open a regular file for reading. Opening anything else (a pipe, a device) fails at once.
 *   stage  what progress calls the reading; static
 *   GM_INVALID_INPUT (absent, unreadable, not a regular file, broken gzip), GM_OUT_OF_MEMORY
 */
gm_status gm_bytes_open(gm_context *context, const char *path, const char *stage, gm_bytes **out)
    __attribute__((warn_unused_result));

/* Read from memory, which is borrowed; `name` stands in messages and is copied. */
gm_status gm_bytes_open_memory(gm_context *context, const char *name, const void *data, size_t size,
                               gm_bytes **out) __attribute__((warn_unused_result));

void gm_bytes_close(gm_bytes *bytes);

/* The path as given, its start cut where it is long; for messages. */
const char *gm_bytes_name(const gm_bytes *bytes);

/* Fill `buffer` with the next `size` bytes; fewer only at the end. Several gzip members follow one
   another as one stream. GM_INVALID_INPUT where gzip is cut short or damaged. */
gm_status gm_bytes_read(gm_bytes *bytes, void *buffer, size_t size, size_t *got)
    __attribute__((warn_unused_result));

/* As gm_bytes_read(), but fewer bytes are GM_INVALID_INPUT; `what` says what they are. */
gm_status gm_bytes_read_exactly(gm_bytes *bytes, void *buffer, size_t size, const char *what)
    __attribute__((warn_unused_result));

/* Return to the first byte. */
gm_status gm_bytes_rewind(gm_bytes *bytes) __attribute__((warn_unused_result));

/*
 * Check, before memory is taken, that `needed` bytes follow; read nothing.
 *
 * A plain file knows its size. Of gzip, claims that no deflate stream of this size can meet (1032
 * to one) fail at once, usual ones (up to 16 to one) pass, and for those between the stream is
 * counted to its end. What passes wrongly is found when it is read.
 *   what  names what they are, in messages, such as "60000 x 784 bytes of pixels"
 */
gm_status gm_bytes_expect(gm_bytes *bytes, int64_t needed, const char *what)
    __attribute__((warn_unused_result));

/* Check that nothing follows (this also verifies gzip's checksum). */
gm_status gm_bytes_expect_end(gm_bytes *bytes, const char *what)
    __attribute__((warn_unused_result));

/* Length of a plain source; −1 for gzip, where it is not known before the end. */
int64_t gm_bytes_length(const gm_bytes *bytes);

/* A good size for a buffer of the reader: a block, less for a source that is shorter. */
size_t gm_bytes_block(const gm_bytes *bytes);

#endif
