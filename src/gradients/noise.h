/* Which noise the targets of one batch get, copy by copy. */
#ifndef GM_NOISE_H
#define GM_NOISE_H

#include "base/base.h"

enum { GM_MAX_COPIES = 64 };

/* The law of one draw of noise u [n][c]; each has covariance 1 (PLAIN) or ∂²L/∂z² (LINK, SAMPLED).
 */
typedef enum gm_noise_law {
    GM_NOISE_LINK,    /* R u, R Rᵀ = ∂²L/∂z², u standard normal: recovers Gauss–Newton */
    GM_NOISE_PLAIN,   /* u standard normal, the same at every output */
    GM_NOISE_SAMPLED, /* a target drawn from the model's own law, less its mean */
    GM_NOISE_ONES,    /* 1 everywhere: half the difference of a pair is then −Σ_i J_iᵀ1/n */
    GM_NOISE_ROWS /* draw r is 1 at row r and 0 elsewhere: the difference to the clean gradient is
                     −J_rᵀ1/n; at most n draws */
} gm_noise_law;

/*
 * Copy c of a batch has targets y_i + sign[c] √variance ε_{i, draw[c]}, ε of the law and
 * independent over rows i and draws. Paired: two copies of one draw, signs + and −. Plain: sign 0.
 */
typedef struct gm_target_noise {
    gm_noise_law law;
    double variance;
    int copies; /* 1 … GM_MAX_COPIES */
    int draws;  /* independent noise vectors of a batch, 0 … copies */
    int draw[GM_MAX_COPIES];
    double sign[GM_MAX_COPIES];
} gm_target_noise;

/*
 * Every draw of a batch before its law shapes it: standard normal numbers, or those of a law that
 * is not random. out [draws][n][c].
 */
void gm_noise_draw(const gm_context *context, const gm_target_noise *noise, uint64_t seed,
                   int64_t batch, int64_t n, int64_t c, double *out);

#endif
