#define _POSIX_C_SOURCE 200809L /* fsync, fileno */
#include "base/sealed.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"

enum { PATH_SIZE = 4096 };

gm_status gm_sealed_put(gm_sealed *self, const void *bytes, size_t size) {
    self->hash = gm_hash_bytes(self->hash, bytes, size);
    if (fwrite(bytes, 1, size, self->file) == size)
        return GM_OK;
    return gm_fail(self->context, GM_IO_ERROR, "%s: %s", self->path, strerror(errno));
}

static gm_status write_all(gm_sealed *self, gm_sealed_writer write, const void *argument) {
    gm_status status = GM_OK;
    GM_TRY(write(self, argument));
    const uint64_t seal = self->hash;
    GM_TRY(gm_sealed_put(self, &seal, sizeof seal));
    if (fflush(self->file) != 0 || fsync(fileno(self->file)) != 0)
        GM_TRY(gm_fail(self->context, GM_IO_ERROR, "%s: %s", self->path, strerror(errno)));
done:
    return status;
}

gm_status gm_sealed_save(gm_context *context, const char *path, gm_sealed_writer write,
                         const void *argument) {
    char part[PATH_SIZE];
    gm_sealed self = {.context = context, .path = path, .hash = GM_HASH_START};
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return gm_fail(context, GM_INVALID_ARGUMENT, "%.64s...: the path is too long", path);
    self.file = fopen(part, "wb");
    if (!self.file)
        return gm_fail(context, GM_IO_ERROR, "%s: %s", part, strerror(errno));
    gm_status status = write_all(&self, write, argument);
    if (fclose(self.file) != 0 && status == GM_OK)
        status = gm_fail(context, GM_IO_ERROR, "%s: %s", part, strerror(errno));
    if (status == GM_OK && rename(part, path) != 0)
        status = gm_fail(context, GM_IO_ERROR, "%s: %s", path, strerror(errno));
    if (status != GM_OK)
        remove(part);
    return status;
}

gm_status gm_sealed_open(gm_context *context, const char *path, bool *absent, gm_sealed *out) {
    *out = (gm_sealed){.context = context, .path = path, .hash = GM_HASH_START};
    out->file = fopen(path, "rb");
    if (absent)
        *absent = !out->file && errno == ENOENT;
    if (out->file)
        return GM_OK;
    return absent && *absent ? GM_INVALID_INPUT
                             : gm_fail(context, GM_INVALID_INPUT, "%s: %s", path, strerror(errno));
}

gm_status gm_sealed_get(gm_sealed *self, void *bytes, size_t size) {
    if (fread(bytes, 1, size, self->file) != size)
        return gm_fail(self->context, GM_INVALID_INPUT, "%s: truncated", self->path);
    self->hash = gm_hash_bytes(self->hash, bytes, size);
    return GM_OK;
}

gm_status gm_sealed_left(gm_sealed *self, int64_t *out) {
    const long here = ftell(self->file);
    if (here >= 0 && fseek(self->file, 0, SEEK_END) == 0) {
        *out = ftell(self->file) - here;
        if (*out >= 0 && fseek(self->file, here, SEEK_SET) == 0)
            return GM_OK;
    }
    return gm_fail(self->context, GM_INVALID_INPUT, "%s: %s", self->path, strerror(errno));
}

gm_status gm_sealed_check(gm_sealed *self) {
    const uint64_t expected = self->hash;
    uint64_t seal = 0;
    const gm_status status = gm_sealed_get(self, &seal, sizeof seal);
    if (status == GM_OK && seal != expected)
        return gm_fail(self->context, GM_INVALID_INPUT, "%s: damaged: the checksum differs",
                       self->path);
    return status;
}
