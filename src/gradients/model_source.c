#include "gradients/source.h"

#include <math.h>
#include <string.h>

#include "data/dataset.h"
#include "parallel/parallel.h"
#include "random/streams.h"

/* Scratch of one thread. */
typedef struct scratch {
    int64_t *index;       /* [n] */
    double *outputs;      /* [n] z of the rows */
    double *targets;      /* [n] */
    double *residuals;    /* [n] of one copy */
    double *noise;        /* [n][draws] */
    double *coefficients; /* [n][copies] */
} scratch;

/* Output and target of a row lie together: a batch meets them at random places. */
typedef struct pair {
    double output, target;
} pair;

typedef struct model_source {
    gm_source base;
    gm_context *context;
    const gm_rows *rows;
    const gm_model *model;
    const double *weights;
    gm_target_noise noise;
    uint64_t seed;
    pair *pairs; /* [rows], outputs at the weights: each row is in many batches */
    scratch *scratch;
} model_source;

void gm_draw_batch(const gm_context *context, uint64_t seed, int64_t batch, int64_t batch_size,
                   int64_t rows, int64_t *out) {
    const gm_stream stream = {seed, GM_STREAM_BATCH_ROWS};
    gm_random_index(context, stream, batch * batch_size, batch_size, rows, out);
}

/* Column `copy` of the coefficients: ∂L/∂z at the perturbed targets, over n. */
static void fill_copy(const model_source *self, const scratch *s, int copy) {
    const gm_target_noise *noise = &self->noise;
    const int64_t n = self->base.batch_size;
    const double scale = noise->sign[copy] * sqrt(noise->variance);
    memcpy(s->residuals, s->targets, (size_t)n * sizeof *s->residuals);
    for (int64_t i = 0; scale != 0.0 && i < n; i++)
        s->residuals[i] += scale * s->noise[i * noise->draws + noise->draw[copy]];
    self->model->loss->residual(n, s->outputs, s->residuals, s->residuals);
    for (int64_t i = 0; i < n; i++)
        s->coefficients[i * noise->copies + copy] = s->residuals[i] / (double)n;
}

static gm_status evaluate(gm_source *source, int64_t batch, int worker, double *out) {
    model_source *self = (model_source *)source;
    const scratch *s = &self->scratch[worker];
    const int64_t n = source->batch_size, draws = n * self->noise.draws;
    const gm_stream stream = {self->seed, GM_STREAM_TARGET_NOISE};

    gm_draw_batch(self->context, self->seed, batch, n, self->rows->rows, s->index);
    gm_random_gaussian(self->context, stream, batch * draws, draws, s->noise);
    for (int64_t i = 0; i < n; i++) {
        s->outputs[i] = self->pairs[s->index[i]].output;
        s->targets[i] = self->pairs[s->index[i]].target;
    }
    for (int copy = 0; copy < source->copies; copy++)
        fill_copy(self, s, copy);
    self->model->backward(self->context, self->rows, self->weights, n, s->index, source->copies,
                          s->coefficients, out);
    return GM_OK;
}

static void destroy(gm_source *source) {
    model_source *self = (model_source *)source;
    gm_context *context = self->context;
    for (int i = 0; self->scratch && i < gm_context_threads(context); i++) {
        gm_release(context, self->scratch[i].coefficients);
        gm_release(context, self->scratch[i].noise);
        gm_release(context, self->scratch[i].residuals);
        gm_release(context, self->scratch[i].targets);
        gm_release(context, self->scratch[i].outputs);
        gm_release(context, self->scratch[i].index);
    }
    gm_release(context, self->scratch);
    gm_release(context, self->pairs);
    gm_release(context, self);
}

typedef struct forward_job {
    model_source *self;
    const double *targets;
} forward_job;

enum { FORWARD_ROWS = 1024 };

static gm_status forward_piece(void *argument, int64_t index, int worker) {
    (void)worker;
    const forward_job *job = argument;
    model_source *self = job->self;
    double outputs[FORWARD_ROWS];
    const int64_t first = index * FORWARD_ROWS, rest = self->rows->rows - first;
    const int64_t count = rest < FORWARD_ROWS ? rest : FORWARD_ROWS;
    self->model->forward(self->context, self->rows, self->weights, first, count, outputs);
    for (int64_t i = 0; i < count; i++)
        self->pairs[first + i] = (pair){outputs[i], job->targets[first + i]};
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
    self->model = model;
    self->weights = weights;
    self->noise = *noise;
    self->seed = seed;
    self->base = (gm_source){.dimension = model->parameters(self->rows->columns),
                             .batch_size = batch_size,
                             .copies = noise->copies,
                             .evaluate = evaluate,
                             .destroy = destroy};
    GM_TRY(GM_NEW(context, self->pairs, self->rows->rows));
    GM_TRY(GM_NEW_ZERO(context, self->scratch, gm_context_threads(context)));
    for (int i = 0; i < gm_context_threads(context); i++) {
        scratch *s = &self->scratch[i];
        GM_TRY(GM_NEW(context, s->index, batch_size));
        GM_TRY(GM_NEW(context, s->outputs, batch_size));
        GM_TRY(GM_NEW(context, s->targets, batch_size));
        GM_TRY(GM_NEW(context, s->residuals, batch_size));
        GM_TRY(GM_NEW(context, s->noise, batch_size * noise->draws));
        GM_TRY(GM_NEW(context, s->coefficients, batch_size * noise->copies));
    }
    forward_job job = {self, gm_dataset_targets(dataset)};
    GM_TRY(gm_parallel_for(context, (self->rows->rows + FORWARD_ROWS - 1) / FORWARD_ROWS,
                           forward_piece, &job));
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
