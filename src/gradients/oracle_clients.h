/* The oracle of training where the rows are at clients. Functions as those of oracle.h without
   penalty and counts; every client is asked for its share of the rows, and means are weighted by
   rows. Clients that fail are left out, rows and all. */
#ifndef GM_ORACLE_CLIENTS_H
#define GM_ORACLE_CLIENTS_H

#include "gradients/clients.h"

typedef struct gm_remote gm_remote;

/*
 * Have every client make the model.
 *   clients  borrowed
 *   model    specification
 */
gm_status gm_remote_open(gm_clients *clients, const char *model, int64_t dimension, gm_remote **out)
    __attribute__((warn_unused_result));

/* NULL is allowed. */
void gm_remote_destroy(gm_remote *remote);

/* Mean loss and gradient [d] of rows index[0] … index[n−1], those before `cut` and those from it
   on: losses [2], gradients [2][d]. index NULL: all rows, cut 0. */
gm_status gm_remote_gradient(gm_remote *remote, const double *w, int64_t n, const int64_t *index,
                             int64_t cut, double *losses, double *gradients)
    __attribute__((warn_unused_result));

/* As gm_oracle_noised(). */
gm_status gm_remote_noised(gm_remote *remote, const double *w, int64_t n, const int64_t *index,
                           int m, uint64_t seed, int64_t batch, double *loss, double *gradient,
                           double *vectors) __attribute__((warn_unused_result));

/*
 * The gradients of a batch of n rows under noise on its targets, each the sum of what the clients
 * send: of their parts nothing is known here. Covariance of the noise of one: variance / n times
 * the curvature.
 *   noise  its law GM_NOISE_LINK
 *   out    [copies][d]
 *   whole  receives whether the rows of the batch are all in the sums: otherwise clients that had
 *          some of them are not there any more
 */
gm_status gm_remote_copies(gm_remote *remote, const double *w, int64_t n, const int64_t *index,
                           const gm_target_noise *noise, uint64_t seed, int64_t batch, double *out,
                           bool *whole) __attribute__((warn_unused_result));

/* As gm_oracle_evaluate(). */
gm_status gm_remote_evaluate(gm_remote *remote, int count, const double *const *weights,
                             double *losses, double *accuracies)
    __attribute__((warn_unused_result));

/* As gm_oracle_curvature_product(). */
gm_status gm_remote_curvature(gm_remote *remote, const double *w, const double *v, double *out)
    __attribute__((warn_unused_result));

#endif
