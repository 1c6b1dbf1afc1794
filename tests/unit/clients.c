/* Data at clients: the same bits wherever a client runs, and every way in which one can fail. */
#include "context.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/archive.h"
#include "curvature/problem.h"
#include "curvature/serve_rows.h"
#include "faulty_client.h"
#include "gradients/client_message.h"
#include "gradients/client_shard.h"
#include "gradients/client_supply.h"
#include "gradients/oracle.h"

/* Processes take their time to start under the sanitizers. */
#ifdef __SANITIZE_ADDRESS__
enum { TIMES = 3, SOME = 2 };
#else
enum { TIMES = 20, SOME = 5 };
#endif
enum { ROWS = 600, COLUMNS = 5 };

static gm_dataset *dataset;

/* Numbers of a fixed generator, from −1 to 1. */
static double next_number(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 4503599627370496.0 - 1.0;
}

static int set_up(void **state) {
    double *inputs = calloc(ROWS * COLUMNS, sizeof *inputs), targets[ROWS];
    uint64_t random = 1;
    set_up_context(state);
    for (int i = 0; i < ROWS; i++) {
        targets[i] = 0.1 * next_number(&random);
        for (int j = 0; j < COLUMNS; j++) {
            inputs[i * COLUMNS + j] = (1.0 + j) * next_number(&random);
            targets[i] += inputs[i * COLUMNS + j];
        }
    }
    check_ok(context, gm_dataset_from_arrays(context, ROWS, COLUMNS, inputs, targets, &dataset));
    free(inputs);
    return 0;
}

static int tear_down(void **state) {
    gm_dataset_destroy(dataset);
    return tear_down_context(state);
}

/* A program that lies beside this one. */
static const char *beside(const char *name) {
    static char path[4096];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 40);
    assert_true(n > 0);
    path[n] = '\0';
    strcpy(strrchr(path, '/') + 1, name);
    return path;
}

static gm_recover_options options_of(int64_t clients, const char *program) {
    return (gm_recover_options){
        .batch_size = 16,
        .num_gradients = 800,
        .seed = 3,
        .clients = {.count = clients, .program = program, .timeout = 20.0, .reproducible = true}};
}

static gm_recovery *recover(const gm_recover_options *options) {
    gm_recovery *recovery = NULL;
    check_ok(context, gm_recover(context, dataset, options, &recovery));
    return recovery;
}

static void check_same(const gm_recovery *a, const gm_recovery *b) {
    assert_int_equal(a->dimension, b->dimension);
    assert_memory_equal(a->hessian, b->hessian,
                        (size_t)(a->dimension * a->dimension) * sizeof *a->hessian);
    assert_memory_equal(a->mean_gradient, b->mean_gradient,
                        (size_t)a->dimension * sizeof *a->mean_gradient);
    assert_memory_equal(&a->predicted_operator.value, &b->predicted_operator.value, sizeof(double));
}

static void a_process_gives_the_bits_of_this_one(void **state) {
    (void)state;
    const char *const estimators[] = {"paired", "fanout:m=4", "calibrated"};
    for (int e = 0; e < 3; e++) {
        gm_recover_options options = options_of(3, NULL);
        options.estimator = estimators[e];
        options.clients.sizes = "1,2,4.5";
        gm_recovery *here = recover(&options);
        options.clients.program = beside("gradiometer-client");
        gm_recovery *there = recover(&options);
        check_same(here, there);
        for (int c = 0; c < 3; c++) {
            assert_int_equal(here->clients->client[c].rows, there->clients->client[c].rows);
            check_near(there->clients->client[c].sent, here->clients->client[c].sent, 0.0);
            check_near(there->clients->client[c].received, here->clients->client[c].received, 0.0);
            assert_true(there->clients->client[c].sent > 0.0);
        }
        assert_int_equal(here->gradients, options.num_gradients / 5 * 5);
        gm_recovery_destroy(context, here);
        gm_recovery_destroy(context, there);
    }
}

/* The same batches as in one place, and of the noise the sum alone: without noise, the same
   gradients up to rounding. */
static void sums_are_of_the_batches_of_one_place(void **state) {
    (void)state;
    gm_recover_options options = options_of(3, NULL);
    options.clients.sizes = "1,2,4.5";
    options.clients.sums = true;
    gm_recovery *sums = recover(&options);
    options.clients.program = beside("gradiometer-client");
    gm_recovery *there = recover(&options);
    check_same(sums, there);
    options.clients.count = 0;
    gm_recovery *whole = recover(&options);
    for (int j = 0; j < COLUMNS; j++)
        check_near(sums->mean_gradient[j], whole->mean_gradient[j], 1e-9);
    assert_int_equal(sums->noise_vectors, whole->noise_vectors);
    assert_memory_not_equal(sums->hessian, whole->hessian, sizeof(double));
    assert_int_equal(sums->clients->client[1].gradients, options.num_gradients);
    gm_recovery_destroy(context, sums);
    gm_recovery_destroy(context, there);
    gm_recovery_destroy(context, whole);
}

/* Of each estimator, over many runs: with noise of the whole batch on each label the mean is H. */
static void noise_of_sums_is_calibrated_to_the_whole_batch(void **state) {
    (void)state;
    const char *const estimators[] = {"paired", "fanout:m=4"};
    double x[ROWS * COLUMNS], truth[COLUMNS * COLUMNS] = {0};
    gm_dataset_copy_rows(dataset, 0, ROWS, x);
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < COLUMNS * COLUMNS; k++)
            truth[k] += x[i * COLUMNS + k / COLUMNS] * x[i * COLUMNS + k % COLUMNS] / ROWS;
    for (int e = 0; e < 2; e++) {
        gm_recover_options options = options_of(4, NULL);
        gm_recovery_error error;
        options.clients.sums = true;
        options.clients.sizes = "1,1,3,9";
        options.estimator = estimators[e];
        options.num_gradients = 20000;
        gm_recovery *recovery = recover(&options);
        check_ok(context, gm_curvature_error(context, COLUMNS, recovery->hessian, truth, &error));
        check_between(error.operator_relative, 0.0, 0.06);
        gm_recovery_destroy(context, recovery);
    }
}

static void models_with_classes_know_all_of_them(void **state) {
    (void)state;
    double inputs[90 * 2], targets[90];
    uint64_t random = 7;
    gm_dataset *classes = NULL;
    gm_recovery *here = NULL, *there = NULL;
    for (int i = 0; i < 90; i++) { /* sorted: each client has rows of one class alone */
        targets[i] = 10.0 + i / 30;
        inputs[2 * i] = next_number(&random) + i / 30;
        inputs[2 * i + 1] = next_number(&random);
    }
    check_ok(context, gm_dataset_from_arrays(context, 90, 2, inputs, targets, &classes));
    gm_recover_options options = options_of(3, NULL);
    options.model = "softmax";
    check_ok(context, gm_recover(context, classes, &options, &here));
    options.clients.program = beside("gradiometer-client");
    check_ok(context, gm_recover(context, classes, &options, &there));
    assert_int_equal(here->dimension, 6);
    assert_int_equal(here->clients->left_out, 0);
    check_same(here, there);
    gm_recovery_destroy(context, here);
    gm_recovery_destroy(context, there);
    gm_dataset_destroy(classes);
}

static void noise_of_a_client_is_its_own(void **state) {
    (void)state;
    gm_recover_options options = options_of(2, NULL);
    options.clients.reproducible = false;
    gm_recovery *first = recover(&options), *second = recover(&options);
    assert_memory_not_equal(first->hessian, second->hessian, sizeof(double) * COLUMNS);
    assert_false(first->clients->reproducible);
    gm_recovery_destroy(context, first);
    gm_recovery_destroy(context, second);
}

/* --- faults --- */

static void stage(int client, const char *name) {
    char text[64];
    snprintf(text, sizeof text, "%d:%s", client, name);
    setenv("GRADIOMETER_FAULT", text, 1);
}

static void check_no_children(void) {
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void check_fault(const struct staged_fault *fault, int time) {
    const int client = 1 + time % 3;
    char named[64];
    gm_recover_options options = options_of(3, beside("faulty_client"));
    gm_recovery *recovery = NULL;
    options.seed = (uint64_t)time;
    options.clients.timeout = strcmp(fault->name, "stopped") == 0 ? 0.25 : 20.0;
    options.estimator = time % 2 ? "fanout:m=4" : "paired";
    stage(client, fault->name);
    snprintf(named, sizeof named, "client %d (%s)", client, fault->expected);
    check_fails(context, GM_IO_ERROR, named, gm_recover(context, dataset, &options, &recovery));
    assert_null(recovery);
    options.clients.tolerate = 1;
    recovery = recover(&options);
    assert_int_equal(recovery->clients->left_out, 1);
    for (int c = 0; c < 3; c++) {
        const gm_client_report *report = &recovery->clients->client[c];
        if (c + 1 == client)
            assert_string_equal(report->fault, fault->expected);
        else
            assert_null(report->fault);
        assert_int_equal(report->gradients == 0, c + 1 == client);
    }
    gm_recovery_destroy(context, recovery);
    check_no_children();
}

static void every_fault_is_named(void **state) {
    (void)state;
    for (int f = 0; f < STAGED_FAULTS; f++)
        for (int time = 0; time < TIMES; time++)
            check_fault(&staged_faults[f], time);
    unsetenv("GRADIOMETER_FAULT");
}

static gm_train_options training_of(int64_t clients, const char *program) {
    return (gm_train_options){
        .optimizers = "gradiometer",
        .batch_size = 30,
        .epochs = 40.0,
        .learning_rate = 1.0,
        .seed = 3,
        .clients = {.count = clients, .program = program, .timeout = 20.0, .reproducible = true}};
}

static gm_training *train(const gm_train_options *options) {
    gm_training *training = NULL;
    check_ok(context, gm_train(context, dataset, options, &training));
    return training;
}

/* The same batches as in one place: without noise, the same run up to rounding. */
static void training_takes_the_same_batches(void **state) {
    (void)state;
    const char *const optimizers[] = {"sgd", "momentum", "adam", "lbfgs"};
    for (int o = 0; o < 4; o++) {
        gm_train_options options = training_of(0, NULL);
        options.optimizers = optimizers[o];
        options.l2 = 0.01;
        options.epochs = 2.0;
        options.learning_rate = 0.01;
        gm_training *whole = train(&options);
        options.clients = training_of(3, NULL).clients;
        options.clients.sizes = "1,5,2";
        gm_training *parts = train(&options);
        for (int j = 0; j < COLUMNS; j++)
            check_near(parts->optimizer[0].weights[j], whole->optimizer[0].weights[j], 1e-9);
        check_near(parts->optimizer[0].runs[0].final_loss, whole->optimizer[0].runs[0].final_loss,
                   1e-9);
        check_near(parts->initial_loss, whole->initial_loss, 1e-9);
        check_near(parts->optimum, whole->optimum, 1e-12);
        assert_int_equal(parts->clients->client[1].rows, ROWS * 5 / 8);
        gm_training_destroy(context, whole);
        gm_training_destroy(context, parts);
    }
}

static void training_in_processes_has_the_same_bits(void **state) {
    (void)state;
    gm_train_options options = training_of(3, NULL);
    gm_training *here = train(&options);
    options.clients.program = beside("gradiometer-client");
    gm_training *there = train(&options);
    assert_memory_equal(here->optimizer[0].weights, there->optimizer[0].weights,
                        COLUMNS * sizeof(double));
    assert_true(here->optimizer[0].runs[0].final_loss < 1.01 * here->optimum);
    assert_true(there->clients->client[2].gradients > 0);
    options.clients.reproducible = false;
    gm_training *other = train(&options);
    assert_memory_not_equal(here->optimizer[0].weights, other->optimizer[0].weights,
                            COLUMNS * sizeof(double));
    gm_training_destroy(context, here);
    gm_training_destroy(context, there);
    gm_training_destroy(context, other);
}

/* The first half of the rows, twice. */
static gm_dataset *make_twice(void) {
    double *x = calloc(ROWS * COLUMNS, sizeof *x), y[ROWS];
    gm_dataset *twice = NULL;
    gm_dataset_copy_rows(dataset, 0, ROWS / 2, x);
    memcpy(x + ROWS / 2 * COLUMNS, x, ROWS / 2 * COLUMNS * sizeof *x);
    for (int i = 0; i < ROWS; i++)
        y[i] = gm_dataset_targets(dataset)[i % (ROWS / 2)];
    check_ok(context, gm_dataset_from_arrays(context, ROWS, COLUMNS, x, y, &twice));
    free(x);
    return twice;
}

/* Mean squared length of noise on batches of `step`-th rows of that data at clients of these sizes,
   over what its covariance says. step 0: the same rows of both halves, in the same order. */
static double power_of_noise(const gm_dataset *table, const char *sizes, int64_t count, int step) {
    enum { NOISED = 64, BATCHES = 30, SIZE = 120 };
    const gm_client_duty duties[] = {
        gm_client_shard_duty, gm_client_open_duty, gm_client_rows_duty, {.service = NULL}};
    const gm_client_options options = {.count = count, .sizes = sizes, .reproducible = true};
    const gm_client_data data = {table, gm_dataset_targets(table), 0};
    const gm_model_shape shape = {.columns = COLUMNS};
    double w[COLUMNS] = {0}, gradient[COLUMNS], vectors[NOISED * COLUMNS], loss;
    double x[ROWS * COLUMNS], expected = 0.0, seen = 0.0;
    gm_clients *clients = NULL;
    gm_oracle *oracle = NULL;
    gm_model *model = NULL;
    check_ok(context, gm_clients_create(context, &options, &data, duties, &clients));
    check_ok(context, gm_model_create(context, "linear", &shape, &model));
    const gm_oracle_options how = {
        .batch_size = SIZE, .clients = clients, .specification = "linear"};
    check_ok(context,
             gm_oracle_create(context, table, model, gm_dataset_targets(table), &how, &oracle));
    gm_dataset_copy_rows(table, 0, ROWS, x);
    for (int b = 0; b < BATCHES; b++) {
        int64_t index[SIZE];
        for (int i = 0; i < SIZE; i++) {
            index[i] = step > 0
                           ? (7 * b + step * i) % ROWS
                           : (7 * b + i % (SIZE / 2)) % (ROWS / 2) + i / (SIZE / 2) * (ROWS / 2);
            for (int j = 0; j < COLUMNS; j++)
                expected += x[index[i] * COLUMNS + j] * x[index[i] * COLUMNS + j] / SIZE;
        }
        check_ok(context,
                 gm_oracle_noised(oracle, w, SIZE, index, NOISED, 5, b, &loss, gradient, vectors));
        for (int k = 0; k < NOISED * COLUMNS; k++)
            seen += vectors[k] * vectors[k] / NOISED;
    }
    gm_oracle_destroy(oracle);
    gm_model_destroy(context, model);
    gm_clients_destroy(clients);
    return seen / expected;
}

static void noise_of_training_is_calibrated_to_the_whole_batch(void **state) {
    (void)state;
    gm_dataset *twice = make_twice();
    check_near(power_of_noise(dataset, "1,2,9", 3, 5), 1.0, 0.1);
    /* Two clients with the same rows: were their noise the same, its power would be 2. */
    check_near(power_of_noise(twice, "1,1", 2, 0), 1.0, 0.1);
    gm_dataset_destroy(twice);
}

static void power_is_off_where_chance_is_below_one_in_ten_million(void **state) {
    (void)state;
    assert_false(gm_client_power_is_off(1.0, 0.0, 1e6));
    assert_false(gm_client_power_is_off(0.25, 0.0, 50.0));
    assert_true(gm_client_power_is_off(0.25, 0.0, 51.0));
    assert_false(gm_client_power_is_off(4.0, 0.0, 19.0));
    assert_true(gm_client_power_is_off(4.0, 0.0, 20.0));
    assert_false(gm_client_power_is_off((double)NAN, 0.0, 100.0));
    assert_false(gm_client_power_is_off(0.25, (double)NAN, 100.0));
    /* What is expected has an error of its own: e^−1.2 is six of .2. */
    assert_false(gm_client_power_is_off(exp(-1.19), 0.2, 1e9));
    assert_true(gm_client_power_is_off(exp(-1.21), 0.2, 1e9));
    assert_false(gm_client_power_is_off(0.25 * exp(-1.2), 0.2, 50.0));
    assert_true(gm_client_power_is_off(0.25 * exp(-1.2), 0.2, 51.0));
    /* A sample may have missed what makes it larger. */
    assert_false(gm_client_power_is_off(100.0, 0.01, 1e9));
}

static void check_fault_in_training(const struct staged_fault *fault, int time) {
    const int client = 1 + time % 3;
    char named[64];
    gm_train_options options = training_of(3, beside("faulty_client"));
    gm_training *training = NULL;
    options.seed = (uint64_t)time;
    options.clients.timeout = strcmp(fault->name, "stopped") == 0 ? 0.25 : 20.0;
    stage(client, fault->name);
    snprintf(named, sizeof named, "client %d (%s)", client, fault->expected);
    check_fails(context, GM_IO_ERROR, named, gm_train(context, dataset, &options, &training));
    assert_null(training);
    options.clients.tolerate = 1;
    training = train(&options);
    assert_int_equal(training->clients->left_out, 1);
    assert_string_equal(training->clients->client[client - 1].fault, fault->expected);
    assert_true(training->optimizer[0].runs[0].final_loss < 0.1 * training->initial_loss);
    gm_training_destroy(context, training);
    check_no_children();
}

/* Scaled gradients show by the noise of many batches, of which this training has too few. */
static void every_fault_in_training_is_named(void **state) {
    (void)state;
    for (int f = 0; f < STAGED_FAULTS; f++)
        for (int time = 0; time < SOME && strcmp(staged_faults[f].name, "scaled"); time++)
            check_fault_in_training(&staged_faults[f], time);
    unsetenv("GRADIOMETER_FAULT");
}

/* A client of more columns, whose noise has many vectors: half the gradients are found out. */
static void check_scaled_in_training(const char *model) {
    enum { WIDE = 30, LONG = 400 };
    double *x = calloc(LONG * WIDE, sizeof *x), y[LONG];
    uint64_t random = 11;
    gm_dataset *wide = NULL;
    gm_training *training = NULL;
    for (int i = 0; i < LONG * WIDE; i++)
        x[i] = next_number(&random);
    for (int i = 0; i < LONG; i++)
        y[i] = x[i * WIDE] + next_number(&random);
    check_ok(context, gm_dataset_from_arrays(context, LONG, WIDE, x, y, &wide));
    free(x);
    for (int time = 0; time < SOME; time++) {
        gm_train_options options = training_of(2, beside("faulty_client"));
        options.model = model;
        options.seed = (uint64_t)time;
        stage(1, "scaled");
        check_fails(context, GM_IO_ERROR,
                    "client 1 (calibration): its noise moves its gradients 0.",
                    gm_train(context, wide, &options, &training));
        options.clients.tolerate = 1;
        check_ok(context, gm_train(context, wide, &options, &training));
        assert_int_equal(training->clients->left_out, 1);
        gm_training_destroy(context, training);
        unsetenv("GRADIOMETER_FAULT");
        check_ok(context, gm_train(context, wide, &options, &training));
        assert_int_equal(training->clients->left_out, 0);
        gm_training_destroy(context, training);
        training = NULL;
    }
    gm_dataset_destroy(wide);
}

static void scaled_gradients_show_in_training(void **state) {
    (void)state;
    check_scaled_in_training("linear");
    check_scaled_in_training("mlp:hidden=6");
}

static void those_left_are_the_whole_of(bool sums) {
    /* Client 2 of sizes 1, 2, 1 dies: what is left weighs the other two alike. */
    gm_recover_options options = options_of(3, beside("faulty_client"));
    options.clients.sums = sums;
    options.clients.sizes = "1,2,1";
    options.clients.tolerate = 2;
    options.num_gradients = sums ? 10000 : 40000;
    stage(2, "killed");
    gm_recovery *recovery = recover(&options);
    unsetenv("GRADIOMETER_FAULT");
    double x[ROWS * COLUMNS], expected[COLUMNS * COLUMNS] = {0};
    gm_dataset_copy_rows(dataset, 0, ROWS, x);
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < COLUMNS * COLUMNS && (i < ROWS / 4 || i >= 3 * ROWS / 4); k++)
            expected[k] += x[i * COLUMNS + k / COLUMNS] * x[i * COLUMNS + k % COLUMNS] / (ROWS / 2);
    gm_recovery_error error;
    check_ok(context, gm_curvature_error(context, COLUMNS, recovery->hessian, expected, &error));
    check_between(error.operator_relative, 0.0, sums ? 0.12 : 0.06);
    assert_int_equal(recovery->clients->left_out, 1);
    gm_recovery_destroy(context, recovery);
}

static void those_left_are_the_whole(void **state) {
    (void)state;
    those_left_are_the_whole_of(false);
    those_left_are_the_whole_of(true);
}

/* A batch in whose midst a client dies is that of the clients left, asked for once more: the same
   as when it is asked for afterwards, and never one without a row. */
static void check_batch_of_the_left(int64_t batch_size) {
    enum { BATCHES = 40, COPIES = 2 };
    gm_recover_options options = options_of(3, beside("faulty_client"));
    options.batch_size = batch_size;
    options.clients.tolerate = 1;
    options.clients.sums = true;
    gm_problem *problem = NULL;
    gm_clients *clients = NULL;
    gm_supply *supply = NULL;
    gm_source *source = NULL;
    int deaths = 0;
    stage(2, "killed");
    check_ok(context, gm_problem_create(context, dataset, &options, &problem));
    check_ok(context, gm_problem_place(problem, 1));
    const gm_client_data data = {dataset, problem->targets, 0};
    const gm_client_duty duties[] = {
        gm_client_shard_duty, gm_client_open_duty, gm_client_rows_duty, {.service = NULL}};
    const gm_target_noise noise = {
        .variance = 5.0, .copies = COPIES, .draws = 1, .sign = {1.0, -1.0}, .law = GM_NOISE_LINK};
    check_ok(context, gm_clients_create(context, &options.clients, &data, duties, &clients));
    check_ok(context, gm_client_supply_create(clients, problem->model, "linear", problem->weights,
                                              batch_size, &supply));
    check_ok(context, supply->open(supply, &noise, (gm_source_seeds){1, 2}, &source));
    for (int64_t b = 0; b < BATCHES; b++) {
        double seen[COPIES * COLUMNS], again[COPIES * COLUMNS];
        const bool before = gm_clients_has(clients, 1);
        check_ok(context, source->evaluate(source, b, 0, seen, NULL));
        assert_true(seen[0] != seen[COLUMNS]); /* noise of both signs on some row */
        if (gm_clients_has(clients, 1) == before)
            continue;
        deaths++;
        check_ok(context, source->evaluate(source, b, 0, again, NULL));
        assert_memory_equal(seen, again, sizeof seen);
    }
    unsetenv("GRADIOMETER_FAULT");
    assert_int_equal(deaths, 1);
    gm_source_destroy(source);
    gm_supply_destroy(supply);
    gm_clients_destroy(clients);
    gm_problem_destroy(problem);
}

static void a_batch_is_of_the_clients_left(void **state) {
    (void)state;
    check_batch_of_the_left(16);
    check_batch_of_the_left(1);
}

/* In networks too: by shape and, from the Jacobian of its rows, by size. */
static void check_fault_in_network(const char *model, const char *name, const char *message) {
    gm_recover_options options = options_of(3, beside("faulty_client"));
    gm_recovery *recovery = NULL;
    options.model = model;
    stage(3, name);
    check_fails(context, GM_IO_ERROR, message, gm_recover(context, dataset, &options, &recovery));
    options.clients.tolerate = 1;
    check_ok(context, gm_recover(context, dataset, &options, &recovery));
    assert_int_equal(recovery->clients->left_out, 1);
    assert_string_equal(recovery->clients->client[2].fault, "calibration");
    gm_recovery_destroy(context, recovery);
    unsetenv("GRADIOMETER_FAULT");
    recovery = recover(&options);
    assert_int_equal(recovery->clients->left_out, 0);
    gm_recovery_destroy(context, recovery);
}

static void wrong_calibration_shows_in_networks(void **state) {
    (void)state;
    check_fault_in_network("mlp:hidden=3", "clipped",
                           "client 3 (calibration): its gradients do not follow");
    check_fault_in_network("mlp:hidden=3", "scaled",
                           "client 3 (calibration): its noise moves its gradients 0.");
}

/* What the least batches of small clients take beyond their share, the largest pays. */
static void as_many_gradients_as_asked_for(void **state) {
    (void)state;
    gm_recover_options options = options_of(4, NULL);
    options.clients.sizes = "1,1,1,200";
    options.num_gradients = 60;
    gm_recovery *recovery = recover(&options);
    assert_int_equal(recovery->gradients, 60);
    assert_int_equal(recovery->clients->client[0].gradients, 4);
    assert_int_equal(recovery->clients->client[3].gradients, 48);
    gm_recovery_destroy(context, recovery);
}

/* Of two clients with the same rows, each by itself: other batches, and other noise. */
static void every_client_draws_for_itself(void **state) {
    (void)state;
    gm_dataset *twice = make_twice();
    gm_recovery *alone[2] = {NULL, NULL};
    for (int c = 0; c < 2; c++) {
        gm_recover_options options = options_of(2, beside("faulty_client"));
        options.clients.tolerate = 1;
        stage(2 - c, "exits");
        check_ok(context, gm_recover(context, twice, &options, &alone[c]));
    }
    unsetenv("GRADIOMETER_FAULT");
    assert_true(fabs(alone[0]->mean_gradient[0] - alone[1]->mean_gradient[0]) > 1e-6);
    assert_memory_not_equal(alone[0]->hessian, alone[1]->hessian, sizeof(double));
    gm_recovery_destroy(context, alone[0]);
    gm_recovery_destroy(context, alone[1]);
    gm_dataset_destroy(twice);
}

static void all_that_failed_are_named(void **state) {
    (void)state;
    gm_recover_options options = options_of(3, beside("faulty_client"));
    gm_recovery *recovery = NULL;
    options.clients.tolerate = 2;
    stage(0, "exits");
    check_fails(context, GM_IO_ERROR, "client 1 (died): ended with exit status 5; client 2",
                gm_recover(context, dataset, &options, &recovery));
    unsetenv("GRADIOMETER_FAULT");
    options.clients.program = "/bin/true";
    check_fails(context, GM_IO_ERROR, "3 of 3 clients failed",
                gm_recover(context, dataset, &options, &recovery));
    check_no_children();
}

static void *cancel_soon(void *argument) {
    const struct timespec pause = {0, 300000000};
    nanosleep(&pause, NULL);
    gm_context_cancel(argument);
    return NULL;
}

static void a_cancelled_run_leaves_no_client(void **state) {
    (void)state;
    gm_context *one = make_context(1, GM_ISA_AUTO);
    gm_recover_options options = options_of(2, beside("faulty_client"));
    gm_recovery *recovery = NULL;
    pthread_t thread;
    options.clients.timeout = 1000.0;
    stage(2, "stopped");
    pthread_create(&thread, NULL, cancel_soon, one);
    check_fails(one, GM_CANCELLED, "cancelled", gm_recover(one, dataset, &options, &recovery));
    pthread_join(thread, NULL);
    unsetenv("GRADIOMETER_FAULT");
    gm_context_destroy(one);
    check_no_children();
}

/* --- options --- */

static void options_are_checked(void **state) {
    (void)state;
    gm_recovery *recovery = NULL;
    const struct {
        gm_client_options clients;
        const char *estimator, *at, *text;
        int64_t gradients;
        gm_status status;
    } cases[] = {
        {{.count = -1}, NULL, NULL, "accepted: 1 to 1000", 0, GM_INVALID_ARGUMENT},
        {{.count = 1001}, NULL, NULL, "accepted: 1 to 1000", 0, GM_INVALID_ARGUMENT},
        {{.count = 2, .tolerate = 2}, NULL, NULL, "accepted: 0 to 1", 0, GM_INVALID_ARGUMENT},
        {{.count = 2, .timeout = NAN}, NULL, NULL, "nan s", 0, GM_INVALID_ARGUMENT},
        {{.count = 2, .sizes = "1"}, NULL, NULL, "2 numbers", 0, GM_INVALID_ARGUMENT},
        {{.count = 2, .sizes = "1,2,3"}, NULL, NULL, "more than 2", 0, GM_INVALID_ARGUMENT},
        {{.count = 2, .sizes = "1,0"}, NULL, NULL, "number 2 must", 0, GM_INVALID_ARGUMENT},
        {{.count = 2, .sizes = "1,x"}, NULL, NULL, "number 2 must", 0, GM_INVALID_ARGUMENT},
        {{.count = 601}, NULL, NULL, "has no row", 0, GM_INVALID_ARGUMENT},
        {{.count = 2, .sizes = "1,1e-9"}, NULL, NULL, "client 2 of 2", 0, GM_INVALID_ARGUMENT},
        {{.count = 300}, NULL, NULL, "too few for 300 clients", 400, GM_INVALID_ARGUMENT},
        {{.count = 2}, "gaussian", NULL, "gaussian", 0, GM_UNAVAILABLE},
        {{.count = 2}, NULL, "optimum", "optimum", 0, GM_UNAVAILABLE},
        {{.count = 2}, NULL, "random:distance=1", "decide", 0, GM_UNAVAILABLE},
        {{.count = 2, .program = "/no/such"}, NULL, NULL, "/no/such is no", 0, GM_UNAVAILABLE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gm_recover_options options = {.batch_size = 16,
                                      .num_gradients = cases[i].gradients,
                                      .estimator = cases[i].estimator,
                                      .at = cases[i].at,
                                      .clients = cases[i].clients};
        check_fails(context, cases[i].status, cases[i].text,
                    gm_recover(context, dataset, &options, &recovery));
    }
}

static void parts_are_cut_by_size(void **state) {
    (void)state;
    int64_t offsets[4];
    gm_client_options options = {.count = 3};
    check_ok(context, gm_client_parts(context, &options, 10, offsets));
    const int64_t equal[] = {0, 3, 7, 10}, sized[] = {0, 1, 3, 10};
    assert_memory_equal(offsets, equal, sizeof equal);
    options.sizes = "1,2,7";
    check_ok(context, gm_client_parts(context, &options, 10, offsets));
    assert_memory_equal(offsets, sized, sizeof sized);
}

static void every_bit_of_a_message_counts(void **state) {
    (void)state;
    unsigned char payload[40] = {1, 2, 3};
    const gm_client_header good = gm_client_seal(GM_CLIENT_STATE, 7, sizeof payload, payload);
    assert_null(gm_client_header_fault(&good));
    assert_true(gm_client_sum_fits(&good, payload));
    for (size_t bit = 0; bit < 8 * sizeof payload; bit++) {
        payload[bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_false(gm_client_sum_fits(&good, payload));
        payload[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * sizeof good; bit++) {
        gm_client_header bad = good;
        ((unsigned char *)&bad)[bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_true(gm_client_header_fault(&bad) || bad.length != good.length ||
                    !gm_client_sum_fits(&bad, payload));
    }
    gm_client_header swapped = good;
    swapped.magic = __builtin_bswap32(good.magic);
    assert_non_null(strstr(gm_client_header_fault(&swapped), "byte order"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_gives_the_bits_of_this_one),
        cmocka_unit_test(sums_are_of_the_batches_of_one_place),
        cmocka_unit_test(noise_of_sums_is_calibrated_to_the_whole_batch),
        cmocka_unit_test(models_with_classes_know_all_of_them),
        cmocka_unit_test(noise_of_a_client_is_its_own),
        cmocka_unit_test(every_fault_is_named),
        cmocka_unit_test(training_takes_the_same_batches),
        cmocka_unit_test(training_in_processes_has_the_same_bits),
        cmocka_unit_test(noise_of_training_is_calibrated_to_the_whole_batch),
        cmocka_unit_test(power_is_off_where_chance_is_below_one_in_ten_million),
        cmocka_unit_test(every_fault_in_training_is_named),
        cmocka_unit_test(scaled_gradients_show_in_training),
        cmocka_unit_test(those_left_are_the_whole),
        cmocka_unit_test(a_batch_is_of_the_clients_left),
        cmocka_unit_test(wrong_calibration_shows_in_networks),
        cmocka_unit_test(as_many_gradients_as_asked_for),
        cmocka_unit_test(every_client_draws_for_itself),
        cmocka_unit_test(all_that_failed_are_named),
        cmocka_unit_test(a_cancelled_run_leaves_no_client),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(parts_are_cut_by_size),
        cmocka_unit_test(every_bit_of_a_message_counts),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
