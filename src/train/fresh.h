/* Batches that are drawn afresh for one target of a class, and plain descent on them. */
#ifndef GM_TRAIN_FRESH_H
#define GM_TRAIN_FRESH_H

#include "informativeness/meter.h"

typedef struct gm_fresh {
    const gm_meter *meter; /* borrowed; its weights are not used */
    int64_t batch;         /* rows drawn at a time, even */
    double *target;        /* description of the one target */
    double *x;             /* [batch][n] as drawn, then as a model sees them */
    double *y, *z, *error; /* [batch] labels, outputs, losses or draws */
    double *residual;      /* [batch] */
    double *scratch;       /* room of the model, scratch of the targets */
} gm_fresh;

/* The first target that the class draws. GM_OUT_OF_MEMORY. */
gm_status gm_fresh_create(const gm_meter *meter, int64_t batch, gm_fresh **out)
    __attribute__((warn_unused_result));
void gm_fresh_destroy(gm_fresh *fresh);

/* Draw batch number b of the stream with its labels. */
void gm_fresh_draw(gm_fresh *fresh, int64_t b);

/* Mean loss of what was drawn, and the mean gradients of its halves: first, second [parameters]. */
double gm_fresh_gradients(gm_fresh *fresh, const double *weights, double *first, double *second);

/* Mean loss over batches first … first+count−1. */
double gm_fresh_loss(gm_fresh *fresh, const double *weights, int64_t first, int64_t count);

/* Loss of the best constant over those batches and the standard error of it. GM_OUT_OF_MEMORY. */
gm_status gm_fresh_baseline(gm_fresh *fresh, int64_t first, int64_t count, double *loss,
                            double *std_error) __attribute__((warn_unused_result));

/* A quarter of the rate beyond which steps grow at these weights: ½ / (largest curvature of the
   loss × largest eigenvalue of E J Jᵀ, from `rows` inputs). GM_OUT_OF_MEMORY, GM_CANCELLED,
   GM_NUMERICAL_FAILURE. */
gm_status gm_fresh_rate(gm_meter *meter, double *out) __attribute__((warn_unused_result));

#endif
