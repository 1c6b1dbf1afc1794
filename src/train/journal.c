#include "train/journal.h"

#include <string.h>

#include "base/sealed.h"
#include "parallel/ranks.h"

enum { VERSION = 1 };
static const char MAGIC[8] = "GMTRAIN";
static const double INTERVAL = 2.0; /* seconds between states of one run */

typedef struct header {
    char magic[8];
    int64_t version, count;
    uint64_t fingerprint;
} header;

static gm_status put_entry(gm_sealed *file, const gm_entry *entry) {
    const gm_status status = gm_sealed_put(file, &entry->size, sizeof entry->size);
    return status == GM_OK && entry->size > 0
               ? gm_sealed_put(file, entry->bytes, (size_t)entry->size)
               : status;
}

/* A size that the file does not hold must not take memory. */
static gm_status get_entry(gm_sealed *file, gm_entry *entry) {
    gm_status status = GM_OK;
    int64_t left = 0, size = 0;
    GM_TRY(gm_sealed_get(file, &size, sizeof size));
    GM_TRY(gm_sealed_left(file, &left));
    if (size < 0 || size > left)
        GM_TRY(gm_fail(file->context, GM_INVALID_INPUT, "%s: truncated or damaged", file->path));
    if (size == 0)
        goto done;
    entry->bytes = gm_allocate(file->context, size, 1);
    status = entry->bytes ? gm_sealed_get(file, entry->bytes, (size_t)size) : GM_OUT_OF_MEMORY;
    entry->size = size;
done:
    return status;
}

static gm_status write_all(gm_sealed *file, const void *argument) {
    const gm_journal *self = argument;
    gm_status status = GM_OK;
    header h = {.version = VERSION, .count = self->count, .fingerprint = self->fingerprint};
    memcpy(h.magic, MAGIC, sizeof MAGIC);
    GM_TRY(gm_sealed_put(file, &h, sizeof h));
    for (int64_t i = 0; i < self->count; i++)
        GM_TRY(put_entry(file, &self->ended[i]));
    GM_TRY(put_entry(file, &self->going));
done:
    return status;
}

static gm_status save(gm_journal *self) {
    if (!self->path || gm_context_rank(self->context) > 0)
        return GM_OK;
    const gm_status status = gm_sealed_save(self->context, self->path, write_all, self);
    self->saved_at = gm_seconds();
    return status;
}

static gm_status check(const gm_sealed *s, const header *h, uint64_t fingerprint) {
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

static gm_status read_all(gm_sealed *s, gm_journal *self) {
    gm_status status = GM_OK;
    header h;
    GM_TRY(gm_sealed_get(s, &h, sizeof h));
    GM_TRY(check(s, &h, self->fingerprint));
    for (int64_t i = 0; i < h.count; i++) {
        gm_entry entry = {0};
        GM_TRY(room_for_one(self));
        status = get_entry(s, &entry);
        self->ended[self->count++] = entry;
        GM_TRY(status);
    }
    GM_TRY(get_entry(s, &self->going));
    GM_TRY(gm_sealed_check(s));
    self->resumed = self->count > 0 || self->going.size > 0;
done:
    return status;
}

static gm_status read_file(gm_journal *self) {
    gm_sealed file;
    bool absent = false;
    gm_status status = gm_sealed_open(self->context, self->path, &absent, &file);
    if (absent)
        return GM_OK;
    if (status != GM_OK)
        return status;
    status = read_all(&file, self);
    fclose(file.file);
    return status;
}

/* What the first rank has read, on all. */
static gm_status share_entry(gm_context *context, gm_entry *entry) {
    gm_status status = gm_ranks_take_first(context, sizeof entry->size, &entry->size);
    if (status != GM_OK || entry->size == 0)
        return status;
    if (!entry->bytes)
        status = (entry->bytes = gm_allocate(context, entry->size, 1)) ? GM_OK : GM_OUT_OF_MEMORY;
    status = gm_ranks_agree(context, status);
    return status == GM_OK ? gm_ranks_take_first(context, entry->size, entry->bytes) : status;
}

static gm_status share_all(gm_journal *self) {
    gm_status status = GM_OK;
    int64_t count = self->count;
    GM_TRY(gm_ranks_take_first(self->context, sizeof count, &count));
    for (int64_t i = 0; i < count; i++) {
        if (i == self->count) {
            GM_TRY(room_for_one(self));
            self->ended[self->count++] = (gm_entry){0};
        }
        GM_TRY(share_entry(self->context, &self->ended[i]));
    }
    GM_TRY(share_entry(self->context, &self->going));
    self->resumed = self->count > 0 || self->going.size > 0;
done:
    return status;
}

gm_status gm_journal_open(gm_context *context, const char *path, uint64_t fingerprint,
                          gm_journal *out) {
    *out = (gm_journal){
        .context = context, .path = path, .fingerprint = fingerprint, .saved_at = gm_seconds()};
    if (!path)
        return GM_OK;
    gm_status status = gm_context_rank(context) == 0 ? read_file(out) : GM_OK;
    status = gm_ranks_agree(context, status);
    return status == GM_OK && gm_context_ranks(context) > 1 ? share_all(out) : status;
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
    return self->path && gm_context_rank(self->context) == 0 &&
           gm_seconds() - self->saved_at >= INTERVAL;
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
