#include "risk.h"

#include <math.h>

#include "specs.h"

#define FIELD(name) offsetof(struct risk_options, name)

/* In the order of gm_risk_norm. */
static const char *const norms[] = {"l2", "linf", NULL};

static const char *const residuals[] = {"auto", "intercept", "gaussian", "losses", NULL};

static const struct option options[] = {
    DATA_OPTIONS(FIELD(data)),
    {.name = "model",
     .group = "Gradients",
     .kind = OPTION_SPEC,
     .placeholder = "MODEL",
     .fallback = "linear",
     .family = &spec_models,
     .offset = FIELD(risk.model),
     .help = "linear, or logistic for two classes; others have no closed form and are refused"},
    {.name = "batch-size",
     .kind = OPTION_INTEGER,
     .placeholder = "N",
     .fallback = "256",
     .low = 1,
     .high = 1e9,
     .offset = FIELD(risk.batch_size),
     .help = "samples in a batch, drawn with replacement"},
    {.name = "num-gradients",
     .kind = OPTION_INTEGER,
     .placeholder = "K",
     .fallback = "auto",
     .keyword = "auto",
     .low = 16,
     .high = 1e12,
     .offset = FIELD(risk.num_gradients),
     .help = "batch gradients to evaluate; auto: 16 a parameter, at least 1024, with an intercept "
             "4096"},
    {.name = "at",
     .kind = OPTION_SPEC,
     .placeholder = "POINT",
     .fallback = "optimum",
     .family = &spec_points,
     .offset = FIELD(risk.at),
     .help = "weights of the model whose risk is asked for, at which gradients are taken"},
    {.name = "radius",
     .group = "Attack",
     .kind = OPTION_NUMBER,
     .placeholder = "R",
     .required = true,
     .high = INFINITY,
     .offset = FIELD(risk.radius),
     .help = "largest norm of what is added to each input, in its units; an intercept is not "
             "attacked"},
    {.name = "norm",
     .kind = OPTION_CHOICE,
     .placeholder = "NORM",
     .fallback = "l2",
     .choices = norms,
     .offset = FIELD(norm),
     .help = "of the attack: Euclidean length, or the largest entry"},
    {.name = "residual",
     .group = "Estimate",
     .kind = OPTION_CHOICE,
     .placeholder = "SOURCE",
     .fallback = "auto",
     .choices = residuals,
     .offset = FIELD(residual),
     .help =
         "what shows the residual: the gradient of the intercept, for any law of the inputs; the "
         "covariance of the gradients, for Gaussian inputs; the recorded losses; auto: the "
         "first of these that there is, and losses where the second fails"},
    {.name = "compare",
     .kind = OPTION_FLAG,
     .offset = FIELD(risk.compare),
     .help = "compute the risk from the data as well"},
};

static const struct example examples[] = {
    {"Risk of a least-squares fit when each standardised input may move by 0.1, beside the truth:",
     "gradiometer risk --data housing.csv --target median_house_value --drop ocean_proximity "
     "--missing drop --standardize --intercept --radius 0.1 --norm linf --compare"},
    {"Of a logistic model with weights from a file:",
     "gradiometer risk --data table.csv --intercept --model logistic --at file:path=w.npy --radius "
     "0.5 --out risk"},
    {0},
};

static int run(struct session *session, void *given) {
    struct risk_options *values = given;
    values->risk.norm = (gm_risk_norm)values->norm;
    values->risk.residual = residuals[values->residual];
    values->risk.seed = (uint64_t)session->common.seed;
    if (!values->data.path)
        return session_error(session, GM_INVALID_ARGUMENT, "option --data FILE|DIR is missing");
    return risk_run(session, values);
}

const struct command command_risk = {
    .name = "risk",
    .summary = "adversarial risk of a linear or logistic model, from batch gradients alone",
    .description =
        "The adversarial risk is the mean, over the data, of the loss after the worst change of "
        "each input that a radius allows. For these models it follows from the weights, which "
        "whoever takes the gradients knows, and from how large residuals are, which the "
        "gradients show: no row is looked at. The estimate takes residuals to be Gaussian, or a "
        "logistic model to be calibrated; the interval holds for any law, the error of sampling "
        "included. For linear the loss is the squared residual, without its half.\n\n"
        "With --out: result.json, a plot of the risk against the radius (.svg) and report.html.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .values_size = sizeof(struct risk_options),
    .examples = examples,
    .run = run,
};
