#ifndef GRADIOMETER_GRADIENTS_H
#define GRADIOMETER_GRADIENTS_H

#include <stdbool.h>
#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/export.h>

GM_BEGIN_DECLS

/** Batch gradients that come from elsewhere: recorded in a file, or made by a function of the
 * caller. */
typedef struct gm_gradients gm_gradients;

/** What is known of recorded gradients. */
typedef struct gm_recorded_options {
    int64_t batch_size; /**< n ≥ 1, samples that each gradient is the mean of */
    bool paired;        /**< [k/2, 2, d]: one batch with targets y+e and y−e */
    int64_t dimension; /**< d where it is known, to be checked; 0: what the shape says, which a file
                            of single gradients then must do beyond doubt: k ≥ d */
} gm_recorded_options;

/**
 * Read recorded gradients: a .npy array [k, d], one batch gradient a row, or with `paired`
 * [k/2, 2, d].
 *
 * Refused with the reason: entries that are not finite (with their place), another number of
 * dimensions, pairs along another axis, another d than the options give, fewer than two noise
 * vectors, and single gradients with fewer rows than columns unless the options give d: the array
 * may be transposed, and no test of its entries can tell [docs/theory/calibration.md].
 *
 * @param out  owned by the caller; untouched on failure
 * @return GM_INVALID_INPUT, GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY, GM_CANCELLED
 * Memory: 8 bytes an entry.
 */
GM_API GM_MUST_USE gm_status gm_gradients_open(gm_context *context, const char *path,
                                               const gm_recorded_options *options,
                                               gm_gradients **out);

/**
 * The same of an array in memory, which is copied; its shape is taken as said.
 * @param gradients  [count, d], or with `paired` [count/2, 2, d] and count even
 */
GM_API GM_MUST_USE gm_status gm_gradients_from_array(gm_context *context, int64_t count,
                                                     int64_t dimension, const double *gradients,
                                                     const gm_recorded_options *options,
                                                     gm_gradients **out);

/**
 * The gradient of one batch with noise added to its targets.
 *
 * A batch is named by its number and must have the same samples whenever it is asked for; how they
 * are drawn is the function's own affair. Called from several threads at once unless `serial`.
 *
 * @param user      as given
 * @param batch     number of the batch, from 0
 * @param n         samples in it
 * @param outputs   c, targets of one sample
 * @param noise     [n, c], to be added to the targets
 * @param gradient  [d], to be written: of the mean loss of the batch
 * @param loss      mean loss of the batch, or leave it as it is (NaN)
 * @return GM_OK; anything else ends the recovery with that status
 */
typedef gm_status (*gm_gradient_function)(void *user, int64_t batch, int64_t n, int64_t outputs,
                                          const double *noise, double *gradient, double *loss);

/**
 * Make standard normal noise link-aware, in place: noise_i ← R_i noise_i with R_i R_iᵀ = ∂²L/∂z² at
 * the outputs z_i of sample i; for the logistic loss √(p(1−p)) times. Arguments as above.
 */
typedef void (*gm_noise_function)(void *user, int64_t batch, int64_t n, int64_t outputs,
                                  double *noise);

/** Gradients made by the caller. */
typedef struct gm_function_options {
    int64_t dimension;  /**< d ≥ 1 */
    int64_t batch_size; /**< n ≥ 1 */
    int64_t outputs;    /**< c ≥ 1; 0: 1 */
    gm_gradient_function gradient;
    gm_noise_function link; /**< NULL: the same noise at every sample, which recovers E JᵀJ */
    void *user;             /**< handed to both */
    bool serial;            /**< never call them from two threads at once */
    bool squared;           /**< the loss is ½(z − y)² of a model linear in its weights, so that
                                 the estimator `gaussian` applies */
} gm_function_options;

/**
 * Gradients by a function of the caller.
 * @param options  copied
 * @param out      owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY
 */
GM_API GM_MUST_USE gm_status gm_gradients_from_function(gm_context *context,
                                                        const gm_function_options *options,
                                                        gm_gradients **out);

/** Number of parameters d. */
GM_API int64_t gm_gradients_dimension(const gm_gradients *gradients);

/** Number of recorded gradients, a pair being two; 0: as many as asked for. */
GM_API int64_t gm_gradients_count(const gm_gradients *gradients);

/** Free them. NULL is allowed. */
GM_API void gm_gradients_destroy(gm_gradients *gradients);

GM_END_DECLS

#endif
