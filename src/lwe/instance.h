/* Instances inside the library: what they may be, and arrays that they take over. */
#ifndef GM_LWE_INSTANCE_H
#define GM_LWE_INSTANCE_H

#include <gradiometer/lwe.h>

#include "base/base.h"

enum {
    GM_LWE_LARGEST_N = 4096,
    GM_LWE_LARGEST_WIDTH =
        1 << 17 /* σ of a discrete Gaussian that is drawn: its table has 18σ entries */
};
#define GM_LWE_LARGEST_Q (INT64_C(1) << 31)

/* Laws of secrets, in the order of gm_lwe_secrets. */
enum { GM_LWE_BINARY, GM_LWE_TERNARY, GM_LWE_GAUSSIAN, GM_LWE_UNIFORM, GM_LWE_SECRETS };
extern const char *const gm_lwe_secrets[GM_LWE_SECRETS];

/* Who refuses, and with which status: a function and GM_INVALID_ARGUMENT, or a file and
   GM_INVALID_INPUT. */
typedef struct gm_lwe_source {
    gm_context *context;
    const char *name;
    gm_status status;
} gm_lwe_source;

/* Check every parameter; samples × n is then a size that can be addressed. */
gm_status gm_lwe_check_parameters(const gm_lwe_source *source, const gm_lwe_parameters *parameters)
    __attribute__((warn_unused_result));

/* The position of a name in gm_lwe_secrets. */
gm_status gm_lwe_find_secret(const gm_lwe_source *source, const char *name, int *out)
    __attribute__((warn_unused_result));

/* Check that entries [rows, columns] are in [low, q); [rows] where columns is 0.
   GM_INVALID_INPUT names the first that is not, after `name`. */
gm_status gm_lwe_check_entries(gm_context *context, const char *name, const int64_t *values,
                               int64_t rows, int64_t columns, int64_t low, int64_t q)
    __attribute__((warn_unused_result));

/* Make an instance of checked parameters and entries; a and b are taken over on success. */
gm_status gm_lwe_adopt(gm_context *context, const gm_lwe_parameters *parameters, int64_t *a,
                       int64_t *b, gm_lwe **out) __attribute__((warn_unused_result));

/* ⟨a, s⟩ mod q in [0, q), for a [n] in (−q, q) and s [n] of |s_j| ≤ size ≤ q. */
int64_t gm_lwe_product(const int64_t *a, const int64_t *s, int64_t n, int64_t q, int64_t size);

/* What the root mean square of the residuals must be below for a secret to be accepted: 2σ, or 1/2
   without error. */
double gm_lwe_threshold(double sigma);

/* Parse a challenge; see gm_lwe_import_challenge(). text[size] is zero. */
gm_status gm_lwe_parse_challenge(gm_context *context, const char *name, const char *text,
                                 size_t size, gm_lwe **out) __attribute__((warn_unused_result));

/* Parse the text of an instance.json. What is absent is 0 (the numbers n, samples, hamming and
   secret_sigma) or NULL (the law of the secret). */
gm_status gm_lwe_parse_description(gm_context *context, const char *name, const char *text,
                                   size_t size, gm_lwe_parameters *out)
    __attribute__((warn_unused_result));

#endif
