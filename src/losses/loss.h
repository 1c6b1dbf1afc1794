/* Losses L(z, y) of one model output z and a target y. One file a loss, one line in table.c. */
#ifndef GM_LOSS_H
#define GM_LOSS_H

#include "base/base.h"

typedef struct gm_loss {
    const char *name;
    /* L(z, y). */
    double (*value)(double z, double y);
    /* ∂L/∂z at (z, y). */
    double (*residual)(double z, double y);
    /* ∂²L/∂z² at (z, y), ≥ 0: the weight of a row in the generalised Gauss–Newton matrix. */
    double (*curvature)(double z, double y);
} gm_loss;

extern const gm_loss gm_loss_squared; /* ½ (z − y)² */

/* The loss of that name, or NULL. */
const gm_loss *gm_loss_find(const char *name);

/* Loss number i of the table, or NULL past its end. */
const gm_loss *gm_loss_at(int i);

#endif
