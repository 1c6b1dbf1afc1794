#ifndef GRADIOMETER_MONITOR_H
#define GRADIOMETER_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/estimate.h>
#include <gradiometer/export.h>

GM_BEGIN_DECLS

/** Watches any training run from the gradients of two halves of its batches, and says why it
 * stalls [docs/theory/monitor.md]. The causes are derived for plain steps w ← w − rate · g on
 * samples that are drawn afresh or with replacement. */
typedef struct gm_monitor gm_monitor;

/** What is watched. Zero-initialise: every zero is a default. */
typedef struct gm_monitor_options {
    int64_t dimension;  /**< d ≥ 1 */
    int64_t batch_size; /**< n ≥ 2, samples in a whole batch */
    int64_t window;     /**< w, latest observations that a statement rests on, 32 to 2^20;
                             0: 64 */
    double baseline;    /**< mean loss of the best constant prediction: what knowing nothing of the
                             inputs costs; 0: the mean of the first four observations stands in */
    bool zero_baseline; /**< 0 is that loss indeed, as that of the cosine loss often is */
    double least;       /**< least loss that is possible, where known: what is far above it has not
                             converged; 0: not known */
} gm_monitor_options;

/** What a run suffers from. */
typedef enum gm_cause {
    GM_CAUSE_HEALTHY,         /**< the loss falls and the gradient is visible */
    GM_CAUSE_CONVERGED,       /**< nothing that lasts is left of the gradient, and the loss fell */
    GM_CAUSE_UNINFORMATIVE,   /**< the gradient cannot be told from noise and the loss never fell
                                   below what knowing nothing costs */
    GM_CAUSE_ILL_CONDITIONED, /**< gradients add up, the loss hardly falls, and steep directions had
                                   many times the time that they need */
    GM_CAUSE_RATE_TOO_HIGH,   /**< the loss rose, steps undo each other, or it is not finite */
    GM_CAUSE_UNDECIDED        /**< too few observations */
} gm_cause;

/** What the latest observations say. Undefined members are NaN. */
typedef struct gm_monitor_state {
    int64_t observations;
    double loss;               /**< mean over the window */
    gm_estimate gradient_norm; /**< ‖∇C‖, from ⟨g₁, g₂⟩, which is unbiased for its square */
    gm_estimate signal_to_noise; /**< ⟨g₁, g₂⟩ / (‖g₁ − g₂‖²/4): power of the gradient over that of
                                      the noise of one batch */
    double samples_to_see; /**< n over the upper end of signal_to_noise: samples in a batch
                                whose noise power equals the gradient's, at least */
    bool plateau;          /**< the loss does not fall over the window */
    gm_cause cause;
    char advice[512]; /**< the cause in a sentence, with its number */
} gm_monitor_state;

/** @return GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY */
GM_API GM_MUST_USE gm_status gm_monitor_create(gm_context *context,
                                               const gm_monitor_options *options, gm_monitor **out);

/**
 * One step of the run.
 * @param loss    mean loss of the batch, before the step
 * @param first   [d], mean gradient of the first half of the batch
 * @param second  [d], of the second half, of as many samples
 * @return GM_INVALID_ARGUMENT. Numbers that are not finite are an observation like any other.
 * Cost: 14 d operations; three vectors [d] are kept: the latest gradient and two sums.
 */
GM_API GM_MUST_USE gm_status gm_monitor_observe(gm_monitor *monitor, double loss,
                                                const double *first, const double *second);

/**
 * What is known of the curvature, from gm_recover() for example: makes the advice exact.
 * @param largest    eigenvalue of the curvature; NaN: not known
 * @param condition  number; NaN: not known
 * @param rate       step that the run takes along the gradient itself; NaN: not a plain step
 */
GM_API void gm_monitor_set_curvature(gm_monitor *monitor, double largest, double condition,
                                     double rate);

/** Write what the latest observations say. Cost: a few passes over the window. */
GM_API void gm_monitor_read(const gm_monitor *monitor, gm_monitor_state *out);

/** "healthy", "converged", "uninformative", "ill-conditioned", "rate-too-high", "undecided". */
GM_API const char *gm_cause_name(gm_cause cause);

/** NULL is allowed. */
GM_API void gm_monitor_destroy(gm_monitor *monitor);

GM_END_DECLS

#endif
