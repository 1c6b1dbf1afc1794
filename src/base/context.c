#define _GNU_SOURCE /* sched_getaffinity, madvise */
#include "base/base.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { MAX_THREADS = 1024, ALIGNMENT = 64, LARGE_BLOCK = 2 << 20, LARGE_PAGE = 2 << 20 };

/* Data are read by rows at random places: large blocks ask for large pages, which the address
   translation of a processor can hold all at once. A refusal costs speed only. */
static void *allocate_with_malloc(void *user, size_t alignment, size_t bytes) {
    (void)user;
    if (bytes >= LARGE_BLOCK)
        alignment = LARGE_PAGE;
    size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    void *block = rounded < bytes ? NULL : aligned_alloc(alignment, rounded);
    if (block && bytes >= LARGE_BLOCK)
        (void)madvise(block, rounded, MADV_HUGEPAGE);
    return block;
}

static void release_with_free(void *user, void *pointer) {
    (void)user;
    free(pointer);
}

static int available_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int count = CPU_COUNT(&set);
    return count < 1 ? 1 : count > MAX_THREADS ? MAX_THREADS : count;
}

gm_status gm_context_create(const gm_context_options *options, gm_context **out) {
    const gm_context_options defaults = {0};
    if (!out)
        return GM_INVALID_ARGUMENT;
    if (!options)
        options = &defaults;
    gm_isa best = gm_isa_detect();
    if (options->threads < 0 || options->threads > MAX_THREADS || options->isa > best)
        return GM_INVALID_ARGUMENT;
    gm_allocator allocator = {allocate_with_malloc, release_with_free, NULL};
    if (options->allocator)
        allocator = *options->allocator;
    gm_context *context = allocator.allocate(allocator.user, ALIGNMENT, sizeof *context);
    if (!context)
        return GM_OUT_OF_MEMORY;
    memset(context, 0, sizeof *context);
    context->allocator = allocator;
    context->threads = options->threads ? options->threads : available_processors();
    context->threads_given = options->threads > 0;
    context->isa = options->isa == GM_ISA_AUTO ? best : options->isa;
    context->progress = options->progress;
    context->progress_user = options->progress_user;
    atomic_init(&context->cancelled, false);
    atomic_init(&context->blas_has_room, false);
    pthread_mutex_init(&context->message_lock, NULL);
    *out = context;
    return GM_OK;
}

void gm_context_destroy(gm_context *context) {
    if (!context)
        return;
    if (context->ranks)
        context->ranks_destroy(context->ranks);
    if (context->pool)
        context->pool_destroy(context->pool);
    pthread_mutex_destroy(&context->message_lock);
    gm_allocator allocator = context->allocator;
    allocator.release(allocator.user, context);
}

const char *gm_context_message(const gm_context *context) {
    return context->message;
}

void gm_context_cancel(gm_context *context) {
    atomic_store(&context->cancelled, true);
}

int gm_context_threads(const gm_context *context) {
    return context->threads;
}

gm_isa gm_context_isa(const gm_context *context) {
    return context->isa;
}

gm_status gm_fail(gm_context *context, gm_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    pthread_mutex_lock(&context->message_lock);
    vsnprintf(context->message, sizeof context->message, format, arguments);
    pthread_mutex_unlock(&context->message_lock);
    va_end(arguments);
    return status;
}

void *gm_allocate(gm_context *context, int64_t count, size_t size) {
    size_t bytes = 0;
    void *pointer = NULL;
    if (count >= 0 && !__builtin_mul_overflow((size_t)count, size, &bytes) &&
        bytes <= PTRDIFF_MAX - ALIGNMENT)
        pointer = context->allocator.allocate(context->allocator.user, ALIGNMENT, bytes + !bytes);
    if (!pointer) {
        gm_status ignored =
            gm_fail(context, GM_OUT_OF_MEMORY, "out of memory: %lld items of %zu bytes asked for",
                    (long long)count, size);
        (void)ignored;
    }
    return pointer;
}

void *gm_allocate_zero(gm_context *context, int64_t count, size_t size) {
    void *pointer = gm_allocate(context, count, size);
    if (pointer)
        memset(pointer, 0, (size_t)count * size);
    return pointer;
}

void *gm_reserve(gm_context *context, void *array, int64_t used, int64_t more, int64_t *capacity,
                 size_t size) {
    if (array && used + more <= *capacity)
        return array;
    const int64_t larger = 2 * *capacity > used + more ? 2 * *capacity : used + more;
    void *copy = gm_allocate(context, larger, size);
    if (!copy)
        return NULL;
    if (used > 0)
        memcpy(copy, array, (size_t)used * size);
    gm_release(context, array);
    *capacity = larger;
    return copy;
}

char *gm_duplicate(gm_context *context, const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = gm_allocate(context, (int64_t)size, 1);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

void gm_release(gm_context *context, void *pointer) {
    if (pointer)
        context->allocator.release(context->allocator.user, pointer);
}

bool gm_is_cancelled(const gm_context *context) {
    return atomic_load_explicit(&context->cancelled, memory_order_relaxed);
}

gm_status gm_progress(gm_context *context, const char *stage, double done, double total) {
    if (gm_is_cancelled(context))
        return gm_fail(context, GM_CANCELLED, "cancelled while %s", stage);
    if (context->progress)
        context->progress(context->progress_user, stage, done, total);
    return GM_OK;
}

double gm_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
