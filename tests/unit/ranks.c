/* Rank correlation of the experiments: known values, ties, and what has none. */
#include "check.h"

#include "ranks.h"

static void known_values(void **state) {
    (void)state;
    const double x[] = {1.0, 2.0, 3.0, 4.0, 5.0}, up[] = {-9.0, 0.0, 1e-3, 7.0, 1e9};
    const double down[] = {5.0, 4.0, 3.0, 2.0, 1.0}, y[] = {2.0, 1.0, 4.0, 3.0, 5.0};
    check_near(rank_correlation(5, x, up), 1.0, 1e-15);
    check_near(rank_correlation(5, x, down), -1.0, 1e-15);
    /* 1 − 6 Σ d²/(n³ − n), Σ d² = 4 */
    check_near(rank_correlation(5, x, y), 0.8, 1e-15);
    check_near(rank_correlation(5, y, x), 0.8, 1e-15);
}

/* Ranks 1, 2.5, 2.5, 4 against 1.5, 1.5, 3.5, 3.5: deviations −1.5, 0, 0, 1.5 and ∓1. */
static void equal_values_share_a_rank(void **state) {
    (void)state;
    const double x[] = {0.0, 3.0, 3.0, 8.0}, y[] = {0.0, 0.0, 1.0, 1.0};
    check_near(rank_correlation(4, x, y), 3.0 / sqrt(4.5 * 4.0), 1e-15);
}

static void without_ranks_there_is_none(void **state) {
    (void)state;
    const double x[] = {1.0, 2.0, 3.0}, same[] = {4.0, 4.0, 4.0}, gap[] = {1.0, (double)NAN, 2.0};
    assert_true(isnan(rank_correlation(3, x, same)));
    assert_true(isnan(rank_correlation(3, same, x)));
    assert_true(isnan(rank_correlation(3, x, gap)));
    assert_true(isnan(rank_correlation(0, x, x)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),
        cmocka_unit_test(equal_values_share_a_rank),
        cmocka_unit_test(without_ranks_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
