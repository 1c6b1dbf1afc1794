/* Orders of the rows that training takes: permutations, uniform, addressed by epoch. */
#include "context.h"

#include "gradients/shuffle.h"

enum { COUNT = 7, MANY = 1000 };

static gm_shuffle make(uint64_t seed, int64_t count) {
    gm_shuffle shuffle;
    check_ok(context, gm_shuffle_create(context, seed, count, &shuffle));
    return shuffle;
}

static void check_permutation(const int64_t *order, int64_t count) {
    bool seen[MANY] = {false};
    for (int64_t i = 0; i < count; i++) {
        assert_in_range(order[i], 0, count - 1);
        assert_false(seen[order[i]]);
        seen[order[i]] = true;
    }
}

static void epochs_are_permutations(void **state) {
    (void)state;
    static const int64_t counts[] = {1, 2, COUNT, MANY};
    for (int k = 0; k < 4; k++) {
        gm_shuffle shuffle = make(3, counts[k]);
        for (int64_t epoch = 0; epoch < 20; epoch++)
            check_permutation(gm_shuffle_epoch(&shuffle, epoch), counts[k]);
        gm_shuffle_release(&shuffle);
    }
}

/* Whoever asks, and for whatever epochs before; another seed or epoch is another order. */
static void epochs_are_addressed(void **state) {
    (void)state;
    gm_shuffle one = make(5, MANY), two = make(5, MANY), other = make(6, MANY);
    for (int64_t epoch = 9; epoch >= 0; epoch -= 3) {
        int64_t order[MANY];
        memcpy(order, gm_shuffle_epoch(&one, epoch), sizeof order);
        (void)gm_shuffle_epoch(&two, 100 - epoch);
        assert_memory_equal(order, gm_shuffle_epoch(&two, epoch), sizeof order);
        assert_memory_not_equal(order, gm_shuffle_epoch(&two, epoch + 1), sizeof order);
        assert_memory_not_equal(order, gm_shuffle_epoch(&other, epoch), sizeof order);
    }
    gm_shuffle_release(&one);
    gm_shuffle_release(&two);
    gm_shuffle_release(&other);
}

/* The sequence of epochs end to end, however it is cut: within one, over an edge, over several. */
static void batches_straddle_epochs(void **state) {
    (void)state;
    int64_t expected[10 * COUNT], taken[10 * COUNT];
    gm_shuffle shuffle = make(8, COUNT);
    for (int64_t epoch = 0; epoch < 10; epoch++)
        memcpy(expected + epoch * COUNT, gm_shuffle_epoch(&shuffle, epoch), COUNT * sizeof *taken);
    for (int64_t n = 1; n <= 5 * COUNT; n++)
        for (int64_t first = 5 * COUNT; first >= 0; first--) {
            gm_shuffle_take(&shuffle, first, n, taken);
            assert_memory_equal(taken, expected + first, (size_t)n * sizeof *taken);
        }
    gm_shuffle_release(&shuffle);
}

/*
 * All 4! = 24 orders of 4 things, and all 24² pairs of an epoch and the next, are equally frequent:
 * χ² of r cells has mean r−1 and variance 2(r−1).
 */
static void orders_are_uniform_and_independent(void **state) {
    (void)state;
    enum { EPOCHS = 40000, ORDERS = 24, PAIRS = ORDERS * ORDERS };
    int single[ORDERS] = {0}, pair[PAIRS] = {0}, previous = 0;
    gm_shuffle shuffle = make(12, 4);
    for (int64_t epoch = 0; epoch < EPOCHS; epoch++) {
        const int64_t *order = gm_shuffle_epoch(&shuffle, epoch);
        int number = 0; /* in factorial base: later members that are smaller */
        for (int i = 0; i < 4; i++) {
            int smaller = 0;
            for (int j = i + 1; j < 4; j++)
                smaller += order[j] < order[i];
            number = number * (4 - i) + smaller;
        }
        single[number]++;
        if (epoch % 2)
            pair[previous * ORDERS + number]++;
        previous = number;
    }
    gm_shuffle_release(&shuffle);
    double of_one = 0, of_two = 0;
    for (int i = 0; i < ORDERS; i++)
        of_one += pow(single[i] - EPOCHS / (double)ORDERS, 2) / (EPOCHS / (double)ORDERS);
    for (int i = 0; i < PAIRS; i++)
        of_two += pow(pair[i] - EPOCHS / 2.0 / PAIRS, 2) / (EPOCHS / 2.0 / PAIRS);
    check_near(of_one, ORDERS - 1, 5 * sqrt(2.0 * (ORDERS - 1)));
    check_near(of_two, PAIRS - 1, 5 * sqrt(2.0 * (PAIRS - 1)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(epochs_are_permutations),
        cmocka_unit_test(epochs_are_addressed),
        cmocka_unit_test(batches_straddle_epochs),
        cmocka_unit_test(orders_are_uniform_and_independent),
    };
    return cmocka_run_group_tests(tests, set_up_context, tear_down_context);
}
