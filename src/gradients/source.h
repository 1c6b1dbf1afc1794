/*
 * Where batch gradients come from. A source is addressed by batch: batch b gives the same gradients
 * whoever asks for it, in whatever order and on whatever thread. It hands out gradients, and the
 * losses that their owner sees; estimators never see inputs or targets.
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
    bool has_losses;    /* evaluate() fills them */
    bool serial;        /* evaluate() asks others: not to be called in a task */
    /* Write the gradients of batch b: out [copies][d], and the mean loss of each copy: losses
       [copies], which may be NULL. `worker` as in gm_task. */
    gm_status (*evaluate)(gm_source *source, int64_t batch, int worker, double *out,
                          double *losses);
    void (*destroy)(gm_source *source);
};

/* Seeds of a source's two uses of randomness. */
typedef struct gm_source_seeds {
    uint64_t batches; /* which rows a batch has */
    uint64_t noise;   /* the noise on targets */
} gm_source_seeds;

/*
 * Where sources come from: the same batches under any plan of noise. What recovers does not know
 * whether a model, a file or a function of the caller is behind it.
 */
typedef struct gm_supply gm_supply;

struct gm_supply {
    int64_t dimension;  /* d */
    int64_t batch_size; /* n */
    int64_t batches;    /* that there are; 0: as many as asked for */
    int copies;         /* that a recorded file has a batch; 0: any */
    bool injects;       /* puts noise on targets as asked; otherwise what it has is what it gives */
    bool link;          /* knows the link-aware and sampled laws */
    bool squared;       /* least squares: the moments of E1 apply */
    /* A source of batches under that noise, at the supply's own weights. */
    gm_status (*open)(gm_supply *supply, const gm_target_noise *noise, gm_source_seeds seeds,
                      gm_source **out);
    /* Clean gradients of one batch at other weights [count][d]: out [count][d]. `seed` is that of
       batches. NULL where the weights cannot be moved. */
    gm_status (*gradients_at)(gm_supply *supply, uint64_t seed, int64_t batch, int64_t count,
                              const double *weights, double *out);
    void (*destroy)(gm_supply *supply);
};

/*
 * Gradients (1/n) Σ_i J_iᵀ ∂L/∂z(z_i, y_i + e_i) of a model on a data set, rows drawn with
 * replacement, e by the noise plan.
 *   dataset  borrowed
 *   targets  [rows], borrowed: numbers, or indices of classes
 *   weights  [parameters], borrowed
 * The weights may change until the first source is opened, and no longer: the outputs of all rows
 * are computed then, once for all sources. Memory of the supply: 1 + c numbers a row; of a source:
 * n (4 + c (3 + draws + copies)) numbers a thread beside what the model needs.
 */
gm_status gm_model_supply_create(gm_context *context, const gm_dataset *dataset,
                                 const gm_model *model, const double *targets,
                                 const double *weights, int64_t batch_size, gm_supply **out)
    __attribute__((warn_unused_result));

/* Row indices of batch b as the model source draws them: out [n]. */
void gm_draw_batch(const gm_context *context, uint64_t seed, int64_t batch, int64_t batch_size,
                   int64_t rows, int64_t *out);

/* NULL is allowed. */
void gm_source_destroy(gm_source *source);
void gm_supply_destroy(gm_supply *supply);

#endif
