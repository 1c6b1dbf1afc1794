#include "base/archive.h"

#include <string.h>

void gm_archive_write(gm_context *context, gm_archive *out) {
    *out = (gm_archive){.context = context};
}

void gm_archive_read(gm_context *context, int64_t size, const void *bytes, gm_archive *out) {
    *out = (gm_archive){.context = context,
                        .reading = true,
                        .bytes = (unsigned char *)(uintptr_t)bytes,
                        .size = size};
}

void gm_archive_bytes(gm_archive *self, int64_t size, void *values) {
    if (self->status != GM_OK || size == 0)
        return;
    if (self->reading) {
        if (size > self->size - self->place) {
            self->status = gm_fail(self->context, GM_INVALID_INPUT,
                                   "state: it ends before what it should hold");
            return;
        }
        memcpy(values, self->bytes + self->place, (size_t)size);
        self->place += size;
        return;
    }
    unsigned char *room =
        gm_reserve(self->context, self->bytes, self->size, size, &self->capacity, 1);
    if (!room) {
        self->status = GM_OUT_OF_MEMORY;
        return;
    }
    self->bytes = room;
    memcpy(self->bytes + self->size, values, (size_t)size);
    self->size += size;
}

void gm_archive_doubles(gm_archive *self, int64_t count, double *values) {
    gm_archive_bytes(self, count * (int64_t)sizeof *values, values);
}

void gm_archive_integers(gm_archive *self, int64_t count, int64_t *values) {
    gm_archive_bytes(self, count * (int64_t)sizeof *values, values);
}

void gm_archive_text(gm_archive *self, int64_t room, char *text) {
    int64_t size = self->reading ? 0 : (int64_t)strlen(text);
    gm_archive_integers(self, 1, &size);
    if (self->status == GM_OK && (size < 0 || size >= room))
        self->status = gm_fail(self->context, GM_INVALID_INPUT,
                               "a text of %lld bytes where less than %lld are expected",
                               (long long)size, (long long)room);
    if (self->status != GM_OK)
        return;
    gm_archive_bytes(self, size, text);
    if (self->reading)
        text[self->status == GM_OK ? size : 0] = '\0';
}

void gm_archive_release(gm_archive *self) {
    if (!self->reading)
        gm_release(self->context, self->bytes);
    self->bytes = NULL;
}
