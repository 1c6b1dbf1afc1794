/* Following the gradient: set the entry whose derivative is largest, subtract it, repeat. */
#ifndef GM_LWE_PEEL_H
#define GM_LWE_PEEL_H

#include "lwe/gradient.h"

/* Where a secret is looked for. All is borrowed. */
typedef struct gm_lwe_search {
    const gm_lwe *instance;
    const gm_lwe_view *view;
    int64_t dropped_count;
    const int64_t *dropped; /* [dropped_count] columns that the guesses are for */
} gm_lwe_search;

/* Guesses of the dropped entries, best first. */
typedef struct gm_lwe_guesses {
    int64_t count;
    int64_t width;
    int8_t *entries; /* [count][width] */
    double *score;   /* [count] */
    int64_t copies;  /* ways that each is followed, the first one unshaken */
    uint64_t seed;   /* of the shaking */
} gm_lwe_guesses;

/* What was found. */
typedef struct gm_lwe_find {
    bool found;
    int64_t guess;   /* that led there */
    int64_t moves;   /* of the kept entries */
    int64_t *secret; /* [n] of the caller, written where found */
    gm_lwe_check check;
} gm_lwe_find;

/*
 * From every guess on, move one kept entry by ±1 after the other, always the one whose derivative
 * is largest, also back where an earlier move proves wrong, until the original samples accept.
 * After every few moves the half of the guesses whose phases agree less is given up.
 * The result is that of the first guess that leads to a secret, whatever the threads.
 * Cost: a few moves × guesses × 2 count kept operations.
 */
gm_status gm_lwe_peel(gm_context *context, const gm_lwe_search *search,
                      const gm_lwe_gradient *gradient, const gm_lwe_guesses *guesses,
                      gm_lwe_find *find) __attribute__((warn_unused_result));

#endif
