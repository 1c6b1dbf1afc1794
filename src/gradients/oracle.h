/* Gradients and losses of a model on a data set at any weights, counted: what training sees. */
#ifndef GM_ORACLE_H
#define GM_ORACLE_H

#include <gradiometer/data.h>

#include "base/archive.h"
#include "gradients/clients.h"
#include "gradients/noise.h"
#include "models/model.h"

typedef struct gm_oracle gm_oracle;

/* Zero-initialise. */
typedef struct gm_oracle_options {
    int64_t batch_size;        /* n, 1 … rows */
    double l2;                 /* λ of λ/2 ‖w‖², biases and the intercept left out */
    gm_clients *clients;       /* that have the rows, borrowed; NULL: they are here */
    const char *specification; /* of the model, for them */
} gm_oracle_options;

/*
 *   dataset, model, targets  borrowed; targets [rows] numbers, or indices of classes
 * Memory on each thread: 64 rows and what the model needs for them; besides 8 d (n/64 + 64) bytes,
 * and for noised gradients (m + 1) d n/64 numbers.
 */
gm_status gm_oracle_create(gm_context *context, const gm_dataset *dataset, const gm_model *model,
                           const double *targets, const gm_oracle_options *options, gm_oracle **out)
    __attribute__((warn_unused_result));

/* NULL is allowed. */
void gm_oracle_destroy(gm_oracle *oracle);

int64_t gm_oracle_dimension(const gm_oracle *oracle);
int64_t gm_oracle_rows(const gm_oracle *oracle);
int64_t gm_oracle_batch_size(const gm_oracle *oracle);
const gm_model *gm_oracle_model(const gm_oracle *oracle);
gm_context *gm_oracle_context(const gm_oracle *oracle);

/* Penalty on each weight, λ or 0: [d], borrowed. */
const double *gm_oracle_penalty(const gm_oracle *oracle);

/* What a gradient of n rows takes, with m noised ones beside it; what losses of n rows at `count`
   weights do. */
gm_work gm_oracle_gradient_work(const gm_model *model, int64_t n, int m);
gm_work gm_oracle_evaluate_work(const gm_model *model, int64_t n, int count);

/* And a curvature product over n rows. */
gm_work gm_oracle_product_work(const gm_model *model, int64_t n);

/* Batch gradients handed out so far: rows over n. Those of noise and of their clean companions
   count as both. */
typedef struct gm_oracle_count {
    double all, curvature;
} gm_oracle_count;

gm_oracle_count gm_oracle_counted(const gm_oracle *oracle);
void gm_oracle_exchange(gm_oracle *oracle, gm_archive *archive); /* the counts */
void gm_oracle_reset(gm_oracle *oracle);                         /* back to none */

/*
 * Mean loss of the rows index[0] … index[n−1] at w, and its gradient, penalty included. Counts n
 * rows. Sums of 64 rows by BLAS and then in their order: the bits depend on n alone.
 *   gradient  [d]
 *   halves    [2][d], gradients of the first n/2 rows and of the next n/2, or NULL
 */
gm_status gm_oracle_gradient(gm_oracle *oracle, const double *w, int64_t n, const int64_t *index,
                             double *loss, double *gradient, double *halves)
    __attribute__((warn_unused_result));

/*
 * The clean gradient of a batch, without penalty, and what noise of variance n and covariance
 * n ∂²L/∂z² on its targets adds to it, m times: vectors [m][d] of second moment the generalised
 * Gauss–Newton matrix. Counts m + 1 gradients, all for curvature. `seed`, `batch` address the
 * noise.
 */
gm_status gm_oracle_noised(gm_oracle *oracle, const double *w, int64_t n, const int64_t *index,
                           int m, uint64_t seed, int64_t batch, double *loss, double *gradient,
                           double *vectors) __attribute__((warn_unused_result));

/* Loss over all rows and its gradient [d]. Counts N/n. */
gm_status gm_oracle_full(gm_oracle *oracle, const double *w, double *loss, double *gradient)
    __attribute__((warn_unused_result));

/* Loss over all rows, penalty included, and share of rows whose class is right (NaN where targets
   are not classes), of `count` weights [count][d] in one pass. Not counted. */
gm_status gm_oracle_evaluate(gm_oracle *oracle, int count, const double *const *weights,
                             double *losses, double *accuracies)
    __attribute__((warn_unused_result));

/* out = (generalised Gauss–Newton matrix over all rows at w, and penalty) v. Not counted: for the
   optimum that runs are judged by. */
gm_status gm_oracle_curvature_product(gm_oracle *oracle, const double *w, const double *v,
                                      double *out) __attribute__((warn_unused_result));

#endif
