/* Losses L(z, y) of one model output z and a target y. One file a loss, one line in table.c. */
#ifndef GM_LOSS_H
#define GM_LOSS_H

#include "base/base.h"

/* One of the functions of a loss at n points: z, y, out [n]; out may be z or y. */
typedef void gm_loss_function(int64_t n, const double *z, const double *y, double *out);

typedef struct gm_loss {
    const char *name;
    gm_loss_function *value;    /* L(z, y) */
    gm_loss_function *residual; /* ∂L/∂z, affine in y */
    gm_loss_function
        *curvature; /* ∂²L/∂z² ≥ 0: a row's weight in the generalised Gauss–Newton matrix */
} gm_loss;

extern const gm_loss gm_loss_squared; /* ½ (z − y)² */

/* The loss of that name, or NULL. */
const gm_loss *gm_loss_find(const char *name);

/* Loss number i of the table, or NULL past its end. */
const gm_loss *gm_loss_at(int i);

#endif
