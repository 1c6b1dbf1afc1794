/* Inputs and targets that were drawn, and the residuals of all pairs of them. */
#ifndef GM_SAMPLE_H
#define GM_SAMPLE_H

#include "informativeness/meter.h"

/* Blocks of inputs that the jackknife leaves out, one at a time. */
enum { GM_INPUT_BLOCKS = 16 };

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

void gm_sample_destroy(gm_context *context, gm_sample *sample);

/* First row of block b of the jackknife. */
static inline int64_t gm_sample_block(const gm_sample *sample, int64_t b) {
    return b * sample->rows / GM_INPUT_BLOCKS;
}

/* Sums over pairs of inputs. ω are the weights of the targets. */
typedef struct gm_sums {
    double *target; /* [M + 1] Σ_{i≠j} φ_hi K_ij φ_hj; the last is that of the mean over targets */
    double block[GM_INPUT_BLOCKS][GM_INPUT_BLOCKS]; /* Σ_h ω_h of the same over pairs of blocks */
    double kernel;   /* Σ_{i≠j} K_ij²; NaN where it was not found */
    double weighted; /* Σ_{i≠j} K_ij² Var φ_i Var φ_j; likewise */
} gm_sums;

/* K of rows i … and j …: k [count_i][stride]. Scratch: 2 stride² numbers; counts are at most
 * stride. */
void gm_kernel_tile(const gm_meter *meter, const gm_sample *sample, int64_t i, int64_t count_i,
                    int64_t j, int64_t count_j, int64_t stride, double *k, double *scratch);

/* By the Gram matrix K of the Jacobians, tile by tile. N² (M + Σ widths) operations. */
gm_status gm_sums_by_gram(const gm_meter *meter, const gm_sample *sample, gm_sums *out)
    __attribute__((warn_unused_result));

/* By the gradients of all targets on every block. 2 N M P operations; 16 M P numbers. */
gm_status gm_sums_by_jacobian(const gm_meter *meter, const gm_sample *sample, gm_sums *out)
    __attribute__((warn_unused_result));

/* By products of the caller's function alone, target after target: M passes over the inputs. Where
   N P numbers are too many. */
gm_status gm_sums_by_products(const gm_meter *meter, const gm_sample *sample, gm_sums *out)
    __attribute__((warn_unused_result));

/* Operations of the first two. */
double gm_gram_operations(const gm_model *model, double rows, double targets);
double gm_jacobian_operations(const gm_model *model, double rows, double targets);

typedef enum gm_form { GM_FORM_GRAM, GM_FORM_JACOBIAN, GM_FORM_PRODUCTS } gm_form;

/* The cheapest one that memory allows, and whether factors of all rows are kept. */
gm_form gm_choose_form(const gm_model *model, double rows, double targets);

/* Release the sums of a target. */
void gm_sums_release(gm_context *context, gm_sums *sums);

#endif
