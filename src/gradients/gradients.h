/* The inside of gm_gradients: a supply and what was recorded, if anything was. */
#ifndef GM_GRADIENTS_H
#define GM_GRADIENTS_H

#include <gradiometer/gradients.h>

#include "gradients/source.h"

/* Gradients in memory, [batches][copies][d]. */
typedef struct gm_recorded {
    int64_t batches, dimension;
    int copies; /* 2 with targets y+e and y−e, otherwise 1 */
    const double *values;
} gm_recorded;

struct gm_gradients {
    gm_context *context;
    const char *source;   /* "file" or "function" */
    gm_supply *supply;    /* owned */
    gm_recorded recorded; /* values NULL for a function */
    double *values;       /* owned, or NULL */
    gm_array *array;      /* owned, or NULL */
};

/* A supply of what was recorded, which is borrowed. */
gm_status gm_recorded_supply_create(gm_context *context, const gm_recorded *recorded,
                                    int64_t batch_size, gm_supply **out)
    __attribute__((warn_unused_result));

#endif
