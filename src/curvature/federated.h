/* Recovery from clients: each runs the pass of gradients on its own data, and sends moments. The
   derivations are in docs/theory/clients.md. */
#ifndef GM_FEDERATED_H
#define GM_FEDERATED_H

#include "curvature/plan.h"
#include "curvature/predict.h"
#include "gradients/clients.h"

/* What a client answers. */
extern const gm_client_duty gm_client_moments_duty;

/*
 * The pass of gradients at all clients in place of gm_stream_run(): the mean of their estimates,
 * weighted by their rows.
 *   plan       its batches are dealt out in proportion to the rows; on return they are those of the
 *              clients that answered
 *   model      specification
 *   weights    [d]
 *   predictor  sees vectors of every client; may be NULL
 *   capacity   vectors that it keeps
 *   hessian    [d][d], to be released by gm_release()
 *   gradient   [d] of the clean gradient
 * GM_INVALID_ARGUMENT (fewer batches than clients can do with), as gm_clients_ask().
 */
gm_status gm_federated_pass(gm_clients *clients, gm_plan *plan, const char *model,
                            const double *weights, gm_predictor *predictor, int64_t capacity,
                            double **hessian, double *gradient) __attribute__((warn_unused_result));

#endif
