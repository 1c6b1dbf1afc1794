#include <math.h>
#include <stdio.h>

#include "lwe_instance.h"
#include "plan.h"

struct import_options {
    const char *challenge, *a, *b;
    int64_t q;    /* 0: not given */
    double sigma; /* −1: not given */
    int secret;   /* position in secrets */
    int64_t hamming;
    double secret_sigma;
};

static const char *const secrets[] = {"unknown", "binary", "ternary", "gaussian", "uniform", NULL};

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
    {.name = "q",
     .group = "What arrays do not say",
     .kind = OPTION_INTEGER,
     .placeholder = "Q",
     .fallback = "none",
     .keyword = "none",
     .low = 2,
     .high = 2147483648.0,
     .offset = FIELD(q),
     .help = "modulus, at most 2^31"},
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
     .choices = secrets,
     .offset = FIELD(secret),
     .help = "law of the entries of the secret"},
    {.name = "hamming",
     .kind = OPTION_INTEGER,
     .placeholder = "H",
     .fallback = "none",
     .keyword = "none",
     .low = 1,
     .high = 4096,
     .offset = FIELD(hamming),
     .help = "entries of the secret that are not 0"},
    {.name = "secret-sigma",
     .kind = OPTION_NUMBER,
     .placeholder = "S",
     .fallback = "none",
     .keyword = "none",
     .positive = true,
     .high = 2147483648.0,
     .offset = FIELD(secret_sigma),
     .help = "standard deviation of the entries of a Gaussian secret"},
};

static gm_status make(struct session *session, const void *values, int64_t *centred, gm_lwe **out) {
    const struct import_options *given = values;
    const gm_lwe_parameters parameters = {.q = given->q,
                                          .sigma = given->sigma,
                                          .secret = given->secret ? secrets[given->secret] : NULL,
                                          .hamming = given->hamming,
                                          .secret_sigma = given->secret_sigma};
    return given->challenge ? gm_lwe_import_challenge(session->context, given->challenge, out)
                            : gm_lwe_import_arrays(session->context, &parameters, given->a,
                                                   given->b, centred, out);
}

/* Everything about arrays, none of it with a challenge. */
static int check(struct session *session, const struct import_options *given) {
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
    return lwe_need_folder(session);
}

/* The files are read, which checks them. */
static int show_plan(struct session *session, const struct import_options *given) {
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
    const int exit = check(session, values);
    if (exit != EXIT_DONE)
        return exit;
    return session->common.dry_run ? show_plan(session, values)
                                   : lwe_write_instance(session, values, make);
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
