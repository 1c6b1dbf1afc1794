/* Gradients by a function of the caller. */
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "gradients/gradients.h"

typedef struct function_supply {
    gm_supply base;
    gm_context *context;
    gm_function_options options;
    pthread_mutex_t lock; /* held during a call where calls must not overlap */
} function_supply;

typedef struct function_source {
    gm_source base;
    function_supply *supply; /* borrowed */
    gm_target_noise noise;
    gm_source_seeds seeds;
    double *draws; /* [threads][draws][n][c] */
    double *added; /* [threads][n][c], what is added to the targets of one copy */
} function_source;

/* Noise of unit variance for every draw of a batch. */
static void draw_noise(function_source *self, int64_t batch, double *draws) {
    const gm_function_options *o = &self->supply->options;
    const int64_t n = o->batch_size, c = o->outputs;
    gm_noise_draw(self->supply->context, &self->noise, self->seeds.noise, batch, n, c, draws);
    if (self->noise.law == GM_NOISE_LINK && o->link)
        for (int r = 0; r < self->noise.draws; r++)
            o->link(o->user, batch, n, c, draws + r * n * c);
}

static gm_status call(function_source *self, int64_t batch, const double *added, double *gradient,
                      double *loss) {
    const gm_function_options *o = &self->supply->options;
    const gm_status status =
        o->gradient(o->user, batch, o->batch_size, o->outputs, added, gradient, loss);
    if (status != GM_OK)
        return gm_fail(self->supply->context, status,
                       "the gradient function failed at batch %lld with %s", (long long)batch,
                       gm_status_name(status));
    for (int64_t j = 0; j < o->dimension; j++)
        if (!isfinite(gradient[j]))
            return gm_fail(self->supply->context, GM_INVALID_INPUT,
                           "the gradient function wrote %g to component %lld at batch %lld",
                           gradient[j], (long long)j, (long long)batch);
    return GM_OK;
}

static gm_status evaluate_copies(function_source *self, int64_t batch, int worker, double *out,
                                 double *losses) {
    const gm_function_options *o = &self->supply->options;
    const int64_t size = o->batch_size * o->outputs;
    double *draws = self->draws + worker * self->noise.draws * size;
    double *added = self->added + worker * size;
    draw_noise(self, batch, draws);
    for (int copy = 0; copy < self->noise.copies; copy++) {
        const double scale = self->noise.sign[copy] * sqrt(self->noise.variance);
        const double *draw = draws + self->noise.draw[copy] * size;
        double loss = NAN;
        for (int64_t i = 0; i < size; i++)
            added[i] = scale != 0.0 ? scale * draw[i] : 0.0;
        const gm_status status = call(self, batch, added, out + copy * o->dimension, &loss);
        if (status != GM_OK)
            return status;
        if (losses)
            losses[copy] = loss;
    }
    return GM_OK;
}

static gm_status evaluate(gm_source *source, int64_t batch, int worker, double *out,
                          double *losses) {
    function_source *self = (function_source *)source;
    const bool serial = self->supply->options.serial;
    if (serial)
        pthread_mutex_lock(&self->supply->lock);
    const gm_status status = evaluate_copies(self, batch, worker, out, losses);
    if (serial)
        pthread_mutex_unlock(&self->supply->lock);
    return status;
}

static void destroy_source(gm_source *source) {
    function_source *self = (function_source *)source;
    gm_context *context = self->supply->context;
    gm_release(context, self->added);
    gm_release(context, self->draws);
    gm_release(context, self);
}

static gm_status open_source(gm_supply *supply, const gm_target_noise *noise, gm_source_seeds seeds,
                             gm_source **out) {
    function_supply *self = (function_supply *)supply;
    gm_context *context = self->context;
    const int64_t size = self->options.batch_size * self->options.outputs;
    gm_status status = GM_OK;
    function_source *source = NULL;
    GM_TRY(GM_NEW_ZERO(context, source, 1));
    *source = (function_source){.supply = self,
                                .noise = *noise,
                                .seeds = seeds,
                                .base = {.dimension = supply->dimension,
                                         .batch_size = supply->batch_size,
                                         .copies = noise->copies,
                                         .has_losses = true,
                                         .evaluate = evaluate,
                                         .destroy = destroy_source}};
    GM_TRY(GM_NEW(context, source->draws, gm_context_threads(context) * noise->draws * size));
    GM_TRY(GM_NEW(context, source->added, gm_context_threads(context) * size));
    *out = &source->base;
    source = NULL;
done:
    if (source)
        destroy_source(&source->base);
    return status;
}

static void destroy_supply(gm_supply *supply) {
    function_supply *self = (function_supply *)supply;
    pthread_mutex_destroy(&self->lock);
    gm_release(self->context, self);
}

static gm_status create_supply(gm_context *context, const gm_function_options *options,
                               gm_supply **out) {
    gm_status status = GM_OK;
    function_supply *self = NULL;
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    *self = (function_supply){.context = context,
                              .options = *options,
                              .base = {.dimension = options->dimension,
                                       .batch_size = options->batch_size,
                                       .injects = true,
                                       .link = options->link != NULL,
                                       .squared = options->squared,
                                       .open = open_source,
                                       .destroy = destroy_supply}};
    if (self->options.outputs == 0)
        self->options.outputs = 1;
    pthread_mutex_init(&self->lock, NULL);
    *out = &self->base;
done:
    return status;
}

gm_status gm_gradients_from_function(gm_context *context, const gm_function_options *options,
                                     gm_gradients **out) {
    gm_status status = GM_OK;
    gm_gradients *g = NULL;
    if (options->dimension < 1 || options->batch_size < 1 || options->outputs < 0 ||
        !options->gradient)
        return gm_fail(
            context, GM_INVALID_ARGUMENT,
            "gm_gradients_from_function: dimension %lld, batch size %lld, %lld outputs%s; "
            "each must be at least 1",
            (long long)options->dimension, (long long)options->batch_size,
            (long long)options->outputs, options->gradient ? "" : ", no function");
    GM_TRY(GM_NEW_ZERO(context, g, 1));
    *g = (gm_gradients){.context = context, .source = "function"};
    GM_TRY(create_supply(context, options, &g->supply));
    *out = g;
    g = NULL;
done:
    gm_gradients_destroy(g);
    return status;
}
