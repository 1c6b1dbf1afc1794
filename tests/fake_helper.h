/* What tests/fake_helper.c does with a job: its number modulo FAKE_COUNT, or the number that the
   environment variable GRADIOMETER_FAKE_JOB has, for every job. */
#ifndef GM_TESTS_FAKE_HELPER_H
#define GM_TESTS_FAKE_HELPER_H

typedef enum fake_fault {
    FAKE_NONE,
    FAKE_KILLED,
    FAKE_STOPPED,
    FAKE_EXITS,
    FAKE_CLOSES,
    FAKE_HALF,
    FAKE_CORRUPT,
    FAKE_VERSION,
    FAKE_MAGIC,
    FAKE_OVERSIZED,
    FAKE_FOREIGN_JOB,
    FAKE_SHAPE,
    FAKE_ZERO,
    FAKE_RANGE,
    FAKE_HELLO,
    FAKE_DECLINES,
    FAKE_EARLY, /* an answer before the job was read */
    FAKE_TWICE, /* a second answer that nobody asked for */
    FAKE_COUNT = 32,
    FAKE_CHANGED /* one entry is another: by GRADIOMETER_FAKE_JOB alone */
} fake_fault;

#endif
