/* What the fuzz targets share: a context with little memory, and checks on what a reader made. */
#ifndef GM_TESTS_FUZZ_H
#define GM_TESTS_FUZZ_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gradiometer/data.h>

#include "data/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FUZZ_POISONS 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define FUZZ_POISONS 1
#endif
#ifdef FUZZ_POISONS
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(pointer, size)   ((void)(pointer), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(pointer, size) ((void)(pointer), (void)(size))
#endif

enum {
    FUZZ_MEMORY = 1 << 22, /* bytes of one execution: a header that lies finds this much */
    FUZZ_FRONT = 64        /* before each block: its size, and a zone that must not be touched */
};

/* Memory that is handed out upwards, never twice in an execution, and poisoned elsewhere: as
   strict as the sanitizer's own, and much faster. */
typedef struct fuzz_memory {
    _Alignas(64) char bytes[FUZZ_MEMORY];
    size_t used, held;
} fuzz_memory;

static inline void *fuzz_allocate(void *user, size_t alignment, size_t bytes) {
    fuzz_memory *memory = user;
    size_t whole = FUZZ_FRONT + (bytes + FUZZ_FRONT - 1) / FUZZ_FRONT * FUZZ_FRONT;
    if (alignment > FUZZ_FRONT || bytes > FUZZ_MEMORY || whole > FUZZ_MEMORY - memory->used)
        return NULL;
    char *front = memory->bytes + memory->used;
    memory->used += whole;
    memory->held++;
    ASAN_UNPOISON_MEMORY_REGION(front, FUZZ_FRONT + bytes);
    memcpy(front, &bytes, sizeof bytes);
    memset(front + FUZZ_FRONT, 0xa5, bytes < 4096 ? bytes : 4096);
    ASAN_POISON_MEMORY_REGION(front, FUZZ_FRONT);
    return front + FUZZ_FRONT;
}

static inline void fuzz_release(void *user, void *pointer) {
    fuzz_memory *memory = user;
    size_t bytes;
    if (!pointer)
        return;
    char *front = (char *)pointer - FUZZ_FRONT;
    ASAN_UNPOISON_MEMORY_REGION(front, sizeof bytes);
    memcpy(&bytes, front, sizeof bytes);
    ASAN_POISON_MEMORY_REGION(front, FUZZ_FRONT + bytes);
    memory->held--;
}

/* A finding that no sanitizer sees. */
static inline void fuzz_check(int holds) {
    if (!holds)
        abort();
}

/* One execution: make a context, run `body`, see that nothing is left. */
static inline int fuzz_run(void (*body)(gm_context *context, const uint8_t *data, size_t size),
                           const uint8_t *data, size_t size) {
    static fuzz_memory memory;
    if (memory.used == 0)
        ASAN_POISON_MEMORY_REGION(memory.bytes, sizeof memory.bytes);
    gm_allocator allocator = {fuzz_allocate, fuzz_release, &memory};
    gm_context_options options = {.threads = 1, .allocator = &allocator};
    gm_context *context = NULL;
    memory.used = FUZZ_FRONT;
    fuzz_check(gm_context_create(&options, &context) == GM_OK);
    body(context, data, size);
    gm_context_destroy(context);
    fuzz_check(memory.held == 0);
    return 0;
}

/* Options of a data set from two bytes. */
static inline gm_dataset_options fuzz_options(const uint8_t bytes[2]) {
    static const char *const targets[] = {NULL, "0", "-1", "y", "1", "label", "", "a"};
    static const char *const columns[] = {NULL, "0", "0,1", "b,a", "-2", "1,,2", "x", "2,0"};
    static const char *const drops[] = {NULL, "0", "a", "1,2"};
    return (gm_dataset_options){.target = targets[bytes[0] & 7],
                                .columns = columns[bytes[0] >> 3 & 7],
                                .drop = drops[bytes[0] >> 6],
                                .missing = (gm_missing)((bytes[1] & 3) % 3),
                                .standardize = bytes[1] & 4,
                                .intercept = bytes[1] & 8};
}

/* A status that a reader may return, and the message that belongs to it. */
static inline void fuzz_check_status(gm_context *context, gm_status status, const void *made) {
    fuzz_check(status == GM_OK || status == GM_INVALID_ARGUMENT || status == GM_INVALID_INPUT ||
               status == GM_OUT_OF_MEMORY || status == GM_UNAVAILABLE);
    fuzz_check((status == GM_OK) == (made != NULL));
    fuzz_check(status == GM_OK || *gm_context_message(context));
}

/* Everything a data set promises. */
static inline void fuzz_check_dataset(const gm_dataset *dataset) {
    int64_t rows = gm_dataset_rows(dataset), columns = gm_dataset_columns(dataset);
    int64_t classes = gm_dataset_classes(dataset);
    fuzz_check(rows >= 1 && columns >= 1 && *gm_dataset_target_name(dataset));
    double *row = malloc((size_t)columns * sizeof *row);
    fuzz_check(row != NULL);
    for (int64_t i = 0; i < rows; i++) {
        double target = gm_dataset_targets(dataset)[i];
        fuzz_check(isfinite(target));
        fuzz_check(classes == 0 || (target >= 0 && target < (double)classes));
        gm_dataset_copy_rows(dataset, i, 1, row);
        for (int64_t j = 0; j < columns; j++)
            fuzz_check(isfinite(row[j]));
    }
    free(row);
    for (int64_t j = 0; j < columns; j++)
        fuzz_check(*gm_dataset_column_name(dataset, j));
    for (int64_t c = 1; c < classes; c++)
        fuzz_check(
            strcmp(gm_dataset_class_name(dataset, c - 1), gm_dataset_class_name(dataset, c)) < 0);
}

#endif
