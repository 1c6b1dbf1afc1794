/* What the parts of a training share. */
#ifndef GM_TRAINER_H
#define GM_TRAINER_H

#include <gradiometer/train.h>

#include "optim/optimizer.h"
#include "train/journal.h"

/* The loss is looked at after that part of the gradients so far, and at least so often in an epoch.
 */
#define GM_LOOK           0.03
#define GM_LOOKS_AN_EPOCH 32.0

typedef struct gm_trainer {
    gm_context *context;
    gm_oracle *oracle;   /* borrowed */
    const double *start; /* [d], borrowed */
    gm_until until;
    double goal; /* of the loss or the accuracy */
    double most; /* gradient evaluations of a run */
    double initial_loss;
    double baseline;  /* loss of the best constant prediction; 0: not known */
    double least;     /* loss of the optimum; 0: not known */
    double condition; /* of the curvature at the start; NaN: not known */
    double sharpness; /* largest curvature that full gradients show at the start; NaN: no rate is
                         measured by it */
    gm_journal journal;
    bool watched;      /* runs are shown to the monitor */
    const char *stage; /* for progress; static */
} gm_trainer;

/* What one run came to; plain values but for its arrays. */
typedef struct gm_outcome {
    gm_train_run run; /* its curve is owned */
    double *weights;  /* [d], owned; NULL where they are not kept */
    gm_monitor_state monitor;
    double condition;
    const char *preconditioner; /* static */
} gm_outcome;

void gm_outcome_release(gm_context *context, gm_outcome *outcome);

/*
 * Run an optimizer under a setting until the goal or `limit` gradient evaluations, whichever comes
 * first; or take the outcome from the journal where it has it.
 *   keep  the weights are wanted
 * Cost: of `limit` gradients, and of looking at the loss every 3 % of them.
 */
gm_status gm_trainer_run(gm_trainer *self, const gm_optimizer_kind *kind, const gm_setting *setting,
                         uint64_t seed, double limit, bool keep, gm_outcome *out)
    __attribute__((warn_unused_result));

#endif
