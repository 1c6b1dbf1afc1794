/* Least squares with inputs of a known law, seen at a known distance from its optimum. */
#ifndef GM_EXPERIMENTS_LINEAR_H
#define GM_EXPERIMENTS_LINEAR_H

#include "record.h"

/* Laws of the inputs, all of mean 0. */
enum law {
    GAUSSIAN,       /* N(0, I) */
    DECAYING,       /* N(0, Q diag(1, 1/2, …, 1/d) Qᵀ), Q a rotation */
    RADEMACHER,     /* independent ±1 */
    SPARSE,         /* independent, 0 but for one in eight, then ±√8 */
    STUDENT,        /* N(0, I) over the root of χ²(5)/3 common to a row: t(5) of variance 1 */
    CORRELATED,     /* N(0, Σ), Σ_ij = .9^|i−j| */
    RANK_DEFICIENT, /* N(0, P), P a projection on half the dimensions */
    LAWS
};

extern const char *const law_names[LAWS];

struct linear {
    gm_context *context;
    int64_t rows, d;
    double *x;         /* [rows][d] */
    double *targets;   /* [rows], room for */
    double *moments;   /* [d][d] XᵀX / rows: the truth */
    double *direction; /* [d], u with uᵀ moments u = 1 */
};

/* Draw inputs; `linear_destroy` also after a failure. GM_OUT_OF_MEMORY */
GM_MUST_USE gm_status linear_create(gm_context *context, enum law law, int64_t rows, int64_t d,
                                    uint64_t seed, struct linear *out);
void linear_destroy(struct linear *linear);

/* Targets y = distance ⟨u, x⟩ + N(0, label_noise), so that the weights 0 are at that distance from
   the optimum in the norm of the second moments. */
GM_MUST_USE gm_status linear_targets(struct linear *linear, double distance, double label_noise,
                                     uint64_t seed, gm_dataset **out);

/* Relative operator norm of the bias that noise of that variance leaves to `calibrated` at that
   distance: (R² H + H δδᵀ H)/v, δ = R u. For Gaussian inputs [docs/theory/estimators.md]. */
GM_MUST_USE gm_status linear_bias(const struct linear *linear, double distance, double variance,
                                  double *out);

struct outcome {
    gm_recovery_error error;
    gm_recovery_error
        raw; /* the same before the division by (v + label noise)/n, where v is given */
    double predicted, low, high; /* of the relative operator error */
    bool tails_told;             /* a warning names heavy tails */
    int64_t rank;
};

/*
 * Recover at weights 0 and compare with the truth.
 *   factor  the estimate is multiplied by it before it is compared; 0: what makes the traces equal
 */
GM_MUST_USE gm_status linear_measure(struct record *record, const struct linear *linear,
                                     const gm_dataset *dataset, const gm_recover_options *options,
                                     double factor, struct outcome *out);

#endif
