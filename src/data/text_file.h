/* A text file that is read as a whole. */
#ifndef GM_TEXT_FILE_H
#define GM_TEXT_FILE_H

#include <stddef.h>

#include "base/base.h"

/*
 * Read a regular file of at most `largest` bytes, not compressed.
 *   what   the format, in messages, such as "JSON"
 *   stage  what progress calls the reading; static
 *   out    [*size + 1], the last byte zero; released with gm_release()
 *   GM_INVALID_INPUT (absent, unreadable, not a regular file, compressed, too large),
 *   GM_OUT_OF_MEMORY, GM_CANCELLED
 */
gm_status gm_text_file_read(gm_context *context, const char *path, const char *what,
                            const char *stage, int64_t largest, char **out, size_t *size)
    __attribute__((warn_unused_result));

#endif
