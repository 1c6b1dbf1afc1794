#include "base/archive.h"

#include <string.h>

enum { FIRST_CAPACITY = 1 << 16 };

void gm_archive_write(gm_context *context, gm_archive *out) {
    *out = (gm_archive){.context = context};
}

void gm_archive_read(gm_context *context, int64_t size, const void *bytes, gm_archive *out) {
    *out = (gm_archive){.context = context,
                        .reading = true,
                        .bytes = (unsigned char *)(uintptr_t)bytes,
                        .size = size};
}

/* Room for that many more bytes. */
static gm_status grow(gm_archive *self, int64_t size) {
    int64_t capacity = self->capacity ? self->capacity : FIRST_CAPACITY;
    if (self->size + size <= self->capacity)
        return GM_OK;
    while (capacity < self->size + size)
        capacity *= 2;
    unsigned char *bytes = gm_allocate(self->context, capacity, 1);
    if (!bytes)
        return GM_OUT_OF_MEMORY;
    if (self->size > 0)
        memcpy(bytes, self->bytes, (size_t)self->size);
    gm_release(self->context, self->bytes);
    self->bytes = bytes;
    self->capacity = capacity;
    return GM_OK;
}

void gm_archive_bytes(gm_archive *self, int64_t size, void *values) {
    if (self->status != GM_OK || size == 0)
        return;
    if (self->reading) {
        if (size > self->size - self->place) {
            self->status = gm_fail(self->context, GM_INVALID_INPUT,
                                   "checkpoint: it ends before what it should hold");
            return;
        }
        memcpy(values, self->bytes + self->place, (size_t)size);
        self->place += size;
        return;
    }
    self->status = grow(self, size);
    if (self->status != GM_OK)
        return;
    memcpy(self->bytes + self->size, values, (size_t)size);
    self->size += size;
}

void gm_archive_doubles(gm_archive *self, int64_t count, double *values) {
    gm_archive_bytes(self, count * (int64_t)sizeof *values, values);
}

void gm_archive_integers(gm_archive *self, int64_t count, int64_t *values) {
    gm_archive_bytes(self, count * (int64_t)sizeof *values, values);
}

void gm_archive_release(gm_archive *self) {
    if (!self->reading)
        gm_release(self->context, self->bytes);
    self->bytes = NULL;
}
