#ifndef GRADIOMETER_CONTEXT_H
#define GRADIOMETER_CONTEXT_H

#include <stddef.h>

#include <gradiometer/export.h>
#include <gradiometer/status.h>

GM_BEGIN_DECLS

/**
 * What a computation runs in: memory, threads, instruction set, progress, cancellation, message.
 *
 * One context serves one calling thread at a time; separate contexts are independent. Results do
 * not depend on the number of threads.
 */
typedef struct gm_context gm_context;

/** Where the library takes its memory. Both functions must be safe to call from any thread. */
typedef struct gm_allocator {
    /** Return `bytes` (> 0) aligned to `alignment` (a power of two), or NULL. */
    void *(*allocate)(void *user, size_t alignment, size_t bytes);
    /** Release what allocate returned; NULL is allowed. */
    void (*release)(void *user, void *pointer);
    void *user;
} gm_allocator;

/** Instruction sets that the kernels are compiled for. AVX2 and AVX-512 give the same bits. */
typedef enum gm_isa { GM_ISA_AUTO, GM_ISA_BASELINE, GM_ISA_AVX2, GM_ISA_AVX512 } gm_isa;

/**
 * Called from the thread that called the library, at most every few milliseconds of work.
 * @param stage  what is being done, a static string
 * @param done   work finished, in [0, total]
 * @param total  work of this stage, > 0
 */
typedef void (*gm_progress_function)(void *user, const char *stage, double done, double total);

/** How a context is made. Zero-initialise and set what matters. */
typedef struct gm_context_options {
    int threads;                   /**< 0: one for each processor this process may use */
    gm_isa isa;                    /**< GM_ISA_AUTO: the best one this processor has */
    const gm_allocator *allocator; /**< NULL: malloc and free; copied, its user pointer borrowed */
    gm_progress_function progress; /**< NULL: none */
    void *progress_user;           /**< handed to progress */
} gm_context_options;

/**
 * Create a context; its threads start at the first parallel work.
 * @param options  NULL: all defaults
 * @param out      the context, owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT (threads < 0 or > 1024, an instruction set this processor lacks),
 *         GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_context_create(const gm_context_options *options, gm_context **out);

/** Stop the threads and free the context. NULL is allowed. No object made in it may be in use. */
GM_API void gm_context_destroy(gm_context *context);

/** Message of the last failure in this context: function, value and limit. "" before any. */
GM_API const char *gm_context_message(const gm_context *context);

/** Ask the running computation to end with GM_CANCELLED. Safe in signal handlers and threads. */
GM_API void gm_context_cancel(gm_context *context);

/** Number of threads that parallel work uses, at least 1. */
GM_API int gm_context_threads(const gm_context *context);

/** Instruction set in use, never GM_ISA_AUTO. */
GM_API gm_isa gm_context_isa(const gm_context *context);

/** Name of an instruction set: "auto", "baseline", "avx2", "avx512". */
GM_API const char *gm_isa_name(gm_isa isa);

GM_END_DECLS

#endif
