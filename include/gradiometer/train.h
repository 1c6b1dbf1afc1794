#ifndef GRADIOMETER_TRAIN_H
#define GRADIOMETER_TRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include <gradiometer/clients.h>
#include <gradiometer/context.h>
#include <gradiometer/cost.h>
#include <gradiometer/data.h>
#include <gradiometer/export.h>
#include <gradiometer/monitor.h>

GM_BEGIN_DECLS

enum { GM_MOST_OPTIMIZERS = 8, GM_MOST_TRAIN_WARNINGS = 12 };

/** When a run may end before its epochs do. */
typedef enum gm_until {
    GM_UNTIL_EPOCHS,   /**< never: all epochs are run, and the lowest final loss wins */
    GM_UNTIL_LOSS,     /**< loss over all rows, penalty included, at most `goal` */
    GM_UNTIL_ACCURACY, /**< share of training rows whose class is right at least `goal` */
    GM_UNTIL_EXCESS    /**< loss at most (1 + goal) times that of the optimum; convex models only */
} gm_until;

/** How to train. Zero-initialise: every zero is a default. */
typedef struct gm_train_options {
    const char *model;      /**< specification; NULL: "linear" */
    const char *optimizers; /**< names with commas between, of sgd, momentum, adam, lbfgs,
                                 gradiometer, each with keys of its own; NULL: "gradiometer" */
    const char *at;         /**< where to start, as gm_recover_options; NULL: "zero", for networks
                                 "init" */
    int64_t batch_size;     /**< n; 0: 256, or all rows where there are fewer */
    double epochs; /**< most gradient evaluations of a run, in passes of N/n; 0: 10, or what
                        512 gradients come to where that is more */
    double l2;     /**< λ of the penalty λ/2 ‖w‖², biases and the intercept left out */
    double learning_rate; /**< of every optimizer; 0: searched, each on its own grid */
    gm_until until;
    double goal;
    int repeats;               /**< runs of the setting chosen, on other orders of the rows; 0: 1 */
    uint64_t seed;             /**< of the order of rows, the noise, and initial weights */
    gm_client_options clients; /**< rows at several clients; count 0: in one place */
    const char *checkpoint;    /**< file that a killed training goes on from; NULL: none */
} gm_train_options;

/** A point of a run. Undefined members are NaN. */
typedef struct gm_train_point {
    double gradient_evaluations; /**< batch gradients so far, noised ones included; a full gradient
                                      is N/n of them */
    double seconds;              /**< of training so far, without the time taken to look at it */
    double loss;                 /**< over all rows, penalty included, at the weights */
    double averaged_loss;        /**< at the average of the tail; NaN: none is kept */
    double accuracy;             /**< at the better of the two; NaN: targets are not classes */
} gm_train_point;

/** One run of one setting. Undefined members are NaN. */
typedef struct gm_train_run {
    uint64_t seed;
    bool reached, diverged;
    double gradient_evaluations; /**< until the goal, or all of them */
    double curvature_gradients;  /**< of these, spent on the curvature */
    double seconds, final_loss, final_accuracy;
    bool averaged;         /**< the average of the tail is what reached, or ended lower */
    gm_train_point *curve; /**< [points] */
    int64_t points;
} gm_train_run;

/** What one optimizer came to. */
typedef struct gm_trained {
    const char *name;           /**< static */
    double learning_rate;       /**< of the setting chosen; NaN: the optimizer has none */
    double horizon;             /**< epochs over which it decays to nothing; infinite: constant */
    double momentum;            /**< NaN: none */
    double damping;             /**< over the largest curvature; NaN: none */
    const char *averaging;      /**< "tail" or "none", static */
    const char *preconditioner; /**< "full", "kronecker", "low-rank" or NULL; static */
    double condition_number;    /**< of the curvature recovered; NaN: none */
    int tried;                  /**< settings, this one included */
    bool interior;      /**< neighbours of the rate chosen were tried and did worse on both sides */
    gm_train_run *runs; /**< [repeats] */
    int64_t run_count;
    int64_t typical; /**< number of the run of median gradient evaluations, or final loss */
    double *weights; /**< [d] of that run */
    gm_monitor_state monitor; /**< of that run */
} gm_trained;

/** What gm_train() found. Read it; free it with gm_training_destroy(). */
typedef struct gm_training {
    const char *model, *at; /**< static */
    int64_t dimension, batch_size, rows;
    double evaluations_per_epoch; /**< N/n */
    double initial_loss, initial_accuracy;
    double optimum;             /**< least loss; NaN: not known */
    double optimum_error;       /**< bound, or estimate, of how far above the least loss that is */
    const char *optimum_method; /**< static; NULL: not known */
    double goal_loss;           /**< that `until` comes to; NaN: another goal */
    gm_trained optimizer[GM_MOST_OPTIMIZERS];
    int optimizer_count;
    bool resumed;                               /**< from the checkpoint */
    gm_clients_report *clients;                 /**< NULL where there are none */
    char *warnings[GM_MOST_TRAIN_WARNINGS + 1]; /**< sentences, owned; NULL after the last */
} gm_training;

/**
 * Train a model from batch gradients by several optimizers from the same start, side by side.
 *
 * Each searches its rate, and where it has them the horizon of a linear decay and the momentum, on
 * a grid that grows until its best point is interior; the best setting is run again on `repeats`
 * orders of the rows. `gradiometer` spends some of its gradients on the curvature, which target
 * noise reveals, and divides by it [docs/theory/train.md].
 *
 * With options->clients the rows lie at C clients. Batches are the same as in one place; each
 * client sends the mean gradient over its rows of a batch, with noise of its own where noise is
 * asked for, and the server weighs them by rows [docs/theory/clients.md]. Runs differ from those in
 * one place by the rounding of sums, and by the noise. A client that fails takes its rows with it.
 * Only what runs are judged by, the least loss and the best constant prediction, is found from all
 * the data.
 *
 * @param options  NULL: all defaults
 * @param out      owned by the caller; untouched on failure
 * @return GM_INVALID_ARGUMENT (an option out of range or unknown), GM_INVALID_INPUT (the file of
 *         weights; a checkpoint of another training), GM_UNAVAILABLE (clients, and a point that the
 *         data decide), GM_IO_ERROR (also: more clients failed than are tolerated),
 * GM_OUT_OF_MEMORY, GM_CANCELLED, GM_NUMERICAL_FAILURE (no optimum for `until` excess) Cost:
 * forward and backward passes of (tries + repeats) epochs, and of the losses looked at.
 */
GM_API GM_MUST_USE gm_status gm_train(gm_context *context, const gm_dataset *dataset,
                                      const gm_train_options *options, gm_training **out);

/** Check the options as gm_train() does and say what it would cost. */
GM_API GM_MUST_USE gm_status gm_train_cost(gm_context *context, const gm_dataset *dataset,
                                           const gm_train_options *options, gm_cost *out);

/** NULL is allowed. */
GM_API void gm_training_destroy(gm_context *context, gm_training *training);

GM_END_DECLS

#endif
