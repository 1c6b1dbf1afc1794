#ifndef GRADIOMETER_LWE_H
#define GRADIOMETER_LWE_H

#include <stdbool.h>
#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/estimate.h>
#include <gradiometer/export.h>
#include <gradiometer/output.h>

GM_BEGIN_DECLS

/*
 * Learning With Errors: b = A s + e mod q, A uniform, e a discrete Gaussian. Lattice reduction
 * finds short whole R with R A mod q small; the rows x = R A/q, y = R b/q then have a gradient that
 * depends on s, and following it recovers s [docs/theory/lwe.md].
 */

/** What an instance is drawn from, and what an attack may know. */
typedef struct gm_lwe_parameters {
    int64_t n;          /**< length of the secret, 1 to 4096 */
    int64_t q;          /**< modulus, 2 to 2^31 */
    int64_t samples;    /**< m, at least 1 */
    double sigma;       /**< standard deviation of e, P(e) ∝ exp(−e²/2σ²); 0: no error */
    const char *secret; /**< law of its entries: "binary" {0, 1}, "ternary" {−1, 0, 1}, "gaussian"
                             (small whole numbers), "uniform" [0, q) */
    int64_t hamming; /**< non-zero entries of a binary or ternary secret; 0: not fixed, each entry
                          is uniform on the values above; an attack does not use it */
    double secret_sigma; /**< standard deviation of the entries of a Gaussian secret; 0: as sigma */
} gm_lwe_parameters;

/** An instance. Free it with gm_lwe_destroy(). */
typedef struct gm_lwe {
    gm_lwe_parameters parameters; /**< `secret` is a static string */
    int64_t *a;                   /**< [samples, n], in [0, q) */
    int64_t *b;                   /**< [samples], in [0, q) */
    int64_t *secret;              /**< [n], centred; NULL unless this program drew it */
} gm_lwe;

/** Draw an instance. @return GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY */
GM_API GM_MUST_USE gm_status gm_lwe_generate(gm_context *context,
                                             const gm_lwe_parameters *parameters, uint64_t seed,
                                             gm_lwe **out);

/**
 * Make an instance of numbers in memory, which are copied.
 * @param a  [samples, n], @param b  [samples], in [0, q)
 * @return GM_INVALID_ARGUMENT (a parameter), GM_INVALID_INPUT (an entry, named by row and column),
 *         GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_lwe_create(gm_context *context, const gm_lwe_parameters *parameters,
                                           const int64_t *a, const int64_t *b, gm_lwe **out);

/**
 * Read an instance folder: A.npy [m, n], b.npy [m], instance.json. secret.npy is never opened.
 * @return GM_INVALID_INPUT (absent, shapes that do not fit, an entry outside [0, q), no sigma, …)
 */
GM_API GM_MUST_USE gm_status gm_lwe_load(gm_context *context, const char *folder, gm_lwe **out);

/** Write A.npy, b.npy, instance.json and, where it is known, secret.npy. @return as gm_output_write
 */
GM_API GM_MUST_USE gm_status gm_lwe_save(gm_context *context, const gm_lwe *instance,
                                         gm_output *output);

/** Read the text of an LWE challenge: n, m, q, alpha (σ = alpha q), b, A, one after the other. */
GM_API GM_MUST_USE gm_status gm_lwe_import_challenge(gm_context *context, const char *path,
                                                     gm_lwe **out);

/** Read a secret [n] of whole numbers from .npy. @param out [n], owned (gm_lwe_release_secret) */
GM_API GM_MUST_USE gm_status gm_lwe_load_secret(gm_context *context, const char *path, int64_t n,
                                                int64_t **out);
/** Free what gm_lwe_load_secret() made. NULL is allowed. */
GM_API void gm_lwe_release_secret(gm_context *context, int64_t *secret);

/** Free an instance. NULL is allowed. */
GM_API void gm_lwe_destroy(gm_context *context, gm_lwe *instance);

/** How a candidate fits the original samples. */
typedef struct gm_lwe_check {
    bool accepted;
    double residual_std; /**< root of the mean square of the centred b − A s mod q */
    double threshold;    /**< accepted below it: 2σ, or 1/2 without error */
    double log2_false;   /**< upper bound of log2 P(a wrong secret is accepted), for one secret */
} gm_lwe_check;

/** Check a secret [n] against all samples. Cost: m n operations. */
GM_API GM_MUST_USE gm_status gm_lwe_verify(gm_context *context, const gm_lwe *instance,
                                           const int64_t *secret, gm_lwe_check *out);

/* Lattice reduction, which a helper program around fplll does in processes of its own. */

enum { GM_LWE_REDUCTION_TEXT = 256 };

/**
 * Start the helper program, ask what it is, and end it.
 * @param out  such as "fplll 5.4.4"; untouched on failure
 * @return GM_UNAVAILABLE (no such program here; the message names the packages it needs),
 *         GM_IO_ERROR (it cannot be started or does not answer)
 */
GM_API GM_MUST_USE gm_status gm_lwe_reduction_available(gm_context *context,
                                                        char out[GM_LWE_REDUCTION_TEXT]);

GM_END_DECLS

#endif
