/* What every folder stands on: messages, memory, progress. See include/gradiometer/context.h. */
#ifndef GM_BASE_H
#define GM_BASE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/status.h>

struct gm_pool;
struct gm_ranks;

struct gm_context {
    gm_allocator allocator;
    int threads;
    bool threads_given; /* by who made the context */
    gm_isa isa;
    gm_progress_function progress;
    void *progress_user;
    atomic_bool cancelled;
    pthread_mutex_t message_lock;
    char message[1024];
    atomic_bool blas_has_room; /* BLAS work space was found to fit, see src/linalg */
    struct gm_pool *pool;      /* started by the first gm_parallel_for() */
    void (*pool_destroy)(struct gm_pool *pool);
    struct gm_ranks *ranks; /* NULL: alone, see src/parallel */
    void (*ranks_destroy)(struct gm_ranks *ranks);
};

/* Evaluate a status; on failure keep it in the local `status` and go to the label `done`. */
#define GM_TRY(expression)                                                                         \
    do {                                                                                           \
        status = (expression);                                                                     \
        if (status != GM_OK)                                                                       \
            goto done;                                                                             \
    } while (0)

/* Allocate `count` objects of the type that `pointer` points to; a gm_status. */
#define GM_NEW(context, pointer, count)                                                            \
    (((pointer) = gm_allocate((context), (count), sizeof *(pointer))) ? GM_OK : GM_OUT_OF_MEMORY)

/* The same, filled with zero bytes. */
#define GM_NEW_ZERO(context, pointer, count)                                                       \
    (((pointer) = gm_allocate_zero((context), (count), sizeof *(pointer))) ? GM_OK                 \
                                                                           : GM_OUT_OF_MEMORY)

/* Keep a message and return `status`. The format names function, argument, value and limit. */
gm_status gm_fail(gm_context *context, gm_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4), warn_unused_result));

/* Take count × size bytes aligned to 64. NULL, with a message, where absent or too large.
   A count of 0 takes one byte, so that NULL always means failure; a negative count fails. */
void *gm_allocate(gm_context *context, int64_t count, size_t size);

void *gm_allocate_zero(gm_context *context, int64_t count, size_t size);

/*
 * An array of objects of `size` bytes, of which `used` are in use, with room for `more` of them:
 * the same array, or a larger copy, of at least twice the capacity, in its place. NULL where there
 * is no memory; the array is then as it was.
 */
void *gm_reserve(gm_context *context, void *array, int64_t used, int64_t more, int64_t *capacity,
                 size_t size);

/* Copy a string. */
char *gm_duplicate(gm_context *context, const char *text);

/* Release what the functions above returned; NULL is allowed. */
void gm_release(gm_context *context, void *pointer);

/* Report progress and learn of cancellation: GM_OK or GM_CANCELLED, with a message. */
gm_status gm_progress(gm_context *context, const char *stage, double done, double total)
    __attribute__((warn_unused_result));

/* Ask whether the computation was cancelled, without a message; safe on any thread. */
bool gm_is_cancelled(const gm_context *context);

/* Seconds of a clock that only goes forward, from some fixed moment. */
double gm_seconds(void);

/* The best instruction set of this processor that kernels are compiled for. */
gm_isa gm_isa_detect(void);

#endif
