#include "training.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const optimizer_names[OPTIMIZERS] = {"sgd", "momentum", "adam", "lbfgs", "gradiometer"};

enum { STREAM_ROTATION = 1, STREAM_SIGNS, STREAM_INPUTS, STREAM_LABELS };

const gm_trained *training_of(const gm_training *training, enum optimizer optimizer) {
    for (int i = 0; i < training->optimizer_count; i++)
        if (strcmp(training->optimizer[i].name, optimizer_names[optimizer]) == 0)
            return &training->optimizer[i];
    return NULL;
}

gm_status training_run(struct record *record, const gm_dataset *dataset,
                       const gm_train_options *options, gm_training **out) {
    const gm_status status = gm_train(record->context, dataset, options, out);
    if (status == GM_OK)
        record->runs += (*out)->optimizer_count;
    return status;
}

/* --- data --- */

/* Make the rows of a Gaussian matrix orthonormal, one after the other. */
static void orthogonalise(int64_t d, double *q) {
    for (int64_t i = 0; i < d; i++) {
        double norm = 0.0;
        for (int64_t k = 0; k < i; k++) {
            double inner = 0.0;
            for (int64_t j = 0; j < d; j++)
                inner += q[k * d + j] * q[i * d + j];
            for (int64_t j = 0; j < d; j++)
                q[i * d + j] -= inner * q[k * d + j];
        }
        for (int64_t j = 0; j < d; j++)
            norm += q[i * d + j] * q[i * d + j];
        for (int64_t j = 0; j < d; j++)
            q[i * d + j] /= sqrt(norm);
    }
}

struct squares {
    int64_t rows, d;
    double condition;
    double *q;     /* [d][d] */
    double *signs; /* [d] */
    double *x;     /* [rows][d] */
    double *y;     /* [rows] */
    double *row;   /* [d] */
};

static void draw_squares(gm_context *context, struct squares *s, uint64_t seed) {
    const int64_t d = s->d;
    gm_random_gaussian(context, (gm_stream){seed, STREAM_ROTATION}, 0, d * d, s->q);
    gm_random_gaussian(context, (gm_stream){seed, STREAM_SIGNS}, 0, d, s->signs);
    gm_random_gaussian(context, (gm_stream){seed, STREAM_INPUTS}, 0, s->rows * d, s->x);
    gm_random_gaussian(context, (gm_stream){seed, STREAM_LABELS}, 0, s->rows, s->y);
    orthogonalise(d, s->q);
    for (int64_t i = 0; i < s->rows; i++) {
        double *x = s->x + i * d;
        memset(s->row, 0, (size_t)d * sizeof *s->row);
        for (int64_t k = 0; k < d; k++) {
            const double size = pow(s->condition, -0.5 * (double)k / (double)(d - 1));
            s->y[i] += copysign(x[k], x[k] * s->signs[k]) / sqrt((double)d);
            for (int64_t j = 0; j < d; j++)
                s->row[j] += size * x[k] * s->q[k * d + j];
        }
        memcpy(x, s->row, (size_t)d * sizeof *x);
    }
}

gm_status training_squares(gm_context *context, int64_t rows, int64_t d, double condition,
                           uint64_t seed, gm_dataset **out) {
    gm_status status = GM_OUT_OF_MEMORY;
    struct squares s = {.rows = rows, .d = d, .condition = condition};
    s.q = malloc((size_t)(d * d) * sizeof *s.q);
    s.signs = malloc((size_t)d * sizeof *s.signs);
    s.x = malloc((size_t)(rows * d) * sizeof *s.x);
    s.y = malloc((size_t)rows * sizeof *s.y);
    s.row = malloc((size_t)d * sizeof *s.row);
    if (s.q && s.signs && s.x && s.y && s.row) {
        draw_squares(context, &s, seed);
        status = gm_dataset_from_arrays(context, rows, d, s.x, s.y, out);
    }
    free(s.row);
    free(s.y);
    free(s.x);
    free(s.signs);
    free(s.q);
    return status;
}

/* Means of squares of an image, after them a one where there is room for it. */
static void shrink_image(const double *pixels, int64_t side, int block, int64_t columns,
                         double *out) {
    const int64_t small = side / block;
    for (int64_t j = 0; j < columns; j++)
        out[j] = j < small * small ? 0.0 : 1.0;
    for (int64_t r = 0; r < small * block; r++)
        for (int64_t c = 0; c < small * block; c++)
            out[r / block * small + c / block] += pixels[r * side + c] / (block * block);
}

static gm_status shrink_images(gm_context *context, const gm_dataset *all, int64_t rows, int block,
                               bool intercept, gm_dataset **out) {
    gm_status status = GM_OUT_OF_MEMORY;
    const int64_t side = (int64_t)sqrt((double)gm_dataset_columns(all));
    const int64_t columns = side / block * (side / block) + intercept;
    double *pixels = malloc((size_t)gm_dataset_columns(all) * sizeof *pixels);
    double *x = malloc((size_t)(rows * columns) * sizeof *x);
    if (pixels && x) {
        for (int64_t i = 0; i < rows; i++) {
            gm_dataset_copy_rows(all, i, 1, pixels);
            shrink_image(pixels, side, block, columns, x + i * columns);
        }
        status = gm_dataset_from_arrays(context, rows, columns, x, gm_dataset_targets(all), out);
    }
    free(x);
    free(pixels);
    return status;
}

gm_status training_images(gm_context *context, int64_t rows, int block, bool intercept,
                          gm_dataset **out) {
    const char *named = getenv("GRADIOMETER_DATA");
    gm_dataset *all = NULL;
    gm_status status = gm_dataset_load(
        context, named && *named ? named : "/usr/share/datasets/fashion-mnist", NULL, &all);
    if (status == GM_OK)
        status =
            shrink_images(context, all, rows < gm_dataset_rows(all) ? rows : gm_dataset_rows(all),
                          block, intercept, out);
    gm_dataset_destroy(all);
    return status;
}

/* --- what came out --- */

double training_gradients(const gm_trained *trained) {
    if (!trained)
        return NAN;
    const gm_train_run *run = &trained->runs[trained->typical];
    return run->reached ? run->gradient_evaluations : INFINITY;
}

const char *training_cell(double gradients, double budget, char out[32]) {
    if (isfinite(gradients))
        snprintf(out, 32, "%.0f", gradients);
    else
        snprintf(out, 32, isnan(gradients) ? "not run" : "> %.0f", budget);
    return out;
}

double training_bound(double gradients, double budget) {
    return isinf(gradients) ? budget : gradients;
}

void training_curve(struct record *record, int plot, const gm_trained *trained,
                    enum optimizer optimizer, enum abscissa abscissa, double least, double over) {
    if (!trained)
        return;
    const gm_train_run *run = &trained->runs[trained->typical];
    const int series = record_series(record, plot, optimizer_names[optimizer], POINTS, optimizer);
    double last = 0.0;
    for (int64_t i = 0; i < run->points; i++) {
        const gm_train_point *p = &run->curve[i];
        const double x = abscissa == BY_SECONDS ? p->seconds : p->gradient_evaluations;
        const double y = (fmin(p->loss, p->averaged_loss) - least) / over;
        const bool shown = x >= 1.1 * last || i + 1 == run->points;
        if (!shown || !(x > 0.0) || !(y > 0.0) || !isfinite(y))
            continue;
        record_point(record, plot, series, x, y, 0.0);
        last = x;
    }
}
