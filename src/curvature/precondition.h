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

/* "full", "kronecker" or "low-rank", static; NULL past the last form. */
const char *gm_precondition_form_name(int form);

typedef struct gm_preconditioner gm_preconditioner;

/*
 * An empty one.
 *   model         gives d and the layers, borrowed; the layers of kronecker hold every weight
 *   penalty       [d] λ ≥ 0 of each weight, borrowed: known curvature that need not be recovered;
 *                 NULL: none. kronecker takes the mean over the outputs of each input's.
 *   most_vectors  that low-rank keeps, the newest
 * Memory: 2 d² numbers (full, and 1 d² in factor()), 2 (in² + out²) a layer (kronecker, where a
 * side over 4096 keeps its diagonal alone), most_vectors d (low-rank). GM_INVALID_ARGUMENT,
 * GM_OUT_OF_MEMORY.
 */
gm_status gm_preconditioner_create(gm_context *context, gm_precondition_form form,
                                   const gm_model *model, const double *penalty,
                                   int64_t most_vectors, gm_preconditioner **out)
    __attribute__((warn_unused_result));

/*
 * Take noise vectors [count][d] of second moment the curvature. Kept ones fade: what came before
 * counts `keep` times, in [0, 1]. The inverse stays as it is until factor(); that of low-rank is
 * gone. Cost a vector: d² (full), d (in + out) (kronecker), d (low-rank). GM_INVALID_INPUT where
 * one is not finite, nothing taken; after GM_OUT_OF_MEMORY or GM_CANCELLED it can only be
 * destroyed.
 */
gm_status gm_preconditioner_add(gm_preconditioner *self, int64_t count, const double *vectors,
                                double keep) __attribute__((warn_unused_result));

/*
 * Make the inverse from what was taken.
 *   damping  0 … 1e6: multiple of the diagonal of the curvature that is added to it, over the
 *            largest eigenvalue of the curvature whose diagonal was brought to 1; of low-rank: of
 *            the identity, over the largest eigenvalue
 * More is added where it must be:
 *   full       raised a hundredfold, from 1e-14 at least, until Cholesky succeeds
 *   kronecker  1e-14 at least of inputs without penalty where others have one
 *   low-rank   what the vectors do not reach, and 1e-8 at least
 * Coordinates of neither curvature nor penalty have P⁻¹ = 0; with low-rank there are none.
 * GM_UNDEFINED where no vector was taken or all are zero. Cost: 2/3 d³ (full), two decompositions
 * of each side (kronecker), k'² d (low-rank).
 */
gm_status gm_preconditioner_factor(gm_preconditioner *self, double damping)
    __attribute__((warn_unused_result));

/*
 * kronecker: damp inputs of one unit by a multiple of the identity, over the largest eigenvalue,
 * and not by the diagonal; those whose largest second moment is at most a hundred times their
 * median are taken to be of one unit. Pixels that are rarely lit must not be blown up as the
 * diagonal would.
 */
void gm_preconditioner_trust_units(gm_preconditioner *self);

/* out = P⁻¹ g, [d]; out may be g. 0 without a factor(). One thread at a time. Cost: 2 d² (full),
   4 d (in + out) (kronecker), 4 d k' (low-rank). */
void gm_preconditioner_apply(const gm_preconditioner *self, const double *g, double *out);

/*
 * η for w ← w − η P⁻¹ g with gradients of batches of `batch_size` rows (may be infinite), at which
 * the mean square error is expected to shrink in every direction and fastest in the worst:
 * min(2 / ((1+1/n)(a+b) + τ/n), 1 / ((1+1/n) a + τ/n)) for eigenvalues of P⁻¹H in [a, b] of sum τ.
 * That of the curvature where the vectors were taken: where it may grow c times, take η/c. 0 where
 * no step is known to be safe, as with fewer vectors than weights and no damping.
 */
double gm_preconditioner_safe_step(const gm_preconditioner *self, double batch_size);

/* What factor() found of the recovered curvature: NaN before it. */
typedef struct gm_precondition_facts {
    int64_t vectors; /* k' behind it, (Σ ω)²/Σ ω² where they fade; of kronecker, those of the side
                        with fewest for its size */
    double ratio;     /* k' over the dimension they must span */
    double largest;   /* eigenvalue, without what was added */
    double condition; /* number, but for eigenvalues that are rounding; NaN where ratio < 1 */
    double damping;   /* that was used, as factor() counts it */
} gm_precondition_facts;

gm_precondition_facts gm_preconditioner_facts(const gm_preconditioner *self);

/* What taking a vector, factor() and apply() take, about; of low-rank, with so many vectors. */
typedef struct gm_precondition_work {
    gm_work add, factor, apply;
} gm_precondition_work;

gm_precondition_work gm_precondition_takes(gm_precondition_form form, const gm_model *model,
                                           int64_t vectors);

/* Vectors taken and their fading, both ways; factor() afterwards. */
void gm_preconditioner_exchange(gm_preconditioner *self, gm_archive *archive);

/* NULL is allowed. */
void gm_preconditioner_destroy(gm_preconditioner *self);

#endif
