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

static void a_recovery_holds_less_than_three_matrices(void **state) {
    (void)state;
    counter c = {0};
    const gm_allocator allocator = {count_allocate, count_release, &c};
    const gm_context_options options = {.threads = 2, .allocator = &allocator};
    static const char *const estimators[] = {"paired", "fanout:m=2", "gaussian"};
    gm_context *context = NULL;
    gm_dataset *data = NULL;
    double *x = malloc((size_t)ROWS * D * sizeof *x), *y = calloc(ROWS, sizeof *y);
    assert_int_equal(gm_context_create(&options, &context), GM_OK);
    gm_random_gaussian(context, (gm_stream){1, 1}, 0, (int64_t)ROWS * D, x);
    check_ok(context, gm_dataset_from_arrays(context, ROWS, D, x, y, &data));
    free(y);
    free(x);
    const double unit = 8.0 * D * D;
    for (int e = 0; e < 3; e++) {
        gm_recovery *r = NULL;
        gm_cost cost;
        const gm_recover_options how = {
            .estimator = estimators[e], .batch_size = BATCH, .num_gradients = 9000};
        const long long before = atomic_load(&c.now);
        atomic_store(&c.most, before);
        check_ok(context, gm_recover(context, data, &how, &r));
        const double held = (double)(atomic_load(&c.most) - before);
        check_between(held / unit, 2.0, 3.0);
        gm_recovery_destroy(context, r);
        check_ok(context, gm_recover_cost(context, data, &how, &cost));
        check_between((cost.memory - 8.0 * ROWS * D) / held, 0.95, 1.1);
    }
    gm_dataset_destroy(data);
    gm_context_destroy(context);
    assert_int_equal(atomic_load(&c.now), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recovery_holds_less_than_three_matrices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
