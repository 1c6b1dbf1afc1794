/* Options of a risk, checked and with every default filled in. */
#ifndef GM_RISK_PLAN_H
#define GM_RISK_PLAN_H

#include <gradiometer/risk.h>

#include "curvature/estimator.h"
#include "curvature/problem.h"

typedef enum gm_residual_source {
    GM_RESIDUAL_INTERCEPT,
    GM_RESIDUAL_GAUSSIAN,
    GM_RESIDUAL_LOSSES
} gm_residual_source;

typedef struct gm_risk_plan {
    gm_residual_source source;
    const char *reason;
    bool automatic;         /* the source was not asked for */
    bool logistic;          /* otherwise least squares */
    int64_t intercept;      /* the column of ones; −1: none */
    int64_t dimension;      /* d */
    int64_t batch_size;     /* n */
    int64_t batches;        /* k */
    gm_estimator estimator; /* what is done to the targets of a batch */
    gm_target_noise noise;
    gm_source_seeds seeds;
    double radius;
    gm_risk_norm norm;
    bool compare;
} gm_risk_plan;

/* Check options. Statuses as gm_risk_estimate(). */
gm_status gm_risk_plan_make(gm_context *context, const gm_problem *problem,
                            const gm_risk_options *options, gm_risk_plan *out)
    __attribute__((warn_unused_result));

/* The options of the problem behind a risk: model, point, batch size. */
gm_recover_options gm_risk_problem_options(const gm_risk_options *options);

const char *gm_residual_name(gm_residual_source source);

/* The first column whose entries are all 1, or −1. Reads rows until no column can be one. */
gm_status gm_intercept_column(gm_context *context, const gm_dataset *dataset, int64_t *out)
    __attribute__((warn_unused_result));

#endif
