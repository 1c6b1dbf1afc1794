/* The group Z_q^n, the law of secrets on it, and what that says of ⟨s, r⟩ mod q at one input. */
#ifndef GM_CHARACTER_LAW_H
#define GM_CHARACTER_LAW_H

#include "informativeness/meter.h"

/* Places are numbers in the order in which the last coordinate runs fastest. */
typedef struct gm_group {
    int64_t q, n, points; /* q^n */
    double scale, shift;  /* residue r = scale x + shift */
} gm_group;

void gm_group_create(const gm_targets *targets, gm_group *out);

/* Place of the residues of an input x [n]. */
int64_t gm_group_place(const gm_group *group, const double *x);

/* Place of c k, k the element at a place. */
int64_t gm_group_multiple(const gm_group *group, int64_t place, int64_t c);

/* The secrets' law, and harmonics û_c = q⁻¹ Σ_t u(t) e^{−2πi c t/q} of functions of t, all [q]. */
typedef struct gm_character_law {
    const gm_group *group;
    double *secret;          /* [points] π(s) */
    bool uniform;            /* on the whole group */
    gm_complex *mean;        /* harmonics of the mean feature u(t) */
    gm_complex *mean_square; /* of u(t)² */
    gm_complex *mean_norm;   /* of |u(t)|² */
    gm_complex *square;      /* of E_e v² */
    gm_complex *norm;        /* of E_e |v|² */
    double *re, *im; /* [points] π̂(k) = Σ_s π(s) e^{2πi ⟨k, s⟩/q}; NULL where uniform */
} gm_character_law;

gm_status gm_character_law_create(const gm_meter *meter, const gm_group *group,
                                  gm_character_law **out) __attribute__((warn_unused_result));
void gm_character_law_destroy(gm_context *context, gm_character_law *law);

/* Mean and variance over secrets of the residual, averaged over label noise, at the input whose
   residues lie at a place, and the variance that label noise adds. Cost: q n operations. */
void gm_character_law_at(const gm_character_law *law, int64_t place, double base, gm_complex slope,
                         double *mean, double *variance, double *noise);

#endif
