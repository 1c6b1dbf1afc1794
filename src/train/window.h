/* The latest steps of a run, and means over them with errors; see docs/theory/monitor.md. */
#ifndef GM_TRAIN_WINDOW_H
#define GM_TRAIN_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include <gradiometer/estimate.h>

/* What is kept of one step; g = (g₁ + g₂)/2 is the gradient of its whole batch. */
typedef enum gm_quantity {
    GM_LOSS,  /* of the batch, before the step */
    GM_INNER, /* ⟨g₁, g₂⟩: ‖∇C‖² in the mean */
    GM_NOISE, /* ‖g₁ − g₂‖²/4: the noise of g in the mean; with ⟨g₁, g₂⟩ it makes ‖g‖² */
    GM_BEFORE, /* ‖g‖² of the step before; 0: there is none */
    GM_TURNED, /* ⟨g₁, g₂⟩ of the step before less ⟨g, g of the step before⟩ */
    GM_QUANTITIES
} gm_quantity;

typedef struct gm_step {
    double of[GM_QUANTITIES];
} gm_step;

/* Errors come from the scatter of the means of so many blocks of consecutive steps. */
enum { GM_WINDOW_BLOCKS = 16, GM_LEAST_WINDOW = 2 * GM_WINDOW_BLOCKS };

/* Level of every test that a verdict rests on: it is asked at every step of a long run. */
#define GM_MONITOR_LEVEL 0.999

typedef struct gm_blocks {
    double mean[GM_WINDOW_BLOCKS][GM_QUANTITIES];
    double steps; /* a block */
} gm_blocks;

/* Of the latest `count` ≥ 32 steps; ring [size], step t at t mod size, `next` steps seen. */
void gm_window_blocks(const gm_step *ring, int64_t size, int64_t next, int64_t count,
                      gm_blocks *out);

/* A number, its standard error, and the ends between which it lies at twice the tail of
   GM_MONITOR_LEVEL. */
typedef struct gm_bounded {
    double value, std_error, low, high;
} gm_bounded;

/* Σ_q weight[q] mean of q; the same over another such sum; slope of the loss a step. */
gm_bounded gm_window_mean(const gm_blocks *blocks, const double weight[GM_QUANTITIES]);
gm_bounded gm_window_ratio(const gm_blocks *blocks, const double above[GM_QUANTITIES],
                           const double below[GM_QUANTITIES]);
gm_bounded gm_window_slope(const gm_blocks *blocks);

/* Step sharpness u = rate · gᵀHg/‖g‖²: turned over ‖g‖² of the step before, block by block, so that
   a run that grows is not judged by its last steps alone. */
gm_bounded gm_window_sharpness(const gm_blocks *blocks);

/* How many blocks have a loss above `least`. */
int gm_window_above(const gm_blocks *blocks, double least);

/* With its interval of 95 %. */
gm_estimate gm_window_estimate(gm_bounded bounded, const char *method);

#endif
