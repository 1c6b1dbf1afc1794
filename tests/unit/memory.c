/* What a recovery holds at one time: below 3 d² numbers beside the data, and as its cost says. */
#include "check.h"

#include <stdatomic.h>
#include <stdlib.h>

/* Large enough that d² numbers outweigh the buffers of 500 vectors. */
enum { D = 2048, ROWS = 600, BATCH = 4, FRONT = 4096 };

typedef struct counter {
    atomic_llong now, most;
} counter;

/* Each block carries its size in front. */
static void *count_allocate(void *user, size_t alignment, size_t bytes) {
    counter *c = user;
    assert_true(alignment <= FRONT);
    char *block = aligned_alloc(FRONT, (FRONT + bytes + FRONT - 1) / FRONT * FRONT);
    if (!block)
        return NULL;
    memcpy(block, &bytes, sizeof bytes);
    const long long now = atomic_fetch_add(&c->now, (long long)bytes) + (long long)bytes;
    long long most = atomic_load(&c->most);
    while (now > most && !atomic_compare_exchange_weak(&c->most, &most, now))
        ;
    return block + FRONT;
}

static void count_release(void *user, void *pointer) {
    counter *c = user;
    size_t bytes = 0;
    if (!pointer)
        return;
    memcpy(&bytes, (char *)pointer - FRONT, sizeof bytes);
    atomic_fetch_sub(&c->now, (long long)bytes);
    free((char *)pointer - FRONT);
}

static counter counted;
static const gm_allocator allocator = {count_allocate, count_release, &counted};
static gm_context *context;
static gm_dataset *data;

static int set_up(void **state) {
    (void)state;
    const gm_context_options options = {.threads = 2, .allocator = &allocator};
    double *x = malloc((size_t)ROWS * D * sizeof *x), *y = calloc(ROWS, sizeof *y);
    assert_int_equal(gm_context_create(&options, &context), GM_OK);
    gm_random_gaussian(context, (gm_stream){1, 1}, 0, (int64_t)ROWS * D, x);
    check_ok(context, gm_dataset_from_arrays(context, ROWS, D, x, y, &data));
    free(y);
    free(x);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    gm_dataset_destroy(data);
    gm_context_destroy(context);
    assert_int_equal(atomic_load(&counted.now), 0);
    return 0;
}

/* Most bytes that a recovery held at one time beside its data, and those that its cost says. */
static double held_by(const gm_recover_options *options, double *said) {
    gm_recovery *r = NULL;
    gm_cost cost;
    const long long before = atomic_load(&counted.now);
    atomic_store(&counted.most, before);
    check_ok(context, gm_recover(context, data, options, &r));
    const double held = (double)(atomic_load(&counted.most) - before);
    gm_recovery_destroy(context, r);
    check_ok(context, gm_recover_cost(context, data, options, &cost));
    *said = cost.memory - 8.0 * ROWS * D;
    return held;
}

static void a_recovery_holds_less_than_three_matrices(void **state) {
    (void)state;
    static const char *const estimators[] = {"paired", "fanout:m=2", "gaussian"};
    for (int e = 0; e < 3; e++) {
        double said = 0.0;
        const gm_recover_options options = {
            .estimator = estimators[e], .batch_size = BATCH, .num_gradients = 9000};
        const double held = held_by(&options, &said);
        check_between(held / (8.0 * D * D), 2.0, 3.0);
        check_between(said / held, 0.95, 1.1);
    }
}

/* Clients in this process, so that all they hold is counted; their rows are a copy of the data. */
static void clients_are_in_the_cost(void **state) {
    (void)state;
    for (int64_t count = 1; count <= 6; count += 5) {
        double said = 0.0;
        const gm_recover_options options = {.estimator = "paired",
                                            .batch_size = BATCH,
                                            .num_gradients = 9000,
                                            .clients = {.count = count, .reproducible = true}};
        const double held = held_by(&options, &said);
        check_between(said / held, 0.8, 1.25);
    }
}

/* In processes, none of which is started. */
static double seconds_of(const gm_client_options *clients) {
    gm_cost cost;
    const gm_recover_options options = {
        .estimator = "paired", .batch_size = BATCH, .num_gradients = 9000, .clients = *clients};
    check_ok(context, gm_recover_cost(context, data, &options, &cost));
    return cost.seconds;
}

/* 4500 questions to each of ten, of 40 µs and more: a second and a half on two threads at least. */
static void a_question_a_batch_takes_longer_than_one(void **state) {
    (void)state;
    const gm_client_options states = {.count = 10, .program = "", .reproducible = true};
    gm_client_options sums = states;
    sums.sums = true;
    assert_true(seconds_of(&sums) > seconds_of(&states) + 0.5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recovery_holds_less_than_three_matrices),
        cmocka_unit_test(clients_are_in_the_cost),
        cmocka_unit_test(a_question_a_batch_takes_longer_than_one),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
