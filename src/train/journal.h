/* What a training has come to, on the disk: runs that ended and the one that goes on. A training
   that is started again does the same runs in the same order and finds them here. Of several ranks
   the first reads and writes, and all have what it read. */
#ifndef GM_JOURNAL_H
#define GM_JOURNAL_H

#include "base/archive.h"

typedef struct gm_entry {
    int64_t size;
    void *bytes; /* owned */
} gm_entry;

typedef struct gm_journal {
    gm_context *context;
    const char *path;     /* borrowed; NULL: nothing is kept */
    uint64_t fingerprint; /* of the training */
    gm_entry *ended;      /* [count] */
    int64_t count, capacity;
    int64_t next;    /* entry that the next run is compared with */
    gm_entry going;  /* state of the run after them; size 0: none */
    bool resumed;    /* something was found */
    double saved_at; /* by gm_seconds() */
} gm_journal;

/* Read what is there, if anything. GM_INVALID_INPUT where it is damaged or of another training,
   GM_OUT_OF_MEMORY. */
gm_status gm_journal_open(gm_context *context, const char *path, uint64_t fingerprint,
                          gm_journal *out) __attribute__((warn_unused_result));

/* The next ended run, to be read; NULL: it must be made. */
const gm_entry *gm_journal_next(gm_journal *journal);

/* Keep an ended run, whose bytes the archive gives up. On the disk when this returns. */
gm_status gm_journal_end(gm_journal *journal, gm_archive *archive)
    __attribute__((warn_unused_result));

/* Keep the state of the run that goes on; every few seconds at most, otherwise nothing is done:
   gm_journal_is_due() tells. */
bool gm_journal_is_due(const gm_journal *journal);
gm_status gm_journal_go_on(gm_journal *journal, gm_archive *archive)
    __attribute__((warn_unused_result));

void gm_journal_close(gm_journal *journal);

#endif
