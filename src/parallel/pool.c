#include "parallel/parallel.h"

#include <signal.h>
#include <string.h>

/* One loop at a time. Workers sleep on `wake` between loops and take indices from `next`. */
struct gm_pool {
    gm_context *context;
    int workers; /* threads beside the caller */
    pthread_t *threads;
    pthread_mutex_t lock;
    pthread_cond_t wake, finished;
    uint64_t generation; /* of the loop; guarded by lock */
    int running;         /* workers still in the loop; guarded by lock */
    bool stopping;       /* guarded by lock */
    int joined;          /* hands out worker numbers; guarded by lock */

    gm_task task;
    void *argument;
    int64_t count;
    atomic_llong next;
    atomic_bool failed;
    int64_t failed_index; /* guarded by lock */
    gm_status failed_status;
};

/* Number of the worker whose task this thread runs; −1 outside loops. */
static _Thread_local int current_worker = -1;

/* Loops that the thread runs tasks of, one inside the other: also those that need no pool. */
static _Thread_local int depth;

bool gm_parallel_is_inside(void) {
    return depth > 0;
}

static void record_failure(struct gm_pool *pool, int64_t index, gm_status status) {
    pthread_mutex_lock(&pool->lock);
    if (pool->failed_status == GM_OK || index < pool->failed_index) {
        pool->failed_index = index;
        pool->failed_status = status;
    }
    pthread_mutex_unlock(&pool->lock);
    atomic_store(&pool->failed, true);
}

static void take_part(struct gm_pool *pool, int worker) {
    current_worker = worker;
    depth++;
    while (!atomic_load(&pool->failed) && !gm_is_cancelled(pool->context)) {
        int64_t index = atomic_fetch_add(&pool->next, 1);
        if (index >= pool->count)
            break;
        gm_status status = pool->task(pool->argument, index, worker);
        if (status != GM_OK)
            record_failure(pool, index, status);
    }
    depth--;
    current_worker = -1;
}

static void *worker_main(void *argument) {
    struct gm_pool *pool = argument;
    uint64_t seen = 0;
    pthread_mutex_lock(&pool->lock);
    int worker = ++pool->joined;
    for (;;) {
        while (!pool->stopping && pool->generation == seen)
            pthread_cond_wait(&pool->wake, &pool->lock);
        if (pool->stopping)
            break;
        seen = pool->generation;
        pthread_mutex_unlock(&pool->lock);
        take_part(pool, worker);
        pthread_mutex_lock(&pool->lock);
        if (--pool->running == 0)
            pthread_cond_signal(&pool->finished);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static void pool_destroy(struct gm_pool *pool) {
    gm_context *context = pool->context;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->workers; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->finished);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    gm_release(context, pool->threads);
    gm_release(context, pool);
}

/* Start the threads, with every signal blocked: signals belong to the program, not to the library.
   A thread that the system refuses is done without; the results are the same. */
static gm_status pool_create(gm_context *context) {
    gm_status status = GM_OK;
    struct gm_pool *pool = NULL;
    GM_TRY(GM_NEW_ZERO(context, pool, 1));
    GM_TRY(GM_NEW(context, pool->threads, context->threads));
    pool->context = context;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->finished, NULL);
    atomic_init(&pool->next, 0);
    atomic_init(&pool->failed, false);
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (pool->workers < context->threads - 1 &&
           pthread_create(&pool->threads[pool->workers], NULL, worker_main, pool) == 0)
        pool->workers++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    context->pool = pool;
    context->pool_destroy = pool_destroy;
    pool = NULL;
done:
    if (pool)
        gm_release(context, pool->threads);
    gm_release(context, pool);
    return status;
}

static gm_status run_serially(gm_context *context, int64_t count, gm_task task, void *argument) {
    const int worker = current_worker < 0 ? 0 : current_worker;
    gm_status status = GM_OK;
    depth++;
    for (int64_t i = 0; i < count && status == GM_OK; i++)
        status = gm_is_cancelled(context) ? gm_fail(context, GM_CANCELLED, "cancelled")
                                          : task(argument, i, worker);
    depth--;
    return status;
}

gm_status gm_parallel_for(gm_context *context, int64_t count, gm_task task, void *argument) {
    if (count <= 1 || context->threads == 1 || current_worker >= 0)
        return run_serially(context, count, task, argument);
    if (!context->pool) {
        gm_status status = pool_create(context);
        if (status != GM_OK)
            return status;
    }
    struct gm_pool *pool = context->pool;
    pthread_mutex_lock(&pool->lock);
    pool->task = task;
    pool->argument = argument;
    pool->count = count;
    atomic_store(&pool->next, 0);
    atomic_store(&pool->failed, false);
    pool->failed_status = GM_OK;
    pool->running = pool->workers;
    pool->generation++;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    take_part(pool, 0);
    pthread_mutex_lock(&pool->lock);
    while (pool->running > 0)
        pthread_cond_wait(&pool->finished, &pool->lock);
    gm_status status = pool->failed_status;
    pthread_mutex_unlock(&pool->lock);
    if (status == GM_OK && gm_is_cancelled(context))
        status = gm_fail(context, GM_CANCELLED, "cancelled");
    return status;
}
