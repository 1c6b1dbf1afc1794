/* Guessing the entries that were left out of the lattice. */
#ifndef GM_LWE_GUESS_H
#define GM_LWE_GUESS_H

#include "lwe/law.h"
#include "lwe/peel.h"

/*
 * Rank guesses g of the dropped entries by how well the phases agree without them: the score is
 * Σ_i ω_i cos 2π(y_i − ⟨u_i, g⟩) over its deviation, less what the guess is improbable. A guess is
 * put together of two halves, so that the scores of all pairs are one real product of depth 2N.
 * Guesses come by the number of units in them, Σ|g_j| = 0, 1, 2 …, as many as the budget holds.
 *   level   squared norm that the kept entries are taken to have
 *   budget  guesses at most
 *   keep    best guesses to return
 *   tried   guesses that were scored
 * Cost: 4 N operations in float32 a guess.
 */
gm_status gm_lwe_guess(gm_context *context, const gm_lwe_search *search, double level,
                       double budget, int64_t keep, double *tried, gm_lwe_guesses **out)
    __attribute__((warn_unused_result));

enum {
    GM_LWE_MOST_UNITS = 12,    /* of a guess */
    GM_LWE_GUESSES = 10000000, /* scored at most, and */
    GM_LWE_KEEP = 1024         /* followed, where nothing else is asked for */
};

/* Number of guesses of `width` entries in the range with Σ|g_j| ≤ units, as a float64. */
double gm_lwe_guess_count(gm_lwe_range range, int64_t width, int64_t units);

void gm_lwe_guesses_destroy(gm_context *context, gm_lwe_guesses *guesses);

#endif
