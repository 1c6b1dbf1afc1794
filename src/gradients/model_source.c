#include "gradients/source.h"

#include <math.h>
#include <string.h>

#include "data/dataset.h"
#include "gradients/moved.h"
#include "random/streams.h"

typedef struct model_supply {
    gm_supply base;
    gm_context *context;
    const gm_rows *rows;
    const gm_model *model;
    const double *targets; /* [rows] numbers, or indices of classes */
    const double *weights; /* [d] */
    double *pairs; /* [rows][c + 1]: outputs at the weights and target of a row, which lie together
                      since a batch meets them at random places; NULL before the first source */
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
    const model_supply *supply; /* borrowed */
    gm_target_noise noise;
    gm_source_seeds seeds;
    scratch *scratch; /* [threads] */
} model_source;

void gm_draw_batch(const gm_context *context, uint64_t seed, int64_t batch, int64_t batch_size,
                   int64_t rows, int64_t *out) {
    const gm_stream stream = {seed, GM_STREAM_BATCH_ROWS};
    gm_random_index(context, stream, batch * batch_size, batch_size, rows, out);
}

/* Outputs and targets of the rows of a batch; classes become 0 or 1, or one-hot. */
static void gather(const model_source *self, const scratch *s) {
    const int c = self->supply->model->outputs;
    for (int64_t i = 0; i < self->base.batch_size; i++) {
        const double *pair = self->supply->pairs + s->index[i] * (c + 1);
        memcpy(s->outputs + i * c, pair, (size_t)c * sizeof *pair);
        gm_target_expand(pair[c], c, s->targets + i * c);
    }
}

/* Noise of unit variance for every draw of a batch. */
static void draw_noise(const model_source *self, const scratch *s, int64_t batch) {
    const gm_loss *loss = self->supply->model->loss;
    const int c = self->supply->model->outputs;
    const int64_t n = self->base.batch_size;
    gm_noise_draw(self->supply->context, &self->noise, self->seeds.noise, batch, n, c, s->noise);
    for (int r = 0; r < self->noise.draws; r++) {
        double *draw = s->noise + r * n * c;
        if (self->noise.law == GM_NOISE_LINK)
            loss->root(n, c, s->outputs, draw, draw);
        else if (self->noise.law == GM_NOISE_SAMPLED)
            loss->sampled(n, c, s->outputs, draw, draw);
    }
}

/* Column `copy` of the coefficients: ∂L/∂z at the perturbed targets, over n; returns its loss. */
static double fill_copy(const model_source *self, const scratch *s, int copy, bool want_loss) {
    const gm_target_noise *noise = &self->noise;
    const gm_loss *loss = self->supply->model->loss;
    const int c = self->supply->model->outputs;
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
    const model_supply *supply = self->supply;
    const gm_model *model = supply->model;
    const scratch *s = &self->scratch[worker];
    const int64_t n = source->batch_size;
    gm_draw_batch(supply->context, self->seeds.batches, batch, n, supply->rows->rows, s->index);
    gather(self, s);
    draw_noise(self, s, batch);
    for (int copy = 0; copy < source->copies; copy++) {
        const double loss = fill_copy(self, s, copy, losses != NULL);
        if (losses)
            losses[copy] = loss;
    }
    model->backward(model, supply->context, supply->rows, supply->weights, n, s->index,
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
    gm_context *context = self->supply->context;
    for (int i = 0; self->scratch && i < gm_context_threads(context); i++)
        scratch_release(context, &self->scratch[i]);
    gm_release(context, self->scratch);
    gm_release(context, self);
}

static gm_status scratch_create(const model_source *self, scratch *s) {
    gm_status status = GM_OK;
    gm_context *context = self->supply->context;
    const gm_model *model = self->supply->model;
    const int64_t n = self->base.batch_size, c = model->outputs, copies = self->noise.copies;
    GM_TRY(GM_NEW(context, s->index, n));
    GM_TRY(GM_NEW(context, s->outputs, n * c));
    GM_TRY(GM_NEW(context, s->targets, n * c));
    GM_TRY(GM_NEW(context, s->residuals, n * c));
    GM_TRY(GM_NEW(context, s->noise, n * c * self->noise.draws));
    GM_TRY(GM_NEW(context, s->losses, n));
    GM_TRY(GM_NEW(context, s->coefficients, n * c * copies));
    GM_TRY(GM_NEW(context, s->model, model->scratch(model, n, copies)));
done:
    return status;
}

/* Each row is in many batches, and every source is at the same weights: its outputs are computed
 * once. */
static gm_status make_pairs(model_supply *self) {
    gm_status status = GM_OK;
    gm_context *context = self->context;
    const int64_t rows = self->rows->rows, c = self->model->outputs;
    double *z = NULL, *pairs = NULL;
    if (self->pairs)
        return GM_OK;
    GM_TRY(GM_NEW(context, z, rows * c));
    GM_TRY(GM_NEW(context, pairs, rows * (c + 1)));
    GM_TRY(gm_model_outputs(context, self->rows, self->model, self->weights, z));
    for (int64_t i = 0; i < rows; i++) {
        memcpy(pairs + i * (c + 1), z + i * c, (size_t)c * sizeof *z);
        pairs[i * (c + 1) + c] = self->targets[i];
    }
    self->pairs = pairs;
    pairs = NULL;
done:
    gm_release(context, pairs);
    gm_release(context, z);
    return status;
}

static gm_status open_source(gm_supply *base, const gm_target_noise *noise, gm_source_seeds seeds,
                             gm_source **out) {
    gm_status status = GM_OK;
    model_supply *supply = (model_supply *)base;
    gm_context *context = supply->context;
    model_source *self = NULL;
    GM_TRY(make_pairs(supply));
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    *self = (model_source){.supply = supply,
                           .noise = *noise,
                           .seeds = seeds,
                           .base = {.dimension = base->dimension,
                                    .batch_size = base->batch_size,
                                    .copies = noise->copies,
                                    .has_losses = true,
                                    .evaluate = evaluate,
                                    .destroy = destroy}};
    GM_TRY(GM_NEW_ZERO(context, self->scratch, gm_context_threads(context)));
    for (int i = 0; i < gm_context_threads(context); i++)
        GM_TRY(scratch_create(self, &self->scratch[i]));
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
    model_supply *self = (model_supply *)supply;
    gm_release(self->context, self->pairs);
    gm_release(self->context, self);
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
