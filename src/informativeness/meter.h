/* What is measured: inputs, targets, model and loss made of the options, and how the residual of a
   sample depends on its target. */
#ifndef GM_METER_H
#define GM_METER_H

#include <gradiometer/measure.h>

#include "base/base.h"
#include "inputs/inputs.h"
#include "losses/loss.h"
#include "models/model.h"
#include "targets/targets.h"

/* Means over label noise of a target's feature v, of v² and of |v|². */
typedef struct gm_feature {
    gm_complex mean, square;
    double norm;
} gm_feature;

enum { GM_LEAST_SAMPLES = 32, GM_LEAST_TARGETS = 4 };

typedef struct gm_meter {
    gm_context *context;
    const gm_measure_options *options; /* borrowed */
    gm_inputs *inputs;
    gm_targets *targets;
    gm_model *model;
    const gm_loss *loss;
    double *weights;      /* [parameters] */
    gm_feature *features; /* [q] of t where targets->modulus is q, otherwise NULL */
    int64_t samples, target_draws, init_draws;
    bool draws_given; /* target_draws was asked for */
    double budget;
} gm_meter;

/* GM_INVALID_ARGUMENT, GM_OUT_OF_MEMORY. */
gm_status gm_meter_create(gm_context *context, const gm_measure_options *options, gm_meter **out)
    __attribute__((warn_unused_result));
void gm_meter_destroy(gm_context *context, gm_meter *meter);

/* Set the weights: those given, or draw number `draw` of the initial ones. */
void gm_meter_set_weights(gm_meter *meter, int64_t draw);

/* The stream of that number that belongs to a draw of initial weights. */
gm_stream gm_meter_stream(const gm_meter *meter, uint64_t number, int64_t draw);

/* GM_NUMERICAL_FAILURE unless a mean of squared residuals over the support is finite. */
gm_status gm_meter_check_power(const gm_meter *meter, double power)
    __attribute__((warn_unused_result));

/* The feature of what evaluate() of the targets gave: ⟨s, r⟩ mod q, or a label. */
gm_feature gm_meter_feature(const gm_meter *meter, double evaluated);

/* The residual averaged over label noise: φ = base + Re(slope v). */
static inline double gm_residual_mean(double base, gm_complex slope, const gm_feature *v) {
    return base + slope.re * v->mean.re - slope.im * v->mean.im;
}

/* Variance of Re(slope v) from the means of v, v² and |v|²: ½|slope|² E|v|² + ½Re(slope² E v²) less
   the square of the mean. The base, which may be far larger, has no part in it. */
static inline double gm_residual_variance(gm_complex slope, const gm_feature *v) {
    const double real = gm_residual_mean(0.0, slope, v);
    const double norm = slope.re * slope.re + slope.im * slope.im;
    const double square_re = slope.re * slope.re - slope.im * slope.im;
    const double square_im = 2.0 * slope.re * slope.im;
    return 0.5 * (norm * v->norm + square_re * v->square.re - square_im * v->square.im) -
           real * real;
}

#endif
