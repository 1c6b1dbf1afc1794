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
    int64_t num_gradients; /**< batch gradients to evaluate; 0: 16 d, at least 1024, with an
                                intercept 4096 */
    double radius;         /**< r ≥ 0, finite */
    gm_risk_norm norm;
    const char *residual; /**< where the power of the residual comes from: "auto", "intercept",
                               "gaussian", "losses"; NULL: "auto" */
    uint64_t seed;
    bool compare; /**< compute the risk from the data as well */
} gm_risk_options;

/** Risk at one radius of the curve. */
typedef struct gm_risk_point {
    double radius;
    double value, low, high; /**< as adversarial_risk.value, low and high of gm_risk */
    double exact;            /**< NaN unless compared */
} gm_risk_point;

/** What gm_risk_estimate() found. Undefined members are NaN. */
typedef struct gm_risk {
    const char *model, *at, *norm; /**< static */
    const char *residual; /**< where the power of the residual came from: "intercept", "gaussian" or
                               "losses" */
    const char *reason;   /**< why from there, a sentence, static */
    int64_t dimension, batch_size;
    int64_t gradients; /**< batch gradients evaluated */
    double radius;
    double dual_norm; /**< ‖w‖_q of the weights on inputs, 1/p + 1/q = 1, the intercept left out */
    gm_estimate residual_power; /**< E ρ², ρ = z − y, for logistic p − y; NaN for logistic without
                                     an intercept */
    gm_estimate loss_power;    /**< linear: twice the mean of the recorded losses, the same power */
    gm_estimate residual_mean; /**< E ρ; NaN without an intercept */
    gm_estimate clean_risk;    /**< linear: E ρ², no ½; logistic: the mean loss */
    gm_estimate adversarial_risk; /**< its value takes a residual to be Gaussian, a logistic model
                                       to be calibrated; the error is that of sampling alone */
    double low, high; /**< interval of the adversarial risk for any law of the residual, the error
                           of sampling included at 95 % */
    double exact, exact_clean;                 /**< from the data; NaN unless compared */
    gm_risk_point *curve;                      /**< [curve_points], radius 0 to 2 r; owned */
    int64_t curve_points;                      /**< 0 where r is 0 */
    double seconds_gradients, seconds_compare; /**< wall time by stage */
    char *warnings[GM_MOST_RISK_WARNINGS + 1]; /**< sentences, owned; NULL after the last */
} gm_risk;

/**
 * Adversarial risk E max over ‖u‖ ≤ r of the loss at x + u, from batch gradients alone.
 *
 * With c = r‖w‖_q, least squares without its ½ has the risk s² + 2c E|ρ| + c², s² = E ρ², where
 * |E ρ| ≤ E|ρ| ≤ s, and E|ρ| = s√(2/π) for a Gaussian residual. The gradient of an intercept b has
 * s² = n Var(g_b) + (E g_b)² for any law; without one s² = [tr(H⁻¹C) − ḡᵀH⁻¹ḡ]/d for zero-mean
 * Gaussian inputs of second moments H, C = n Cov(g), or twice the recorded loss (for Gaussian
 * inputs beside an intercept 2ḡ_b² more in the bracket). A logistic model
 * has L + E log(1 + |ρ|(e^c − 1)), L its recorded loss, which s² and L − E wᵀg bound from both
 * sides [docs/theory/risk.md].
 *
 * @param options  not NULL
 * @param out      owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT (an option out of range, a model without a closed form, a residual
 *         that these data do not have), GM_INVALID_INPUT (the file of weights),
 *         GM_OUT_OF_MEMORY, GM_CANCELLED, GM_NUMERICAL_FAILURE
 * Cost: 2 n d operations a gradient; "gaussian" d² more, and 10 d³. Memory: 3 numbers a gradient,
 * "gaussian" 8 d² and 2048 d more.
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
