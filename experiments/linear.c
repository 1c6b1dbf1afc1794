#include "linear.h"

#include <stdlib.h>
#include <string.h>

const char *const law_names[LAWS] = {
    "Gaussian", "Gaussian, 1/j",    "Rademacher",     "sparse",
    "t(5)",     "correlated (0.9)", "rank deficient",
};

enum { STREAM_INPUTS = 1, STREAM_REFLECTIONS, STREAM_SCALES, STREAM_DIRECTION, STREAM_LABELS };

enum { SPARSITY = 8, FREEDOM = 5 };

/* Rotate a row by two reflections in v[0], v[1]. */
static void rotate(int64_t d, const double *v, double *x) {
    for (int r = 0; r < 2; r++, v += d) {
        double inner = 0.0, norm = 0.0;
        for (int64_t j = 0; j < d; j++) {
            inner += v[j] * x[j];
            norm += v[j] * v[j];
        }
        for (int64_t j = 0; j < d; j++)
            x[j] -= 2.0 * inner / norm * v[j];
    }
}

/* Standard normal numbers z into a row of the law; `scales` has FREEDOM normal numbers. */
static void shape_row(enum law law, int64_t d, const double *reflections, const double *scales,
                      double *z) {
    double chi = 0.0;
    for (int i = 0; i < FREEDOM; i++)
        chi += scales[i] * scales[i];
    for (int64_t j = 0; j < d; j++)
        switch (law) {
        case DECAYING:
            z[j] /= sqrt(1.0 + (double)j);
            break;
        case RADEMACHER:
            z[j] = z[j] < 0.0 ? -1.0 : 1.0;
            break;
        case SPARSE: { /* |z| > 1.5341: one in eight */
            const double edge = 1.5341205443525463;
            z[j] = fabs(z[j]) < edge ? 0.0 : copysign(sqrt((double)SPARSITY), z[j]);
            break;
        }
        case STUDENT:
            z[j] *= sqrt((FREEDOM - 2.0) / chi);
            break;
        case CORRELATED:
            z[j] = j == 0 ? z[0] : 0.9 * z[j - 1] + sqrt(1.0 - 0.81) * z[j];
            break;
        case RANK_DEFICIENT:
            z[j] *= 2 * j < d ? 1.0 : 0.0;
            break;
        case GAUSSIAN:
        case LAWS:
            break;
        }
    if (law == DECAYING || law == RANK_DEFICIENT)
        rotate(d, reflections, z);
}

static void draw_inputs(const struct linear *l, enum law law, uint64_t seed, double *reflections) {
    double scales[FREEDOM];
    gm_random_gaussian(l->context, (gm_stream){seed, STREAM_REFLECTIONS}, 0, 2 * l->d, reflections);
    gm_random_gaussian(l->context, (gm_stream){seed, STREAM_INPUTS}, 0, l->rows * l->d, l->x);
    for (int64_t i = 0; i < l->rows; i++) {
        gm_random_gaussian(l->context, (gm_stream){seed, STREAM_SCALES}, i * FREEDOM, FREEDOM,
                           scales);
        shape_row(law, l->d, reflections, scales, l->x + i * l->d);
    }
}

static void add_up_moments(const struct linear *l) {
    const int64_t d = l->d;
    memset(l->moments, 0, (size_t)(d * d) * sizeof *l->moments);
    for (int64_t i = 0; i < l->rows; i++)
        for (int64_t a = 0; a < d; a++)
            for (int64_t b = 0; b < d; b++)
                l->moments[a * d + b] += l->x[i * d + a] * l->x[i * d + b] / (double)l->rows;
}

/* A random direction of norm 1 in the norm of the second moments. */
static void draw_direction(const struct linear *l, uint64_t seed) {
    double norm = 0.0;
    gm_random_gaussian(l->context, (gm_stream){seed, STREAM_DIRECTION}, 0, l->d, l->direction);
    for (int64_t a = 0; a < l->d; a++)
        for (int64_t b = 0; b < l->d; b++)
            norm += l->direction[a] * l->moments[a * l->d + b] * l->direction[b];
    for (int64_t a = 0; a < l->d; a++)
        l->direction[a] /= sqrt(norm);
}

gm_status linear_create(gm_context *context, enum law law, int64_t rows, int64_t d, uint64_t seed,
                        struct linear *out) {
    *out = (struct linear){.context = context, .rows = rows, .d = d};
    double *reflections = malloc((size_t)(2 * d) * sizeof *reflections);
    out->x = malloc((size_t)(rows * d) * sizeof *out->x);
    out->targets = malloc((size_t)rows * sizeof *out->targets);
    out->moments = malloc((size_t)(d * d) * sizeof *out->moments);
    out->direction = malloc((size_t)d * sizeof *out->direction);
    const bool made = reflections && out->x && out->targets && out->moments && out->direction;
    if (made) {
        draw_inputs(out, law, seed, reflections);
        add_up_moments(out);
        draw_direction(out, seed);
    }
    free(reflections);
    return made ? GM_OK : GM_OUT_OF_MEMORY;
}

void linear_destroy(struct linear *linear) {
    free(linear->direction);
    free(linear->moments);
    free(linear->targets);
    free(linear->x);
    *linear = (struct linear){0};
}

gm_status linear_targets(struct linear *linear, double distance, double label_noise, uint64_t seed,
                         gm_dataset **out) {
    gm_random_gaussian(linear->context, (gm_stream){seed, STREAM_LABELS}, 0, linear->rows,
                       linear->targets);
    for (int64_t i = 0; i < linear->rows; i++) {
        linear->targets[i] *= sqrt(label_noise);
        for (int64_t j = 0; j < linear->d; j++)
            linear->targets[i] += distance * linear->direction[j] * linear->x[i * linear->d + j];
    }
    return gm_dataset_from_arrays(linear->context, linear->rows, linear->d, linear->x,
                                  linear->targets, out);
}

gm_status linear_bias(const struct linear *linear, double distance, double variance, double *out) {
    const int64_t d = linear->d;
    const double share = distance * distance / variance;
    gm_status status = GM_OUT_OF_MEMORY;
    gm_recovery_error error;
    double *biased = malloc((size_t)(d * d) * sizeof *biased);
    double *image = calloc((size_t)d, sizeof *image); /* H u */
    if (biased && image) {
        for (int64_t i = 0; i < d * d; i++)
            image[i / d] += linear->moments[i] * linear->direction[i % d];
        for (int64_t i = 0; i < d * d; i++)
            biased[i] =
                linear->moments[i] + share * (linear->moments[i] + image[i / d] * image[i % d]);
        status = gm_curvature_error(linear->context, d, biased, linear->moments, &error);
    }
    if (status == GM_OK)
        *out = error.operator_relative;
    free(image);
    free(biased);
    return status;
}

static double trace(int64_t d, const double *a) {
    double sum = 0.0;
    for (int64_t j = 0; j < d; j++)
        sum += a[j * d + j];
    return sum;
}

gm_status linear_measure(struct record *record, const struct linear *linear,
                         const gm_dataset *dataset, const gm_recover_options *options,
                         double factor, struct outcome *out) {
    gm_status status = GM_OK;
    gm_recovery *r = NULL;
    const int64_t d = linear->d;
    TRY(gm_recover(record->context, dataset, options, &r));
    record->runs++;
    if (factor == 0.0)
        factor = trace(d, linear->moments) / trace(d, r->hessian);
    for (int64_t i = 0; i < d * d; i++)
        r->hessian[i] *= factor;
    *out = (struct outcome){.predicted = r->predicted_operator.value,
                            .low = r->predicted_operator.low,
                            .high = r->predicted_operator.high,
                            .rank = r->rank};
    for (int i = 0; r->warnings[i]; i++)
        out->tails_told = out->tails_told || strstr(r->warnings[i], "heavier tails");
    TRY(gm_curvature_error(record->context, d, r->hessian, linear->moments, &out->error));
    out->raw = out->error;
    const double divisor = (options->noise_variance + options->label_noise) / options->batch_size;
    for (int64_t i = 0; i < d * d && divisor > 0.0; i++)
        r->hessian[i] *= divisor;
    if (divisor > 0.0)
        TRY(gm_curvature_error(record->context, d, r->hessian, linear->moments, &out->raw));
done:
    gm_recovery_destroy(record->context, r);
    return status;
}
