/* Inputs and targets that were drawn, and the residuals of all pairs of them. */
#ifndef GM_SAMPLE_H
#define GM_SAMPLE_H

#include "informativeness/form.h"
#include "informativeness/meter.h"

typedef struct gm_sample {
    int64_t rows;      /* N */
    int64_t targets;   /* M */
    bool whole;        /* rows are the support, each once */
    bool enumerated;   /* all targets of the class, with their probabilities */
    double *weight;    /* [M] of a target in the variance: 1/(M − 1), or its probability */
    double *share;     /* [M] of a target in a mean: 1/M, or its probability */
    double *x;         /* [N][n] */
    double *p;         /* [N] P(x_i) of the law */
    double *z;         /* [N] outputs of the model */
    double *a, *delta; /* [N][inputs], [N][outputs]: the Jacobian in factors; NULL: not kept */
    int64_t ins, outs;
    double *norm; /* [N] ‖J(x_i)‖² */
    double
        *phi; /* [N][M + 1] residuals less their mean over targets, which is in the last column */
    double *variance; /* [N] Var_h of the residual */
    double *power;    /* [N] E_h of its square, label noise included */
    double *noise;    /* [N] what label noise adds to that */
} gm_sample;

/* Targets that a sample has: those drawn, or those of a small class. */
double gm_sample_targets(const gm_meter *meter);

/* Draw. GM_OUT_OF_MEMORY, GM_CANCELLED, GM_NUMERICAL_FAILURE (a residual that is not finite), or
   what a function of the caller returned. */
gm_status gm_sample_create(const gm_meter *meter, int64_t draw, gm_sample **out)
    __attribute__((warn_unused_result));

/* The whole support and class in place of draws: small ones. Errors as above. */
gm_status gm_sample_whole(const gm_meter *meter, gm_sample **out)
    __attribute__((warn_unused_result));

/*
 * Residuals of rows that no specification describes: their label noise differs from row to row.
 * Borrowed.
 */
typedef struct gm_residuals {
    int64_t rows, targets, columns; /* at least 32 and 4 */
    const double *x;                /* [rows][columns] of a linear model at w = 0, each once */
    const double *phi;              /* [rows][targets] residuals, their mean over label noise */
    const double *power;            /* [rows] mean of their squares over label noise and targets */
    const double *probability;      /* [targets] of the whole class; NULL: targets were drawn */
} gm_residuals;

/* A sample of them. P(x) is taken for 0: no row comes twice. Errors as above. */
gm_status gm_sample_of_residuals(const gm_meter *meter, const gm_residuals *from, gm_sample **out)
    __attribute__((warn_unused_result));

/* Take the mean over targets off the residuals of row i, add `base` to it and put it into the last
   column; find their variance, and their power but for label noise. */
void gm_sample_centre_row(const gm_context *context, gm_sample *sample, int64_t i, double base);

void gm_sample_destroy(gm_context *context, gm_sample *sample);

/* First row of block b of the jackknife. */
static inline int64_t gm_sample_block(const gm_sample *sample, int64_t b) {
    return b * sample->rows / GM_INPUT_BLOCKS;
}

#endif
