/*
 * Where batch gradients come from. A source is addressed by batch: batch b gives the same gradients
 * whoever asks for it, in whatever order and on whatever thread. It hands out gradients alone;
 * estimators never see inputs or targets.
 */
#ifndef GM_SOURCE_H
#define GM_SOURCE_H

#include <gradiometer/data.h>

#include "base/base.h"
#include "gradients/noise.h"
#include "models/model.h"

typedef struct gm_source gm_source;

struct gm_source {
    int64_t dimension;  /* d */
    int64_t batch_size; /* n */
    int copies;         /* gradients of one batch, each with its own perturbed targets */
    /* Write the gradients of batch b: out [copies][d]. `worker` as in gm_task. */
    gm_status (*evaluate)(gm_source *source, int64_t batch, int worker, double *out);
    void (*destroy)(gm_source *source);
};

/*
 * Gradients (1/n) Σ_i ∂L/∂z(z_i, y_i + e_i) ∇p(w, x_i) of a model on a data set, rows drawn with
 * replacement, e by the noise plan.
 *   dataset  borrowed
 *   weights  [parameters], borrowed
 * Memory: two numbers a row, and n (4 + draws + copies) numbers a thread.
 */
gm_status gm_model_source_create(gm_context *context, const gm_dataset *dataset,
                                 const gm_model *model, const double *weights, int64_t batch_size,
                                 const gm_target_noise *noise, uint64_t seed, gm_source **out)
    __attribute__((warn_unused_result));

/* Row indices of batch b as the model source draws them: out [n]. */
void gm_draw_batch(const gm_context *context, uint64_t seed, int64_t batch, int64_t batch_size,
                   int64_t rows, int64_t *out);

/* NULL is allowed. */
void gm_source_destroy(gm_source *source);

#endif
