/* The secret as the unusually short vector of a lattice: what the gradient attack is compared
   with. */
#ifndef GM_LWE_USVP_H
#define GM_LWE_USVP_H

#include "lwe/rows.h"

/*
 * The embedding [kannan1987, bai2014] of the first m samples: rows
 *   (c_e q I, 0, 0), (c_e Aᵀ, c_s I, 0), (c_e bᵀ, 0, κ)
 * span a lattice with the vector (c_e e, −c_s s, κ). The scales balance its two parts,
 * c_s/c_e ≈ σ/√(E s_j²), and κ ≈ c_e σ, at least 1.
 */
typedef struct gm_lwe_embedding {
    int64_t samples;                         /* m */
    int64_t error_scale, secret_scale, last; /* c_e, c_s, κ */
    double norm;   /* root of the expected square of that vector's length */
    double root;   /* δ: 1.0219, of LLL, or 1.0128, of BKZ-20 */
    double excess; /* ln of norm δ^d over the Gaussian heuristic, d = m + n + 1: at or below 0 the
                      vector is expected to be found [gama2008] */
} gm_lwe_embedding;

/*
 * The embedding of the fewest samples with which LLL, else BKZ-20, is expected to find the vector;
 * more than needed cost time only. The weight of a binary or ternary secret is not used: first it
 * is that of a secret whose entries are all of the law; if no number of samples suffices then, n/6;
 * if none does, those that make `excess` least. The scales are those of n/6.
 */
gm_lwe_embedding gm_lwe_plan_embedding(const gm_lwe_parameters *parameters);

/* Its basis, [m + n + 1][m + n + 1], owned: gm_release(). GM_OUT_OF_MEMORY. */
gm_status gm_lwe_embed(gm_context *context, const gm_lwe *instance, const gm_lwe_embedding *plan,
                       int64_t **out) __attribute__((warn_unused_result));

typedef struct gm_lwe_usvp {
    bool found;
    int block_size;   /* of the reduction that found it, or of the last one; 2: LLL alone */
    int64_t samples;  /* of the embedding */
    double seconds;   /* in all */
    char reason[256]; /* why it was not found; empty otherwise */
} gm_lwe_usvp;

/*
 * Reduce the embedding by LLL, then BKZ with blocks of 10, 20 … until a row holds a secret that
 * gm_lwe_verify() accepts.
 *   helper      of gm_lattice_pool_create()
 *   block_size  largest, 2 to 60
 *   time_limit  seconds
 *   secret      [n], set where it was found
 * GM_UNAVAILABLE (no helper program), GM_OUT_OF_MEMORY, GM_CANCELLED, GM_IO_ERROR. A reduction that
 * is lost or takes too long is an answer: not found.
 */
gm_status gm_lwe_run_usvp(gm_context *context, const gm_lwe *instance, const char *helper,
                          int block_size, double time_limit, int64_t *secret, gm_lwe_usvp *out)
    __attribute__((warn_unused_result));

#endif
