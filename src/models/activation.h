/* Activations of networks. */
#ifndef GM_ACTIVATION_H
#define GM_ACTIVATION_H

#include "base/base.h"

typedef enum gm_activation {
    GM_ACTIVATION_TANH,
    GM_ACTIVATION_RELU,
    GM_ACTIVATION_SIN
} gm_activation;

/* Sums a [count] become activations, each by itself with tanh() of the C library; their slopes too,
   where `slope` is not NULL. */
void gm_activate(gm_activation act, int64_t count, double *a, double *slope);

/* The same of many at a time, tanh by gm_tanh(). */
void gm_activate_many(gm_activation act, gm_isa isa, int64_t count, double *a, double *slope);

/* The activation of that name, for a key `act` of model `model`. GM_INVALID_ARGUMENT. */
gm_status gm_activation_read(gm_context *context, const char *model, const char *name,
                             gm_activation *out) __attribute__((warn_unused_result));

#endif
