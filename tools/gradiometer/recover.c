#include "recover.h"

#include <math.h>

#include "clients.h"
#include "specs.h"

#define FIELD(name) offsetof(struct recover_options, name)

static const struct option options[] = {
    DATA_OPTIONS(FIELD(data)),
    {.name = "gradients-file",
     .group = "Recorded gradients, in place of data and model",
     .kind = OPTION_FILE,
     .placeholder = "G.npy",
     .offset = FIELD(gradients_file),
     .help = "array [k, d], one batch gradient a row; needs --batch-size and --noise-variance, the "
             "variance of the noise that was put on the targets"},
    {.name = "paired",
     .kind = OPTION_FLAG,
     .offset = FIELD(recorded.paired),
     .help = "the array is [k/2, 2, d]: one batch with targets y+e and y-e"},
    {.name = "dimension",
     .kind = OPTION_INTEGER,
     .placeholder = "D",
     .low = 1,
     .high = 1e9,
     .fallback = "auto",
     .keyword = "auto",
     .offset = FIELD(recorded.dimension),
     .help = "parameters d, checked against the array; auto: what its shape says, which with fewer "
             "rows than columns it can not"},
    {.name = "trace",
     .kind = OPTION_NUMBER,
     .placeholder = "T",
     .positive = true,
     .high = INFINITY,
     .fallback = "auto",
     .keyword = "auto",
     .offset = FIELD(recover.trace),
     .help = "known trace of the curvature, to check the scale by; auto: not known"},
    {.name = "model",
     .group = "Gradients",
     .kind = OPTION_SPEC,
     .placeholder = "MODEL",
     .fallback = "linear",
     .family = &spec_models,
     .offset = FIELD(recover.model),
     .help = "model whose gradients are taken"},
    {.name = "batch-size",
     .kind = OPTION_INTEGER,
     .placeholder = "N",
     .fallback = "256",
     .low = 1,
     .high = 1e9,
     .offset = FIELD(recover.batch_size),
     .help = "samples in a batch, drawn with replacement"},
    {.name = "num-gradients",
     .kind = OPTION_INTEGER,
     .placeholder = "K",
     .fallback = "auto",
     .keyword = "auto",
     .low = 2,
     .high = 1e12,
     .offset = FIELD(recover.num_gradients),
     .help = "batch gradients to evaluate, a pair is two; auto: enough for 4 noise vectors a "
             "parameter, at least 1024"},
    {.name = "at",
     .kind = OPTION_SPEC,
     .placeholder = "POINT",
     .family = &spec_points,
     .offset = FIELD(recover.at),
     .help = "weights at which gradients are taken (default: zero; for mlp and cnn init)"},
    {.name = "estimator",
     .group = "Estimate",
     .kind = OPTION_SPEC,
     .placeholder = "NAME",
     .fallback = "auto",
     .family = &spec_estimators,
     .offset = FIELD(recover.estimator),
     .help = "how noise on the targets turns gradients into curvature"},
    {.name = "noise-variance",
     .kind = OPTION_NUMBER,
     .placeholder = "V",
     .fallback = "auto",
     .keyword = "auto",
     .positive = true,
     .high = INFINITY,
     .offset = FIELD(recover.noise_variance),
     .help = "variance of the noise put on targets; auto: what brings the total to the batch size"},
    {.name = "label-noise",
     .kind = OPTION_NUMBER,
     .placeholder = "S",
     .fallback = "0",
     .high = INFINITY,
     .offset = FIELD(recover.label_noise),
     .help = "variance of the noise that the targets have of their own"},
    {.name = "shrink",
     .kind = OPTION_SPEC,
     .placeholder = "NAME",
     .fallback = "auto",
     .family = &spec_shrinkages,
     .offset = FIELD(recover.shrink),
     .help = "shrinkage of the estimate"},
    {.name = "structure",
     .kind = OPTION_SPEC,
     .placeholder = "FORM",
     .fallback = "auto",
     .family = &spec_structures,
     .offset = FIELD(recover.structure),
     .help = "form in which the estimate is kept"},
    {.name = "memory",
     .kind = OPTION_SIZE,
     .placeholder = "SIZE",
     .fallback = "auto",
     .keyword = "auto",
     .low = 1,
     .high = 9e15,
     .offset = FIELD(recover.memory),
     .help =
         "bytes, or with K, M, G or T, that the d x d matrix may take on one rank, which is 3 d x "
         "d numbers; above, ranks of mpirun hold a part each, by ScaLAPACK, and with too few of "
         "them --structure auto is low-rank; auto: 2 GB, and never in parts"},
    {.name = "noise",
     .kind = OPTION_SPEC,
     .placeholder = "LAW",
     .family = &spec_laws,
     .offset = FIELD(recover.noise),
     .help = "law of the noise on targets (default: link, where a model is known)"},
    {.name = "compare",
     .group = "Verdict",
     .kind = OPTION_FLAG,
     .offset = FIELD(recover.compare),
     .help = "compute the curvature from the data as well, show the true error, and run the "
             "controls"},
    {.name = "require",
     .kind = OPTION_NUMBER,
     .placeholder = "ERROR",
     .fallback = "0.1",
     .positive = true,
     .high = INFINITY,
     .offset = FIELD(recover.require),
     .help = "relative operator error that is enough; when it is given and the upper end of the "
             "predicted error is above it, the exit status is 1"},
    {.name = "leak",
     .kind = OPTION_FLAG,
     .offset = FIELD(recover.leak),
     .help =
         "report what a receiver of these gradients learns; the noise then comes from the system's "
         "entropy and is recorded nowhere"},
    {.name = "reproducible",
     .kind = OPTION_FLAG,
     .offset = FIELD(reproducible),
     .help = "with --leak or --clients: noise from the seed all the same, which the result says"},
    CLIENT_OPTIONS(FIELD(recover.clients)),
    {.name = "client-sums",
     .kind = OPTION_FLAG,
     .offset = FIELD(recover.clients.sums),
     .help =
         "batches of the rows of all clients, whose gradients are the sums of what clients send, "
         "as a secure sum shows them: noise of the variance of the whole batch on each label"},
};

static const struct example examples[] = {
    {"Recover the second moments of Fashion-MNIST's 784 pixels from 8192 gradients, and compare:",
     "gradiometer recover --data /usr/share/datasets/fashion-mnist --num-gradients 8192 --compare "
     "--out report"},
    {"A table with a header, text in one column and blanks:",
     "gradiometer recover --data housing.csv --target median_house_value --drop ocean_proximity "
     "--missing drop --standardize --intercept"},
    {"Gradients that another framework recorded, one batch of 64 a row, with noise of variance 64:",
     "gradiometer recover --gradients-file G.npy --batch-size 64 --noise-variance 64"},
    {"The same table at five clients, of which one may fail, on two machines:",
     "mpirun -n 2 gradiometer recover --data housing.csv --drop ocean_proximity --missing drop "
     "--standardize --clients 5 --tolerate 1"},
    {"A matrix of 50000 x 50000, of which each of 16 ranks holds a part:",
     "mpirun -n 16 gradiometer recover --data wide.npy --memory 4G --out report"},
    {"In a script, ending with status 1 unless the error is predicted to be 5 % or less:",
     "gradiometer recover --data train.npy --require 0.05 --json > result.json"},
    {0},
};

/* Options that mean nothing for recorded gradients, and those that mean nothing without. */
static const char *const for_data[] = {"target",      "columns",   "drop",    "missing",
                                       "standardize", "intercept", "model",   "at",
                                       "compare",     "noise",     "clients", NULL};
static const char *const for_gradients[] = {"paired", "dimension", "trace", NULL};

static const char *first_given(const struct session *session, const char *const *names) {
    for (int i = 0; names[i]; i++)
        if (arguments_given(&session->arguments, names[i]))
            return names[i];
    return NULL;
}

/* Exactly one of the two origins of gradients, with the options that belong to it. */
static int check_origin(struct session *session, struct recover_options *values) {
    const bool recorded = values->gradients_file != NULL;
    const char *misplaced = first_given(session, recorded ? for_data : for_gradients);
    if (values->data.path && recorded)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "give --data or --gradients-file, not both");
    if (!values->data.path && !recorded)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "option --data FILE|DIR is missing, or --gradients-file");
    if (misplaced)
        return session_error(session, GM_INVALID_ARGUMENT, "option --%s goes with %s only",
                             misplaced, recorded ? "--data" : "--gradients-file");
    if (!recorded)
        return EXIT_DONE;
    values->recover.model = values->recover.at = NULL;
    if (!arguments_given(&session->arguments, "batch-size"))
        return session_error(session, GM_INVALID_ARGUMENT,
                             "option --gradients-file needs --batch-size");
    if (!(values->recover.noise_variance > 0.0))
        return session_error(session, GM_INVALID_ARGUMENT,
                             "option --gradients-file needs --noise-variance, a number");
    return EXIT_DONE;
}

static int run(struct session *session, void *given) {
    struct recover_options *values = given;
    values->recover.seed = (uint64_t)session->common.seed;
    values->require_given = arguments_given(&session->arguments, "require");
    values->recover.private_noise = values->recover.leak && !values->reproducible;
    values->recorded.batch_size = values->recover.batch_size;
    values->recover.clients.reproducible = values->reproducible;
    values->recover.clients.program = "";
    int exit = check_origin(session, values);
    if (exit == EXIT_DONE)
        exit = clients_check(session, &values->recover.clients);
    return exit == EXIT_DONE ? recover_run(session, values) : exit;
}

const struct command command_recover = {
    .name = "recover",
    .summary = "recover the curvature of a model, and the data's second moments, from gradients",
    .description =
        "Adds noise of known variance to the targets and watches what it does to batch gradients: "
        "the spread of the gradients is then the curvature, for least squares the second moments "
        "X'X / N of the inputs. The estimate comes with a predicted error that needs no access to "
        "the truth, and with a verdict whether the gradients were enough.\n\n"
        "With --out: result.json, hessian.npy [d,d], eigenvalues.npy [d], mean_gradient.npy [d], "
        "plots (.svg) and report.html. The structure low-rank writes factor.npy [r,d] and "
        "diagonal.npy [d] in place of the hessian, which is F'F plus that diagonal.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .values_size = sizeof(struct recover_options),
    .examples = examples,
    .run = run,
};
