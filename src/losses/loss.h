/* Losses L(z, y) of the c outputs z of a model and c targets y. One file a loss, one line in
   table.c. */
#ifndef GM_LOSS_H
#define GM_LOSS_H

#include "base/base.h"

/*
 * Every array is [n][c], one row a sample, and `out` may be any of the inputs.
 *
 * Losses marked `affine` are affine in the target with ∂²L/∂z∂y = −I (squared loss, and the
 * canonical links with soft labels): noise e on the target enters the residual as −e, whatever z
 * is. Noise of covariance H = ∂²L/∂z² then makes the noise of the gradient have the covariance of
 * the generalised Gauss–Newton matrix. That is what `root` and `sampled` are for.
 *
 * With one output every loss has a residual ∂L/∂z = base(z) + Re(slope(z) feature(y)), so that its
 * mean over label noise and over targets is known from those of the feature.
 */
typedef struct gm_complex {
    double re, im;
} gm_complex;

typedef struct gm_loss {
    const char *name;
    bool affine;
    bool classes; /* targets are classes: 0 or 1 for c = 1, otherwise one-hot */
    /* L of each row: out [n]. */
    void (*value)(int64_t n, int c, const double *z, const double *y, double *out);
    /* ∂L/∂z. */
    void (*residual)(int64_t n, int c, const double *z, const double *y, double *out);
    /* The residual's parts, and the feature of a target, where c = 1; NULL where c must be more. */
    void (*parts)(double z, double *base, gm_complex *slope);
    gm_complex (*feature)(double y);
    /* Where affine, otherwise NULL: R u with R Rᵀ = ∂²L/∂z² at z, row by row: shapes standard
     * normal u into link-aware noise. */
    void (*root)(int64_t n, int c, const double *z, const double *u, double *out);
    /* Where affine: a target drawn from the model's own law at z minus its mean, from standard
       normal u: of covariance ∂²L/∂z² too, but not Gaussian unless the law is. */
    void (*sampled)(int64_t n, int c, const double *z, const double *u, double *out);
    /* Where affine: ∂²L/∂z_a∂z_b of each row: out [n], which may not be z. */
    void (*curvature)(int64_t n, int c, const double *z, int a, int b, double *out);
    /* Where affine: ∂²L/∂z² u, row by row. */
    void (*product)(int64_t n, int c, const double *z, const double *u, double *out);
} gm_loss;

extern const gm_loss gm_loss_squared;  /* ½ ‖z − y‖² */
extern const gm_loss gm_loss_logistic; /* log(1 + e^z) − y z, c = 1; y may leave [0, 1] */
extern const gm_loss gm_loss_cosine;   /* −cos 2π(z − y), for phases, c = 1; not affine */
extern const gm_loss gm_loss_softmax;  /* log Σ_j e^z_j − ⟨y, z⟩; y need not sum to 1 */

/* The loss of that name, or NULL. */
const gm_loss *gm_loss_find(const char *name);

/* Loss number i of the table, or NULL past its end. */
const gm_loss *gm_loss_at(int i);

#endif
