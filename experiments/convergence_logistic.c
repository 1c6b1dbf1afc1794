/* Gradients to one per cent above the least loss of softmax regression on images. */
#include <stdio.h>

#include "training.h"

/* Below scale WHOLE: SMALL_ROWS of a quarter of the resolution in small batches, without momentum.
 */
enum {
    ROWS = 60000,
    SMALL_ROWS = 4000,
    BATCH = 256,
    SMALL_BATCH = 64,
    EPOCHS = 12,
    SMALL_EPOCHS = 60,
    EPOCHS_LBFGS = 80
};
static const double WHOLE = 0.2;

static const struct column columns[] = {
    {"optimizer", TEXT}, {"gradients", TEXT},   {"over", NUMBER},   {"rate", NUMBER},
    {"tried", NUMBER},   {"accuracy", PERCENT}, {"seconds", NUMBER}};

struct found {
    double per_epoch, epochs;
    gm_training *stochastic, *lbfgs;
};

static bool is_small(const struct record *record) {
    return record->scale < WHOLE;
}

static double budget(const struct found *found, int optimizer) {
    return (optimizer == LBFGS ? EPOCHS_LBFGS : found->epochs) * found->per_epoch;
}

static const gm_trained *trained_by(const struct found *found, int optimizer) {
    return training_of(optimizer == LBFGS ? found->lbfgs : found->stochastic, optimizer);
}

static double gradients_of(const struct found *found, int optimizer) {
    return training_gradients(trained_by(found, optimizer));
}

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct found *found = state;
    gm_dataset *data = NULL;
    gm_train_options options = {.model = "softmax",
                                .optimizers = is_small(record) ? "adam,gradiometer"
                                                               : "momentum,adam,gradiometer",
                                .batch_size = is_small(record) ? SMALL_BATCH : BATCH,
                                .epochs = is_small(record) ? SMALL_EPOCHS : EPOCHS,
                                .l2 = 1e-4,
                                .until = GM_UNTIL_EXCESS,
                                .goal = 0.01,
                                .repeats = is_small(record) ? 1 : record_repetitions(record, 3),
                                .seed = seed};
    TRY(training_images(record->context, is_small(record) ? SMALL_ROWS : ROWS,
                        is_small(record) ? 4 : 1, true, &data));
    TRY(training_run(record, data, &options, &found->stochastic));
    found->per_epoch = found->stochastic->evaluations_per_epoch;
    found->epochs = options.epochs;
    options.optimizers = "lbfgs";
    options.epochs = EPOCHS_LBFGS;
    options.repeats = 1;
    TRY(training_run(record, data, &options, &found->lbfgs));
done:
    gm_dataset_destroy(data);
    if (status != GM_OK)
        gm_training_destroy(record->context, found->stochastic);
    return status;
}

static void tell(struct record *record, const struct found *found) {
    const gm_training *t = found->stochastic;
    const int plot =
        record_plot(record, "Softmax regression", "gradients", "loss over the least one, less 1");
    record_columns(record, columns, 7);
    for (int o = 0; o < OPTIMIZERS; o++) {
        char cell[32];
        const gm_trained *trained = trained_by(found, o);
        if (!trained)
            continue;
        const gm_train_run *run = &trained->runs[trained->typical];
        record_row(
            record, trained->name, training_cell(gradients_of(found, o), budget(found, o), cell),
            training_bound(gradients_of(found, o), budget(found, o)) /
                gradients_of(found, GRADIOMETER),
            trained->learning_rate, (double)trained->tried, run->final_accuracy, run->seconds);
        training_curve(record, plot, trained, o, BY_GRADIENTS, t->optimum, t->optimum);
    }
    const int clock =
        record_plot(record, "The same against time", "seconds", "loss over the least one, less 1");
    for (int o = 0; o < OPTIMIZERS; o++)
        training_curve(record, clock, trained_by(found, o), o, BY_SECONDS, t->optimum, t->optimum);
}

/* Fewest of the three that know the gradient alone; or the budget, which is less. */
static int best(const struct found *found) {
    int least = ADAM;
    for (int o = SGD; o < ADAM; o++)
        if (gradients_of(found, o) < gradients_of(found, least))
            least = o;
    return least;
}

static gm_status conclude(struct record *record, void *state) {
    struct found *found = state;
    const int other = best(found);
    const double ours = gradients_of(found, GRADIOMETER);
    const double theirs = training_bound(gradients_of(found, other), budget(found, other));
    const gm_trained *mine = trained_by(found, GRADIOMETER);
    tell(record, found);
    record_claim(record, ours / budget(found, GRADIOMETER), 0.0, 1.0,
                 "gradiometer comes to 1 %% above the least loss: gradients over the budget");
    if (is_small(record))
        record_claim(record, theirs / ours, 0.5, INFINITY,
                     "small batches of few rows: %s over gradiometer", optimizer_names[other]);
    else
        record_claim(record, theirs / ours, 1.0, INFINITY,
                     "the best of momentum and adam takes, or its budget is, as many and more: "
                     "%s, times",
                     optimizer_names[other]);
    record_claim(record, training_bound(gradients_of(found, LBFGS), budget(found, LBFGS)) / ours,
                 is_small(record) ? 1.2 : 2.0, INFINITY, "L-BFGS, or its budget, over gradiometer");
    record_conclude(record,
                    "gradiometer needs %.0f gradients, %.0f of them for the curvature; %s %s%.0f.",
                    ours, mine->runs[mine->typical].curvature_gradients, optimizer_names[other],
                    isinf(gradients_of(found, other)) ? "more than " : "", theirs);
    record_conclude(
        record,
        "In seconds of training it is %.2g against %.2g: a gradient divided by the "
        "curvature costs more, and the search for rates, which the others depend on, is "
        "in neither.",
        mine->runs[mine->typical].seconds,
        trained_by(found, other)->runs[trained_by(found, other)->typical].seconds);
    record_conclude(
        record, "Where an epoch has few batches the reduced gradients rest on few others: momentum "
                "must forget sooner, and more epochs are needed.");
    gm_training_destroy(record->context, found->lbfgs);
    gm_training_destroy(record->context, found->stochastic);
    return GM_OK;
}

const struct experiment experiment_convergence_logistic = {
    .name = "convergence-logistic",
    .title = "Gradients to the least loss of softmax regression",
    .question =
        "How many batch gradients does each optimizer need for softmax regression on images?",
    .method =
        "Softmax regression with an intercept and penalty 10^-4/2 |w|^2 on the first 60000 "
        "images (below scale 0.2: 4000, means of 4 x 4 pixels, batches of 64, without momentum) of "
        "Fashion-MNIST, or of the folder that GRADIOMETER_DATA names, "
        "from weights 0 to a loss 1 % above the least one, batches of 256. Rates, horizons and "
        "momenta are searched for each within 12 epochs (small: 60); the median of three orders of "
        "the rows "
        "counts. L-BFGS, which searches nothing, has 80 epochs. Where a budget ends before the "
        "goal "
        "it is a lower bound. Seconds are those of training, without the search and the losses "
        "looked at.",
    .seconds = 1200,
    .repetitions = 1,
    .state_size = sizeof(struct found),
    .once = measure_once,
    .conclude = conclude,
};
