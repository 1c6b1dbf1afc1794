#include "command.h"

static const struct example examples[] = {
    {"Draw an instance:",
     "gradiometer lwe generate --n 64 --q 3329 --secret ternary --hamming 16 --sigma 3.2 "
     "--samples 256 --out instance"},
    {"Recover its secret:", "gradiometer lwe solve --instance instance --out solved"},
    {"Check its own secret:",
     "gradiometer lwe verify --instance instance --secret instance/secret.npy"},
    {0},
};

const struct command command_lwe = {
    .name = "lwe",
    .summary = "Learning With Errors: instances, and secrets recovered by reduction and gradients",
    .description =
        "An instance is b = A s + e mod q: A uniform, e a discrete Gaussian of standard deviation "
        "sigma, s the secret. It is a folder with A.npy [samples, n] and b.npy [samples], whole "
        "numbers in [0, q), and instance.json with n, q, sigma, samples and, where it is known, "
        "the law of the secret. 'generate' writes secret.npy [n] beside them, which no other "
        "command opens unless it is named.\n\n"
        "'solve' recovers the secret of small instances: lattice reduction makes short rows of the "
        "samples, whose gradient depends on the secret, and following it finds the secret. "
        "'reduce' and 'attack' are its two halves.",
    .group = true,
    .plain = true,
    .examples = examples,
};
