#ifndef GRADIOMETER_MEASURE_H
#define GRADIOMETER_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/data.h>
#include <gradiometer/entropy.h>
#include <gradiometer/estimate.h>
#include <gradiometer/export.h>
#include <gradiometer/monitor.h>

GM_BEGIN_DECLS

/**
 * A model of the caller with one output p(w, x). Its functions are called from the calling thread
 * alone, one at a time. Whatever status they return other than GM_OK ends the measurement.
 */
typedef struct gm_function_model {
    int64_t columns;    /**< of the inputs that it takes */
    int64_t parameters; /**< length of w */
    /** Outputs p [count] of rows x [count, columns]. */
    gm_status (*forward)(void *user, int64_t count, const double *x, double *p);
    /** Vector–Jacobian product: gradient [parameters] = Σ_i v[i] ∇_w p(w, x_i). */
    gm_status (*backward)(void *user, int64_t count, const double *x, const double *v,
                          double *gradient);
    void *user;
} gm_function_model;

/** What to measure and how. Zero-initialise: every zero is a default. */
typedef struct gm_measure_options {
    const char *inputs;   /**< law of the inputs: "zq:n,q,width", "dgauss:n,q,sigma", "cube:n,p",
                               "gaussian:n", "box:n"; NULL: `rows` */
    const gm_array *rows; /**< [N, n], drawn with replacement; borrowed; NULL: `inputs` */
    int64_t modulus;      /**< with rows: q ≥ 2, they are residues; 0: they are not */
    const char *targets;  /**< class: "lwe:…", "wave:R,psi", "parity:k", "modsum:k",
                               "teacher:hidden", "linear", "random" */
    const char *model;    /**< "linear", "mlp:hidden=64x64,act=tanh|relu|sin"; NULL: "linear" */
    const gm_function_model *function; /**< a model of the caller in its place; NULL: none */
    const char *loss;                  /**< "squared", "logistic", "cosine"; NULL: "squared" */
    const double *weights; /**< [weight_count] w, layer by layer W [out, in], then b; NULL: initial
                                weights, for mlp N(0, 1/fan-in) and biases 0, for linear 0 */
    int64_t weight_count;
    int64_t init_draws; /**< initial weights to average over; 0: 1 */
    int64_t samples;    /**< N, inputs that are drawn; 0: 4096 */
    int64_t
        target_draws;   /**< M, targets that are drawn; 0: 256, or all of a class of at most 2048 */
    const char *method; /**< "auto", "exact", "sampled"; NULL: "auto" */
    double budget;      /**< samples that the verdict allows; 0: N */
    uint64_t seed;
} gm_measure_options;

enum { GM_MOST_MEASURE_WARNINGS = 8 };

/** What gm_measure() found. Read it; free it with gm_measurement_destroy(). Undefined: NaN. */
typedef struct gm_measurement {
    const char *method; /**< "exact" or "sampled" */
    const char *form;   /**< how it was computed, static: "gram", "jacobian", "products",
                             "fourier", "walsh-hadamard", "second-moment" */
    int64_t columns;    /**< n */
    int64_t parameters; /**< of the model */
    int64_t samples;    /**< inputs drawn, or points of the support where exact */
    int64_t targets;    /**< targets drawn, or those of the class where all were taken */
    bool enumerated;    /**< all targets of the class were taken, with their probabilities */
    int64_t init_draws;

    gm_estimate variance;   /**< V = E_h ‖∇C_h − E ∇C_h‖², unbiased: may be negative */
    double naive_variance;  /**< variance over h of the sampled gradient: biased up by
                                 (E a − V)/N; where exact, its expectation at N samples */
    double collision_term;  /**< D = Σ P(x)² a(x) */
    double dependence_term; /**< O = V − D */
    double effective_targets; /**< (Σ a_h)² / Σ a_h², a_h what target h adds to V; sampled, a_h has
                                   noise of its own: small where V is not well seen */
    double smallest_visible; /**< √2 ‖Γ‖_F / (N √M): a V below it can not be seen; 0 where exact */

    gm_collision_entropy entropy; /**< of the inputs' law; of rows: of the law behind them */
    double collision;             /**< Σ P(x)² of the law that was drawn from */

    gm_estimate epsilon_squared; /**< E[κ²; X ≠ X'], unbiased */
    double epsilon;              /**< its root; NaN where the estimate is negative */
    double total_variation; /**< E over X ≠ X' of the distance of (h(x), h(x')) from independence;
                                 NaN where too many pairs to enumerate */
    double bound, bound_collision, bound_dependence; /**< V ≤ bound, the sum of the two */

    double noise_trace;           /**< T = E_h tr Cov(φ_h J) over inputs and label noise */
    double label_noise_trace;     /**< the part of T that label noise adds */
    double mean_gradient;         /**< ‖E_h ∇C_h‖² */
    double signal_to_noise;       /**< V/T */
    double samples_to_see_target; /**< T/V; NaN where the interval of V reaches 0 */
    double samples_lower_bound;   /**< T/V_hi */
    double budget;
    const char *verdict; /**< "informative", "uninformative" or "undecided" */
    char *reason;        /**< one sentence, owned */
    double seconds;
    const char *warnings[GM_MOST_MEASURE_WARNINGS + 1]; /**< owned; NULL after the last */
} gm_measurement;

/** What a measurement would cost, for a dry run. */
typedef struct gm_measure_cost {
    const char *method, *form; /**< that would be taken */
    double operations;         /**< floating-point operations */
    double memory;             /**< bytes at the peak */
    double seconds;            /**< from a rate measured in a few milliseconds */
} gm_measure_cost;

/**
 * Measure how much the gradient of a loss depends on the target: its variance over a class of
 * targets at fixed weights, V = E_h ‖∇C_h(w) − E_h' ∇C_h'(w)‖², C_h(w) = E_X L(p(w, X), h(X)).
 *
 * `sampled` draws N inputs and M targets; the estimate is unbiased and has an error from a
 * jackknife over both. `exact` sums over the whole support and class: residues with characters
 * (lwe, modsum) by Fourier transforms over Z_q^n, signs with parities by Walsh–Hadamard transforms,
 * finitely many rows with linear and random targets by their second moment
 * [docs/theory/informativeness.md].
 *
 * @param out  owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT (a specification, fewer than 32 samples or 4 targets, weights of
 *         another length), GM_UNABLE (exact, of more than 2^26 points: the message says the cost),
 *         GM_UNAVAILABLE (exact, of a class that has no closed sum), GM_NUMERICAL_FAILURE (a loss
 * that is not finite), GM_OUT_OF_MEMORY, GM_CANCELLED, or what a function of the caller returned
 * Cost of sampled: N² (M + Σ widths) operations, or 2 N M P where the model has few parameters P;
 * memory N (M + Σ widths) numbers, never N P. Of exact: 2 n q^(n+1) P.
 */
GM_API GM_MUST_USE gm_status gm_measure(gm_context *context, const gm_measure_options *options,
                                        gm_measurement **out);

/** Free a measurement. NULL is allowed. */
GM_API void gm_measurement_destroy(gm_context *context, gm_measurement *measurement);

/** How to train. Zero-initialise: every zero is a default. */
typedef struct gm_along_options {
    int64_t steps;      /**< 1 to 10^7 */
    double rate;        /**< of a step along the mean gradient; 0: a quarter of the rate from which
                             steps grow at the initial weights, estimated from 256 inputs */
    int64_t batch_size; /**< samples a step, even, 2 to 65536; 0: 256 */
} gm_along_options;

enum { GM_MOST_ALONG = 18 };

/** V and the loss after some steps. */
typedef struct gm_along_point {
    int64_t step;
    double loss;          /**< mean over the same `score_samples` samples at every point */
    gm_estimate variance; /**< and the next three as in gm_measurement */
    double signal_to_noise, samples_to_see_target;
    const char *verdict;
    gm_monitor_state monitor; /**< what the monitor says at that step */
} gm_along_point;

/** What gm_measure_along() found. Free it with gm_along_destroy(). */
typedef struct gm_along {
    gm_measurement *first; /**< before the first step */
    int64_t count;
    gm_along_point points[GM_MOST_ALONG]; /**< at 0, 1, 2, 4 … steps and the last */
    double rate;                          /**< that was taken */
    int64_t batch_size, score_samples;
    double baseline;          /**< loss of the best constant prediction, of 65536 samples */
    bool diverged;            /**< weights or loss stopped being finite: the rest is missing */
    gm_monitor_state monitor; /**< after the last step */
} gm_along;

/**
 * Measure V along training: w ← w − rate · mean gradient of fresh samples of one target, the first
 * that the class draws, from the weights that gm_measure() would take; at each point V is measured
 * over the whole class at the weights so far, with the same inputs and targets. A monitor watches
 * the run [docs/theory/monitor.md]. A run that diverges is a result.
 *
 * @param out  owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT (also a model that is a function, more than one initial draw), or as
 *         gm_measure()
 * Cost: up to 18 measurements and steps × batch_size passes forward and backward, on one thread.
 */
GM_API GM_MUST_USE gm_status gm_measure_along(gm_context *context,
                                              const gm_measure_options *options,
                                              const gm_along_options *along, gm_along **out);

/** Free it. NULL is allowed. */
GM_API void gm_along_destroy(gm_context *context, gm_along *along);

/** What gm_measure_along() would cost. @return as it */
GM_API GM_MUST_USE gm_status gm_along_get_cost(gm_context *context,
                                               const gm_measure_options *options,
                                               const gm_along_options *along, gm_measure_cost *out);

/** Check the options as gm_measure() does and say what it would cost. @return as gm_measure() */
GM_API GM_MUST_USE gm_status gm_measure_get_cost(gm_context *context,
                                                 const gm_measure_options *options,
                                                 gm_measure_cost *out);

GM_END_DECLS

#endif
