/* The gradient in the entries of the secret, as linear forms of sin 2πy. */
#ifndef GM_LWE_GRADIENT_H
#define GM_LWE_GRADIENT_H

#include "lwe/view.h"

typedef enum gm_lwe_weighting {
    GM_LWE_PLAIN,    /* row by row, as if rows were independent */
    GM_LWE_WHITENED, /* with their covariance: the best linear estimate */
    GM_LWE_WEIGHTINGS
} gm_lwe_weighting;

/*
 * z_j = Σ_i w_ij sin 2πy_i for a ladder of squared norms of what is left of the kept entries: the
 * derivative of E cos 2π(y − ⟨x, s⟩) at s = 0 in the entry j, scaled to variance 1 over secrets of
 * that norm. A non-zero entry ±1 shifts it by ±shift_j.
 */
typedef struct gm_lwe_gradient {
    gm_lwe_weighting weighting;
    int64_t count, kept, levels;
    double *level;    /* [levels], ascending */
    double *contrast; /* [levels], what E Σ ω cos 2πy / Σ ω is there */
    double *omega;    /* [count], ω of the contrast, of sum 1 */
    double *weights;  /* [levels][count][kept] */
    double *shift;    /* [levels][kept] */
} gm_lwe_gradient;

/*
 * Make the forms for squared norms from 1 to `most`. The whitened ones need view->shared.
 * Cost of whitened: levels × (count³/3 + 2 count² kept) operations, levels in parallel.
 */
gm_status gm_lwe_gradient_create(gm_context *context, const gm_lwe_view *view,
                                 gm_lwe_weighting weighting, double most, gm_lwe_gradient **out)
    __attribute__((warn_unused_result));

/* Level whose contrast is nearest to what was seen. */
int64_t gm_lwe_gradient_level(const gm_lwe_gradient *gradient, double contrast);

void gm_lwe_gradient_destroy(gm_context *context, gm_lwe_gradient *gradient);

#endif
