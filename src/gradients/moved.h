/* Clean gradients of one batch of a model at many weights. */
#ifndef GM_MOVED_H
#define GM_MOVED_H

#include "models/model.h"

/*
 * out[r] = (1/n) Σ_i J_iᵀ ∂L/∂z(z_i, y_i) at weights[r], over the rows index[i], r < count.
 *   targets  [rows]: numbers, or indices of classes
 *   index    [n]
 *   weights  [count][d], out [count][d]
 * Only the rows of the batch are evaluated. The bits do not depend on the number of threads.
 * Cost: a forward and a backward pass over n rows for each of the weights; memory n (columns + c)
 * numbers, and n c a thread beside what the model needs.
 */
gm_status gm_moved_gradients(gm_context *context, const gm_rows *rows, const gm_model *model,
                             const double *targets, int64_t n, const int64_t *index, int64_t count,
                             const double *weights, double *out)
    __attribute__((warn_unused_result));

/* The target of one row for c outputs: a number, or a class as 0 or 1, or one-hot: out [c]. */
void gm_target_expand(double target, int c, double *out);

#endif
