#ifndef GRADIOMETER_RECOVER_H
#define GRADIOMETER_RECOVER_H

#include <stdbool.h>
#include <stdint.h>

#include <gradiometer/clients.h>
#include <gradiometer/context.h>
#include <gradiometer/cost.h>
#include <gradiometer/data.h>
#include <gradiometer/estimate.h>
#include <gradiometer/export.h>
#include <gradiometer/gradients.h>

GM_BEGIN_DECLS

enum { GM_MOST_WARNINGS = 12 };

/** What to recover and how. Zero-initialise: every zero is a default. */
typedef struct gm_recover_options {
    const char *model;     /**< specification; NULL: "linear" */
    const char *estimator; /**< specification; NULL: "auto" */
    const char *at;        /**< "zero", "init", "optimum", "random:norm=R", "random:distance=R" (in
                                the norm of the inputs' second moments), "file:path=W.npy"; NULL:
                                "zero", for mlp and cnn "init" */
    const char *shrink;    /**< "auto", "none", "oas", "ledoit-wolf"; NULL: "auto" */
    const char *noise; /**< law of the noise: "link" (of covariance n H_i at row i, H_i the second
                            derivative of the loss in the outputs), "plain" (N(0, n)), "sampled"
                            (labels of the model's own law); NULL: "link" */
    const char *structure; /**< "auto", "full" (d x d), "low-rank:rank=R" (R directions and a
                                diagonal); NULL: "auto" */
    int64_t memory;        /**< bytes that the full matrix and what it takes to make it may have on
                                one rank; 0: 2e9 where the structure is auto, otherwise as many as
                                it takes. Where 3 d x d numbers are more, it is dealt out to the
                                ranks (gm_ranks_join()), if there are enough; if not, auto takes
                                low-rank, of as many directions as fit, and full fails */
    int64_t batch_size;    /**< n; 0: 256 */
    int64_t num_gradients; /**< batch gradients to evaluate, a pair is two; 0: enough for 4 d noise
                                vectors, at least 1024 gradients */
    double noise_variance; /**< variance v of the noise put on each target; 0: what makes the total
                                equal to n */
    double label_noise;    /**< variance that the targets have of themselves, where known */
    double require;        /**< relative operator error that counts as enough; 0: 0.1 */
    double trace;          /**< known trace of the curvature, to check the scale by; 0: not known */
    gm_client_options clients; /**< data at several clients; count 0: in one place */
    uint64_t seed;
    bool compare;       /**< compute the curvature from the data as well, and the controls */
    bool leak;          /**< report what a receiver of these gradients learns */
    bool private_noise; /**< draw the noise from the system's entropy: not to be repeated, and
                             recorded nowhere */
} gm_recover_options;

/** How far a matrix is from the curvature computed from the data. Undefined members are NaN. */
typedef struct gm_recovery_error {
    double operator_relative;  /**< ‖S − H‖ / ‖H‖ in the operator norm */
    double frobenius_relative; /**< the same in the Frobenius norm */
    double condition_after; /**< condition number of S⁻¹H: what is left after preconditioning */
} gm_recovery_error;

/** Error against number of gradients: predicted, and realised where compared. */
typedef struct gm_recovery_point {
    int64_t gradients, noise_vectors;
    gm_estimate predicted; /**< relative operator error */
    double error;          /**< realised; NaN where not compared */
} gm_recovery_point;

/** What a receiver of the gradients learns. Undefined members are NaN or -1. */
typedef struct gm_leak {
    double second_moments; /**< relative operator error with which the second moments, or the
                                curvature, are known: upper end of the predicted error */
    int64_t row_space; /**< dimension of the span of a batch's inputs that one batch gives away */
    bool row_space_complete; /**< n < d: the span of the rows of a batch is known exactly */
    bool clean_gradient;     /**< paired, fan-out: the gradient without noise is known exactly */
    bool noise_known;        /**< whoever knows the seed recovers the rows by least squares */
    double epsilon, delta;   /**< label privacy of one gradient for labels that move by at most one
                                  unit of `sensitivity`; infinite where voided */
    double sensitivity;      /**< largest change of one label, in units of the targets */
    char *paragraph;         /**< the same in words, owned */
} gm_leak;

/** Signs in recorded gradients that they are not what the calibration takes them for. */
typedef struct gm_calibration {
    double lag_correlation; /**< of a noise vector with the next one: momentum */
    double lag_z;           /**< the same in standard deviations of what independence allows */
    int64_t clipped;        /**< gradients of the very largest norm, to 1e-6: clipping; 1 is none */
    double dispersion;      /**< relative variance of the squared norms of the noise vectors */
    double dispersion_expected; /**< what Gaussian vectors of this covariance have */
    double dispersion_z; /**< their difference in standard deviations: varying n, heavy tails */
} gm_calibration;

/** What gm_recover() found. Read it; free it with gm_recovery_destroy(). */
typedef struct gm_recovery {
    const char *model;     /**< name, static; NULL where the gradients come from elsewhere */
    const char *source;    /**< "model", "file" or "function" */
    const char *at;        /**< kind of point that the gradients were taken at, static: "zero",
                                "init", "optimum", "random" or "file"; NULL: not ours */
    const char *noise;     /**< law of the noise; NULL where it is not ours */
    int64_t dimension;     /**< d, number of parameters */
    int64_t outputs;       /**< of the model; 0 where not known */
    int64_t batch_size;    /**< n */
    int64_t gradients;     /**< batch gradients evaluated */
    int64_t noise_vectors; /**< k', vectors that carry information about the curvature */
    const char *estimator; /**< the one used, never "auto" */
    const char *reason;    /**< why this one, a sentence */
    double noise_variance; /**< injected */
    double label_noise;    /**< as given */
    const char
        *structure;  /**< "full", "low-rank", or "distributed": full, dealt out to the ranks */
    double *hessian; /**< full: [d, d] symmetric, recovered from gradients alone */
    struct gm_tiled *tiles; /**< distributed: this rank's part of the same, of which
                                 gm_recovery_rows() makes rows */
    double *factor;         /**< low-rank: [factor_rows, d], the estimate is factorᵀ factor +
                                 diag(diagonal) */
    double *diagonal;       /**< low-rank: [d] ≥ 0 */
    int64_t factor_rows;
    double factor_bound; /**< low-rank: ‖estimate − full estimate‖ in the operator norm is at most
                              this, proved; 0 where nothing was left out */
    double *eigenvalues;            /**< [eigenvalue_count] of the estimate, descending */
    int64_t eigenvalue_count;       /**< d, or factor_rows */
    int64_t rank;                   /**< of the estimate before shrinkage, numerically */
    const char *shrinkage;          /**< "none", "oas" or "ledoit-wolf" */
    double shrinkage_intensity;     /**< weight of the multiple of the identity */
    double *mean_gradient;          /**< [d], of the clean gradient */
    gm_estimate predicted_operator; /**< relative operator error of hessian */
    double predicted_frobenius;     /**< relative Frobenius error of hessian, root mean square */
    bool enough;                    /**< the upper end of predicted_operator is within `require` */
    double require;
    int64_t gradients_needed; /**< gradients for `enough`; −1 where undefined */
    double condition_number;  /**< of hessian; NaN where it is singular or k' < d */
    double effective_rank;    /**< trace over largest eigenvalue */
    gm_estimate relative_bias; /**< calibrated: δᵀHδ/v, from the gradients alone and for zero-mean
                                    Gaussian inputs; infinite where the weights are too far away to
                                    tell; other estimators: NaN */
    double affinity; /**< relative departure of the gradient from one that is affine in the
                          targets, tested on one batch; NaN where not tested */
    gm_calibration *calibration; /**< NULL unless the gradients were recorded */
    double scale_ratio; /**< trace of the estimate over the trace known; NaN where none is */
    const char *scale;  /**< how the factor 1/n and the loss's ½ are known: "by construction",
                             "unverified" and what would verify it */
    gm_recovery_point *curve; /**< [curve_points], by number of gradients */
    int64_t curve_points;
    bool compared;             /**< the following are set */
    double *truth_eigenvalues; /**< [d], descending, of the curvature computed from the data */
    gm_recovery_error error;
    gm_recovery_error control_none;   /**< the same number of gradients without noise */
    gm_recovery_error control_oracle; /**< second moments of the rows in the same batches */
    gm_recovery_error control_hvp;    /**< the same number of gradients spent on finite-difference
                                           Hessian–vector products, which move the weights */
    gm_leak *leak;                    /**< NULL where not asked for */
    gm_clients_report *clients;       /**< NULL where there are none */
    double seconds_gradients, seconds_predict, seconds_compare; /**< wall time by stage */
    const char *warnings[GM_MOST_WARNINGS + 1]; /**< sentences, owned; NULL after the last */
} gm_recovery;

/**
 * Recover the curvature of a model on a data set from batch gradients alone.
 *
 * For least squares (1/2n)‖Xw − y‖² with noise e on the targets of a batch, g(y+e) = g(y) − Xᵀe/n,
 * and for e of variance n the vector Xᵀe/n has second moment H = E xxᵀ. `paired` isolates it as
 * half the difference of the gradients at y+e and y−e, exactly; `calibrated` takes the covariance
 * of the noised gradients, which is H up to a relative bias δᵀHδ/n [docs/theory/estimators.md].
 *
 * With options->clients the data lie at C clients, each a contiguous part of the rows. Each runs
 * the estimator on its own batches and sends its estimate, of which the mean weighted by rows is
 * taken [docs/theory/clients.md]; its noise comes from the system's entropy unless `reproducible`.
 * Points that the data decide (optimum, random:distance), the estimator that is corrected after the
 * pass (gaussian) and the low-rank structure are for data in one place.
 *
 * @param dataset  inputs and targets; only its gradients are used unless options->compare
 * @param options  NULL: all defaults
 * @param out      owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT (an option out of range, fewer gradients than a result needs),
 *         GM_INVALID_INPUT (the file of weights, a curvature that is too large for float64),
 *         GM_UNAVAILABLE (a model, estimator or shrinkage that this version lacks, or one that
 *         clients do not have), GM_UNABLE (the full matrix does not fit options->memory),
 *         GM_IO_ERROR (more clients failed than are tolerated),
 *         GM_OUT_OF_MEMORY, GM_CANCELLED, GM_NUMERICAL_FAILURE
 * Cost: 4 n d operations a pair, d² a noise vector, 4/3 d³ for the eigenvalues; memory below 3 d²
 * numbers besides the data where d ≥ 2048 and k' < 64 d; with compare 5 d², and N d² operations
 * more.
 */
GM_API GM_MUST_USE gm_status gm_recover(gm_context *context, const gm_dataset *dataset,
                                        const gm_recover_options *options, gm_recovery **out);

/**
 * Recover the curvature from gradients that come from elsewhere. Of the options, model, at, compare
 * and batch_size do not apply. Recorded gradients need noise_variance, the variance that was
 * injected.
 *
 * A constant factor between these gradients and those of the mean loss can not be seen in them:
 * `scale` says so unless `trace` is given. Momentum, clipping, and batches of varying size or heavy
 * tails leave signs, which become warnings [docs/theory/calibration.md].
 *
 * @param out  owned by the caller; untouched on failure
 * @return as gm_recover(); GM_INVALID_INPUT where a function's gradients are not affine in the
 * targets, and whatever status a function returns
 */
GM_API GM_MUST_USE gm_status gm_recover_gradients(gm_context *context, gm_gradients *gradients,
                                                  const gm_recover_options *options,
                                                  gm_recovery **out);

/**
 * Compare an estimate with a curvature that is known.
 * @param estimate  [d, d] symmetric, borrowed
 * @param truth     [d, d] symmetric, borrowed
 * @param out       condition_after is NaN where either is singular
 * @return GM_INVALID_ARGUMENT (d < 1, an entry that is not finite), GM_OUT_OF_MEMORY
 * Cost: four decompositions of order d; memory 4 d² numbers.
 */
GM_API GM_MUST_USE gm_status gm_curvature_error(gm_context *context, int64_t d,
                                                const double *estimate, const double *truth,
                                                gm_recovery_error *out);

/**
 * Rows of the recovered matrix, whether it is full or distributed. Of the latter it is collective:
 * every rank asks for the same rows, and receives them.
 * @param first  of the rows, from 0
 * @param out    [count, d]
 * @return GM_INVALID_ARGUMENT (rows out of range), GM_UNAVAILABLE (the structure is low-rank),
 *         GM_OUT_OF_MEMORY, GM_CANCELLED, GM_IO_ERROR
 */
GM_API GM_MUST_USE gm_status gm_recovery_rows(gm_context *context, const gm_recovery *recovery,
                                              int64_t first, int64_t count, double *out);

/** Free a recovery. NULL is allowed. */
GM_API void gm_recovery_destroy(gm_context *context, gm_recovery *recovery);

/** Check the options as gm_recover() does and say what it would cost. @return as gm_recover() */
GM_API GM_MUST_USE gm_status gm_recover_cost(gm_context *context, const gm_dataset *dataset,
                                             const gm_recover_options *options, gm_cost *out);

/** The same of gm_recover_gradients(). */
GM_API GM_MUST_USE gm_status gm_recover_gradients_cost(gm_context *context, gm_gradients *gradients,
                                                       const gm_recover_options *options,
                                                       gm_cost *out);

GM_END_DECLS

#endif
