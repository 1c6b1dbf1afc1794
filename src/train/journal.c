#define _POSIX_C_SOURCE 200809L /* fsync, fileno */
#include "train/journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"

enum { VERSION = 1, PATH_SIZE = 4096 };
static const char MAGIC[8] = "GMTRAIN";
static const double INTERVAL = 2.0; /* seconds between states of one run */

typedef struct header {
    char magic[8];
    int64_t version, count;
    uint64_t fingerprint;
} header;

/* A file and the checksum of what went through it. */
typedef struct stream {
    gm_context *context;
    const char *path;
    FILE *file;
    uint64_t hash;
} stream;

static gm_status put(stream *s, const void *bytes, int64_t size) {
    s->hash = gm_hash_bytes(s->hash, bytes, (size_t)size);
    if (fwrite(bytes, 1, (size_t)size, s->file) == (size_t)size)
        return GM_OK;
    return gm_fail(s->context, GM_IO_ERROR, "%s: %s", s->path, strerror(errno));
}

static gm_status get(stream *s, void *bytes, int64_t size) {
    if (fread(bytes, 1, (size_t)size, s->file) != (size_t)size)
        return gm_fail(s->context, GM_INVALID_INPUT, "%s: truncated", s->path);
    s->hash = gm_hash_bytes(s->hash, bytes, (size_t)size);
    return GM_OK;
}

static gm_status put_entry(stream *s, const gm_entry *entry) {
    const gm_status status = put(s, &entry->size, sizeof entry->size);
    return status == GM_OK && entry->size > 0 ? put(s, entry->bytes, entry->size) : status;
}

static gm_status get_entry(stream *s, gm_entry *entry) {
    gm_status status = get(s, &entry->size, sizeof entry->size);
    const long here = ftell(s->file);
    if (status != GM_OK || entry->size == 0)
        return status;
    /* A size that the file does not hold must not take memory. */
    if (here < 0 || fseek(s->file, 0, SEEK_END) != 0 || entry->size < 0 ||
        entry->size > ftell(s->file) - here || fseek(s->file, here, SEEK_SET) != 0) {
        entry->size = 0;
        return gm_fail(s->context, GM_INVALID_INPUT, "%s: truncated or damaged", s->path);
    }
    entry->bytes = gm_allocate(s->context, entry->size, 1);
    return entry->bytes ? get(s, entry->bytes, entry->size) : GM_OUT_OF_MEMORY;
}

static gm_status write_all(stream *s, const gm_journal *self) {
    gm_status status = GM_OK;
    header h = {.version = VERSION, .count = self->count, .fingerprint = self->fingerprint};
    memcpy(h.magic, MAGIC, sizeof MAGIC);
    GM_TRY(put(s, &h, sizeof h));
    for (int64_t i = 0; i < self->count; i++)
        GM_TRY(put_entry(s, &self->ended[i]));
    GM_TRY(put_entry(s, &self->going));
    const uint64_t hash = s->hash;
    GM_TRY(put(s, &hash, sizeof hash));
    if (fflush(s->file) != 0 || fsync(fileno(s->file)) != 0)
        GM_TRY(gm_fail(s->context, GM_IO_ERROR, "%s: %s", s->path, strerror(errno)));
done:
    return status;
}

/* Beside it first, so that a kill leaves the old one or the new one. */
static gm_status save(gm_journal *self) {
    char part[PATH_SIZE];
    stream s = {.context = self->context, .path = self->path, .hash = GM_HASH_START};
    if (!self->path)
        return GM_OK;
    if (snprintf(part, sizeof part, "%s.part", self->path) >= (int)sizeof part)
        return gm_fail(self->context, GM_INVALID_ARGUMENT,
                       "gm_train: the checkpoint's path is too long");
    s.file = fopen(part, "wb");
    if (!s.file)
        return gm_fail(self->context, GM_IO_ERROR, "%s: %s", part, strerror(errno));
    gm_status status = write_all(&s, self);
    if (fclose(s.file) != 0 && status == GM_OK)
        status = gm_fail(self->context, GM_IO_ERROR, "%s: %s", part, strerror(errno));
    if (status == GM_OK && rename(part, self->path) != 0)
        status = gm_fail(self->context, GM_IO_ERROR, "%s: %s", self->path, strerror(errno));
    if (status != GM_OK)
        remove(part);
    self->saved_at = gm_seconds();
    return status;
}

static gm_status check(const stream *s, const header *h, uint64_t fingerprint) {
    if (memcmp(h->magic, MAGIC, sizeof MAGIC) != 0 || h->version != VERSION || h->count < 0)
        return gm_fail(s->context, GM_INVALID_INPUT, "%s: not the checkpoint of a training",
                       s->path);
    if (h->fingerprint != fingerprint)
        return gm_fail(
            s->context, GM_INVALID_INPUT,
            "%s: the checkpoint of another training (data, model, seed or another option "
            "differ); remove it to begin anew",
            s->path);
    return GM_OK;
}

static gm_status room_for_one(gm_journal *self) {
    gm_entry *room = gm_reserve(self->context, self->ended, self->count, 1, &self->capacity,
                                sizeof *self->ended);
    if (!room)
        return GM_OUT_OF_MEMORY;
    self->ended = room;
    return GM_OK;
}

static gm_status read_all(stream *s, gm_journal *self) {
    gm_status status = GM_OK;
    header h;
    uint64_t hash = 0;
    GM_TRY(get(s, &h, sizeof h));
    GM_TRY(check(s, &h, self->fingerprint));
    for (int64_t i = 0; i < h.count; i++) {
        gm_entry entry = {0};
        GM_TRY(room_for_one(self));
        status = get_entry(s, &entry);
        self->ended[self->count++] = entry;
        GM_TRY(status);
    }
    GM_TRY(get_entry(s, &self->going));
    const uint64_t expected = s->hash;
    GM_TRY(get(s, &hash, sizeof hash));
    if (hash != expected)
        GM_TRY(gm_fail(s->context, GM_INVALID_INPUT, "%s: damaged: the checksum differs", s->path));
    self->resumed = self->count > 0 || self->going.size > 0;
done:
    return status;
}

gm_status gm_journal_open(gm_context *context, const char *path, uint64_t fingerprint,
                          gm_journal *out) {
    stream s = {.context = context, .path = path, .hash = GM_HASH_START};
    *out = (gm_journal){
        .context = context, .path = path, .fingerprint = fingerprint, .saved_at = gm_seconds()};
    if (!path)
        return GM_OK;
    s.file = fopen(path, "rb");
    if (!s.file)
        return errno == ENOENT
                   ? GM_OK
                   : gm_fail(context, GM_INVALID_INPUT, "%s: %s", path, strerror(errno));
    const gm_status status = read_all(&s, out);
    fclose(s.file);
    return status;
}

const gm_entry *gm_journal_next(gm_journal *self) {
    return self->next < self->count ? &self->ended[self->next++] : NULL;
}

/* The bytes of an archive become an entry. */
static gm_status take(gm_archive *archive, gm_entry *out) {
    if (archive->status != GM_OK)
        return archive->status;
    *out = (gm_entry){archive->size, archive->bytes};
    archive->bytes = NULL;
    return GM_OK;
}

gm_status gm_journal_end(gm_journal *self, gm_archive *archive) {
    gm_status status = GM_OK;
    if (!self->path)
        return GM_OK;
    GM_TRY(room_for_one(self));
    GM_TRY(take(archive, &self->ended[self->count]));
    self->next = ++self->count;
    gm_release(self->context, self->going.bytes);
    self->going = (gm_entry){0};
    status = save(self);
done:
    return status;
}

bool gm_journal_is_due(const gm_journal *self) {
    return self->path && gm_seconds() - self->saved_at >= INTERVAL;
}

gm_status gm_journal_go_on(gm_journal *self, gm_archive *archive) {
    gm_status status = GM_OK;
    gm_entry entry = {0};
    GM_TRY(take(archive, &entry));
    gm_release(self->context, self->going.bytes);
    self->going = entry;
    status = save(self);
done:
    return status;
}

void gm_journal_close(gm_journal *self) {
    for (int64_t i = 0; i < self->count; i++)
        gm_release(self->context, self->ended[i].bytes);
    gm_release(self->context, self->ended);
    gm_release(self->context, self->going.bytes);
    *self = (gm_journal){0};
}
