/* Recorded gradients: opening, checking the shape, and a supply of them. */
#include <math.h>
#include <string.h>

#include "gradients/gradients.h"

enum { LEAST_BATCHES = 2 };

typedef struct recorded_supply {
    gm_supply base;
    gm_context *context;
    gm_recorded recorded;
} recorded_supply;

typedef struct recorded_source {
    gm_source base;
    gm_context *context;
    gm_recorded recorded;
} recorded_source;

static gm_status evaluate(gm_source *source, int64_t batch, int worker, double *out,
                          double *losses) {
    const gm_recorded *recorded = &((recorded_source *)source)->recorded;
    const int64_t size = recorded->copies * recorded->dimension;
    (void)worker;
    (void)losses;
    memcpy(out, recorded->values + batch * size, (size_t)size * sizeof *out);
    return GM_OK;
}

static void destroy_source(gm_source *source) {
    gm_release(((recorded_source *)source)->context, source);
}

static gm_status open_source(gm_supply *supply, const gm_target_noise *noise, gm_source_seeds seeds,
                             gm_source **out) {
    const recorded_supply *self = (const recorded_supply *)supply;
    gm_status status = GM_OK;
    recorded_source *source = NULL;
    (void)seeds;
    if (noise->copies != self->recorded.copies)
        GM_TRY(gm_fail(self->context, GM_INVALID_ARGUMENT,
                       "the estimator takes %d gradients of each batch, %d are recorded",
                       noise->copies, self->recorded.copies));
    GM_TRY(GM_NEW(self->context, source, 1));
    *source = (recorded_source){.context = self->context,
                                .recorded = self->recorded,
                                .base = {.dimension = supply->dimension,
                                         .batch_size = supply->batch_size,
                                         .copies = self->recorded.copies,
                                         .evaluate = evaluate,
                                         .destroy = destroy_source}};
    *out = &source->base;
done:
    return status;
}

static void destroy_supply(gm_supply *supply) {
    gm_release(((recorded_supply *)supply)->context, supply);
}

gm_status gm_recorded_supply_create(gm_context *context, const gm_recorded *recorded,
                                    int64_t batch_size, gm_supply **out) {
    gm_status status = GM_OK;
    recorded_supply *self = NULL;
    GM_TRY(GM_NEW(context, self, 1));
    *self = (recorded_supply){.context = context,
                              .recorded = *recorded,
                              .base = {.dimension = recorded->dimension,
                                       .batch_size = batch_size,
                                       .batches = recorded->batches,
                                       .copies = recorded->copies,
                                       .squared = true, /* what E1 needs is the caller's to claim */
                                       .open = open_source,
                                       .destroy = destroy_supply}};
    *out = &self->base;
done:
    return status;
}

/* Shape of a file of single gradients or of pairs, with the reason where it is another. */
static gm_status read_shape(gm_context *context, const gm_array *array, const char *path,
                            const gm_recorded_options *options, gm_recorded *out) {
    const long long a = array->shape[0], b = array->shape[1], c = array->shape[2];
    const int64_t d = options->paired ? array->shape[2] : array->shape[1];
    if (!options->paired && array->dimensions != 2)
        return gm_fail(context, GM_INVALID_INPUT,
                       "%s: an array of %d dimension%s; gradients are [k, d], one batch a row%s",
                       path, array->dimensions, array->dimensions == 1 ? "" : "s",
                       array->dimensions == 3 && b == 2 ? " (pairs [k/2, 2, d] need --paired)"
                                                        : "");
    if (options->paired && array->dimensions != 3)
        return gm_fail(context, GM_INVALID_INPUT,
                       "%s: an array of %d dimension%s; pairs of gradients are [k/2, 2, d]", path,
                       array->dimensions, array->dimensions == 1 ? "" : "s");
    if (options->paired && b != 2)
        return gm_fail(
            context, GM_INVALID_INPUT,
            "%s: shape [%lld, %lld, %lld]; pairs of gradients are [k/2, 2, d], with the 2 "
            "in the middle%s",
            path, a, b, c,
            a == 2   ? ": here it comes first, the array is transposed"
            : c == 2 ? ": here it comes last, the array is transposed"
                     : "");
    if (options->dimension > 0 && d != options->dimension)
        return gm_fail(context, GM_INVALID_INPUT,
                       "%s: gradients of %lld numbers, %lld were expected%s", path, (long long)d,
                       (long long)options->dimension,
                       array->shape[0] == options->dimension ? ": the array is transposed" : "");
    if (options->dimension == 0 && !options->paired && array->shape[0] < d)
        return gm_fail(context, GM_INVALID_INPUT,
                       "%s: %lld rows of %lld numbers. Gradients are [k, d], one batch a row; with "
                       "fewer rows than columns this may be a transposed array, and nothing in it "
                       "could tell. If it is not, say so by --dimension %lld",
                       path, a, b, b);
    *out = (gm_recorded){.batches = array->shape[0],
                         .dimension = d,
                         .copies = options->paired ? 2 : 1,
                         .values = array->values};
    return GM_OK;
}

/* Every entry is a number; its place where one is not. */
static gm_status check_finite(gm_context *context, const gm_recorded *recorded, const char *file) {
    const int64_t d = recorded->dimension, copies = recorded->copies;
    for (int64_t i = 0; i < recorded->batches * copies; i++)
        for (int64_t j = 0; j < d; j++)
            if (!isfinite(recorded->values[i * d + j])) {
                if (copies == 1)
                    return gm_fail(context, GM_INVALID_INPUT,
                                   "%s: row %lld, column %lld is %g; every entry must be finite",
                                   file, (long long)i, (long long)j, recorded->values[i * d + j]);
                return gm_fail(
                    context, GM_INVALID_INPUT,
                    "%s: pair %lld, gradient %lld, column %lld is %g; every entry must be "
                    "finite",
                    file, (long long)(i / copies), (long long)(i % copies), (long long)j,
                    recorded->values[i * d + j]);
            }
    return GM_OK;
}

static gm_status check(gm_context *context, const gm_recorded *recorded, const char *file,
                       const gm_recorded_options *options) {
    gm_status status = GM_OK;
    if (options->batch_size < 1)
        GM_TRY(gm_fail(context, GM_INVALID_ARGUMENT, "batch size is %lld; it must be at least 1",
                       (long long)options->batch_size));
    if (recorded->dimension < 1 || recorded->batches < LEAST_BATCHES)
        GM_TRY(gm_fail(context, GM_INVALID_INPUT,
                       "%s: %lld batch%s of %lld numbers; at least %d batches are needed", file,
                       (long long)recorded->batches, recorded->batches == 1 ? "" : "es",
                       (long long)recorded->dimension, LEAST_BATCHES));
    GM_TRY(check_finite(context, recorded, file));
done:
    return status;
}

static gm_status create(gm_context *context, const gm_recorded *recorded, const char *file,
                        const gm_recorded_options *options, gm_gradients **out) {
    gm_status status = GM_OK;
    gm_gradients *g = NULL;
    GM_TRY(check(context, recorded, file, options));
    GM_TRY(GM_NEW_ZERO(context, g, 1));
    *g = (gm_gradients){.context = context, .source = "file", .recorded = *recorded};
    GM_TRY(gm_recorded_supply_create(context, recorded, options->batch_size, &g->supply));
    *out = g;
    g = NULL;
done:
    gm_gradients_destroy(g);
    return status;
}

gm_status gm_gradients_open(gm_context *context, const char *path,
                            const gm_recorded_options *options, gm_gradients **out) {
    gm_status status = GM_OK;
    gm_array *array = NULL;
    gm_recorded recorded;
    GM_TRY(gm_array_read(context, path, &array));
    GM_TRY(read_shape(context, array, path, options, &recorded));
    GM_TRY(create(context, &recorded, path, options, out));
    (*out)->array = array;
    array = NULL;
done:
    gm_array_destroy(context, array);
    return status;
}

gm_status gm_gradients_from_array(gm_context *context, int64_t count, int64_t dimension,
                                  const double *gradients, const gm_recorded_options *options,
                                  gm_gradients **out) {
    gm_status status = GM_OK;
    double *values = NULL;
    const int copies = options->paired ? 2 : 1;
    if (count < 1 || dimension < 1 || count % copies != 0)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_gradients_from_array: %lld gradients of %lld numbers%s",
                       (long long)count, (long long)dimension,
                       options->paired ? "; pairs need an even number" : "");
    GM_TRY(GM_NEW(context, values, count * dimension));
    memcpy(values, gradients, (size_t)(count * dimension) * sizeof *values);
    const gm_recorded recorded = {count / copies, dimension, copies, values};
    GM_TRY(create(context, &recorded, "the array of gradients", options, out));
    (*out)->values = values;
    values = NULL;
done:
    gm_release(context, values);
    return status;
}

int64_t gm_gradients_dimension(const gm_gradients *gradients) {
    return gradients->supply->dimension;
}

int64_t gm_gradients_count(const gm_gradients *gradients) {
    return gradients->recorded.batches * gradients->recorded.copies;
}

void gm_gradients_destroy(gm_gradients *gradients) {
    if (!gradients)
        return;
    gm_supply_destroy(gradients->supply);
    gm_array_destroy(gradients->context, gradients->array);
    gm_release(gradients->context, gradients->values);
    gm_release(gradients->context, gradients);
}
