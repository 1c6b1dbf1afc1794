#include "data/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "data/bytes.h"

gm_status gm_text_file_read(gm_context *context, const char *path, const char *what,
                            const char *stage, int64_t largest, char **out, size_t *size) {
    gm_bytes *bytes = NULL;
    char *text = NULL;
    size_t got = 0;
    gm_status status = GM_OK;
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
        return gm_fail(context, errno == ENOMEM ? GM_OUT_OF_MEMORY : GM_INVALID_INPUT,
                       "%s: cannot open: %s", path, strerror(errno));
    GM_TRY(gm_bytes_open(context, path, stage, &bytes));
    const int64_t length = gm_bytes_length(bytes);
    if (length < 0)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT, "%s: is compressed; plain %s is accepted",
                       gm_bytes_name(bytes), what));
    if (length > largest)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT, "%s: %lld bytes; at most %lld are accepted",
                       gm_bytes_name(bytes), (long long)length, (long long)largest));
    GM_TRY(GM_NEW(context, text, length + 1));
    GM_TRY(gm_bytes_read(bytes, text, (size_t)length, &got));
    text[got] = '\0';
    *size = got;
    *out = text;
    text = NULL;
done:
    gm_release(context, text);
    gm_bytes_close(bytes);
    return status;
}
