#include "specs.h"

#include <stdio.h>
#include <string.h>

#include <gradiometer/spec.h>

#define ACTIVATION                                                                                 \
    { "act", "NAME", "tanh, relu or sin (default: tanh)" }

const struct spec_family spec_models = {
    "Models", "model",
    (const struct spec_form[]){
        {"linear", "least squares, loss (1/2n) |Xw - y|^2; curvature is X'X / n", {{0}}},
        {"logistic",
         "two classes, loss log(1 + e^z) - yz with z = xw; text, or the two values of a number, "
         "sorted",
         {{0}}},
        {"softmax",
         "2 to 1000 classes, cross-entropy, weights in blocks of a class; add --intercept for "
         "biases",
         {{0}}},
        {"mlp",
         "a network of layers with biases; curvature is the generalised Gauss-Newton matrix",
         {{"hidden", "WxW", "widths of the hidden layers (default: 64x32)"},
          ACTIVATION,
          {"loss", "NAME",
           "squared, logistic, softmax, or auto: squared for numbers, otherwise by the classes "
           "(default: auto)"}}},
        {"cnn",
         "a network on images: stages of 3x3 convolution, bias, activation and means of 2x2 "
         "places, "
         "then a linear layer; computed in float32; no --intercept",
         {{"channels", "CxC", "channels of the stages (default: 8x16)"},
          {"act", "NAME", "tanh, relu or sin (default: relu)"},
          {"loss", "NAME", "as for mlp (default: auto)"},
          {"input", "HxWxC",
           "height, width and channels of the images, of which channels are side by side (default: "
           "a "
           "square of one channel)"}}},
        {0},
    },
    false};

const struct spec_family spec_estimators = {
    "Estimators", "estimator",
    (const struct spec_form[]){
        {"auto", "the best one for the options given; the report says which and why", {{0}}},
        {"paired",
         "each batch twice, targets y+e and y-e: half the difference holds curvature alone, "
         "wherever the weights are",
         {{0}}},
        {"calibrated",
         "each batch once, noise brought to variance n: half the gradients, but the error grows "
         "with the distance from the optimum",
         {{0}}},
        {"fanout",
         "each batch once as it is and m times with noise: m vectors of m+1 gradients, exact as "
         "pairs are",
         {{"m", "M",
           "noised gradients of a batch, 1 to 63, well below the batch size (default: 8)"}}},
        {"loud",
         "each batch once, with noise of variance c n: right at any distance, at the price of the "
         "mean gradient",
         {{"c", "C", "how loud, 1 to 1e12 (default: 1e6)"}}},
        {"gaussian",
         "each batch once; right at any distance if the inputs are Gaussian and the loss is "
         "squared, "
         "warns where their tails are heavier",
         {{0}}},
        {"none", "no noise is added; what plain gradients alone show", {{0}}},
        {0},
    },
    false};

const struct spec_family spec_points = {
    "Points at which gradients are taken", "at",
    (const struct spec_form[]){
        {"zero", "all weights zero", {{0}}},
        {"init",
         "weights that training would start from: mlp and cnn N(0, 1 / inputs of the layer), twice "
         "that for relu of cnn, biases 0; others zero",
         {{0}}},
        {"optimum", "where the loss over all data is least: linear, logistic, softmax", {{0}}},
        {"random",
         "a random direction from the optimum (distance) or from zero (norm)",
         {{"norm", "R", "Euclidean length of the weights, above 0 (default: 1)"},
          {"distance", "R",
           "distance from the optimum in the norm of the inputs' second moments, above 0"}}},
        {"file", "weights from a file", {{"path", "W.npy", "array of d numbers; required"}}},
        {0},
    },
    false};

const struct spec_family spec_shrinkages = {
    "Shrinkage", "shrink",
    (const struct spec_form[]){
        {"auto",
         "oas where vectors are few (k' up to 4 d) and the spectrum flat, so that the error and a "
         "preconditioner both gain; otherwise none",
         {{0}}},
        {"none", "the estimate as it is", {{0}}},
        {"oas",
         "towards the identity by oracle approximating shrinkage, for Gaussian vectors",
         {{0}}},
        {"ledoit-wolf", "towards the identity, for vectors of any law", {{0}}},
        {0},
    },
    false};

const struct spec_family spec_structures = {
    "Structures", "structure",
    (const struct spec_form[]){
        {"auto", "full, or low-rank where 3 d x d numbers are more than 2 GB; see --memory", {{0}}},
        {"full", "the d x d matrix", {{0}}},
        {"low-rank",
         "directions and a diagonal, with a bound on what is left out: Frequent Directions",
         {{"rank", "R", "directions kept, at least; up to 2R are exact (default: 512)"}}},
        {0},
    },
    false};

const struct spec_family spec_laws = {
    "Laws of the noise", "noise",
    (const struct spec_form[]){
        {"link",
         "Gaussian, of covariance n H at each sample, H the curvature of the loss in the outputs: "
         "recovers Gauss-Newton",
         {{0}}},
        {"plain", "Gaussian, the same at every sample: recovers the mean of J'J", {{0}}},
        {"sampled", "labels drawn from the model itself, less their mean", {{0}}},
        {0},
    },
    false};

const struct spec_family spec_optimizers = {
    .title = "Optimizers",
    .option = "optimizer",
    .list = true,
    .forms =
        (const struct spec_form[]){
            {"sgd", "steps down the gradient of a batch", {{0}}},
            {"momentum", "steps down a fading sum of gradients, which fades by 0.9 or 0.99", {{0}}},
            {"adam", "steps scaled by the size of each weight's gradients so far", {{0}}},
            {"lbfgs",
             "full gradients, each of which is rows / batch size evaluations, and a curvature made "
             "of "
             "their differences",
             {{0}}},
            {"gradiometer",
             "divides by the curvature, which some of its gradients recover by noise on targets",
             {{0}}},
            {0},
        },
};

#define COORDINATES                                                                                \
    { "n", "N", "coordinates, 1 to 65536; required" }
#define MODULUS                                                                                    \
    { "q", "Q", "modulus, 2 to 4194304; required" }

const struct spec_family spec_inputs = {
    "Laws of the inputs", "inputs",
    (const struct spec_form[]){
        {"zq",
         "residues modulo q, uniform on those nearest 0",
         {COORDINATES,
          MODULUS,
          {"width", "W", "how many residues, odd, at most q (default: all of them)"}}},
        {"dgauss",
         "residues modulo q, the discrete Gaussian: exp(-x^2 / 2 sigma^2)",
         {COORDINATES, MODULUS, {"sigma", "S", "0.01 to 1e9; required"}}},
        {"cube",
         "coordinates -1 and +1",
         {COORDINATES, {"p", "P", "probability of -1, 0 to 1 (default: 0.5)"}}},
        {"gaussian", "independent standard normal coordinates", {COORDINATES}},
        {"box", "independent coordinates, uniform on [-1, 1]", {COORDINATES}},
        {0},
    },
    false};

const struct spec_family spec_targets = {
    "Classes of targets", "targets",
    (const struct spec_form[]){
        {"lwe",
         "a reading of <s, x> + e mod q, s a secret and e an error that is fresh for every sample; "
         "the inputs are residues",
         {{"secret", "NAME",
           "law of the entries of s: uniform, binary (0, 1), ternary (-1, 0, 1) or gaussian "
           "(default: uniform)"},
          {"hamming", "H", "entries of s that are not 0, exactly; 0 to n (default: as they come)"},
          {"secret_sigma", "S", "with secret=gaussian, which needs it: 0.1 to q"},
          {"sigma", "S", "standard deviation of e, 0 to q (default: 0)"},
          {"read", "NAME",
           "what is read of t = <s, x> + e mod q: cos or sin of 2 pi t/q, phase t/q, or centered, "
           "in [-1/2, 1/2) (default: cos)"}}},
        {"wave",
         "psi(<u, x>), u uniform on the sphere of radius R",
         {{"R", "R", "1e-6 to 1e6; required"},
          {"psi", "NAME", "of period 2 pi: sin, cos, square or triangle (default: sin)"}}},
        {"parity",
         "product of a subset of the coordinates, which are -1 and +1",
         {{"k", "K", "size of the subset, 0 to n, or all subsets (default: all)"}}},
        {"modsum",
         "sum of a subset of the coordinates mod q, as a phase; the inputs are residues",
         {{"k", "K", "size of the subset, 1 to n; required"}}},
        {"teacher",
         "a network of one layer of tanh with random weights, N(0, 1 / inputs of the layer)",
         {{"hidden", "W", "its width, 1 to 65536 (default: 16)"}}},
        {"linear", "<a, x>, a ~ N(0, I)", {{0}}},
        {"random", "-1 or +1 at every x by itself: nothing to learn", {{0}}},
        {0},
    },
    false};

const struct spec_family spec_measured_models = {
    "Models of one output", "model",
    (const struct spec_form[]){
        {"linear", "<w, x>; initial weights 0", {{0}}},
        {"mlp",
         "a network of layers with biases; initial weights N(0, 1 / inputs of the layer), biases 0",
         {{"hidden", "WxW", "widths of the hidden layers (default: 64x64)"}, ACTIVATION}},
        {0},
    },
    false};

const struct spec_family *const spec_families[] = {
    &spec_models, &spec_estimators, &spec_points, &spec_shrinkages, &spec_structures,
    &spec_laws,   &spec_optimizers, &spec_inputs, &spec_targets,    &spec_measured_models,
    NULL};

/* One name, up to a colon. */
static gm_status check_name(const struct spec_family *family, const char *option, const char *text,
                            size_t length, char *message, size_t size) {
    const char *words[16];
    char name[64], accepted[256] = "";
    int count = 0;
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1),
             text);
    for (const struct spec_form *form = family->forms; form->name; form++) {
        if (strcmp(form->name, name) == 0)
            return GM_OK;
        size_t used = strlen(accepted);
        snprintf(accepted + used, sizeof accepted - used, "%s%s", count ? ", " : "", form->name);
        words[count++] = form->name;
    }
    const char *nearest = gm_nearest_word(name, words, count);
    snprintf(message, size, "option --%s: '%s' is not accepted; give %s of %s%s%s%s", option, name,
             family->list ? "some" : "one", accepted, nearest ? " (did you mean '" : "",
             nearest ? nearest : "", nearest ? "'?)" : "");
    return GM_INVALID_ARGUMENT;
}

gm_status spec_family_check(const struct spec_family *family, const char *option, const char *text,
                            char *message, size_t size) {
    if (!family->list)
        return check_name(family, option, text, strcspn(text, ":"), message, size);
    for (;;) {
        const size_t length = strcspn(text, ",");
        const gm_status status = check_name(family, option, text, length, message, size);
        if (status != GM_OK || text[length] == '\0')
            return status;
        text += length + 1;
    }
}
