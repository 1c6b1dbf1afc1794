/* What each optimizer makes of a fixed number of gradients of a network. */
#include <stdio.h>

#include "training.h"

/* Below scale WHOLE: SMALL_ROWS of a quarter of the resolution in small batches, so that gradients
   are as many, by a narrow network without sgd. */
enum { ROWS = 6000, SMALL_ROWS = 3000, BATCH = 128, SMALL_BATCH = 64, EPOCHS = 12, NETWORKS = 2 };
static const double WHOLE = 0.2;

static const char *const networks[NETWORKS] = {"mlp:hidden=128,loss=softmax",
                                               "cnn:channels=8x16,loss=softmax"};

static const struct column columns[] = {
    {"optimizer", TEXT}, {"network", TEXT},     {"rate", NUMBER},   {"tried", NUMBER},
    {"loss", NUMBER},    {"accuracy", PERCENT}, {"seconds", NUMBER}};

struct found {
    gm_training *training[NETWORKS]; /* NULL: not made */
};

static const char *const small_network = "mlp:hidden=16,loss=softmax";

static bool is_small(const struct record *record) {
    return record->scale < WHOLE;
}

static const char *name_of(const struct record *record, int network) {
    return is_small(record) ? small_network : networks[network];
}

static gm_status measure_once(struct record *record, uint64_t seed, void *state) {
    gm_status status = GM_OK;
    struct found *found = state;
    gm_dataset *data = NULL;
    TRY(training_images(record->context, is_small(record) ? SMALL_ROWS : ROWS,
                        is_small(record) ? 4 : 1, false, &data));
    for (int n = 0; n < (is_small(record) ? 1 : NETWORKS); n++) {
        const gm_train_options options = {
            .model = name_of(record, n),
            .optimizers = is_small(record) ? "adam,gradiometer" : "sgd,adam,gradiometer",
            .batch_size = is_small(record) ? SMALL_BATCH : BATCH,
            .epochs = EPOCHS,
            .repeats = is_small(record) ? 1 : record_repetitions(record, 2),
            .seed = seed};
        TRY(training_run(record, data, &options, &found->training[n]));
    }
done:
    gm_dataset_destroy(data);
    if (status != GM_OK)
        gm_training_destroy(record->context, found->training[0]);
    return status;
}

static void tell(struct record *record, const struct found *found) {
    record_columns(record, columns, 7);
    for (int n = 0; n < NETWORKS && found->training[n]; n++)
        for (int o = 0; o < OPTIMIZERS; o++) {
            const gm_trained *trained = training_of(found->training[n], o);
            if (!trained)
                continue;
            const gm_train_run *run = &trained->runs[trained->typical];
            record_row(record, trained->name, name_of(record, n), trained->learning_rate,
                       (double)trained->tried, run->final_loss, run->final_accuracy, run->seconds);
        }
    const int plot =
        record_plot(record, "Loss of the first network against gradients", "gradients", "loss");
    const int clock = record_plot(record, "The same against time", "seconds", "loss");
    for (int o = 0; o < OPTIMIZERS; o++) {
        training_curve(record, plot, training_of(found->training[0], o), o, BY_GRADIENTS, 0.0, 1.0);
        training_curve(record, clock, training_of(found->training[0], o), o, BY_SECONDS, 0.0, 1.0);
    }
}

static gm_status conclude(struct record *record, void *state) {
    struct found *found = state;
    tell(record, found);
    for (int n = 0; n < NETWORKS && found->training[n]; n++) {
        const gm_training *t = found->training[n];
        const gm_trained *mine = training_of(t, GRADIOMETER);
        const gm_train_run *ours = &mine->runs[mine->typical], *theirs = NULL;
        int best = ADAM;
        for (int o = SGD; o <= ADAM; o++) {
            const gm_trained *other = training_of(t, o);
            if (!other)
                continue;
            const gm_train_run *run = &other->runs[other->typical];
            if (!theirs || run->final_loss < theirs->final_loss) {
                theirs = run;
                best = o;
            }
        }
        record_claim(record, ours->final_loss / t->initial_loss, 0.0, 0.5,
                     "%s: gradiometer's loss after %d epochs over that at the start",
                     name_of(record, n), EPOCHS);
        record_claim(record, ours->final_loss / theirs->final_loss, 0.0, 1.1,
                     "%s: gradiometer's loss over the lowest of the others', that of %s",
                     name_of(record, n), optimizer_names[best]);
        record_conclude(
            record,
            "%s, %.0f gradients: gradiometer %.3g and %.1f %% in %.2g s, %.0f of the gradients for "
            "the curvature; %s %.3g and %.1f %% in %.2g s.",
            name_of(record, n), ours->gradient_evaluations, ours->final_loss,
            100.0 * ours->final_accuracy, ours->seconds, ours->curvature_gradients,
            optimizer_names[best], theirs->final_loss, 100.0 * theirs->final_accuracy,
            theirs->seconds);
    }
    record_conclude(record,
                    "What the curvature takes is a loss where gradients are few: it makes no "
                    "step. Products with the inverse and its factorisations are what its "
                    "seconds go to, beside gradients that cost little.");
    for (int n = 0; n < NETWORKS; n++)
        gm_training_destroy(record->context, found->training[n]);
    return GM_OK;
}

const struct experiment experiment_convergence_network = {
    .name = "convergence-network",
    .title = "A network within twelve epochs",
    .question = "How far does each optimizer bring a network within a fixed number of gradients, "
                "and in which time?",
    .method =
        "Networks mlp:hidden=128 and cnn:channels=8x16 on the first 6000 images (below scale 0.2: "
        "mlp:hidden=16 alone, on 3000, means of 4 x 4 pixels, batches of 64) of Fashion-MNIST, or "
        "of the folder "
        "that "
        "GRADIOMETER_DATA names, for twelve epochs of batches of 128, gradients with noise "
        "included. Rates, horizons and momenta are searched for each over the same twelve epochs; "
        "the "
        "run of median final loss of two orders of the rows counts. Loss and accuracy are those "
        "of "
        "the rows trained on; seconds those of training, without the search and the losses looked "
        "at.",
    .seconds = 500,
    .repetitions = 1,
    .state_size = sizeof(struct found),
    .once = measure_once,
    .conclude = conclude,
};
