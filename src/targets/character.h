/* Targets that read ⟨s, r⟩ mod q: what lwe, parity and modsum share. */
#ifndef GM_CHARACTER_H
#define GM_CHARACTER_H

#include "targets/targets.h"

/*
 * A law of secrets s ∈ Z_q^n: independent entries of one law, or exactly `weight` entries that are
 * not 0, at positions drawn uniformly, each of the law given that it is not 0.
 */
typedef struct gm_secret_law {
    int64_t points;              /* of the law of an entry */
    const double *values;        /* [points], residues */
    const double *probabilities; /* [points], sum 1 */
    int64_t weight;              /* −1: independent entries */
} gm_secret_law;

/* What makes a class of characters. Arrays are copied. */
typedef struct gm_character_form {
    const char *name;
    int64_t columns, modulus;
    double residue_scale, residue_shift;
    bool signs;
    const double *labels; /* [modulus] */
    const double *errors; /* [2 reach + 1]; NULL: no error */
    int64_t reach;
    gm_secret_law secrets;
} gm_character_form;

/* GM_INVALID_ARGUMENT (products beyond what float64 holds exactly, n q² > 2^53), GM_OUT_OF_MEMORY.
 */
gm_status gm_character_create(gm_context *context, const gm_character_form *form, gm_targets **out)
    __attribute__((warn_unused_result));

#endif
