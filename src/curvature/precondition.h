/* The inverse of a recovered curvature, applied to gradients. docs/theory/precondition.md. */
#ifndef GM_PRECONDITION_H
#define GM_PRECONDITION_H

#include "base/archive.h"
#include "base/base.h"
#include "models/model.h"

/*
 * Forms that the curvature is kept in:
 *   full       S [d][d], any spectrum: S + damping by Cholesky, its diagonal brought to 1 first
 *   kronecker  layer by layer A ⊗ B, A over a layer's inputs (and bias), B over its outputs: for
 *              second moments of noise vectors G [out][in] of a layer, E GᵀG = A tr B and
 *              E GGᵀ = B tr A, so that each gradient gives `out` vectors for A and `in` for B
 *   low-rank   the span of the vectors and a multiple of the identity, by Woodbury
 */
typedef enum gm_precondition_form {
    GM_PRECONDITION_FULL,
    GM_PRECONDITION_KRONECKER,
    GM_PRECONDITION_LOW_RANK
} gm_precondition_form;

typedef struct gm_preconditioner gm_preconditioner;

/* An empty one. `model` gives the layers, borrowed; kronecker needs them. `penalty` [d], λ of each
   weight, borrowed: known curvature that need not be recovered; NULL: none. */
gm_status gm_preconditioner_create(gm_context *context, gm_precondition_form form,
                                   const gm_model *model, const double *penalty,
                                   int64_t most_vectors, gm_preconditioner **out)
    __attribute__((warn_unused_result));

/* Take noise vectors [count][d] of second moment the curvature. Kept ones fade: what came before
   counts `keep` times, in [0, 1]. */
gm_status gm_preconditioner_add(gm_preconditioner *self, int64_t count, const double *vectors,
                                double keep) __attribute__((warn_unused_result));

/*
 * Make the inverse from what was taken.
 *   damping  over the largest eigenvalue, ≥ 0: added to the recovered curvature
 * full: raised a hundredfold, from 1e-14 at least, until Cholesky succeeds. GM_UNDEFINED where no
 * vector was taken or all are zero.
 */
gm_status gm_preconditioner_factor(gm_preconditioner *self, double damping)
    __attribute__((warn_unused_result));

/* out = P⁻¹ g, [d]; out may be g. Cost: d² (full), 2 d (in + out) (kronecker), 2 d k' (low-rank).
 */
void gm_preconditioner_apply(const gm_preconditioner *self, const double *g, double *out);

/* What factor() found of the recovered curvature: NaN before it. */
typedef struct gm_precondition_facts {
    int64_t vectors;  /* k' behind it; of kronecker, those of the layer with fewest for its size */
    double ratio;     /* k' over the dimension they must span */
    double largest;   /* eigenvalue */
    double condition; /* number; NaN where the estimate is singular */
    double damping;   /* that was used, over the largest */
} gm_precondition_facts;

gm_precondition_facts gm_preconditioner_facts(const gm_preconditioner *self);

/* Vectors taken and their fading, both ways; factor() afterwards. */
void gm_preconditioner_exchange(gm_preconditioner *self, gm_archive *archive);

/* NULL is allowed. */
void gm_preconditioner_destroy(gm_preconditioner *self);

#endif
