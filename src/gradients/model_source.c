#include "gradients/source.h"

#include <math.h>
#include <string.h>

#include "data/dataset.h"
#include "gradients/moved.h"
#include "parallel/parallel.h"
#include "random/streams.h"

typedef struct model_supply {
    gm_supply base;
    gm_context *context;
    const gm_rows *rows;
    const gm_model *model;
    const double *targets; /* [rows] numbers, or indices of classes */
    const double *weights; /* [d] */
} model_supply;

/* Scratch of one thread; c outputs. */
typedef struct scratch {
    int64_t *index;       /* [n] */
    double *outputs;      /* [n][c] z of the rows */
    double *targets;      /* [n][c] */
    double *residuals;    /* [n][c] of one copy */
    double *noise;        /* [draws][n][c] */
    double *losses;       /* [n] */
    double *coefficients; /* [n][copies][c] */
    double *model;        /* what the model needs */
} scratch;

typedef struct model_source {
    gm_source base;
    gm_context *context;
    const gm_rows *rows;
    const gm_model *model;
    const double *weights;
    gm_target_noise noise;
    gm_source_seeds seeds;
    double *pairs; /* [rows][c + 1]: outputs at the weights and target of a row, which lie together
                      since a batch meets them at random places; each row is in many batches */
    scratch *scratch;
} model_source;

void gm_noise_fill(const gm_target_noise *noise, int64_t n, int64_t c, double *out) {
    for (int64_t r = 0; r < noise->draws; r++)
        for (int64_t i = 0; i < n * c; i++)
            out[r * n * c + i] = noise->law == GM_NOISE_ONES || i / c == r ? 1.0 : 0.0;
}

void gm_draw_batch(const gm_context *context, uint64_t seed, int64_t batch, int64_t batch_size,
                   int64_t rows, int64_t *out) {
    const gm_stream stream = {seed, GM_STREAM_BATCH_ROWS};
    gm_random_index(context, stream, batch * batch_size, batch_size, rows, out);
}

/* Outputs and targets of the rows of a batch; classes become 0 or 1, or one-hot. */
static void gather(const model_source *self, const scratch *s) {
    const int c = self->model->outputs;
    for (int64_t i = 0; i < self->base.batch_size; i++) {
        const double *pair = self->pairs + s->index[i] * (c + 1);
        memcpy(s->outputs + i * c, pair, (size_t)c * sizeof *pair);
        gm_target_expand(pair[c], c, s->targets + i * c);
    }
}

/* Noise of unit variance for every draw of a batch. */
static void draw_noise(const model_source *self, const scratch *s, int64_t batch) {
    const gm_target_noise *noise = &self->noise;
    const gm_loss *loss = self->model->loss;
    const int c = self->model->outputs;
    const int64_t n = self->base.batch_size, size = n * c;
    const gm_stream stream = {self->seeds.noise, GM_STREAM_TARGET_NOISE};
    if (noise->law == GM_NOISE_ONES || noise->law == GM_NOISE_ROWS)
        gm_noise_fill(noise, n, c, s->noise);
    else
        gm_random_gaussian(self->context, stream, batch * noise->draws * size, noise->draws * size,
                           s->noise);
    for (int r = 0; r < noise->draws; r++) {
        double *draw = s->noise + r * size;
        if (noise->law == GM_NOISE_LINK)
            loss->root(n, c, s->outputs, draw, draw);
        else if (noise->law == GM_NOISE_SAMPLED)
            loss->sampled(n, c, s->outputs, draw, draw);
    }
}

/* Column `copy` of the coefficients: ∂L/∂z at the perturbed targets, over n; returns its loss. */
static double fill_copy(const model_source *self, const scratch *s, int copy, bool want_loss) {
    const gm_target_noise *noise = &self->noise;
    const gm_loss *loss = self->model->loss;
    const int c = self->model->outputs;
    const int64_t n = self->base.batch_size, size = n * c;
    const double scale = noise->sign[copy] * sqrt(noise->variance);
    double sum = 0.0;
    memcpy(s->residuals, s->targets, (size_t)size * sizeof *s->residuals);
    if (scale != 0.0)
        for (int64_t i = 0; i < size; i++)
            s->residuals[i] += scale * s->noise[noise->draw[copy] * size + i];
    if (want_loss) {
        loss->value(n, c, s->outputs, s->residuals, s->losses);
        for (int64_t i = 0; i < n; i++)
            sum += s->losses[i];
    }
    loss->residual(n, c, s->outputs, s->residuals, s->residuals);
    for (int64_t i = 0; i < n; i++)
        for (int j = 0; j < c; j++)
            s->coefficients[(i * noise->copies + copy) * c + j] =
                s->residuals[i * c + j] / (double)n;
    return sum / (double)n;
}

static gm_status evaluate(gm_source *source, int64_t batch, int worker, double *out,
                          double *losses) {
    model_source *self = (model_source *)source;
    const scratch *s = &self->scratch[worker];
    const int64_t n = source->batch_size;
    gm_draw_batch(self->context, self->seeds.batches, batch, n, self->rows->rows, s->index);
    gather(self, s);
    draw_noise(self, s, batch);
    for (int copy = 0; copy < source->copies; copy++) {
        const double loss = fill_copy(self, s, copy, losses != NULL);
        if (losses)
            losses[copy] = loss;
    }
    self->model->backward(self->model, self->context, self->rows, self->weights, n, s->index,
                          source->copies, s->coefficients, s->model, out);
    return GM_OK;
}

static void scratch_release(gm_context *context, scratch *s) {
    gm_release(context, s->model);
    gm_release(context, s->coefficients);
    gm_release(context, s->losses);
    gm_release(context, s->noise);
    gm_release(context, s->residuals);
    gm_release(context, s->targets);
    gm_release(context, s->outputs);
    gm_release(context, s->index);
}

static void destroy(gm_source *source) {
    model_source *self = (model_source *)source;
    gm_context *context = self->context;
    for (int i = 0; self->scratch && i < gm_context_threads(context); i++)
        scratch_release(context, &self->scratch[i]);
    gm_release(context, self->scratch);
    gm_release(context, self->pairs);
    gm_release(context, self);
}

enum { FORWARD_ROWS = 256 };

static gm_status scratch_create(model_source *self, scratch *s) {
    gm_status status = GM_OK;
    gm_context *context = self->context;
    const gm_model *model = self->model;
    const int64_t n = self->base.batch_size, c = model->outputs, copies = self->noise.copies;
    const int64_t batch_room = model->scratch(model, n, copies);
    const int64_t forward_room = model->scratch(model, FORWARD_ROWS, 1);
    GM_TRY(GM_NEW(context, s->index, n));
    GM_TRY(GM_NEW(context, s->outputs, n * c));
    GM_TRY(GM_NEW(context, s->targets, n * c));
    GM_TRY(GM_NEW(context, s->residuals, n * c));
    GM_TRY(GM_NEW(context, s->noise, n * c * self->noise.draws));
    GM_TRY(GM_NEW(context, s->losses, n));
    GM_TRY(GM_NEW(context, s->coefficients, n * c * copies));
    GM_TRY(GM_NEW(context, s->model, batch_room > forward_room ? batch_room : forward_room));
done:
    return status;
}

/* Outputs of a piece of the rows; they stay the same for the life of the source. */
static gm_status forward_piece(void *argument, int64_t index, int worker) {
    model_source *self = argument;
    const int64_t c = self->model->outputs, first = index * FORWARD_ROWS;
    const int64_t rest = self->rows->rows - first;
    const int64_t count = rest < FORWARD_ROWS ? rest : FORWARD_ROWS;
    double *z = NULL;
    gm_status status = GM_OK;
    GM_TRY(GM_NEW(self->context, z, count * c));
    self->model->forward(self->model, self->context, self->rows, self->weights, first, count,
                         self->scratch[worker].model, z);
    for (int64_t i = 0; i < count; i++)
        memcpy(self->pairs + (first + i) * (c + 1), z + i * c, (size_t)c * sizeof *z);
done:
    gm_release(self->context, z);
    return status;
}

static gm_status open_source(gm_supply *base, const gm_target_noise *noise, gm_source_seeds seeds,
                             gm_source **out) {
    gm_status status = GM_OK;
    const model_supply *supply = (const model_supply *)base;
    gm_context *context = supply->context;
    model_source *self = NULL;
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    *self = (model_source){.context = context,
                           .rows = supply->rows,
                           .model = supply->model,
                           .weights = supply->weights,
                           .noise = *noise,
                           .seeds = seeds,
                           .base = {.dimension = supply->base.dimension,
                                    .batch_size = supply->base.batch_size,
                                    .copies = noise->copies,
                                    .has_losses = true,
                                    .evaluate = evaluate,
                                    .destroy = destroy}};
    const int64_t rows = self->rows->rows, c = self->model->outputs;
    GM_TRY(GM_NEW(context, self->pairs, rows * (c + 1)));
    for (int64_t i = 0; i < rows; i++)
        self->pairs[i * (c + 1) + c] = supply->targets[i];
    GM_TRY(GM_NEW_ZERO(context, self->scratch, gm_context_threads(context)));
    for (int i = 0; i < gm_context_threads(context); i++)
        GM_TRY(scratch_create(self, &self->scratch[i]));
    GM_TRY(gm_parallel_for(context, (rows + FORWARD_ROWS - 1) / FORWARD_ROWS, forward_piece, self));
    *out = &self->base;
    self = NULL;
done:
    if (self)
        destroy(&self->base);
    return status;
}

static gm_status gradients_at(gm_supply *supply, uint64_t seed, int64_t batch, int64_t count,
                              const double *weights, double *out) {
    const model_supply *self = (const model_supply *)supply;
    const int64_t n = supply->batch_size;
    gm_status status = GM_OK;
    int64_t *index = NULL;
    GM_TRY(GM_NEW(self->context, index, n));
    gm_draw_batch(self->context, seed, batch, n, self->rows->rows, index);
    GM_TRY(gm_moved_gradients(self->context, self->rows, self->model, self->targets, n, index,
                              count, weights, out));
done:
    gm_release(self->context, index);
    return status;
}

static void destroy_supply(gm_supply *supply) {
    gm_release(((model_supply *)supply)->context, supply);
}

gm_status gm_model_supply_create(gm_context *context, const gm_dataset *dataset,
                                 const gm_model *model, const double *targets,
                                 const double *weights, int64_t batch_size, gm_supply **out) {
    gm_status status = GM_OK;
    model_supply *self = NULL;
    GM_TRY(GM_NEW(context, self, 1));
    *self = (model_supply){.context = context,
                           .rows = gm_dataset_matrix(dataset),
                           .model = model,
                           .targets = targets,
                           .weights = weights,
                           .base = {.dimension = model->parameters,
                                    .batch_size = batch_size,
                                    .injects = true,
                                    .link = true,
                                    .squared = model->loss == &gm_loss_squared,
                                    .open = open_source,
                                    .gradients_at = gradients_at,
                                    .destroy = destroy_supply}};
    *out = &self->base;
done:
    return status;
}

void gm_source_destroy(gm_source *source) {
    if (source)
        source->destroy(source);
}

void gm_supply_destroy(gm_supply *supply) {
    if (supply)
        supply->destroy(supply);
}
