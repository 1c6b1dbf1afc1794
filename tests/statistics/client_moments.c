/* Clients of different sizes and different second moments: the estimate has no bias, its predicted
   error covers the real one, and no honest client is taken for one that clips. */
#include "context.h"

enum { CLIENTS = 4, ROWS = 800, COLUMNS = 6, RUNS = 120 };

static const int sizes[CLIENTS] = {80, 160, 240, 320};
static gm_dataset *dataset;
static double truth[COLUMNS * COLUMNS], gradient[COLUMNS]; /* at w = 0 */

static double next_number(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 4503599627370496.0 - 1.0;
}

/* Each client has its own direction of large variance: those of few rows the larger. */
static int set_up(void **state) {
    static double inputs[ROWS * COLUMNS], targets[ROWS];
    uint64_t random = 5;
    set_up_context(state);
    for (int c = 0, i = 0; c < CLIENTS; c++)
        for (int end = i + sizes[c]; i < end; i++) {
            for (int j = 0; j < COLUMNS; j++)
                inputs[i * COLUMNS + j] = next_number(&random) * (j == c ? 5.0 - c : 1.0);
            targets[i] = inputs[i * COLUMNS] + 0.3 * next_number(&random);
            for (int j = 0; j < COLUMNS; j++)
                gradient[j] -= inputs[i * COLUMNS + j] * targets[i] / ROWS;
            for (int k = 0; k < COLUMNS * COLUMNS; k++)
                truth[k] +=
                    inputs[i * COLUMNS + k / COLUMNS] * inputs[i * COLUMNS + k % COLUMNS] / ROWS;
        }
    check_ok(context, gm_dataset_from_arrays(context, ROWS, COLUMNS, inputs, targets, &dataset));
    return 0;
}

static int tear_down(void **state) {
    gm_dataset_destroy(dataset);
    return tear_down_context(state);
}

static gm_recovery *recover(const char *estimator, int64_t gradients, uint64_t seed) {
    const gm_recover_options options = {
        .estimator = estimator,
        .batch_size = 32,
        .num_gradients = gradients,
        .shrink = "none",
        .seed = seed,
        .clients = {.count = CLIENTS, .sizes = "1,2,3,4", .reproducible = true}};
    gm_recovery *recovery = NULL;
    check_ok(context, gm_recover(context, dataset, &options, &recovery));
    return recovery;
}

/* Each entry of the mean over runs is the truth's, to five of its own standard errors: of the
   curvature, then of the clean gradient. */
static void check_unbiased(const char *estimator, int64_t gradients) {
    enum { SQUARE = COLUMNS * COLUMNS, ALL = SQUARE + COLUMNS };
    double sum[ALL] = {0}, squares[ALL] = {0};
    for (int r = 0; r < RUNS; r++) {
        gm_recovery *recovery = recover(estimator, gradients, (uint64_t)r);
        for (int k = 0; k < ALL; k++) {
            const double error = k < SQUARE
                                     ? recovery->hessian[k] - truth[k]
                                     : recovery->mean_gradient[k - SQUARE] - gradient[k - SQUARE];
            sum[k] += error;
            squares[k] += error * error;
        }
        gm_recovery_destroy(context, recovery);
    }
    for (int k = 0; k < ALL; k++) {
        const double mean = sum[k] / RUNS, spread = sqrt(squares[k] / RUNS - mean * mean);
        check_near(mean, 0.0, 5.0 * spread / sqrt(RUNS));
    }
}

static void the_mean_is_the_truth(void **state) {
    (void)state;
    check_unbiased("paired", 400);
    check_unbiased("fanout:m=4", 400);
    check_unbiased("paired", 2 * 2 * CLIENTS); /* two vectors each, whatever the sizes */
}

static void the_predicted_error_covers(void **state) {
    (void)state;
    const char *const estimators[] = {"paired", "fanout:m=4"};
    for (int e = 0; e < 2; e++) {
        int covered = 0;
        double predicted = 0.0, real = 0.0;
        for (int r = 0; r < RUNS; r++) {
            gm_recovery_error error;
            gm_recovery *recovery = recover(estimators[e], 800, 1000 + (uint64_t)r);
            check_ok(context,
                     gm_curvature_error(context, COLUMNS, recovery->hessian, truth, &error));
            covered += error.operator_relative >= recovery->predicted_operator.low &&
                       error.operator_relative <= recovery->predicted_operator.high;
            predicted += recovery->predicted_operator.value / RUNS;
            real += error.operator_relative / RUNS;
            gm_recovery_destroy(context, recovery);
        }
        print_message("%s: covered %d of %d, predicted %.4f, real %.4f\n", estimators[e], covered,
                      RUNS, predicted, real);
        /* 95 %: at most 13 of 120 outside but once in 10^3. */
        check_between(covered, RUNS - 13, RUNS);
        check_between(predicted / real, 0.8, 1.3);
    }
}

/* Two thirds of the variance between entries would be that between clients, were splits made over
   all vectors at once: the prediction would then be far above the error. */
static void splits_stay_within_clients(void **state) {
    (void)state;
    double with = 0.0, real = 0.0;
    for (int r = 0; r < RUNS; r++) {
        gm_recovery_error error;
        gm_recovery *recovery = recover("paired", 8000, (uint64_t)r);
        check_ok(context, gm_curvature_error(context, COLUMNS, recovery->hessian, truth, &error));
        with += recovery->predicted_frobenius;
        real += error.frobenius_relative;
        gm_recovery_destroy(context, recovery);
    }
    print_message("Frobenius: predicted %.4f, real %.4f\n", with / RUNS, real / RUNS);
    check_between(with / real, 0.7, 1.6);
}

static void no_honest_client_is_blamed(void **state) {
    (void)state;
    const char *const estimators[] = {"paired", "fanout:m=2", "fanout:m=8", "calibrated"};
    for (int e = 0; e < 4; e++)
        for (int r = 0; r < 500; r++) {
            gm_recovery *recovery = recover(estimators[e], 300 + 40 * (r % 10), (uint64_t)r);
            assert_int_equal(recovery->clients->left_out, 0);
            gm_recovery_destroy(context, recovery);
        }
}

/* Rows of 1000 times the length of others, one in 400: whether or not they are among the rows that
   the trace of a network is taken of, and in whatever batches, no client is at fault for them. */
static gm_dataset *make_heavy(void) {
    enum { LONG = 4800 };
    static double inputs[LONG * COLUMNS], targets[LONG];
    uint64_t random = 9;
    gm_dataset *heavy = NULL;
    for (int i = 0; i < LONG; i++) {
        for (int j = 0; j < COLUMNS; j++)
            inputs[i * COLUMNS + j] = next_number(&random) * (i % 400 == 7 ? 1000.0 : 1.0);
        targets[i] = next_number(&random);
    }
    check_ok(context, gm_dataset_from_arrays(context, LONG, COLUMNS, inputs, targets, &heavy));
    return heavy;
}

static int left_out_of_recovery(const gm_dataset *data, int64_t clients, uint64_t seed) {
    gm_recovery *recovery = NULL;
    const gm_recover_options options = {
        .model = "mlp:hidden=3,act=tanh",
        .estimator = seed % 2 ? "paired" : "fanout:m=4",
        .batch_size = 32,
        .num_gradients = 300 + 40 * (int64_t)(seed % 10),
        .seed = seed,
        .clients = {.count = clients, .tolerate = clients - 1, .reproducible = true}};
    check_ok(context, gm_recover(context, data, &options, &recovery));
    const int left_out = (int)recovery->clients->left_out;
    gm_recovery_destroy(context, recovery);
    return left_out;
}

/* It does not move, so that nothing saturates. */
static int left_out_of_training(const gm_dataset *data, int64_t clients, uint64_t seed) {
    gm_training *training = NULL;
    const gm_train_options options = {
        .model = "mlp:hidden=3,act=relu",
        .optimizers = "gradiometer",
        .batch_size = 60,
        .epochs = 10.0,
        .learning_rate = 1e-9,
        .seed = seed,
        .clients = {.count = clients, .tolerate = clients - 1, .reproducible = true}};
    check_ok(context, gm_train(context, data, &options, &training));
    const int left_out = (int)training->clients->left_out;
    gm_training_destroy(context, training);
    return left_out;
}

static void no_honest_network_is_blamed(void **state) {
    (void)state;
    gm_dataset *heavy = make_heavy();
    const gm_dataset *const data[] = {dataset, heavy};
    for (int i = 0; i < 2; i++)
        for (uint64_t seed = 0; seed < 200; seed++) {
            assert_int_equal(left_out_of_recovery(data[i], 1 + (int64_t)(seed % 4), seed), 0);
            if (seed < 40)
                assert_int_equal(left_out_of_training(data[i], 1 + (int64_t)(seed % 4), seed), 0);
        }
    gm_dataset_destroy(heavy);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mean_is_the_truth),       cmocka_unit_test(the_predicted_error_covers),
        cmocka_unit_test(splits_stay_within_clients),  cmocka_unit_test(no_honest_client_is_blamed),
        cmocka_unit_test(no_honest_network_is_blamed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
