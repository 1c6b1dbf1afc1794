/* What commands on instances share: an instance in a result, and writing one. */
#ifndef GM_TOOL_LWE_INSTANCE_H
#define GM_TOOL_LWE_INSTANCE_H

#include "session.h"

/* What a command is told of a secret. */
struct lwe_secret_values {
    int law;         /* position in the choices of the command */
    int64_t hamming; /* 0: not given */
    double sigma;    /* 0: not given */
};

/* "unknown", and behind it the laws that there are. */
extern const char *const lwe_laws[];

/* The modulus, and what else is to be said of the option. */
#define LWE_MODULUS_OPTION(at, ...)                                                                \
    {                                                                                              \
        .name = "q", .kind = OPTION_INTEGER, .placeholder = "Q", .low = 2, .high = 2147483648.0,   \
        .offset = (at), .help = "modulus, at most 2^31", __VA_ARGS__                               \
    }

/* Entries of struct lwe_secret_values at an offset, behind that of the law.
     places  said of the entries that are not 0
     word    stands for no sigma
     most    that sigma may be */
#define LWE_SECRET_OPTIONS(at, places, word, most)                                                 \
    {.name = "hamming",                                                                            \
     .kind = OPTION_INTEGER,                                                                       \
     .placeholder = "H",                                                                           \
     .fallback = "none",                                                                           \
     .keyword = "none",                                                                            \
     .low = 1,                                                                                     \
     .high = 4096,                                                                                 \
     .offset = (at) + offsetof(struct lwe_secret_values, hamming),                                 \
     .help = "entries of the secret that are not 0" places},                                       \
    {                                                                                              \
        .name = "secret-sigma", .kind = OPTION_NUMBER, .placeholder = "S", .fallback = (word),     \
        .keyword = (word), .positive = true, .high = (most),                                       \
        .offset = (at) + offsetof(struct lwe_secret_values, sigma),                                \
        .help = "standard deviation of the entries of a Gaussian secret"                           \
    }

/* Set n, q, sigma, samples, the law of the secret at path `law`, hamming, secret_sigma (null where
   not known), threshold and log2_false_acceptance of a result, and warn where a wrong secret would
   be accepted. */
GM_MUST_USE gm_status lwe_report_instance(gm_report *report, const gm_lwe *instance,
                                          const char *law);

/* Make an instance from the options of a command.
     centred  where entries below 0 were brought to [0, q): how many; otherwise left as it is */
typedef gm_status lwe_make(struct session *session, const void *values, int64_t *centred,
                           gm_lwe **out);

/* How a command does its own part. */
struct lwe_instance_steps {
    /* What the ranges of single options do not say: EXIT_DONE, or a failure that was told. */
    int (*check)(struct session *session, const void *values);
    int (*plan)(struct session *session, const void *values); /* prints it; the exit status */
    lwe_make *make;
};

/* Run a command: check, then print the plan, or make an instance, write it with its result into the
   folder --out, and print the result. Returns the exit status, failures told. */
int lwe_write_instance(struct session *session, const void *values,
                       const struct lwe_instance_steps *steps);

/* EXIT_DONE where --out was given; otherwise a failure that was told. */
int lwe_need_folder(struct session *session);

#endif
