/* Estimators of curvature: what noise a batch gets, and what its gradients then say. One file an
   estimator, one line in estimators.c. */
#ifndef GM_ESTIMATOR_H
#define GM_ESTIMATOR_H

#include <gradiometer/spec.h>

#include "base/base.h"
#include "gradients/noise.h"

typedef struct gm_estimator {
    const char *name;
    const char *reason; /* a sentence: why one would choose it */
    int copies;         /* gradients of one batch */
    bool centered;      /* covariance, divisor k' − 1; otherwise second moment, divisor k' */
    bool injects;       /* puts noise on targets */
    bool calibrated;    /* the data's own label noise counts towards the total of n */
    /* The noise of one batch with that variance. */
    void (*plan)(double variance, gm_target_noise *out);
    /* gradients [copies][d] of one batch → its noise vector [d] and its clean gradient [d]. */
    void (*extract)(int64_t d, const double *gradients, double *vector, double *clean);
    /* What the moment of the noise vectors is divided by to become the curvature. */
    double (*divisor)(double batch_size, double variance, double label_noise);
} gm_estimator;

extern const gm_estimator gm_estimator_paired;
extern const gm_estimator gm_estimator_calibrated;
extern const gm_estimator gm_estimator_none;

/* The estimator that a specification names; "auto" chooses and says why.
   GM_UNAVAILABLE for those of later versions, GM_INVALID_ARGUMENT for unknown ones. */
gm_status gm_estimator_choose(gm_context *context, const char *text, const gm_estimator **out,
                              const char **reason) __attribute__((warn_unused_result));

#endif
