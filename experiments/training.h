/* Trainings by several optimizers, and what of them is shown. */
#ifndef GM_EXPERIMENTS_TRAINING_H
#define GM_EXPERIMENTS_TRAINING_H

#include "record.h"

/* The places of optimizers in tables and plots. */
enum optimizer { SGD, MOMENTUM, ADAM, LBFGS, GRADIOMETER, OPTIMIZERS };

extern const char *const optimizer_names[OPTIMIZERS];

/* What this optimizer came to; NULL where it was not in the training. */
const gm_trained *training_of(const gm_training *training, enum optimizer optimizer);

/* gm_train(), each optimizer counted as a run. */
GM_MUST_USE gm_status training_run(struct record *record, const gm_dataset *dataset,
                                   const gm_train_options *options, gm_training **out);

/* Least squares with inputs N(0, Q diag(λ) Qᵀ), Q a random orthogonal matrix, λ from 1 to
   1/condition in equal ratios; labels with noise of variance 1 around a signal of variance 1, of
   which every eigenvector has an equal share. */
GM_MUST_USE gm_status training_squares(gm_context *context, int64_t rows, int64_t d,
                                       double condition, uint64_t seed, gm_dataset **out);

/* The first rows of the images to fit, of the folder that GRADIOMETER_DATA names, or else
   Fashion-MNIST where packages put it. Each square of block × block pixels is their mean.
   GM_INVALID_INPUT where there are none. */
GM_MUST_USE gm_status training_images(gm_context *context, int64_t rows, int block, bool intercept,
                                      gm_dataset **out);

/* Gradients that the median run needed, infinite where it did not come to the goal; NaN
   of NULL. */
double training_gradients(const gm_trained *trained);

/* That number, "> budget" where it is infinite, "not run" where it is NaN. */
const char *training_cell(double gradients, double budget, char out[32]);

/* That number, or the budget where it is infinite: less than what it takes. */
double training_bound(double gradients, double budget);

enum abscissa { BY_GRADIENTS, BY_SECONDS };

/* The loss of the median run, `least` taken off and divided by `over`, as a series of a plot. Of
   weights and their average the better one counts. NULL: none. */
void training_curve(struct record *record, int plot, const gm_trained *trained,
                    enum optimizer optimizer, enum abscissa abscissa, double least, double over);

#endif
