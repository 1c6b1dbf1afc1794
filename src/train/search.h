/* The settings that each optimizer is tried with. docs/theory/train.md. */
#ifndef GM_SEARCH_H
#define GM_SEARCH_H

#include "train/trainer.h"

/* The setting that an optimizer does best with, and how it was found. */
typedef struct gm_found {
    gm_setting setting;
    int tried;
    bool interior; /* the rates beside it did worse on both sides */
} gm_found;

/*
 * Try an optimizer's rates on a grid of steps of √10 that grows until its best point has worse ones
 * on both sides, for each horizon and each momentum of its kind. Better is what reaches the goal in
 * fewer gradients; where neither does, what ends lower. No run is longer than the best one so far.
 *   rate  of the user, not searched; 0: none
 * GM_NUMERICAL_FAILURE where every setting diverges.
 */
gm_status gm_search(gm_trainer *trainer, const gm_optimizer_kind *kind, double rate, uint64_t seed,
                    gm_found *out) __attribute__((warn_unused_result));

/* How many horizons a kind is tried with. A convex model needs none but the constant rate where the
   noise of batches is taken off. */
int gm_search_horizons(const gm_optimizer_kind *kind, const gm_model *model);

#endif
