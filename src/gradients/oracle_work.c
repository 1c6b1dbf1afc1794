#include "gradients/oracle.h"

/* Rows that are summed at a time, and the times that their gradient is written, read, and added. */
enum { BLOCK = 64 };
static const double PASSES_A_BLOCK = 3.0, PASSES_A_GRADIENT = 4.0;

/* Exponentials of an output: of its sum and of its probability, in the loss and in the residual. */
static const double EXPONENTIALS = 2.0;

/* Fetching rows, and their outputs and losses at `count` weights. */
static gm_work of_outputs(const gm_model *model, double n, double count) {
    gm_work work = {0.0, 0.0};
    gm_work_numbers(&work, n * (double)model->columns);
    gm_work_add(&work, gm_model_forward_work(model), n * count);
    if (model->loss->classes)
        gm_work_exponentials(&work, n * count * EXPONENTIALS * (double)model->outputs);
    return work;
}

gm_work gm_oracle_gradient_work(const gm_model *model, int64_t n, int m) {
    const double rows = (double)n, sides = 1.0 + (double)m, d = (double)model->parameters;
    const double blocks = (double)((n + BLOCK - 1) / BLOCK);
    gm_work work = of_outputs(model, rows, 1.0);
    if (model->loss->classes)
        gm_work_exponentials(&work, rows * sides * (double)model->outputs);
    gm_work_add(&work, gm_model_backward_work(model), rows * sides);
    gm_work_numbers(&work, sides * d * (PASSES_A_BLOCK * blocks + PASSES_A_GRADIENT));
    return work;
}

gm_work gm_oracle_evaluate_work(const gm_model *model, int64_t n, int count) {
    return of_outputs(model, (double)n, (double)count);
}

/* Outputs of w and of the direction, then as a gradient. */
gm_work gm_oracle_product_work(const gm_model *model, int64_t n) {
    gm_work work = gm_oracle_gradient_work(model, n, 0);
    gm_work_add(&work, gm_model_forward_work(model), (double)n);
    return work;
}
