#include "train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gradiometer/spec.h>

#include "clients.h"
#include "specs.h"

#define FIELD(name) offsetof(struct train_options, name)

static const struct option options[] = {
    DATA_OPTIONS(FIELD(data)),
    {.name = "model",
     .group = "Training",
     .kind = OPTION_SPEC,
     .placeholder = "MODEL",
     .fallback = "linear",
     .family = &spec_models,
     .offset = FIELD(train.model),
     .help = "model that is trained"},
    {.name = "optimizer",
     .kind = OPTION_SPEC,
     .placeholder = "NAME[,NAME...]",
     .fallback = "gradiometer",
     .family = &spec_optimizers,
     .offset = FIELD(train.optimizers),
     .help = "one or several with commas between, which run side by side from the same start; the "
             "first is the one that the result is about; 'gradiometer help specs' says what each "
             "does"},
    {.name = "batch-size",
     .kind = OPTION_INTEGER,
     .placeholder = "N",
     .fallback = "auto",
     .keyword = "auto",
     .low = 1,
     .high = 1e9,
     .offset = FIELD(train.batch_size),
     .help = "rows in a batch, each row once an epoch; auto: 256, or all rows where there are "
             "fewer"},
    {.name = "epochs",
     .kind = OPTION_NUMBER,
     .placeholder = "E",
     .fallback = "auto",
     .keyword = "auto",
     .positive = true,
     .high = 1e6,
     .offset = FIELD(train.epochs),
     .help =
         "longest run, in passes over the data: rows / batch size gradient evaluations each, "
         "those that recover curvature included; auto: 10, or what 512 evaluations come to where "
         "that is more"},
    {.name = "l2",
     .kind = OPTION_NUMBER,
     .placeholder = "LAMBDA",
     .fallback = "0",
     .high = INFINITY,
     .offset = FIELD(train.l2),
     .help = "weight of the penalty LAMBDA/2 |w|^2, biases and the intercept left out"},
    {.name = "learning-rate",
     .kind = OPTION_NUMBER,
     .placeholder = "X",
     .fallback = "auto",
     .keyword = "auto",
     .positive = true,
     .high = INFINITY,
     .offset = FIELD(train.learning_rate),
     .help = "of every optimizer that has one; auto: each is searched on a grid that grows until "
             "its best point has worse ones on both sides, with horizon and momentum"},
    {.name = "at",
     .kind = OPTION_SPEC,
     .placeholder = "POINT",
     .family = &spec_points,
     .offset = FIELD(train.at),
     .help = "weights to start from (default: zero; for mlp and cnn init)"},
    {.name = "until",
     .group = "Goal",
     .kind = OPTION_TEXT,
     .placeholder = "GOAL",
     .offset = FIELD(until),
     .help = "loss=L, accuracy=A (a share of the training rows) or excess=X (a loss of 1+X times "
             "the least one): a run ends there, the search is for the fewest gradients, and the "
             "exit status is 1 where the first optimizer does not come there"},
    {.name = "repeats",
     .kind = OPTION_INTEGER,
     .placeholder = "R",
     .fallback = "1",
     .low = 1,
     .high = 1000,
     .offset = FIELD(repeats),
     .help = "runs of the setting that was found, on other orders of the rows; the result is that "
             "of the median one"},
    CLIENT_OPTIONS(FIELD(train.clients)),
    {.name = "reproducible",
     .kind = OPTION_FLAG,
     .offset = FIELD(train.clients.reproducible),
     .help =
         "with --clients: noise from the seed, not from the system's entropy at each client, so "
         "that the run can be repeated, and resumed to the same bytes"},
};

static const struct example examples[] = {
    {"Fewest gradients to 1 % above the least loss, of three optimizers:",
     "gradiometer train --data housing.csv --target median_house_value --drop ocean_proximity "
     "--missing drop --standardize --intercept --optimizer gradiometer,sgd,adam --until "
     "excess=0.01 --out trained"},
    {"A network on Fashion-MNIST for five epochs, beside momentum:",
     "gradiometer train --data /usr/share/datasets/fashion-mnist --model mlp:hidden=64x32 "
     "--optimizer gradiometer,momentum --epochs 5 --out network"},
    {"In a script, ending with status 1 unless 90 % of the rows come out right:",
     "gradiometer train --data table.csv --model logistic --until accuracy=0.9 --json > "
     "result.json"},
    {0},
};

/* In the order of gm_until, from its second on. */
static const char *const goals[] = {"loss", "accuracy", "excess"};
enum { GOALS = sizeof goals / sizeof *goals };

static int unknown_goal(struct session *session, const char *text, size_t length) {
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1),
             text);
    const char *nearest = gm_nearest_word(name, goals, GOALS);
    return session_error(session, GM_INVALID_ARGUMENT,
                         "option --until: '%s' is not accepted; give loss=L, accuracy=A or "
                         "excess=X%s%s%s",
                         text, nearest ? " (did you mean '" : "", nearest ? nearest : "",
                         nearest ? "'?)" : "");
}

/* "excess=0.01". */
static int read_goal(struct session *session, struct train_options *values) {
    const char *text = values->until;
    const size_t length = text ? strcspn(text, "=") : 0;
    int which = 0;
    if (!text)
        return EXIT_DONE;
    while (which < GOALS &&
           (strlen(goals[which]) != length || strncmp(goals[which], text, length) != 0))
        which++;
    if (which == GOALS || text[length] == '\0')
        return unknown_goal(session, text, length);
    const gm_until until = (gm_until)(GM_UNTIL_LOSS + which);
    const bool share = until == GM_UNTIL_ACCURACY;
    double goal = 0.0;
    if (!option_read_decimal(text + length + 1, &goal) || !(goal > 0.0) || (share && goal > 1.0))
        return session_error(
            session, GM_INVALID_ARGUMENT,
            "option --until: '%s' is not accepted; give %s= and a number above 0%s", text,
            goals[which], share ? " to 1, a share of the rows" : "");
    values->train.until = until;
    values->train.goal = goal;
    return EXIT_DONE;
}

static int run(struct session *session, void *given) {
    struct train_options *values = given;
    values->train.seed = (uint64_t)session->common.seed;
    values->train.repeats = (int)values->repeats;
    if (!values->data.path)
        return session_error(session, GM_INVALID_ARGUMENT, "option --data FILE|DIR is missing");
    values->train.clients.program = "";
    int exit = clients_check(session, &values->train.clients);
    if (exit == EXIT_DONE && values->train.clients.reproducible && values->train.clients.count == 0)
        exit = session_error(session, GM_INVALID_ARGUMENT,
                             "option --reproducible goes with --clients only");
    if (exit == EXIT_DONE)
        exit = read_goal(session, values);
    return exit == EXIT_DONE ? train_run(session, values) : exit;
}

const struct command command_train = {
    .name = "train",
    .summary = "train a model, its curvature recovered from gradients, beside other optimizers",
    .description =
        "Trains from batch gradients by one or several optimizers and counts what each of them "
        "spends: one gradient evaluation is the gradient of one batch, those with noise on the "
        "targets included, and a full gradient is rows / batch size of them. Each optimizer gets "
        "its best learning rate by a search of its own, which is not counted; the best setting is "
        "then run again. The loss is that of all training rows, penalty included, of the weights "
        "or of their average over the tail of the run, whichever is lower. A monitor watches the "
        "gradients and says what a run suffers from.\n\n"
        "With --out: result.json, weights.npy [d] of the first optimizer, weights-NAME.npy of the "
        "others, plots (.svg) and report.html. Until they are there, train.checkpoint holds what "
        "was done: a run that was killed or interrupted goes on from it when the same command is "
        "given again, to the same weights.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .values_size = sizeof(struct train_options),
    .examples = examples,
    .run = run,
};
