/* Which noise the targets of one batch get, copy by copy. */
#ifndef GM_NOISE_H
#define GM_NOISE_H

#include "base/base.h"

enum { GM_MAX_COPIES = 64 };

/*
 * Copy c of a batch has targets y_i + sign[c] √variance ε_{i, draw[c]}, ε standard normal and
 * independent over rows i and draws. Paired: two copies of one draw, signs + and −. Plain: sign 0.
 */
typedef struct gm_target_noise {
    double variance;
    int copies; /* 1 … GM_MAX_COPIES */
    int draws;  /* independent noise vectors of a batch, 0 … copies */
    int draw[GM_MAX_COPIES];
    double sign[GM_MAX_COPIES];
} gm_target_noise;

#endif
