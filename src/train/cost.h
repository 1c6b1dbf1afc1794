/* What the parts of a training take, for a dry run. docs/theory/train.md, "What a training takes".
 */
#ifndef GM_TRAIN_COST_H
#define GM_TRAIN_COST_H

#include "optim/optimizer.h"

/* A run, its looks at the loss included. */
gm_work gm_train_run_work(const gm_optimizer_kind *kind, const gm_model *model,
                          const gm_length *length);

/* Runs of the search for a setting, about: four rates a line. */
double gm_train_search_runs(const gm_optimizer_kind *kind, const gm_model *model);

/* Finding the optimum, about: how many products Newton steps take is not known before. */
gm_work gm_train_optimum_work(const gm_model *model, int64_t rows, double l2);

#endif
