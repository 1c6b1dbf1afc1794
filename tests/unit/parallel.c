#include "check.h"

#include "parallel/parallel.h"

enum { COUNT = 10000 };

typedef struct work {
    gm_context *context;
    atomic_int visits[COUNT];
    atomic_int busy[64]; /* by worker */
    int64_t failing;
    int64_t cancelling;
    atomic_int started;
} work;

static gm_status visit(void *argument, int64_t index, int worker) {
    work *w = argument;
    assert_true(worker >= 0 && worker < gm_context_threads(w->context));
    if (atomic_fetch_add(&w->busy[worker], 1) != 0)
        return GM_INTERNAL_ERROR; /* two tasks share a worker */
    atomic_fetch_add(&w->visits[index], 1);
    atomic_fetch_add(&w->started, 1);
    if (index == w->cancelling)
        gm_context_cancel(w->context);
    atomic_fetch_sub(&w->busy[worker], 1);
    return index >= w->failing ? GM_UNABLE : GM_OK;
}

static work *make_work(int threads) {
    work *w = calloc(1, sizeof *w);
    w->context = make_context(threads, GM_ISA_AUTO);
    w->failing = INT64_MAX;
    w->cancelling = -1;
    return w;
}

static void free_work(work *w) {
    gm_context_destroy(w->context);
    free(w);
}

static void every_index_runs_once(void **state) {
    (void)state;
    for (int threads = 1; threads <= 5; threads += 2) {
        work *w = make_work(threads);
        for (int round = 1; round <= 3; round++) {
            check_ok(w->context, gm_parallel_for(w->context, COUNT, visit, w));
            for (int i = 0; i < COUNT; i++)
                assert_int_equal(w->visits[i], round);
        }
        check_ok(w->context, gm_parallel_for(w->context, 0, visit, w));
        free_work(w);
    }
}

static void failure_stops_the_loop(void **state) {
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        work *w = make_work(threads);
        w->failing = 50;
        assert_int_equal(gm_parallel_for(w->context, COUNT, visit, w), GM_UNABLE);
        assert_int_equal(w->visits[49], 1);
        assert_true(w->started < 50 + 2 * threads);
        w->failing = INT64_MAX;
        check_ok(w->context, gm_parallel_for(w->context, COUNT, visit, w));
        free_work(w);
    }
}

static void cancellation_stops_the_loop(void **state) {
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        work *w = make_work(threads);
        w->cancelling = 100;
        assert_int_equal(gm_parallel_for(w->context, COUNT, visit, w), GM_CANCELLED);
        assert_true(w->started < 200 + 2 * threads);
        free_work(w);
    }
}

typedef struct nested {
    gm_context *context;
    atomic_int inner_runs;
} nested;

typedef struct inner {
    nested *outer;
    int worker;
} inner;

static gm_status same_worker(void *argument, int64_t index, int worker) {
    (void)index;
    inner *n = argument;
    atomic_fetch_add(&n->outer->inner_runs, 1);
    return worker == n->worker ? GM_OK : GM_INTERNAL_ERROR;
}

static gm_status run_inner(void *argument, int64_t index, int worker) {
    (void)index;
    nested *n = argument;
    inner in = {n, worker};
    return gm_parallel_for(n->context, 10, same_worker, &in);
}

/* A loop inside a task runs on that task's thread and as its worker: scratch is not shared. */
static void loops_nest(void **state) {
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        nested n = {.context = make_context(threads, GM_ISA_AUTO)};
        check_ok(n.context, gm_parallel_for(n.context, 200, run_inner, &n));
        assert_int_equal(n.inner_runs, 2000);
        gm_context_destroy(n.context);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_index_runs_once),
        cmocka_unit_test(failure_stops_the_loop),
        cmocka_unit_test(cancellation_stops_the_loop),
        cmocka_unit_test(loops_nest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
