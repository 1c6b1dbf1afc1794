#include "command.h"

static const struct example examples[] = {
    {"Draw an instance:",
     "gradiometer lwe generate --n 64 --q 3329 --secret ternary --hamming 16 --sigma 3.2 "
     "--samples 256 --out instance"},
    {"Check its own secret:",
     "gradiometer lwe verify --instance instance --secret instance/secret.npy"},
    {0},
};

const struct command command_lwe = {
    .name = "lwe",
    .summary = "Learning With Errors: instances, and whether a secret fits them",
    .description =
        "An instance is b = A s + e mod q: A uniform, e a discrete Gaussian of standard deviation "
        "sigma, s the secret. It is a folder with A.npy [samples, n] and b.npy [samples], whole "
        "numbers in [0, q), and instance.json with n, q, sigma, samples and, where it is known, "
        "the law of the secret. 'generate' writes secret.npy [n] beside them, which no other "
        "command opens unless it is named.",
    .group = true,
    .plain = true,
    .examples = examples,
};
