#include <stdio.h>

#include "lwe_instance.h"
#include "plan.h"

struct generate_options {
    int64_t n, q, samples;
    struct lwe_secret_values secret;
    double sigma;
};

/* All but "unknown". */
#define LAWS (lwe_laws + 1)
enum { GAUSSIAN = 2 };

#define FIELD(name) offsetof(struct generate_options, name)

static const struct option options[] = {
    {.name = "n",
     .group = "Instance",
     .kind = OPTION_INTEGER,
     .placeholder = "N",
     .required = true,
     .low = 1,
     .high = 4096,
     .offset = FIELD(n),
     .help = "length of the secret"},
    LWE_MODULUS_OPTION(FIELD(q), .required = true),
    {.name = "secret",
     .kind = OPTION_CHOICE,
     .placeholder = "LAW",
     .required = true,
     .choices = LAWS,
     .offset = FIELD(secret.law),
     .help = "law of the entries of the secret: {0, 1}, {-1, 0, 1}, a discrete Gaussian, all "
             "residues"},
    LWE_SECRET_OPTIONS(FIELD(secret), ", at uniform places", "sigma", 131072),
    {.name = "sigma",
     .kind = OPTION_NUMBER,
     .placeholder = "S",
     .required = true,
     .high = 131072,
     .offset = FIELD(sigma),
     .help = "standard deviation of the error, 0 for none"},
    {.name = "samples",
     .kind = OPTION_INTEGER,
     .placeholder = "M",
     .required = true,
     .low = 1,
     .high = 1e9,
     .offset = FIELD(samples),
     .help = "rows of A, entries of b"},
};

static gm_status make(struct session *session, const void *values, int64_t *centred, gm_lwe **out) {
    const struct generate_options *given = values;
    const gm_lwe_parameters parameters = {.n = given->n,
                                          .q = given->q,
                                          .samples = given->samples,
                                          .sigma = given->sigma,
                                          .secret = LAWS[given->secret.law],
                                          .hamming = given->secret.hamming,
                                          .secret_sigma = given->secret.sigma};
    (void)centred;
    return gm_lwe_generate(session->context, &parameters, (uint64_t)session->common.seed, out);
}

static int check(struct session *session, const void *values) {
    const struct generate_options *given = values;
    const bool gaussian = given->secret.law == GAUSSIAN;
    if (given->secret.hamming > given->n)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "option --hamming: %lld is more than --n %lld; give 1 to %lld",
                             (long long)given->secret.hamming, (long long)given->n,
                             (long long)given->n);
    if (given->sigma > (double)given->q)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "option --sigma: %g is more than --q %lld; give 0 to %lld",
                             given->sigma, (long long)given->q, (long long)given->q);
    if (given->secret.sigma > (double)given->q)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "option --secret-sigma: %g is more than --q %lld; give 0 to %lld",
                             given->secret.sigma, (long long)given->q, (long long)given->q);
    if (!gaussian && given->secret.sigma > 0.0)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "option --secret-sigma goes with --secret gaussian only");
    if (gaussian && given->secret.sigma == 0.0 && given->sigma == 0.0)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "--secret gaussian with --sigma 0 needs --secret-sigma S");
    return EXIT_DONE;
}

static int show_plan(struct session *session, const void *values) {
    const struct generate_options *given = values;
    const double size = (double)given->samples * (double)given->n;
    char action[256];
    snprintf(action, sizeof action, "draw %lld samples with n = %lld, q = %lld, secret %s",
             (long long)given->samples, (long long)given->n, (long long)given->q,
             LAWS[given->secret.law]);
    const struct plan plan = {
        .action = action,
        .files = "A.npy, b.npy, instance.json, secret.npy, report.html, result.json",
        .operations = 2.0 * size,
        .bytes = 8.0 * (size + (double)given->samples + 3.0 * (double)given->n),
        .seconds = 5e-9 * size + 0.01,
    };
    return plan_print(session, &plan, given);
}

static int run(struct session *session, void *values) {
    const struct lwe_instance_steps steps = {check, show_plan, make};
    return lwe_write_instance(session, values, &steps);
}

static const struct example examples[] = {
    {"A sparse ternary secret:",
     "gradiometer lwe generate --n 64 --q 3329 --secret ternary --hamming 16 --sigma 3.2 "
     "--samples 256 --out instance"},
    {0},
};

const struct command command_lwe_generate = {
    .name = "lwe generate",
    .summary = "draw an instance whose secret is known",
    .description =
        "Draws A, the secret and the error from streams of --seed, and writes A.npy, b.npy, "
        "instance.json and secret.npy. A larger --samples keeps the rows before. A secret of given "
        "--hamming has entries of its law given that they are not 0.\n\n"
        "The result says how likely a wrong secret would be accepted (log2_false_acceptance, a "
        "bound from above); where that is not small, as with few samples or a wide error, it "
        "warns.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .values_size = sizeof(struct generate_options),
    .examples = examples,
    .run = run,
};
