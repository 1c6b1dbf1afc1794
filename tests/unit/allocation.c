/* Every allocation of every public function made to fail once: an error, no crash, nothing leaked.
   Memory comes from the library's allocator, and jansson's from the same count. */
#include "problem.h"

#include "fake_helper_path.h"

#include <dirent.h>
#include <jansson.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "curvature/accumulate.h"
#include "curvature/precondition.h"
#include "lattice/pool.h"
#include "lwe/entropy.h"
#include "lwe/informativeness.h"
#include "lwe/predict.h"
#include "lwe/usvp.h"
#include "optim/optimizer.h"
#include "targets/targets.h"

/* One count for everything that a scenario allocates. */
typedef struct counter {
    pthread_mutex_t lock;
    long failing; /* this allocation, counted from 0, returns NULL; negative: none */
    long made, live;
} counter;

static counter heap = {.lock = PTHREAD_MUTEX_INITIALIZER, .failing = -1};
static char folder[64];

static bool refuse(void) {
    pthread_mutex_lock(&heap.lock);
    const bool refused = heap.made++ == heap.failing;
    heap.live += !refused;
    pthread_mutex_unlock(&heap.lock);
    return refused;
}

static void *allocate(void *user, size_t alignment, size_t bytes) {
    (void)user;
    return refuse() ? NULL
                    : aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void release(void *user, void *pointer) {
    (void)user;
    if (!pointer)
        return;
    pthread_mutex_lock(&heap.lock);
    heap.live--;
    pthread_mutex_unlock(&heap.lock);
    free(pointer);
}

static void *json_allocate(size_t bytes) {
    return refuse() ? NULL : malloc(bytes);
}

static void json_release(void *pointer) {
    release(NULL, pointer);
}

static const char *in_folder(const char *name) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

typedef gm_status (*scenario)(gm_context *context);

/* Run with no failure, then with each allocation failing in turn. Threads decide the order of some
   allocations, never their number. */
static void sweep(const char *name, scenario run) {
    const gm_allocator allocator = {allocate, release, NULL};
    const gm_context_options options = {.threads = 1, .allocator = &allocator};
    long total = -1;
    for (long failing = -1; failing < total || total < 0; failing++) {
        gm_context *context = NULL;
        heap.failing = failing;
        heap.made = heap.live = 0;
        gm_status status = gm_context_create(&options, &context);
        if (status == GM_OK)
            status = run(context);
        gm_context_destroy(context);
        if (heap.live != 0)
            fail_msg("%s: %ld blocks leaked when allocation %ld failed", name, heap.live, failing);
        if (failing < 0) {
            assert_int_equal(status, GM_OK);
            total = heap.made;
            assert_true(total > 0);
        } else if (status != GM_OUT_OF_MEMORY) {
            fail_msg("%s: %s when allocation %ld of %ld failed", name, gm_status_name(status),
                     failing, total);
        }
    }
    print_message("%s: %ld allocations\n", name, total);
}

#define STOP_UNLESS_OK(call)                                                                       \
    do {                                                                                           \
        status = (call);                                                                           \
        if (status != GM_OK)                                                                       \
            goto done;                                                                             \
    } while (0)

static gm_status recover_everything(gm_context *context) {
    static const char *const estimators[] = {"paired", "calibrated", "none"};
    double inputs[40 * 3], targets[40];
    gm_dataset *dataset = NULL;
    gm_recovery *recovery = NULL;
    gm_status status = GM_OK;
    for (int i = 0; i < 120; i++)
        inputs[i] = (i * 37 % 19) / 9.0 - 1.0;
    for (int i = 0; i < 40; i++)
        targets[i] = inputs[3 * i] - inputs[3 * i + 1];
    STOP_UNLESS_OK(gm_dataset_from_arrays(context, 40, 3, inputs, targets, &dataset));
    for (int e = 0; e < 3; e++) {
        const gm_recover_options options = {.estimator = estimators[e],
                                            .batch_size = 8,
                                            .num_gradients = 64,
                                            .compare = true,
                                            .at = "random:distance=20"};
        STOP_UNLESS_OK(gm_recover(context, dataset, &options, &recovery));
        gm_recovery_destroy(context, recovery);
        recovery = NULL;
    }
done:
    gm_recovery_destroy(context, recovery);
    gm_dataset_destroy(dataset);
    return status;
}

/* Make, advance and write every optimizer on that oracle. */
static gm_status run_optimizers(gm_context *context, gm_oracle *oracle) {
    static const double start[3];
    const gm_setting setting = {.rate = .1, .horizon = 3, .momentum = .9};
    const gm_optimizer_kind *kind;
    gm_optimizer *run = NULL;
    gm_status status = GM_OK;
    for (int k = 0; (kind = gm_optimizer_at(k)) != NULL; k++) {
        gm_archive archive;
        STOP_UNLESS_OK(gm_optimizer_create(context, kind, oracle, &setting, 1, start, &run));
        for (int i = 0; i < 4; i++)
            STOP_UNLESS_OK(gm_optimizer_advance(run));
        gm_archive_write(context, &archive);
        gm_optimizer_exchange(run, &archive);
        gm_archive_release(&archive);
        STOP_UNLESS_OK(archive.status);
        gm_optimizer_destroy(run);
        run = NULL;
    }
done:
    gm_optimizer_destroy(run);
    return status;
}

static gm_status optimize(gm_context *context) {
    double inputs[70 * 3], targets[70];
    const gm_model_shape shape = {.columns = 3};
    const gm_oracle_options options = {.batch_size = 20};
    gm_dataset *dataset = NULL;
    gm_model *model = NULL;
    gm_oracle *oracle = NULL;
    gm_status status = GM_OK;
    for (int i = 0; i < 210; i++)
        inputs[i] = (i * 37 % 19) / 9.0 - 1.0;
    for (int i = 0; i < 70; i++)
        targets[i] = inputs[3 * i] - inputs[3 * i + 1] + i % 2;
    STOP_UNLESS_OK(gm_dataset_from_arrays(context, 70, 3, inputs, targets, &dataset));
    STOP_UNLESS_OK(gm_model_create(context, "linear", &shape, &model));
    STOP_UNLESS_OK(
        gm_oracle_create(context, dataset, model, gm_dataset_targets(dataset), &options, &oracle));
    STOP_UNLESS_OK(run_optimizers(context, oracle));
done:
    gm_oracle_destroy(oracle);
    gm_model_destroy(context, model);
    gm_dataset_destroy(dataset);
    return status;
}

/* A search; every optimizer on classes and on a network; then all of it from the checkpoint. */
static gm_status train_everything(gm_context *context) {
    static const char *const models[] = {"linear", "softmax", "mlp:hidden=3"};
    static const char all[] = "gradiometer,sgd,momentum,adam,lbfgs";
    double inputs[40 * 3], targets[40];
    gm_dataset *dataset = NULL;
    gm_training *training = NULL;
    gm_status status = GM_OK;
    for (int i = 0; i < 120; i++)
        inputs[i] = (i * 37 % 19) / 9.0 - 1.0;
    for (int i = 0; i < 40; i++)
        targets[i] = i * 7 % 3;
    STOP_UNLESS_OK(gm_dataset_from_arrays(context, 40, 3, inputs, targets, &dataset));
    for (int m = 0; m < 3; m++) {
        const gm_train_options options = {.model = models[m],
                                          .optimizers = m == 0 ? "gradiometer" : all,
                                          .batch_size = 20,
                                          .epochs = 1,
                                          .l2 = m == 1 ? 0.1 : 0.0,
                                          .learning_rate = m == 0 ? 0.0 : 0.1,
                                          .until = m == 1 ? GM_UNTIL_EXCESS : GM_UNTIL_EPOCHS,
                                          .goal = 0.01,
                                          .repeats = m == 0 ? 2 : 1,
                                          .checkpoint = m == 0 ? NULL : in_folder("checkpoint")};
        remove(in_folder("checkpoint"));
        for (int again = 0; again < 2; again++) {
            STOP_UNLESS_OK(gm_train(context, dataset, &options, &training));
            gm_training_destroy(context, training);
            training = NULL;
        }
    }
done:
    gm_training_destroy(context, training);
    gm_dataset_destroy(dataset);
    return status;
}

/* A network on images, and gradients at moved weights. */
static gm_status recover_images(gm_context *context) {
    double inputs[20 * 4], targets[20];
    const gm_recover_options options = {
        .model = "cnn:channels=1", .batch_size = 4, .num_gradients = 40, .compare = true};
    gm_dataset *dataset = NULL;
    gm_recovery *recovery = NULL;
    gm_status status = GM_OK;
    for (int i = 0; i < 80; i++)
        inputs[i] = (i * 37 % 19) / 9.0 - 1.0;
    for (int i = 0; i < 20; i++)
        targets[i] = inputs[4 * i];
    STOP_UNLESS_OK(gm_dataset_from_arrays(context, 20, 4, inputs, targets, &dataset));
    STOP_UNLESS_OK(gm_recover(context, dataset, &options, &recovery));
done:
    gm_recovery_destroy(context, recovery);
    gm_dataset_destroy(dataset);
    return status;
}

/* Every source of the residual; the last columns are one of ones and one of signs. */
static gm_status find_risk(gm_context *context) {
    static const gm_risk_options all[] = {
        {.residual = "intercept",
         .radius = 0.5,
         .batch_size = 8,
         .num_gradients = 32,
         .compare = true},
        {.residual = "gaussian", .batch_size = 8, .num_gradients = 32, .at = "random:norm=1"},
        {.residual = "losses", .batch_size = 8, .num_gradients = 32},
        {.model = "logistic", .batch_size = 8, .num_gradients = 32, .at = "random:norm=1"}};
    double inputs[40 * 3], targets[40];
    gm_dataset *dataset = NULL;
    gm_risk *risk = NULL;
    gm_cost cost;
    gm_status status = GM_OK;
    for (int i = 0; i < 120; i++)
        inputs[i] = i % 3 == 2 ? 1.0 : (i * 37 % 19) / 9.0 - 1.0;
    for (int i = 0; i < 40; i++)
        targets[i] = inputs[3 * i] > 0.0 ? 1.0 : 0.0;
    STOP_UNLESS_OK(gm_dataset_from_arrays(context, 40, 3, inputs, targets, &dataset));
    STOP_UNLESS_OK(gm_risk_cost(context, dataset, &all[1], &cost));
    for (int i = 0; i < 4; i++) {
        STOP_UNLESS_OK(gm_risk_estimate(context, dataset, &all[i], &risk));
        gm_risk_destroy(context, risk);
        risk = NULL;
    }
done:
    gm_risk_destroy(context, risk);
    gm_dataset_destroy(dataset);
    return status;
}

static gm_status recover_cost(gm_context *context) {
    const double inputs[4] = {1, 2, 3, 4}, targets[2] = {1, 2};
    gm_dataset *dataset = NULL;
    gm_cost cost;
    gm_status status = gm_dataset_from_arrays(context, 2, 2, inputs, targets, &dataset);
    if (status == GM_OK)
        status = gm_recover_cost(context, dataset, NULL, &cost);
    gm_dataset_destroy(dataset);
    return status;
}

static gm_status accumulate(gm_context *context) {
    double vectors[300 * 2], mean[2], scatter[4];
    gm_accumulator *a = NULL;
    gm_status status = GM_OK;
    for (int i = 0; i < 600; i++)
        vectors[i] = i % 7;
    STOP_UNLESS_OK(gm_accumulator_create(context, 2, &a));
    for (int i = 0; i < 8; i++)
        STOP_UNLESS_OK(gm_accumulator_add(a, 300, vectors));
    STOP_UNLESS_OK(gm_accumulator_total(a, mean, scatter));
done:
    gm_accumulator_destroy(a);
    return status;
}

/* Tiles of a matrix, all of them on one rank. */
static gm_status deal_out(gm_context *context) {
    static double vectors[7 * 20], rows[20 * 20], mean[20];
    gm_accumulator *accumulator = NULL;
    gm_tiled *tiles = NULL;
    gm_status status = GM_OK;
    STOP_UNLESS_OK(gm_accumulator_create_tiled(context, 20, &accumulator));
    STOP_UNLESS_OK(gm_accumulator_add(accumulator, 7, vectors));
    STOP_UNLESS_OK(gm_accumulator_finish_tiled(accumulator, mean, &tiles));
    STOP_UNLESS_OK(gm_tiled_diagonal(tiles, rows));
    STOP_UNLESS_OK(gm_tiled_rows(tiles, 0, 20, rows));
done:
    gm_tiled_destroy(tiles);
    gm_accumulator_destroy(accumulator);
    return status;
}

static gm_status precondition(gm_context *context) {
    static const gm_model model = {
        .parameters = 6, .factor_count = 1, .factor = {{.in = 2, .out = 2, .bias = true}}};
    static const double penalty[6] = {1, 1, 1, 1, 0, 0};
    double vectors[9 * 6], step[6];
    gm_preconditioner *p = NULL;
    gm_archive archive = {.context = context};
    gm_status status = GM_OK;
    for (int i = 0; i < 54; i++)
        vectors[i] = (i * 37 % 19) / 9.0 - 1.0;
    for (int form = GM_PRECONDITION_FULL; form <= GM_PRECONDITION_LOW_RANK; form++) {
        STOP_UNLESS_OK(
            gm_preconditioner_create(context, (gm_precondition_form)form, &model, penalty, 5, &p));
        STOP_UNLESS_OK(gm_preconditioner_add(p, 9, vectors, 1.0));
        gm_archive_write(context, &archive);
        gm_preconditioner_exchange(p, &archive);
        STOP_UNLESS_OK(archive.status);
        gm_archive_release(&archive);
        STOP_UNLESS_OK(gm_preconditioner_factor(p, 0.1));
        gm_preconditioner_apply(p, vectors, step);
        gm_preconditioner_destroy(p);
        p = NULL;
    }
done:
    gm_archive_release(&archive);
    gm_preconditioner_destroy(p);
    return status;
}

static gm_status reduce_lattice(gm_context *context) {
    static const int64_t basis[] = {3, 1, 1, 2};
    const gm_lattice_job job = {.rows = 2,
                                .columns = 2,
                                .basis = basis,
                                .delta = 0.99,
                                .block_size = 2,
                                .time_limit = 60.0};
    gm_lattice_pool *pool = NULL;
    gm_lattice_result *result = NULL;
    gm_status status = GM_OK;
    STOP_UNLESS_OK(gm_lattice_pool_create(context, fake_helper(), 1, &pool));
    STOP_UNLESS_OK(gm_lattice_pool_submit(pool, &job));
    STOP_UNLESS_OK(gm_lattice_pool_next(pool, -1.0, &result));
    assert_true(result->reduced);
done:
    gm_lattice_result_destroy(context, result);
    gm_lattice_pool_destroy(pool);
    return status;
}

static gm_status load(gm_context *context, const char *name, const gm_dataset_options *options) {
    gm_dataset *dataset = NULL;
    gm_status status = gm_dataset_load(context, in_folder(name), options, &dataset);
    gm_dataset_destroy(dataset);
    return status;
}

static gm_status load_csv(gm_context *context) {
    const gm_dataset_options options = {.target = "kind",
                                        .drop = "b",
                                        .missing = GM_MISSING_MEAN,
                                        .standardize = true,
                                        .intercept = true};
    return load(context, "table.csv", &options);
}

static gm_status load_gzip(gm_context *context) {
    const gm_dataset_options options = {.target = "a", .columns = "b,c"};
    return load(context, "table.csv.gz", &options);
}

static gm_status load_npy(gm_context *context) {
    const gm_dataset_options options = {.standardize = true};
    gm_array *array = NULL;
    gm_status status = load(context, "table.npy", &options);
    if (status == GM_OK)
        status = load(context, "table.npy", NULL);
    if (status == GM_OK)
        status = gm_array_read(context, in_folder("table.npy"), &array);
    gm_array_destroy(context, array);
    return status;
}

static gm_status load_idx(gm_context *context) {
    const gm_dataset_options options = {.intercept = true};
    return load(context, "idx", &options);
}

static gm_status make_inputs(gm_context *context) {
    static const char *const texts[] = {"zq:n=2,q=7", "dgauss:n=2,q=7,sigma=1", "cube:n=2",
                                        "gaussian:n=2", "box:n=2"};
    gm_status status = GM_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        gm_inputs *inputs = NULL;
        STOP_UNLESS_OK(gm_inputs_create(context, texts[i], &inputs));
        gm_inputs_destroy(context, inputs);
    }
done:
    return status;
}

static gm_status make_inputs_from_rows(gm_context *context) {
    static const double rows[] = {1, 2, 3, 4, 1, 2};
    gm_inputs *inputs = NULL;
    gm_status status = gm_inputs_from_rows(context, 3, 2, rows, 7, &inputs);
    gm_inputs_destroy(context, inputs);
    return status;
}

static gm_status make_targets(gm_context *context) {
    static const char *const texts[][2] = {
        {"zq:n=2,q=7", "lwe:secret=gaussian,secret_sigma=1,sigma=1"},
        {"zq:n=2,q=7", "modsum:k=1"},
        {"cube:n=2", "parity"},
        {"box:n=2", "wave:R=1"},
        {"box:n=2", "teacher"},
        {"box:n=2", "linear"},
        {"box:n=2", "random"}};
    gm_inputs *inputs = NULL;
    gm_status status = GM_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        gm_targets *targets = NULL;
        STOP_UNLESS_OK(gm_inputs_create(context, texts[i][0], &inputs));
        STOP_UNLESS_OK(gm_targets_create(context, texts[i][1], inputs, &targets));
        gm_targets_destroy(context, targets);
        gm_inputs_destroy(context, inputs);
        inputs = NULL;
    }
done:
    gm_inputs_destroy(context, inputs);
    return status;
}

static gm_status find_entropy(gm_context *context) {
    gm_entropy *law = NULL, *rows = NULL;
    gm_status status = gm_entropy_of_inputs(context, "dgauss:n=3,q=17,sigma=2", &law);
    if (status == GM_OK)
        status = gm_entropy_of_rows(context, in_folder("table.npy"), 0, &rows);
    gm_entropy_destroy(context, law);
    gm_entropy_destroy(context, rows);
    return status;
}

static gm_status entropy_cost(gm_context *context) {
    gm_cost cost;
    return gm_entropy_of_rows_cost(context, in_folder("table.npy"), 0, &cost);
}

/* A model of the caller: ⟨w, x⟩ of two columns. */
static gm_status forward(void *user, int64_t count, const double *x, double *p) {
    (void)user;
    for (int64_t i = 0; i < count; i++)
        p[i] = 0.1 * x[2 * i];
    return GM_OK;
}

static gm_status backward(void *user, int64_t count, const double *x, const double *v,
                          double *gradient) {
    (void)user;
    gradient[0] = gradient[1] = 0.0;
    for (int64_t i = 0; i < 2 * count; i++)
        gradient[i % 2] += v[i / 2] * x[i];
    return GM_OK;
}

static gm_status measure(gm_context *context, const char *inputs, const char *targets,
                         const char *method, const char *model, int64_t draws) {
    double values[8] = {0, 1, 1, 0, 0, 1, 2, 2};
    const gm_array rows = {2, {4, 2}, values};
    const gm_function_model function = {2, 2, forward, backward, NULL};
    const bool own = strcmp(model, "function") == 0;
    const gm_measure_options options = {.inputs = inputs,
                                        .rows = inputs ? NULL : &rows,
                                        .modulus = inputs ? 0 : 3,
                                        .targets = targets,
                                        .model = own ? NULL : model,
                                        .function = own ? &function : NULL,
                                        .method = method,
                                        .samples = 40,
                                        .target_draws = draws,
                                        .init_draws = own ? 1 : 2};
    gm_measurement *measurement = NULL;
    gm_measure_cost cost;
    gm_status status = gm_measure_get_cost(context, &options, &cost);
    if (status == GM_OK)
        status = gm_measure(context, &options, &measurement);
    gm_measurement_destroy(context, measurement);
    return status;
}

/* Rows of unreduced samples, of width 1. */
static gm_status lwe_evidence(gm_context *context) {
    enum { COUNT = 32 };
    const gm_lwe_parameters p = {
        .n = 2, .q = 97, .samples = COUNT, .sigma = 1.0, .secret = "gaussian", .secret_sigma = 1.0};
    gm_lwe *instance = NULL;
    gm_lwe_rows rows = {.count = COUNT, .n = 2, .q = 97, .width = 1};
    gm_measurement *measurement = NULL;
    gm_lwe_reading *plain = NULL, *whitened = NULL;
    gm_lwe_entropy entropy;
    gm_lwe_signal signal;
    int64_t *basis = NULL, ones[COUNT], index[COUNT];
    gm_status status = GM_OK;
    STOP_UNLESS_OK(gm_lwe_generate(context, &p, 1, &instance));
    for (int64_t i = 0; i < COUNT; i++) {
        ones[i] = 1;
        index[i] = i;
    }
    rows.ra = instance->a;
    rows.rb = instance->b;
    rows.r = ones;
    rows.index = index;
    STOP_UNLESS_OK(gm_lwe_informativeness(context, &rows, &p, 1, &measurement));
    STOP_UNLESS_OK(gm_lwe_find_entropy(context, &rows, &entropy));
    STOP_UNLESS_OK(gm_lwe_read_plain(context, &rows, &p, 20, &plain));
    STOP_UNLESS_OK(gm_lwe_read_whitened(context, &rows, &p, 20, &whitened));
    STOP_UNLESS_OK(gm_lwe_observe(context, &rows, plain, instance->secret, &signal));
    const gm_lwe_embedding plan = gm_lwe_plan_embedding(&p);
    STOP_UNLESS_OK(gm_lwe_embed(context, instance, &plan, &basis));
done:
    gm_release(context, basis);
    gm_lwe_reading_destroy(context, whitened);
    gm_lwe_reading_destroy(context, plain);
    gm_measurement_destroy(context, measurement);
    gm_lwe_destroy(context, instance);
    return status;
}

static gm_status measure_gram(gm_context *context) {
    return measure(context, "zq:n=2,q=3", "lwe:sigma=.5", "sampled", "mlp:hidden=3", 6);
}

static gm_status measure_jacobian(gm_context *context) {
    return measure(context, NULL, "modsum:k=1", "sampled", "linear", 300);
}

static gm_status measure_function(gm_context *context) {
    return measure(context, NULL, "linear", "sampled", "function", 8);
}

static gm_status measure_fourier(gm_context *context) {
    return measure(context, NULL, "lwe:secret=gaussian,secret_sigma=1,read=phase", "exact",
                   "mlp:hidden=2x2,act=sin", 0);
}

static gm_status measure_walsh(gm_context *context) {
    return measure(context, "cube:n=3,p=.2", "parity", "exact", "linear", 0);
}

static gm_status measure_along(gm_context *context) {
    const gm_measure_options options = {.inputs = "gaussian:n=2",
                                        .targets = "linear",
                                        .model = "mlp:hidden=2",
                                        .samples = 32,
                                        .target_draws = 4};
    gm_along *along = NULL;
    const gm_status status = gm_measure_along(
        context, &options, &(gm_along_options){.steps = 1, .batch_size = 4}, &along);
    gm_along_destroy(context, along);
    return status;
}

static gm_status monitor(gm_context *context) {
    gm_monitor *made = NULL;
    const gm_status status =
        gm_monitor_create(context, &(gm_monitor_options){.dimension = 2, .batch_size = 2}, &made);
    gm_monitor_destroy(made);
    return status;
}

static gm_status measure_moment(gm_context *context) {
    return measure(context, "dgauss:n=2,q=5,sigma=1", "linear", "exact", "mlp:hidden=2", 0);
}

static gm_status parse_spec(gm_context *context) {
    gm_spec *spec = NULL;
    double value = 0.0;
    gm_status status = gm_spec_parse(context, "mlp:hidden=64x32,act=tanh,scale=2", "model", &spec);
    if (status == GM_OK)
        status = gm_spec_number(context, spec, "scale", 1.0, 0.0, 9.0, &value);
    gm_spec_destroy(context, spec);
    return status;
}

static gm_status write_output(gm_context *context) {
    const int64_t shape[2] = {1, 2};
    const double values[2] = {1.0, 2.0};
    gm_output *output = NULL;
    gm_status status = GM_OK;
    STOP_UNLESS_OK(gm_output_open(context, in_folder("out/deep"), "result.json", &output));
    STOP_UNLESS_OK(gm_output_write_array(output, "a.npy", 2, shape, values));
    STOP_UNLESS_OK(gm_output_write(output, "result.json", "{}", 2));
    STOP_UNLESS_OK(gm_output_commit(output));
done:
    gm_output_close(output);
    return status;
}

/* Table, page and plots. */
static gm_status render_report(const gm_report *report) {
    char *text = NULL;
    gm_status status = gm_report_table(report, true, &text);
    gm_report_free_text(report, text);
    text = NULL;
    if (status == GM_OK)
        status = gm_report_html(report, NULL, &text);
    gm_report_free_text(report, text);
    for (int i = 0; status == GM_OK && i < gm_report_plots(report); i++) {
        text = NULL;
        status = gm_report_plot_script(report, i, &text);
        gm_report_free_text(report, text);
    }
    return status;
}

static gm_status write_entropy(gm_context *context) {
    const double numbers[3] = {3.0, 2.0, 1.0};
    gm_report *report = NULL;
    gm_status status = GM_OK;
    STOP_UNLESS_OK(gm_report_create(context, "entropy", &report));
    STOP_UNLESS_OK(gm_report_set_number(report, "result.collision_entropy.nats", 6.0));
    STOP_UNLESS_OK(gm_report_set_numbers(report, "result.per_coordinate", numbers, 3));
    STOP_UNLESS_OK(gm_report_set_number(report, "result.product_proxy", 6.0));
    STOP_UNLESS_OK(gm_report_set_text(report, "result.source", "rows.npy"));
    STOP_UNLESS_OK(render_report(report));
done:
    gm_report_destroy(report);
    return status;
}

static gm_status write_risk(gm_context *context) {
    const double numbers[3] = {1.0, 2.0, 3.0};
    gm_report *report = NULL;
    gm_status status = GM_OK;
    STOP_UNLESS_OK(gm_report_create(context, "risk", &report));
    STOP_UNLESS_OK(gm_report_set_number(report, "result.adversarial_risk.value", 2.0));
    STOP_UNLESS_OK(gm_report_set_numbers(report, "result.interval", numbers, 2));
    STOP_UNLESS_OK(gm_report_set_numbers(report, "result.curve.radius", numbers, 3));
    STOP_UNLESS_OK(gm_report_set_numbers(report, "result.curve.value", numbers, 3));
    STOP_UNLESS_OK(gm_report_set_numbers(report, "result.curve.low", numbers, 3));
    STOP_UNLESS_OK(gm_report_set_numbers(report, "result.curve.high", numbers, 3));
    STOP_UNLESS_OK(gm_report_set_numbers(report, "result.curve.exact", numbers, 3));
    STOP_UNLESS_OK(render_report(report));
done:
    gm_report_destroy(report);
    return status;
}

static gm_status write_training(gm_context *context) {
    const double numbers[3] = {3.0, 2.0, 1.0}, steps[3] = {1.0, 2.0, 3.0};
    gm_report *report = NULL;
    gm_status status = GM_OK;
    STOP_UNLESS_OK(gm_report_create(context, "train", &report));
    STOP_UNLESS_OK(gm_report_set_number(report, "result.optimum", 0.5));
    STOP_UNLESS_OK(gm_report_set_text(report, "result.optimizers[0].name", "sgd"));
    STOP_UNLESS_OK(
        gm_report_set_numbers(report, "result.optimizers[0].curve.gradient_evaluations", steps, 3));
    STOP_UNLESS_OK(gm_report_set_numbers(report, "result.optimizers[0].curve.seconds", steps, 3));
    STOP_UNLESS_OK(gm_report_set_numbers(report, "result.optimizers[0].curve.loss", numbers, 3));
    STOP_UNLESS_OK(gm_report_set_text(report, "result.optimizers[1].name", "adam"));
    STOP_UNLESS_OK(render_report(report));
done:
    gm_report_destroy(report);
    return status;
}

static gm_status write_measurement(gm_context *context) {
    const double interval[2] = {0.5, 2.0};
    gm_report *report = NULL;
    gm_status status = GM_OK;
    STOP_UNLESS_OK(gm_report_create(context, "measure", &report));
    STOP_UNLESS_OK(gm_report_set_number(report, "result.variance.value", 1.0));
    STOP_UNLESS_OK(gm_report_set_numbers(report, "result.variance.ci95", interval, 2));
    STOP_UNLESS_OK(gm_report_set_number(report, "result.noise_trace", 9.0));
    STOP_UNLESS_OK(gm_report_set_text(report, "result.verdict", "undecided"));
    STOP_UNLESS_OK(gm_report_set_text(report, "options.targets", "parity"));
    STOP_UNLESS_OK(render_report(report));
done:
    gm_report_destroy(report);
    return status;
}

static gm_status write_report(gm_context *context) {
    const double numbers[3] = {3.0, 2.0, 1.0};
    gm_report *report = NULL;
    char *text = NULL;
    gm_status status = GM_OK;
    STOP_UNLESS_OK(gm_report_create(context, "recover", &report));
    STOP_UNLESS_OK(gm_report_set_integer(report, "result.dimension", 3));
    STOP_UNLESS_OK(gm_report_set_number(report, "result.predicted_error.operator.value", 0.1));
    STOP_UNLESS_OK(gm_report_set_numbers(report, "result.eigenvalues", numbers, 3));
    STOP_UNLESS_OK(gm_report_set_numbers(report, "result.spectrum.index", numbers, 3));
    STOP_UNLESS_OK(gm_report_set_numbers(report, "result.spectrum.estimate", numbers, 3));
    STOP_UNLESS_OK(gm_report_set_number(report, "result.curve[0].predicted", 0.5));
    STOP_UNLESS_OK(gm_report_set_boolean(report, "result.enough", true));
    STOP_UNLESS_OK(gm_report_set_text(report, "result.estimator", "paired"));
    STOP_UNLESS_OK(gm_report_append_text(report, "warnings", "one"));
    STOP_UNLESS_OK(gm_report_json(report, &text));
    gm_report_free_text(report, text);
    text = NULL;
    STOP_UNLESS_OK(render_report(report));
done:
    gm_report_free_text(report, text);
    gm_report_destroy(report);
    return status;
}

static gm_status load_report(gm_context *context) {
    gm_report *report = NULL;
    gm_status status = gm_report_load(context, in_folder("result.json"), &report);
    gm_report_destroy(report);
    return status;
}

static gm_status make_lwe(gm_context *context) {
    gm_lwe_parameters p = {
        .n = 3, .q = 17, .samples = 4, .sigma = 1.0, .secret = "gaussian", .hamming = 2};
    gm_lwe *made = NULL, *copy = NULL;
    gm_output *output = NULL;
    gm_lwe_check check;
    gm_status status = GM_OK;
    STOP_UNLESS_OK(gm_lwe_generate(context, &p, 1, &made));
    STOP_UNLESS_OK(gm_lwe_create(context, &made->parameters, made->a, made->b, &copy));
    STOP_UNLESS_OK(gm_lwe_verify(context, copy, made->secret, &check));
    STOP_UNLESS_OK(gm_output_open(context, in_folder("made"), NULL, &output));
    STOP_UNLESS_OK(gm_lwe_save(context, made, output));
done:
    gm_output_close(output);
    gm_lwe_destroy(context, copy);
    gm_lwe_destroy(context, made);
    return status;
}

static gm_status read_lwe(gm_context *context) {
    const gm_lwe_parameters p = {.q = 17, .sigma = 1.0};
    gm_lwe *folder_read = NULL, *arrays = NULL, *challenge = NULL;
    int64_t *secret = NULL, centred;
    char path[128];
    gm_status status = GM_OK;
    STOP_UNLESS_OK(gm_lwe_load(context, in_folder("lwe"), &folder_read));
    STOP_UNLESS_OK(gm_lwe_load_secret(context, in_folder("lwe/secret.npy"), 3, &secret));
    snprintf(path, sizeof path, "%s", in_folder("lwe/A.npy"));
    STOP_UNLESS_OK(
        gm_lwe_import_arrays(context, &p, path, in_folder("lwe/b.npy"), &centred, &arrays));
    STOP_UNLESS_OK(gm_lwe_import_challenge(context, in_folder("challenge.txt"), &challenge));
done:
    gm_lwe_release_secret(context, secret);
    gm_lwe_destroy(context, folder_read);
    gm_lwe_destroy(context, arrays);
    gm_lwe_destroy(context, challenge);
    return status;
}

/* Rows of the instance in the folder lwe: written, and read from the folder reduced. */
static gm_status keep_rows(gm_context *context) {
    gm_lwe *instance = NULL;
    gm_lwe_rows *rows = NULL, *back = NULL;
    gm_output *output = NULL;
    const gm_lwe_reduction info = {.precision = "double", .lost = 1};
    const int64_t dropped[] = {1};
    gm_status status = GM_OK;
    STOP_UNLESS_OK(gm_lwe_load(context, in_folder("lwe"), &instance));
    STOP_UNLESS_OK(gm_lwe_rows_of_samples(context, instance, 3, dropped, 1, &rows));
    STOP_UNLESS_OK(gm_output_open(context, in_folder("made"), NULL, &output));
    STOP_UNLESS_OK(gm_lwe_rows_save(context, rows, &info, output));
    STOP_UNLESS_OK(gm_lwe_rows_load(context, instance, in_folder("reduced"), &back));
done:
    gm_output_close(output);
    gm_lwe_rows_destroy(context, back);
    gm_lwe_rows_destroy(context, rows);
    gm_lwe_destroy(context, instance);
    return status;
}

static gm_status write_lwe(gm_context *context) {
    gm_report *report = NULL;
    gm_status status = GM_OK;
    STOP_UNLESS_OK(gm_report_create(context, "lwe verify", &report));
    STOP_UNLESS_OK(gm_report_set_number(report, "result.residual_std", 3.0));
    STOP_UNLESS_OK(gm_report_set_number(report, "result.threshold", 6.0));
    STOP_UNLESS_OK(gm_report_set_text(report, "result.secret", "ternary"));
    STOP_UNLESS_OK(render_report(report));
done:
    gm_report_destroy(report);
    return status;
}

/* Short samples: as they are they show the secret (0, 1, 0, 0, −1). */
static gm_status short_instance(gm_context *context, gm_lwe **out) {
    enum { N = 5, SAMPLES = 40, Q = 997 };
    static const gm_lwe_parameters p = {
        .n = N, .q = Q, .samples = SAMPLES, .sigma = 1, .secret = "ternary"};
    int64_t a[SAMPLES * N], b[SAMPLES];
    for (int64_t i = 0; i < SAMPLES * N; i++)
        a[i] = (i * i * 7 + 31 * i) % 241;
    for (int64_t i = 0; i < SAMPLES; i++)
        b[i] = (a[i * N + 1] - a[i * N + 4] + i % 3 - 1 + Q) % Q;
    return gm_lwe_create(context, &p, a, b, out);
}

static gm_status attack_lwe(gm_context *context) {
    static const char *const solvers[] = {"gradient", "linear"};
    const int64_t dropped[] = {2, 4};
    gm_lwe *instance = NULL;
    gm_lwe_rows *rows = NULL;
    gm_lwe_result *result = NULL;
    gm_status status = GM_OK;
    STOP_UNLESS_OK(short_instance(context, &instance));
    STOP_UNLESS_OK(gm_lwe_rows_of_samples(context, instance, 40, dropped, 2, &rows));
    for (int s = 0; s < 2; s++) {
        const gm_lwe_attack_options options = {.solver = solvers[s], .keep = 9, .time_limit = 1e6};
        STOP_UNLESS_OK(gm_lwe_attack(context, instance, rows, &options, &result));
        assert_true(result->recovered && result->secret[1] == 1 && result->secret[4] == -1);
        gm_lwe_result_destroy(context, result);
        result = NULL;
    }
    for (int whitened = 0; whitened < 2; whitened++) {
        const int64_t secret[] = {0, 1, 0, 0, -1};
        gm_lwe_signal_summary expected, seen;
        STOP_UNLESS_OK(
            gm_lwe_observe_secret(context, instance, rows, secret, whitened, &expected, &seen));
        assert_true(seen.z > 0.0 && expected.z > 0.0);
    }
done:
    gm_lwe_result_destroy(context, result);
    gm_lwe_rows_destroy(context, rows);
    gm_lwe_destroy(context, instance);
    return status;
}

/* A block that is reduced and kept, and then found again. */
static gm_status reduce_lwe(gm_context *context) {
    char kept[128], file[160];
    gm_lwe *instance = NULL;
    gm_lwe_rows *rows = NULL, *again = NULL;
    gm_lwe_reduction info;
    gm_status status = GM_OK;
    snprintf(kept, sizeof kept, "%s", in_folder("blocks"));
    snprintf(file, sizeof file, "%s/block-0-0", kept);
    (void)unlink(file);
    const gm_lwe_reduce_options options = {.blocks = 1,
                                           .rows = 12,
                                           .embedding_weight = 2,
                                           .drop_columns = 2,
                                           .block_size = 2,
                                           .workers = 1,
                                           .checkpoint = kept,
                                           .helper = fake_helper()};
    STOP_UNLESS_OK(short_instance(context, &instance));
    STOP_UNLESS_OK(gm_lwe_reduce(context, instance, &options, &rows, &info));
    STOP_UNLESS_OK(gm_lwe_reduce(context, instance, &options, &again, NULL));
    assert_true(info.blocks == 1 && rows->count == 12 && again->count == 12);
done:
    gm_lwe_rows_destroy(context, rows);
    gm_lwe_rows_destroy(context, again);
    gm_lwe_destroy(context, instance);
    return status;
}

static gm_status solve_lwe(gm_context *context) {
    const gm_lwe_attack_options options = {.keep = 9,
                                           .no_control = true,
                                           .time_limit = 1e6,
                                           .reduce = {.blocks = 1,
                                                      .rows = 40,
                                                      .embedding_weight = 1,
                                                      .drop_columns = -1,
                                                      .block_size = 2,
                                                      .workers = 1,
                                                      .helper = fake_helper()}};
    gm_lwe *instance = NULL;
    gm_lwe_result *result = NULL;
    gm_status status = GM_OK;
    STOP_UNLESS_OK(short_instance(context, &instance));
    STOP_UNLESS_OK(gm_lwe_solve(context, instance, &options, &result));
    assert_true(result->recovered && result->rounds == 1);
done:
    gm_lwe_result_destroy(context, result);
    gm_lwe_destroy(context, instance);
    return status;
}

static void put(const char *name, const void *bytes, size_t size) {
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* A document with members of every kind, more of them than jansson's first tables and our first
   buffers hold: loading it makes them grow. */
static void put_report(gm_context *context, gm_output *output) {
    static const char long_text[] =
        "a text with \"quotes\", a tab\t and gr\u00fc\u00dfe, repeated. ";
    double numbers[40];
    char path[64], text[512] = "";
    gm_report *report = NULL;
    char *json = NULL;
    for (int i = 0; i < 40; i++)
        numbers[i] = (i - 20) / 3.0;
    while (strlen(text) + sizeof long_text < sizeof text)
        strcat(text, long_text);
    check_ok(context, gm_report_create(context, "recover", &report));
    check_ok(context, gm_report_set_numbers(report, "result.eigenvalues", numbers, 40));
    check_ok(context, gm_report_set_text(report, "result.reason", text));
    check_ok(context, gm_report_set_boolean(report, "result.enough", true));
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof path, "result.curve[%d].gradients", i);
        check_ok(context, gm_report_set_integer(report, path, 64 * i));
        snprintf(path, sizeof path, "result.a_rather_long_name_of_member_%d.value", i);
        check_ok(context, gm_report_set_number(report, path, numbers[i]));
        check_ok(context, gm_report_append_text(report, "warnings", long_text));
    }
    check_ok(context, gm_report_json(report, &json));
    check_ok(context, gm_output_write(output, "result.json", json, strlen(json)));
    gm_report_free_text(report, json);
    gm_report_destroy(report);
}

/* An instance in the folder lwe, rows of it in the folder reduced, and a challenge. */
static void put_lwe(gm_context *context) {
    const gm_lwe_parameters p = {.n = 3, .q = 17, .samples = 4, .sigma = 1.0, .secret = "ternary"};
    static const char challenge[] = "1 2 5 0.1 [0 4] [[1][3]]";
    const int64_t column = 2;
    gm_lwe_rows *rows = NULL;
    gm_lwe *made = NULL;
    gm_output *output = NULL;
    check_ok(context, gm_lwe_generate(context, &p, 1, &made));
    check_ok(context, gm_output_open(context, in_folder("lwe"), NULL, &output));
    check_ok(context, gm_lwe_save(context, made, output));
    check_ok(context, gm_output_commit(output));
    gm_output_close(output);
    output = NULL;
    check_ok(context, gm_lwe_rows_of_samples(context, made, 4, &column, 1, &rows));
    check_ok(context, gm_output_open(context, in_folder("reduced"), NULL, &output));
    check_ok(context, gm_lwe_rows_save(context, rows, NULL, output));
    check_ok(context, gm_output_commit(output));
    gm_output_close(output);
    gm_lwe_rows_destroy(context, rows);
    gm_lwe_destroy(context, made);
    put("challenge.txt", challenge, sizeof challenge - 1);
}

/* Small inputs of every kind, in a folder of our own. */
static int set_up(void **state) {
    (void)state;
    static const char table[] = "a,b,c,kind\n1,2,3,red\n4,5,,blue\n7,8,10,red\n";
    static const char numbers[] = "a,b,c\n1,2,3\n4,5,6\n";
    static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0,
                                           0, 1, 0, 0, 0, 2, 9, 8, 7, 6};
    static const unsigned char labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 3, 4};
    char command[256];
    const int64_t shape[2] = {3, 3};
    const double values[9] = {1, 2, 3, 4, 5, 6, 7, 8, 10};
    gm_context *context = make_context(1, GM_ISA_AUTO);
    gm_output *output = NULL;
    strcpy(folder, "/tmp/gm-allocation-XXXXXX");
    assert_non_null(mkdtemp(folder));
    put("table.csv", table, sizeof table - 1);
    put("numbers.csv", numbers, sizeof numbers - 1);
    snprintf(command, sizeof command, "gzip -c %s/numbers.csv > %s/table.csv.gz", folder, folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(mkdir(in_folder("idx"), 0777), 0);
    put("idx/train-images-idx3-ubyte", images, sizeof images);
    put("idx/train-labels-idx1-ubyte", labels, sizeof labels);
    check_ok(context, gm_output_open(context, folder, NULL, &output));
    check_ok(context, gm_output_write_array(output, "table.npy", 2, shape, values));
    put_report(context, output);
    check_ok(context, gm_output_commit(output));
    gm_output_close(output);
    put_lwe(context);
    gm_context_destroy(context);
    json_set_alloc_funcs(json_allocate, json_release);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

#define SWEEP(name)                                                                                \
    static void sweep_##name(void **state) {                                                       \
        (void)state;                                                                               \
        sweep(#name, name);                                                                        \
    }
SWEEP(recover_everything)
SWEEP(recover_images)
SWEEP(recover_cost)
SWEEP(find_risk)
SWEEP(write_risk)
SWEEP(write_training)
SWEEP(optimize)
SWEEP(train_everything)
SWEEP(accumulate)
SWEEP(deal_out)
SWEEP(precondition)
SWEEP(reduce_lattice)
SWEEP(load_csv)
SWEEP(load_gzip)
SWEEP(load_npy)
SWEEP(load_idx)
SWEEP(make_inputs)
SWEEP(make_inputs_from_rows)
SWEEP(make_targets)
SWEEP(find_entropy)
SWEEP(entropy_cost)
SWEEP(lwe_evidence)
SWEEP(measure_gram)
SWEEP(measure_jacobian)
SWEEP(measure_function)
SWEEP(measure_fourier)
SWEEP(measure_walsh)
SWEEP(measure_moment)
SWEEP(measure_along)
SWEEP(monitor)
SWEEP(parse_spec)
SWEEP(write_output)
SWEEP(write_report)
SWEEP(write_entropy)
SWEEP(write_measurement)
SWEEP(load_report)
SWEEP(make_lwe)
SWEEP(read_lwe)
SWEEP(keep_rows)
SWEEP(write_lwe)
SWEEP(attack_lwe)
SWEEP(reduce_lwe)
SWEEP(solve_lwe)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sweep_recover_everything), cmocka_unit_test(sweep_recover_images),
        cmocka_unit_test(sweep_recover_cost),       cmocka_unit_test(sweep_accumulate),
        cmocka_unit_test(sweep_deal_out),           cmocka_unit_test(sweep_reduce_lattice),
        cmocka_unit_test(sweep_load_csv),           cmocka_unit_test(sweep_load_gzip),
        cmocka_unit_test(sweep_load_npy),           cmocka_unit_test(sweep_load_idx),
        cmocka_unit_test(sweep_make_inputs),        cmocka_unit_test(sweep_make_inputs_from_rows),
        cmocka_unit_test(sweep_make_targets),       cmocka_unit_test(sweep_find_entropy),
        cmocka_unit_test(sweep_entropy_cost),       cmocka_unit_test(sweep_measure_gram),
        cmocka_unit_test(sweep_measure_jacobian),   cmocka_unit_test(sweep_measure_function),
        cmocka_unit_test(sweep_measure_fourier),    cmocka_unit_test(sweep_measure_walsh),
        cmocka_unit_test(sweep_measure_moment),     cmocka_unit_test(sweep_parse_spec),
        cmocka_unit_test(sweep_write_output),       cmocka_unit_test(sweep_write_report),
        cmocka_unit_test(sweep_write_entropy),      cmocka_unit_test(sweep_write_measurement),
        cmocka_unit_test(sweep_load_report),        cmocka_unit_test(sweep_make_lwe),
        cmocka_unit_test(sweep_read_lwe),           cmocka_unit_test(sweep_write_lwe),
        cmocka_unit_test(sweep_attack_lwe),         cmocka_unit_test(sweep_reduce_lwe),
        cmocka_unit_test(sweep_solve_lwe),          cmocka_unit_test(sweep_keep_rows),
        cmocka_unit_test(sweep_measure_along),      cmocka_unit_test(sweep_monitor),
        cmocka_unit_test(sweep_lwe_evidence),       cmocka_unit_test(sweep_precondition),
        cmocka_unit_test(sweep_find_risk),          cmocka_unit_test(sweep_write_risk),
        cmocka_unit_test(sweep_optimize),           cmocka_unit_test(sweep_train_everything),
        cmocka_unit_test(sweep_write_training),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
