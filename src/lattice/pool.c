#include "pool.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "helper.h"
#include "message.h"
#include "worker.h"

enum {
    MAX_WORKERS = 64,
    START_TRIES = 3 /* processes in a row that end before they say HELLO */
};

/* Seconds between two looks at the cancellation and at the deadlines. */
#define SLICE 0.05

/* A job with all the memory that it will need, so that nothing fails once it is queued. */
typedef struct entry {
    struct entry *next;
    gm_message_job job;
    double time_limit;
    unsigned char *request, *answer;
    gm_lattice_result *result;
} entry;

typedef struct queue {
    entry *first, *last;
} queue;

typedef struct slot {
    gm_worker worker;
    entry *entry;
} slot;

struct gm_lattice_pool {
    gm_context *context;
    char *helper;
    int count;
    slot *slots;
    queue waiting, ended;
    int64_t pending;
    int failed_starts; /* in a row */
    bool broken;       /* no worker can be started: the message is `why` */
    gm_status broken_status;
    char why[640];
};

static void append(queue *q, entry *e) {
    e->next = NULL;
    if (q->last)
        q->last->next = e;
    else
        q->first = e;
    q->last = e;
}

static entry *take(queue *q) {
    entry *e = q->first;
    if (e) {
        q->first = e->next;
        if (!q->first)
            q->last = NULL;
    }
    return e;
}

void gm_lattice_result_destroy(gm_context *context, gm_lattice_result *result) {
    if (!result)
        return;
    gm_release(context, result->basis);
    gm_release(context, result);
}

static void entry_destroy(gm_context *context, entry *e) {
    if (!e)
        return;
    gm_release(context, e->request);
    gm_release(context, e->answer);
    gm_lattice_result_destroy(context, e->result);
    gm_release(context, e);
}

gm_status gm_lattice_pool_create(gm_context *context, const char *helper, int workers,
                                 gm_lattice_pool **out) {
    gm_lattice_pool *pool = NULL;
    gm_status status = GM_OK;
    if (workers < 1 || workers > MAX_WORKERS)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lattice_pool_create: %d workers, accepted: 1 to %d", workers,
                       MAX_WORKERS);
    GM_TRY(GM_NEW_ZERO(context, pool, 1));
    pool->context = context;
    GM_TRY(gm_lattice_find_helper(context, helper, &pool->helper));
    GM_TRY(GM_NEW_ZERO(context, pool->slots, workers));
    pool->count = workers;
    *out = pool;
    pool = NULL;
done:
    gm_lattice_pool_destroy(pool);
    return status;
}

static gm_status check_sizes(gm_context *context, const gm_lattice_job *job) {
    if (job->rows < 1 || job->columns < job->rows || job->columns > GM_MESSAGE_MAX_SIDE)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lattice_pool_submit: a basis of %lld rows and %lld columns, accepted: "
                       "1 <= rows <= columns <= %d",
                       (long long)job->rows, (long long)job->columns, GM_MESSAGE_MAX_SIDE);
    if (job->block_size < 0 || job->block_size > GM_MESSAGE_MAX_BLOCK)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lattice_pool_submit: block size %d, accepted: 0 to %d", job->block_size,
                       GM_MESSAGE_MAX_BLOCK);
    if (job->loops < 0 || job->loops > GM_MESSAGE_MAX_LOOPS)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lattice_pool_submit: %d loops, accepted: 0 to %d", job->loops,
                       GM_MESSAGE_MAX_LOOPS);
    return GM_OK;
}

static gm_status check_numbers(gm_context *context, const gm_lattice_job *job) {
    if (job->task != GM_LATTICE_REDUCE && job->task != GM_LATTICE_SHORTEST_BELOW)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_lattice_pool_submit: task %d is unknown",
                       (int)job->task);
    if (!(job->delta > 0.25 && job->delta < 1.0))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lattice_pool_submit: delta %g, accepted: above 0.25, below 1",
                       job->delta);
    if (job->task == GM_LATTICE_SHORTEST_BELOW && !(job->norm >= 0.0 && isfinite(job->norm)))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lattice_pool_submit: norm %g, accepted: a finite number >= 0",
                       job->norm);
    if (!(job->time_limit > 0.0))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_lattice_pool_submit: time limit %g s, accepted: above 0",
                       job->time_limit);
    return GM_OK;
}

static gm_status check_basis(gm_context *context, const gm_lattice_job *job) {
    for (int64_t i = 0; i < job->rows; i++) {
        bool zero = true;
        for (int64_t j = 0; j < job->columns; j++) {
            const int64_t value = job->basis[i * job->columns + j];
            if (value <= -GM_MESSAGE_ENTRY_LIMIT || value >= GM_MESSAGE_ENTRY_LIMIT)
                return gm_fail(context, GM_INVALID_ARGUMENT,
                               "gm_lattice_pool_submit: entry %lld in row %lld, column %lld, "
                               "accepted: below 2^62",
                               (long long)value, (long long)i, (long long)j);
            zero = zero && value == 0;
        }
        if (zero)
            return gm_fail(context, GM_INVALID_ARGUMENT,
                           "gm_lattice_pool_submit: row %lld of the basis is zero", (long long)i);
    }
    return GM_OK;
}

static void write_request(const gm_lattice_job *job, entry *e) {
    const int64_t entries = job->rows * job->columns;
    e->job = (gm_message_job){.task = (int)job->task,
                              .rows = (int)job->rows,
                              .columns = (int)job->columns,
                              .block_size = job->block_size,
                              .loops = job->loops,
                              .delta = job->delta,
                              .norm = job->task == GM_LATTICE_SHORTEST_BELOW ? job->norm : 0.0};
    gm_message_put_job(e->request, &e->job);
    for (int64_t i = 0; i < entries; i++)
        gm_message_put_entry(e->request, (size_t)i, job->basis[i]);
    gm_message_seal(e->request, GM_MESSAGE_JOB, (uint64_t)job->id,
                    gm_message_size(e->job.rows, e->job.columns) - GM_MESSAGE_HEADER);
}

gm_status gm_lattice_pool_submit(gm_lattice_pool *pool, const gm_lattice_job *job) {
    gm_context *context = pool->context;
    entry *e = NULL;
    gm_status status = GM_OK;
    GM_TRY(check_sizes(context, job));
    GM_TRY(check_numbers(context, job));
    GM_TRY(check_basis(context, job));
    const int64_t bytes = (int64_t)gm_message_size((int)job->rows, (int)job->columns);
    GM_TRY(GM_NEW_ZERO(context, e, 1));
    GM_TRY(GM_NEW(context, e->request, bytes));
    GM_TRY(GM_NEW(context, e->answer, bytes));
    GM_TRY(GM_NEW_ZERO(context, e->result, 1));
    GM_TRY(GM_NEW(context, e->result->basis, job->rows * job->columns));
    e->result->id = job->id;
    e->result->rows = job->rows;
    e->result->columns = job->columns;
    e->result->precision = "";
    e->time_limit = job->time_limit;
    write_request(job, e);
    append(&pool->waiting, e);
    pool->pending++;
    e = NULL;
done:
    entry_destroy(context, e);
    return status;
}

static const char *precision_name(int precision) {
    static const char *const names[] = {"double", "long double", "mpfr"};
    return names[precision];
}

static void finish(gm_lattice_pool *pool, slot *s) {
    append(&pool->ended, s->entry);
    s->entry = NULL;
}

static void finish_reduced(gm_lattice_pool *pool, slot *s) {
    gm_lattice_result *result = s->entry->result;
    const gm_message_result *fields = &s->worker.result;
    for (int64_t i = 0; i < result->rows * result->columns; i++)
        result->basis[i] = gm_message_entry(s->entry->answer, (size_t)i);
    result->reduced = true;
    result->precision = precision_name(fields->precision);
    result->lll_seconds = fields->lll_seconds;
    result->bkz_seconds = fields->bkz_seconds;
    result->fplll_seconds = fields->fplll_seconds;
    result->loops = fields->loops;
    finish(pool, s);
}

static void finish_lost(gm_lattice_pool *pool, slot *s) {
    gm_lattice_result *result = s->entry->result;
    snprintf(result->reason, sizeof result->reason, "%s", s->worker.text);
    gm_release(pool->context, result->basis);
    result->basis = NULL;
    finish(pool, s);
}

/* A worker that never said HELLO costs no job; but a few of them in a row are no accident. */
static void start_failed(gm_lattice_pool *pool, const gm_worker *worker) {
    pool->failed_starts++;
    if (!worker->other_version && pool->failed_starts < START_TRIES)
        return;
    pool->broken = true;
    pool->broken_status = worker->other_version ? GM_UNAVAILABLE : GM_IO_ERROR;
    snprintf(pool->why, sizeof pool->why, "lattice reduction: %.200s does not answer as %s: %s",
             pool->helper,
             worker->other_version ? "this version of the library expects" : "the helper program",
             worker->text);
}

static void step(gm_lattice_pool *pool, slot *s) {
    switch (gm_worker_step(&s->worker)) {
    case GM_WORKER_NOTHING:
        break;
    case GM_WORKER_HELLO:
        pool->failed_starts = 0;
        break;
    case GM_WORKER_ANSWERED:
        finish_reduced(pool, s);
        break;
    case GM_WORKER_FAILED:
        finish_lost(pool, s);
        break;
    case GM_WORKER_LOST:
        if (s->entry)
            finish_lost(pool, s);
        else
            start_failed(pool, &s->worker);
        break;
    }
}

static bool is_idle(const slot *s) {
    return s->worker.state == GM_WORKER_READY && !s->entry;
}

/* Whether a worker is there that may still answer. */
static bool lives(const gm_lattice_pool *pool) {
    for (int i = 0; i < pool->count; i++)
        if (pool->slots[i].worker.state != GM_WORKER_NONE)
            return true;
    return false;
}

/* Give jobs to workers that are ready, then start workers for those that are left. */
static gm_status feed(gm_lattice_pool *pool) {
    int coming = 0;
    int64_t waiting = 0;
    for (int i = 0; i < pool->count; i++) {
        slot *s = &pool->slots[i];
        if (is_idle(s) && pool->waiting.first) {
            s->entry = take(&pool->waiting);
            gm_worker_give(&s->worker, &s->entry->job, (uint64_t)s->entry->result->id,
                           s->entry->time_limit, s->entry->request, s->entry->answer);
        }
        coming += s->worker.state == GM_WORKER_STARTING;
    }
    for (const entry *e = pool->waiting.first; e && waiting < pool->count; e = e->next)
        waiting++;
    for (int i = 0; i < pool->count && coming < waiting && !pool->broken; i++)
        if (pool->slots[i].worker.state == GM_WORKER_NONE) {
            gm_status status = gm_worker_start(pool->context, pool->helper, &pool->slots[i].worker);
            if (status !=
                GM_OK) /* too few descriptors or processes for another: those left go on */
                return lives(pool) ? GM_OK : status;
            coming++;
        }
    return pool->broken && !lives(pool)
               ? gm_fail(pool->context, pool->broken_status, "%s", pool->why)
               : GM_OK;
}

/* Sleep until a socket has news, a slice has passed, or the caller's time is up. */
static void wait_for_news(const gm_lattice_pool *pool, double until) {
    struct pollfd files[MAX_WORKERS];
    nfds_t count = 0;
    double seconds = SLICE;
    if (until - gm_seconds() < seconds)
        seconds = until - gm_seconds();
    for (int i = 0; i < pool->count; i++)
        if (pool->slots[i].worker.state != GM_WORKER_NONE)
            files[count++] = (struct pollfd){.fd = pool->slots[i].worker.process.fd,
                                             .events = gm_worker_events(&pool->slots[i].worker)};
    /* A failure, by a signal for instance, is a short sleep. */
    (void)poll(files, count, seconds > 0.0 ? (int)ceil(seconds * 1e3) : 0);
}

/* Take a job that has ended out of the pool. */
static gm_lattice_result *hand_out(gm_lattice_pool *pool) {
    entry *e = take(&pool->ended);
    gm_lattice_result *result = e->result;
    e->result = NULL;
    entry_destroy(pool->context, e);
    pool->pending--;
    return result;
}

gm_status gm_lattice_pool_next(gm_lattice_pool *pool, double timeout, gm_lattice_result **out) {
    const double until = timeout < 0.0 ? INFINITY : gm_seconds() + timeout;
    for (;;) {
        if (gm_is_cancelled(pool->context))
            return gm_fail(pool->context, GM_CANCELLED, "cancelled while reducing lattices");
        for (int i = 0; i < pool->count; i++)
            step(pool, &pool->slots[i]);
        if (pool->ended.first) {
            *out = hand_out(pool);
            return GM_OK;
        }
        if (pool->pending == 0) {
            *out = NULL;
            return GM_OK;
        }
        gm_status status = feed(pool);
        if (status != GM_OK)
            return status;
        if (gm_seconds() >= until) {
            *out = NULL;
            return GM_OK;
        }
        wait_for_news(pool, until);
    }
}

int64_t gm_lattice_pool_pending(const gm_lattice_pool *pool) {
    return pool->pending;
}

static void clear(gm_lattice_pool *pool, queue *q) {
    for (entry *e = take(q); e; e = take(q)) {
        entry_destroy(pool->context, e);
        pool->pending--;
    }
}

void gm_lattice_pool_drop(gm_lattice_pool *pool) {
    for (int i = 0; i < pool->count; i++)
        if (pool->slots[i].entry) {
            gm_worker_stop(&pool->slots[i].worker);
            append(&pool->waiting, pool->slots[i].entry);
            pool->slots[i].entry = NULL;
        }
    clear(pool, &pool->waiting);
}

void gm_lattice_pool_destroy(gm_lattice_pool *pool) {
    if (!pool)
        return;
    gm_context *context = pool->context;
    gm_lattice_pool_drop(pool);
    clear(pool, &pool->ended);
    for (int i = 0; i < pool->count; i++)
        gm_worker_stop(&pool->slots[i].worker);
    gm_release(context, pool->slots);
    gm_release(context, pool->helper);
    gm_release(context, pool);
}
