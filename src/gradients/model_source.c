#include "gradients/source.h"

#include <math.h>

#include "data/dataset.h"
#include "parallel/parallel.h"
#include "random/streams.h"

/* Scratch of one thread. */
typedef struct scratch {
    int64_t *index;       /* [n] */
    double *noise;        /* [n][draws] */
    double *coefficients; /* [n][copies] */
} scratch;

typedef struct model_source {
    gm_source base;
    gm_context *context;
    const gm_rows *rows;
    const double *targets;
    const gm_model *model;
    const double *weights;
    gm_target_noise noise;
    uint64_t seed;
    double *outputs; /* z of every row at the weights: each row is in many batches */
    scratch *scratch;
} model_source;

void gm_draw_batch(const gm_context *context, uint64_t seed, int64_t batch, int64_t batch_size,
                   int64_t rows, int64_t *out) {
    const gm_stream stream = {seed, GM_STREAM_BATCH_ROWS};
    gm_random_index(context, stream, batch * batch_size, batch_size, rows, out);
}

static gm_status evaluate(gm_source *source, int64_t batch, int worker, double *out) {
    model_source *self = (model_source *)source;
    const scratch *s = &self->scratch[worker];
    const gm_target_noise *noise = &self->noise;
    const gm_loss *loss = self->model->loss;
    const int64_t n = source->batch_size;
    const gm_stream stream = {self->seed, GM_STREAM_TARGET_NOISE};
    const double deviation = sqrt(noise->variance);

    gm_draw_batch(self->context, self->seed, batch, n, self->rows->rows, s->index);
    gm_random_gaussian(self->context, stream, batch * n * noise->draws, n * noise->draws, s->noise);
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = s->index[i];
        for (int c = 0; c < noise->copies; c++) {
            double e = noise->sign[c] == 0.0
                           ? 0.0
                           : noise->sign[c] * deviation *
                                 s->noise[i * noise->draws + noise->draw[c]];
            s->coefficients[i * noise->copies + c] =
                loss->residual(self->outputs[row], self->targets[row] + e) / (double)n;
        }
    }
    self->model->backward(self->context, self->rows, self->weights, n, s->index, noise->copies,
                          s->coefficients, out);
    return GM_OK;
}

static void destroy(gm_source *source) {
    model_source *self = (model_source *)source;
    gm_context *context = self->context;
    for (int i = 0; self->scratch && i < gm_context_threads(context); i++) {
        gm_release(context, self->scratch[i].coefficients);
        gm_release(context, self->scratch[i].noise);
        gm_release(context, self->scratch[i].index);
    }
    gm_release(context, self->scratch);
    gm_release(context, self->outputs);
    gm_release(context, self);
}

enum { FORWARD_ROWS = 4096 };

static gm_status forward_piece(void *argument, int64_t index, int worker) {
    (void)worker;
    model_source *self = argument;
    int64_t first = index * FORWARD_ROWS, rest = self->rows->rows - first;
    self->model->forward(self->context, self->rows, self->weights, first,
                         rest < FORWARD_ROWS ? rest : FORWARD_ROWS, self->outputs + first);
    return GM_OK;
}

gm_status gm_model_source_create(gm_context *context, const gm_dataset *dataset,
                                 const gm_model *model, const double *weights, int64_t batch_size,
                                 const gm_target_noise *noise, uint64_t seed, gm_source **out) {
    gm_status status = GM_OK;
    model_source *self = NULL;
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    self->context = context;
    self->rows = gm_dataset_matrix(dataset);
    self->targets = gm_dataset_targets(dataset);
    self->model = model;
    self->weights = weights;
    self->noise = *noise;
    self->seed = seed;
    self->base = (gm_source){.dimension = model->parameters(self->rows->columns),
                             .batch_size = batch_size,
                             .copies = noise->copies,
                             .evaluate = evaluate,
                             .destroy = destroy};
    GM_TRY(GM_NEW(context, self->outputs, self->rows->rows));
    GM_TRY(GM_NEW_ZERO(context, self->scratch, gm_context_threads(context)));
    for (int i = 0; i < gm_context_threads(context); i++) {
        scratch *s = &self->scratch[i];
        GM_TRY(GM_NEW(context, s->index, batch_size));
        GM_TRY(GM_NEW(context, s->noise, batch_size * noise->draws));
        GM_TRY(GM_NEW(context, s->coefficients, batch_size * noise->copies));
    }
    GM_TRY(gm_parallel_for(context, (self->rows->rows + FORWARD_ROWS - 1) / FORWARD_ROWS,
                           forward_piece, self));
    *out = &self->base;
    self = NULL;
done:
    if (self)
        destroy(&self->base);
    return status;
}

void gm_source_destroy(gm_source *source) {
    if (source)
        source->destroy(source);
}
