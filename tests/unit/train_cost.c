/* What a dry run says that a training takes: by hand, and beside what runs did. */
#include "check.h"

#include <gradiometer/train.h>

#include "random/streams.h"
#include "train/cost.h"
#include "train/search.h"
#include "train/trainer.h"

enum { SIDE = 8, D = SIDE * SIDE, ROWS = 1000, CLASSES = 3 };

typedef struct task {
    gm_context *context;
    double x[ROWS * D], y[ROWS];
    gm_dataset *dataset;
} task;

static task *make(void) {
    task *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->context = make_context(2, GM_ISA_AUTO);
    gm_random_gaussian(t->context, (gm_stream){51, 0}, 0, ROWS * D, t->x);
    for (int i = 0; i < ROWS; i++)
        t->y[i] = (t->x[i * D] + t->x[i * D + 1] > -1) + (t->x[i * D] - t->x[i * D + 2] > 1);
    check_ok(t->context, gm_dataset_from_arrays(t->context, ROWS, D, t->x, t->y, &t->dataset));
    return t;
}

static void drop(task *t) {
    gm_dataset_destroy(t->dataset);
    gm_context_destroy(t->context);
    free(t);
}

static gm_model *model_of(gm_context *context, const char *text, int64_t columns) {
    const gm_model_shape shape = {.columns = columns, .classes = CLASSES};
    gm_model *out = NULL;
    check_ok(context, gm_model_create(context, text, &shape, &out));
    return out;
}

/* Twice the multiplications and the activations; back the same, and δ before all layers but the
   first. */
static void layers_are_counted(void **state) {
    (void)state;
    static const struct {
        const char *model;
        int64_t columns;
        double first, rest, activated;
    } cases[] = {{"softmax", 20, 20 * CLASSES, 0, 0},
                 {"mlp:hidden=7x5,loss=softmax", 20, 20 * 7, 7 * 5 + 5 * CLASSES, 7 + 5},
                 {"cnn:channels=8x16,loss=softmax", 28 * 28, 9 * 8 * 28 * 28,
                  9 * 8 * 16 * 14 * 14 + 16 * 7 * 7 * CLASSES, 8 * 28 * 28 + 16 * 14 * 14},
                 {"cnn:channels=2,input=5x4,loss=softmax", 20, 9 * 2 * 4 * 4, 2 * 2 * 2 * CLASSES,
                  2 * 4 * 4}};
    gm_context *context = make_context(1, GM_ISA_AUTO);
    for (int k = 0; k < 4; k++) {
        gm_model *model = model_of(context, cases[k].model, cases[k].columns);
        const double all = cases[k].first + cases[k].rest, a = cases[k].activated;
        const gm_work forward = gm_model_forward_work(model), back = gm_model_backward_work(model);
        check_near(forward.operations, 2 * all + a, 0);
        check_near(back.operations, 2 * all + 2 * cases[k].rest + a, 0);
        const double single = model->single ? .5 : 1;
        check_near(forward.time, single * (2 * all + GM_TIME_OF_NUMBER * a), 1e-6);
        gm_model_destroy(context, model);
    }
    gm_context_destroy(context);
}

/* Gradients with and without noise and looks of a run that was made, at what each takes, are what
   was said before, but for the passes over the weights. */
static void runs_take_what_is_said(void **state) {
    (void)state;
    static const char *const models[] = {"softmax", "mlp:hidden=9,loss=softmax",
                                         "cnn:channels=2,loss=softmax"};
    static const char *const optimizers[] = {"adam", "gradiometer", "lbfgs"};
    static const double epochs[] = {.5, 2, 9, 40};
    enum { BATCH = 20 };
    task *t = make();
    for (int k = 0; k < 36; k++) {
        const gm_optimizer_kind *kind = gm_optimizer_find(optimizers[k / 3 % 3]);
        const bool stochastic = k / 3 % 3 < 2;
        const gm_train_options options = {.model = models[k % 3],
                                          .optimizers = kind->name,
                                          .learning_rate = .003,
                                          .batch_size = BATCH,
                                          .epochs = epochs[k / 9],
                                          .l2 = .01};
        gm_training *out = NULL;
        check_ok(t->context, gm_train(t->context, t->dataset, &options, &out));
        const gm_train_run *run = &out->optimizer[0].runs[0];
        gm_model *model = model_of(t->context, models[k % 3], D);
        const gm_length length = {ROWS, BATCH, epochs[k / 9] * ROWS / BATCH};
        const gm_run_work steps = gm_optimizer_work(kind, model, &length);
        const double looks = gm_oracle_evaluate_work(model, ROWS, stochastic ? 2 : 1).operations;
        const double said = gm_train_run_work(kind, model, &length).operations;
        assert_false(run->diverged);
        if (stochastic) /* a line search may end anywhere */
            check_near((said - steps.work.operations) / looks, (double)run->points,
                       2 + .15 * (double)run->points);
        const double noised = run->curvature_gradients / 9, plain = steps.plain;
        if (stochastic) {
            check_near(steps.steps - plain, noised, 1e-9);
            check_near(plain, run->gradient_evaluations - 9 * noised, 9);
        }
        const double gradients =
            stochastic ? plain * gm_oracle_gradient_work(model, BATCH, 0).operations +
                             noised * gm_oracle_gradient_work(model, BATCH, 8).operations
                       : run->gradient_evaluations * BATCH / ROWS *
                             gm_oracle_gradient_work(model, ROWS, 0).operations;
        check_between(steps.work.operations / gradients, stochastic ? 1 : .4, stochastic ? 8 : 2.5);
        gm_model_destroy(t->context, model);
        gm_training_destroy(t->context, out);
    }
    drop(t);
}

/* Lines of the search: three horizons for what is stochastic, one for gradiometer where the model
   is convex, three momenta. */
static void searches_are_of_so_many_runs(void **state) {
    (void)state;
    static const struct {
        const char *optimizer, *model;
        double lines;
    } cases[] = {{"sgd", "softmax", 3},
                 {"momentum", "softmax", 9},
                 {"adam", "mlp:hidden=4,loss=softmax", 3},
                 {"gradiometer", "softmax", 1},
                 {"gradiometer", "mlp:hidden=4,loss=softmax", 3}};
    task *t = make();
    for (int k = 0; k < 5; k++) {
        const gm_optimizer_kind *kind = gm_optimizer_find(cases[k].optimizer);
        gm_model *model = model_of(t->context, cases[k].model, D);
        const double runs = gm_train_search_runs(kind, model);
        gm_train_options options = {
            .model = cases[k].model, .optimizers = cases[k].optimizer, .epochs = 1, .l2 = .01};
        gm_cost searched, given, twice;
        gm_training *out = NULL;
        check_near(runs, 4 * cases[k].lines, 0);
        check_ok(t->context, gm_train(t->context, t->dataset, &options, &out));
        check_between(out->optimizer[0].tried / runs, .75, 2);
        check_ok(t->context, gm_train_cost(t->context, t->dataset, &options, &searched));
        options.learning_rate = .1;
        check_ok(t->context, gm_train_cost(t->context, t->dataset, &options, &given));
        options.repeats = 2;
        check_ok(t->context, gm_train_cost(t->context, t->dataset, &options, &twice));
        check_near((searched.operations - given.operations) / (twice.operations - given.operations),
                   runs, 1e-6);
        gm_training_destroy(t->context, out);
        gm_model_destroy(t->context, model);
    }
    drop(t);
}

/* A loss that may fall for ever is said to take longer; an optimum that is not asked for, nothing.
 */
static void the_optimum_is_counted(void **state) {
    (void)state;
    task *t = make();
    gm_model *model = model_of(t->context, "softmax", D);
    const double product = gm_oracle_product_work(model, ROWS).operations;
    check_between(gm_train_optimum_work(model, ROWS, .1).operations / product, 100, 1000);
    check_between(gm_train_optimum_work(model, 100 * D, 0).operations /
                      gm_train_optimum_work(model, 100 * D, .1).operations,
                  1, 1);
    assert_true(gm_train_optimum_work(model, 2 * D, 0).operations >
                10 * gm_train_optimum_work(model, 2 * D, .1).operations);
    const gm_train_options convex = {
        .model = "softmax", .optimizers = "adam", .learning_rate = .1, .epochs = .1, .l2 = .1};
    gm_cost cost;
    check_ok(t->context, gm_train_cost(t->context, t->dataset, &convex, &cost));
    assert_true(cost.operations > 100 * product);
    gm_model_destroy(t->context, model);
    drop(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_are_counted), cmocka_unit_test(runs_take_what_is_said),
        cmocka_unit_test(searches_are_of_so_many_runs), cmocka_unit_test(the_optimum_is_counted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
