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
    int64_t n;       /**< length of the secret, 1 to 4096 */
    int64_t q;       /**< modulus, 2 to 2^31 */
    int64_t samples; /**< m, at least 1 */
    double sigma; /**< standard deviation of e, P(e) ∝ exp(−e²/2σ²), at most q; 0: no error */
    const char *secret; /**< law of its entries: "binary" {0, 1}, "ternary" {−1, 0, 1}, "gaussian"
                             (small whole numbers), "uniform" [0, q); NULL: not known */
    int64_t hamming; /**< non-zero entries of the secret, at uniform places, each of the law given
                          that it is not 0; 0: not fixed, every entry is of the law; an attack
                          does not use it */
    double secret_sigma; /**< standard deviation of the entries of a Gaussian secret; 0: as sigma */
} gm_lwe_parameters;

/** An instance. Free it with gm_lwe_destroy(). */
typedef struct gm_lwe {
    gm_lwe_parameters parameters; /**< `secret` is a static string */
    int64_t *a;                   /**< [samples, n], in [0, q) */
    int64_t *b;                   /**< [samples], in [0, q) */
    int64_t *secret;              /**< [n], centred; NULL unless this program drew it */
} gm_lwe;

/**
 * Draw an instance: b = A s + e mod q, A uniform, e and a Gaussian s from tables whose
 * probabilities are right to 2^−52. The same seed gives the same numbers, and a larger `samples`
 * keeps the first.
 * @param parameters  `secret` is needed; sigma and secret_sigma at most 131072
 * @return GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY, GM_CANCELLED
 * Cost: m n draws; memory 8 m n bytes.
 */
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
 *
 * The arrays are of any number type, either byte order, C or Fortran order; entries are whole.
 * instance.json is an object {q, sigma, n, samples, secret, hamming, secret_sigma}, of which q and
 * sigma are needed; n and samples must be those of the arrays, and other members do not count.
 * @return GM_INVALID_INPUT (absent, shapes that do not fit, an entry outside [0, q), no sigma, …),
 *         GM_OUT_OF_MEMORY, GM_CANCELLED
 */
GM_API GM_MUST_USE gm_status gm_lwe_load(gm_context *context, const char *folder, gm_lwe **out);

/** Write A.npy, b.npy, instance.json and, where it is known, secret.npy. @return as gm_output_write
 */
GM_API GM_MUST_USE gm_status gm_lwe_save(gm_context *context, const gm_lwe *instance,
                                         gm_output *output);

/**
 * Make an instance of .npy files of another program.
 * @param parameters  n and samples may be 0: those of the arrays
 * @param a, b        paths; entries in [−⌊q/2⌋, q), those below 0 are brought to [0, q)
 * @param centred     receives how many these are
 * @return GM_INVALID_ARGUMENT (a parameter), GM_INVALID_INPUT (as gm_lwe_load()), GM_OUT_OF_MEMORY,
 *         GM_CANCELLED
 */
GM_API GM_MUST_USE gm_status gm_lwe_import_arrays(gm_context *context,
                                                  const gm_lwe_parameters *parameters,
                                                  const char *a, const char *b, int64_t *centred,
                                                  gm_lwe **out);

/**
 * Read the text of an LWE challenge (latticechallenge.org): n, m, q, alpha, then b as [b_1 … b_m],
 * then A as [[a_11 … a_1n] … [a_m1 … a_mn]]; blanks, line ends and commas separate. σ = alpha q;
 * the law of the secret is not known.
 * @return GM_INVALID_INPUT with line and column, GM_OUT_OF_MEMORY, GM_CANCELLED
 */
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
    double log2_false;   /**< gm_lwe_log2_false() */
} gm_lwe_check;

/**
 * Bound from above log2 P(root of the mean of m squared residuals ≤ threshold) for residuals that
 * are uniform on Z_q and independent, as those of a wrong secret are where q is a prime.
 *
 * Chernoff: min over λ of m log2(E exp(−λr²) exp(λT²)), T the threshold. It is 0 where 2σ reaches
 * q/√12, and near 0 where there are few samples: then a wrong secret may pass, and being accepted
 * says little. To cover k wrong secrets add log2 k.
 * @param parameters  q, sigma and samples are used; NaN where one is out of range
 */
GM_API double gm_lwe_log2_false(const gm_lwe_parameters *parameters);

/**
 * Check a secret [n] against all samples; its entries count modulo q. The right one is refused with
 * probability below 2^(−1.16 m) [docs/theory/lwe-instances.md].
 * @return GM_INVALID_ARGUMENT (a NULL), GM_OUT_OF_MEMORY
 * Cost: m n operations.
 */
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
