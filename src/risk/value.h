/* From what the gradients say to the adversarial risk at a size c = r‖w‖_q of the attack. */
#ifndef GM_RISK_VALUE_H
#define GM_RISK_VALUE_H

#include "risk/bounds.h"
#include "risk/power.h"

/* What a pass says. Undefined estimates are NaN. */
typedef struct gm_risk_facts {
    gm_residual_source source;
    gm_estimate power; /* E ρ² */
    gm_estimate mean;  /* E ρ */
    gm_estimate loss;  /* mean loss, with its ½ for least squares */
    gm_estimate entropy; /* logistic: E [−q log q − (1−q) log(1−q)] = E loss − E wᵀg, q = |ρ| */
} gm_risk_facts;

typedef struct gm_risk_value {
    gm_estimate estimate;
    double low, high; /* for any law of the residual, sampling included */
} gm_risk_value;

/* Of the three numbers that an interval is made of, each may leave its own with this probability on
   one side: together 2.5 %. */
extern const double gm_risk_side;

gm_risk_value gm_linear_value(const gm_risk_facts *facts, double c);

/*
 * Cost: some 4000 passes over the grid, whose objective is overwritten. The grid's `first` is the
 * square where the power is known and the loss otherwise.
 */
gm_risk_value gm_logistic_value(const gm_risk_facts *facts, gm_moment_grid *grid, double c);

/* log(1 + e^(c − m)) − log(1 + e^−m): what an attack adds to the loss at a margin m. */
double gm_logistic_gain(double margin, double c);

/* What it adds on average to a model that is calibrated, of E ρ² = power: the middle of bounds that
   are a few percent apart. */
double gm_calibrated_gain(double power, double c);

#endif
