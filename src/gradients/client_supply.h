/* Batch gradients that are sums of what clients send. */
#ifndef GM_CLIENT_SUPPLY_H
#define GM_CLIENT_SUPPLY_H

#include "gradients/clients.h"

/*
 * Batches of n rows of all clients that are left, drawn with replacement, at weights [d]
 * (borrowed). Noise of the link-aware law; no losses. What a source hands out must not be asked for
 * in a task.
 */
gm_status gm_client_supply_create(gm_clients *clients, const gm_model *model,
                                  const char *specification, const double *weights,
                                  int64_t batch_size, gm_supply **out)
    __attribute__((warn_unused_result));

#endif
