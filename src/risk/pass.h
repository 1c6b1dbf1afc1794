/* One pass over batches: what the gradients and losses of each say, and their moments. */
#ifndef GM_RISK_PASS_H
#define GM_RISK_PASS_H

#include "risk/plan.h"

/* Batches whose vectors are kept to find the error of the Gaussian form. */
enum { GM_RISK_KEPT = 1024 };

typedef struct gm_risk_pass {
    int64_t batches;  /* k */
    double *losses;   /* [k] mean loss of a batch, clean targets */
    double *entropy;  /* [k] the loss less ⟨w, g⟩ */
    double *residual; /* [k] gradient of the intercept; NULL where there is none */
    /* For the Gaussian form alone, else NULL: */
    double *mean;    /* [d] of the clean gradients g */
    double *scatter; /* [d][d] Σ (g − ḡ)(g − ḡ)ᵀ */
    double *moments; /* [d][d] second moments of the inputs, recovered: uncentred, of k vectors */
    double *clean;   /* [kept][d] g of the first batches */
    double *noise;   /* [kept][d] their noise vectors, of second moment `moments` */
    int64_t kept;
} gm_risk_pass;

/* Evaluate all batches at the problem's weights. `out` is to be released also after a failure. */
gm_status gm_risk_pass_run(gm_context *context, const gm_problem *problem, const gm_risk_plan *plan,
                           gm_risk_pass *out) __attribute__((warn_unused_result));

void gm_risk_pass_release(gm_context *context, gm_risk_pass *pass);

#endif
