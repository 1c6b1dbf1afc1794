#include <math.h>
#include <stdio.h>

#include "lwe_instance.h"
#include "plan.h"

struct import_options {
    const char *challenge, *a, *b;
    int64_t q;    /* 0: not given */
    double sigma; /* −1: not given */
    struct lwe_secret_values secret;
};

#define FIELD(name) offsetof(struct import_options, name)

static const struct option options[] = {
    {.name = "challenge",
     .group = "Input, a challenge or arrays",
     .kind = OPTION_FILE,
     .placeholder = "FILE.txt",
     .offset = FIELD(challenge),
     .help = "text of an LWE challenge: n, m, q, alpha, b, A"},
    {.name = "a",
     .kind = OPTION_FILE,
     .placeholder = "A.npy",
     .offset = FIELD(a),
     .help = "array [samples, n] of whole numbers, centred or in [0, q)"},
    {.name = "b",
     .kind = OPTION_FILE,
     .placeholder = "B.npy",
     .offset = FIELD(b),
     .help = "array [samples], likewise"},
    LWE_MODULUS_OPTION(FIELD(q), .group = "What arrays do not say", .fallback = "none",
                       .keyword = "none"),
    {.name = "sigma",
     .kind = OPTION_NUMBER,
     .placeholder = "S",
     .fallback = "none",
     .keyword = "none",
     .keyword_value = -1,
     .high = 2147483648.0,
     .offset = FIELD(sigma),
     .help = "standard deviation of the error, 0 where there is none"},
    {.name = "secret",
     .kind = OPTION_CHOICE,
     .placeholder = "LAW",
     .fallback = "unknown",
     .choices = lwe_laws,
     .offset = FIELD(secret.law),
     .help = "law of the entries of the secret"},
    LWE_SECRET_OPTIONS(FIELD(secret), "", "none", 2147483648.0),
};

static gm_status make(struct session *session, const void *values, int64_t *centred, gm_lwe **out) {
    const struct import_options *given = values;
    const gm_lwe_parameters parameters = {.q = given->q,
                                          .sigma = given->sigma,
                                          .secret = given->secret.law ? lwe_laws[given->secret.law]
                                                                      : NULL,
                                          .hamming = given->secret.hamming,
                                          .secret_sigma = given->secret.sigma};
    return given->challenge ? gm_lwe_import_challenge(session->context, given->challenge, out)
                            : gm_lwe_import_arrays(session->context, &parameters, given->a,
                                                   given->b, centred, out);
}

/* Everything about arrays, none of it with a challenge. */
static int check(struct session *session, const void *values) {
    const struct import_options *given = values;
    static const char *const names[] = {"a",      "b",       "q",           "sigma",
                                        "secret", "hamming", "secret-sigma"};
    static const char *const needed[] = {"--a A.npy", "--b B.npy", "--q Q", "--sigma S"};
    const bool there[] = {given->a, given->b, given->q > 0, given->sigma >= 0.0};
    if (!given->challenge && !given->a && !given->b)
        return session_error(session, GM_INVALID_ARGUMENT,
                             "option --challenge FILE.txt is missing, or --a A.npy and --b B.npy");
    for (size_t i = 0; given->challenge && i < sizeof names / sizeof *names; i++)
        if (arguments_given(&session->arguments, names[i]))
            return session_error(session, GM_INVALID_ARGUMENT,
                                 "option --%s goes with --a and --b, not with --challenge",
                                 names[i]);
    for (size_t i = 0; !given->challenge && i < sizeof there / sizeof *there; i++)
        if (!there[i])
            return session_error(session, GM_INVALID_ARGUMENT,
                                 "option %s is missing: arrays need --a, --b, --q and --sigma",
                                 needed[i]);
    return EXIT_DONE;
}

/* The files are read, which checks them. */
static int show_plan(struct session *session, const void *values) {
    const struct import_options *given = values;
    gm_lwe *instance = NULL;
    int64_t centred = 0;
    char action[512];
    const gm_status status = make(session, given, &centred, &instance);
    if (status != GM_OK)
        return session_fail(session, status);
    const gm_lwe_parameters *p = &instance->parameters;
    snprintf(action, sizeof action, "write %lld samples with n = %lld, q = %lld of %.200s",
             (long long)p->samples, (long long)p->n, (long long)p->q,
             given->challenge ? given->challenge : given->a);
    const struct plan plan = {
        .action = action,
        .files = "A.npy, b.npy, instance.json, report.html, result.json",
        .operations = NAN,
        .bytes = 8.0 * (double)p->samples * (double)(p->n + 1),
        .seconds = NAN,
    };
    const int exit = plan_print(session, &plan, given);
    gm_lwe_destroy(session->context, instance);
    return exit;
}

static int run(struct session *session, void *values) {
    const struct lwe_instance_steps steps = {check, show_plan, make};
    return lwe_write_instance(session, values, &steps);
}

static const struct example examples[] = {
    {"A challenge of latticechallenge.org:",
     "gradiometer lwe import --challenge LWE_40_005.txt --out challenge"},
    {"Arrays that NumPy saved:",
     "gradiometer lwe import --a A.npy --b b.npy --q 3329 --sigma 3.2 --secret binary --out mine"},
    {0},
};

const struct command command_lwe_import = {
    .name = "lwe import",
    .summary = "make an instance folder of other people's files",
    .description =
        "Reads the text of an LWE challenge, whose error has sigma = alpha q and whose secret has "
        "an unknown law, or two arrays of any number type. Entries of arrays may be centred: those "
        "below 0 are brought to [0, q), and the result says how many (centred_entries).",
    .options = options,
    .count = sizeof options / sizeof *options,
    .values_size = sizeof(struct import_options),
    .examples = examples,
    .run = run,
};
