#ifndef GRADIOMETER_RISK_H
#define GRADIOMETER_RISK_H

#include <stdbool.h>
#include <stdint.h>

#include <gradiometer/context.h>
#include <gradiometer/cost.h>
#include <gradiometer/data.h>
#include <gradiometer/estimate.h>
#include <gradiometer/export.h>

GM_BEGIN_DECLS

enum { GM_MOST_RISK_WARNINGS = 8 };

/** The adversary u of each input: ‖u‖ ≤ radius in that norm. */
typedef enum gm_risk_norm { GM_RISK_L2, GM_RISK_LINF } gm_risk_norm;

/** Zero-initialise: every zero is a default, but the radius is required. */
typedef struct gm_risk_options {
    const char *model;     /**< "linear" or "logistic"; NULL: "linear" */
    const char *at;        /**< as gm_recover_options; NULL: "optimum" */
    int64_t batch_size;    /**< n; 0: 256 */
    int64_t num_gradients; /**< batch gradients to evaluate; 0: 16 d, at least 1024 */
    double radius;         /**< r ≥ 0, finite */
    gm_risk_norm norm;
    uint64_t seed;
    bool compare; /**< compute the risk from the data as well */
} gm_risk_options;

/** Where the power of the residual comes from. Undefined members are NaN. */
typedef struct gm_risk {
    const char *model, *at, *norm; /**< static */
    const char *method; /**< of the residual's power: "intercept", "losses" or "gaussian" */
    int64_t dimension, batch_size, gradients;
    double radius;
    double dual_norm;           /**< ‖w‖_q of the weights on inputs, the intercept left out */
    gm_estimate residual_power; /**< E ρ², ρ the residual; of probabilities for logistic */
    gm_estimate
        adversarial_risk;   /**< linear: of the squared residual, no ½; logistic: of the loss */
    gm_estimate clean_risk; /**< the same at radius 0 */
    double low, high; /**< interval that holds the adversarial risk for any law of the residual, the
                           error of estimation at 95 % included */
    double exact, exact_clean;                 /**< from the data; NaN unless compared */
    char *warnings[GM_MOST_RISK_WARNINGS + 1]; /**< sentences, owned; NULL after the last */
} gm_risk;

/**
 * Adversarial risk E max over ‖u‖ ≤ r of the loss at x + u, from batch gradients alone.
 *
 * @param options  not NULL
 * @param out      owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT (an option out of range, a model without a closed form),
 *         GM_INVALID_INPUT (the file of weights), GM_OUT_OF_MEMORY, GM_CANCELLED,
 *         GM_NUMERICAL_FAILURE
 * Cost: 2 n d operations a gradient.
 */
GM_API GM_MUST_USE gm_status gm_risk_estimate(gm_context *context, const gm_dataset *dataset,
                                              const gm_risk_options *options, gm_risk **out);

/** Check the options as gm_risk_estimate() does and say what it would cost. */
GM_API GM_MUST_USE gm_status gm_risk_cost(gm_context *context, const gm_dataset *dataset,
                                          const gm_risk_options *options, gm_cost *out);

/** NULL is allowed. */
GM_API void gm_risk_destroy(gm_context *context, gm_risk *risk);

GM_END_DECLS

#endif
