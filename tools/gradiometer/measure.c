#include "measure.h"

#include <math.h>

#define FIELD(name) offsetof(struct measure_options, name)

static const char *const losses[] = {"squared", "logistic", "cosine", NULL};
static const char *const methods[] = {"auto", "exact", "sampled", NULL};

static const struct option options[] = {
    INPUTS_OPTIONS(FIELD(inputs), "law of the inputs",
                   "array [N, n], whose rows are drawn with replacement", 4194304.0),
    {.name = "targets",
     .group = "Targets, model and loss",
     .kind = OPTION_SPEC,
     .placeholder = "CLASS",
     .required = true,
     .family = &spec_targets,
     .offset = FIELD(measure.targets),
     .help = "class of functions of which one is to be learnt"},
    {.name = "model",
     .kind = OPTION_SPEC,
     .placeholder = "MODEL",
     .fallback = "linear",
     .family = &spec_measured_models,
     .offset = FIELD(measure.model),
     .help = "model whose gradients are measured"},
    {.name = "loss",
     .kind = OPTION_CHOICE,
     .placeholder = "LOSS",
     .fallback = "squared",
     .choices = losses,
     .offset = FIELD(loss),
     .help = "squared: (p - y)^2 / 2; logistic: log(1 + e^p) - yp, for labels -1 and +1, taken as "
             "y = 0 and 1; cosine: -cos 2 pi (p - y), for phases"},
    {.name = "weights",
     .kind = OPTION_FILE,
     .placeholder = "W.npy",
     .offset = FIELD(weights_file),
     .help = "array [parameters], the weights at which gradients are taken: layer by layer W "
             "[out, in], then b (default: initial weights)"},
    {.name = "init-draws",
     .kind = OPTION_INTEGER,
     .placeholder = "W",
     .fallback = "1",
     .low = 1,
     .high = 100000,
     .offset = FIELD(measure.init_draws),
     .help = "draws of initial weights to average over"},
    {.name = "method",
     .group = "Effort and verdict",
     .kind = OPTION_CHOICE,
     .placeholder = "METHOD",
     .fallback = "auto",
     .choices = methods,
     .offset = FIELD(method),
     .help = "sum over the whole law and class, or draw from them; auto: sum where that is cheap"},
    {.name = "samples",
     .kind = OPTION_INTEGER,
     .placeholder = "N",
     .fallback = "4096",
     .low = 32,
     .high = 16777216,
     .offset = FIELD(measure.samples),
     .help = "inputs to draw"},
    {.name = "target-draws",
     .kind = OPTION_INTEGER,
     .placeholder = "M",
     .fallback = "auto",
     .keyword = "auto",
     .low = 4,
     .high = 1048576,
     .offset = FIELD(measure.target_draws),
     .help = "targets to draw; auto: 256, or all of a class that has at most 2048"},
    {.name = "budget",
     .kind = OPTION_NUMBER,
     .placeholder = "N",
     .fallback = "auto",
     .keyword = "auto",
     .positive = true,
     .high = INFINITY,
     .offset = FIELD(measure.budget),
     .help = "samples that you can afford, which the verdict compares with those that are needed; "
             "auto: --samples"},
    {.name = "along",
     .group = "Along training",
     .kind = OPTION_INTEGER,
     .placeholder = "STEPS",
     .low = 1,
     .high = 1e7,
     .offset = FIELD(along.steps),
     .help = "train on one target of the class for so many steps of plain descent, measure after "
             "1, 2, 4 ... of them, and say what the run suffers from"},
    {.name = "along-rate",
     .kind = OPTION_NUMBER,
     .placeholder = "RATE",
     .fallback = "auto",
     .keyword = "auto",
     .positive = true,
     .high = INFINITY,
     .offset = FIELD(along.rate),
     .help = "rate of its steps; auto: a quarter of that from which steps grow at the first "
             "weights"},
    {.name = "along-batch",
     .kind = OPTION_INTEGER,
     .placeholder = "N",
     .fallback = "256",
     .low = 2,
     .high = 65536,
     .offset = FIELD(along.batch_size),
     .help = "fresh samples of a step, an even number"},
};

static int run(struct session *session, void *given) {
    struct measure_options *values = given;
    values->measure.inputs = values->inputs.law;
    values->measure.modulus = values->inputs.modulus;
    values->measure.loss = losses[values->loss];
    values->measure.method = methods[values->method];
    values->measure.seed = (uint64_t)session->common.seed;
    if (values->along.steps == 0 && (values->along.rate > 0.0 || values->along.batch_size != 256))
        return session_error(session, GM_INVALID_ARGUMENT,
                             "options --along-rate and --along-batch go with --along STEPS only");
    if (values->along.batch_size % 2)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "--along-batch is %lld; give an even number, since halves of a batch "
                             "are compared",
                             (long long)values->along.batch_size);
    const int exit = inputs_check(session, &values->inputs);
    return exit == EXIT_DONE ? measure_run(session, values) : exit;
}

static const struct example examples[] = {
    {"Can a linear model learn which sparse secret is behind these residues?",
     "gradiometer measure --inputs zq:n=8,q=31 --targets lwe:secret=ternary,hamming=3,read=phase "
     "--loss cosine --method sampled"},
    {"A network on a wave of high frequency:",
     "gradiometer measure --inputs gaussian:n=10 --targets wave:R=4 --model mlp:hidden=64x64 "
     "--samples 8192 --out wave"},
    {"All parities of 6 bits, exactly:",
     "gradiometer measure --inputs cube:n=6 --targets parity --json"},
    {"Does the gradient speak later, when a network trains on a wave?",
     "gradiometer measure --inputs gaussian:n=6 --targets wave:R=2 --model mlp:hidden=32 "
     "--along 1000 --out along"},
    {"Your own inputs, and what you can afford:",
     "gradiometer measure --inputs-file X.npy --targets teacher --model mlp --budget 1e6"},
    {0},
};

const struct command command_measure = {
    .name = "measure",
    .summary = "measure how much a gradient tells about the function being learnt",
    .description =
        "Takes a class of functions, any of which might be the one to learn, and asks how much the "
        "gradient of the loss differs from one to another: V, its variance over the class at fixed "
        "weights. Where V is small beside the noise of a sample, no gradient method can tell the "
        "functions apart. The report says what V is made of, bounds it, and gives the number of "
        "samples whose mean gradient shows the function.\n\n"
        "The estimate of V is unbiased: where there is nothing it is 0 within its error, and may "
        "be below 0. The usual estimate, the variance of sampled gradients, is shown beside it and "
        "never reaches 0. 'uninformative' is a result, with exit status 0.\n\n"
        "--along trains on the first target that is drawn and measures on the way, always over the "
        "whole class. A monitor watches the run from the gradients of half batches and says why it "
        "stalls: uninformative, ill-conditioned, a rate too high; or that it is healthy or has "
        "converged.\n\n"
        "With --out: result.json, plots (.svg) and report.html.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .values_size = sizeof(struct measure_options),
    .examples = examples,
    .run = run,
};
