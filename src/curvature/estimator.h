/* Estimators of curvature: what noise a batch gets, and what its gradients then say. One file an
   estimator, one line in estimators.c. */
#ifndef GM_ESTIMATOR_H
#define GM_ESTIMATOR_H

#include <gradiometer/spec.h>

#include "base/base.h"
#include "gradients/source.h"

typedef struct gm_estimator gm_estimator;

/* What an estimator may correct after the pass, and what it may ask for. */
typedef struct gm_correction {
    gm_context *context;
    gm_supply *supply; /* for further batches, from number `next_batch` on */
    gm_source_seeds seeds;
    int64_t next_batch, probes; /* batches set aside by the plan, of the estimator's own kind */
    int64_t vectors;            /* k' behind the hessian */
    double noise_variance, label_noise;
    double mean_loss;            /* over all copies; NaN where the source has none */
    const double *mean_gradient; /* [d] of the clean gradient */
    double *hessian;             /* [d][d], corrected in place */
    double spread;     /* root mean square, in the operator norm, of what it adds to the error */
    double scale;      /* by which the correction multiplied the noise vectors' moment */
    char warning[512]; /* a sentence to be passed on, or "" */
} gm_correction;

typedef struct gm_estimator_kind {
    const char *name;
    const char *reason; /* a sentence: why one would choose it */
    bool centered;      /* covariance, divisor k' − 1; otherwise second moment, divisor k' */
    bool injects;       /* puts noise on targets */
    bool calibrated;    /* the data's own label noise counts towards the total of n */
    bool affine;        /* relies on gradients that are affine in the targets */
    /* Read the parameters of the specification, check them against the supply, set copies and
       vectors. GM_INVALID_ARGUMENT. */
    gm_status (*configure)(gm_context *context, const gm_spec *spec, const gm_supply *supply,
                           gm_estimator *self);
    /* The noise of one batch with that variance; the law is set by the caller. */
    void (*plan)(const gm_estimator *self, double variance, gm_target_noise *out);
    /* gradients [copies][d] of one batch → its noise vectors [vectors][d] and its clean gradient
       [d]. */
    void (*extract)(const gm_estimator *self, int64_t d, const double *gradients, double *vectors,
                    double *clean);
    /* What the moment of the noise vectors is divided by to become the curvature. */
    double (*divisor)(const gm_estimator *self, double batch_size, double variance,
                      double label_noise);
    /* Variance to inject where none is asked for; NULL: n, less the label noise where calibrated.
     */
    double (*variance)(const gm_estimator *self, double batch_size);
    /* Gradients of a budget to set aside for probes; NULL: none. */
    int64_t (*probes)(const gm_estimator *self, int64_t gradients);
    /* Correct the estimate; NULL: nothing to correct. */
    gm_status (*correct)(const gm_estimator *self, gm_correction *correction);
} gm_estimator_kind;

/* An estimator with its parameters; a plain value. */
struct gm_estimator {
    const gm_estimator_kind *kind;
    int copies;      /* gradients of one batch */
    int vectors;     /* noise vectors of one batch */
    double loudness; /* loud: variance over n */
};

extern const gm_estimator_kind gm_estimator_paired;
extern const gm_estimator_kind gm_estimator_fanout;
extern const gm_estimator_kind gm_estimator_loud;
extern const gm_estimator_kind gm_estimator_gaussian;
extern const gm_estimator_kind gm_estimator_calibrated;
extern const gm_estimator_kind gm_estimator_none;

/* The specification of an estimator that was chosen, of the kinds that nothing corrects. */
void gm_estimator_text(const gm_estimator *estimator, size_t size, char *out);

/*
 * The estimator that a specification names; "auto" chooses and says why.
 *   supply     where gradients come from
 *   gradients  the budget; 0: as many as needed
 * GM_INVALID_ARGUMENT where it is unknown or does not fit the supply.
 */
gm_status gm_estimator_choose(gm_context *context, const char *text, const gm_supply *supply,
                              int64_t gradients, gm_estimator *out, const char **reason)
    __attribute__((warn_unused_result));

#endif
