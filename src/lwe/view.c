#include "lwe/view.h"

#include <math.h>
#include <stdlib.h>

#include "linalg/linalg.h"
#include "lwe/phase.h"

/* A row and how badly it is seen. */
struct ranked {
    double variance;
    int64_t row;
};

static int by_variance(const void *a, const void *b) {
    const struct ranked *x = a, *y = b;
    if (x->variance != y->variance)
        return x->variance < y->variance ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static int by_row(const void *a, const void *b) {
    const struct ranked *x = a, *y = b;
    return x->row < y->row ? -1 : x->row > y->row;
}

static double squared_length(int64_t count, const int64_t *values) {
    double sum = 0;
    for (int64_t j = 0; j < count; j++)
        sum += (double)values[j] * (double)values[j];
    return sum;
}

static double kept_square(const gm_lwe_view *view, const gm_lwe_rows *rows, int64_t row) {
    double sum = 0;
    for (int64_t j = 0; j < view->kept; j++) {
        const double entry = (double)rows->ra[row * rows->n + view->column[j]];
        sum += entry * entry;
    }
    return sum / ((double)rows->q * (double)rows->q);
}

static double error_scale(const gm_lwe_parameters *parameters) {
    const double scale = parameters->sigma / (double)parameters->q;
    return scale * scale;
}

static gm_status choose(gm_context *context, gm_lwe_view *view, const gm_lwe_rows *rows,
                        const gm_lwe_parameters *parameters, double level) {
    struct ranked *ranked = NULL;
    gm_status status = GM_NEW(context, ranked, rows->count);
    if (status != GM_OK)
        return status;
    for (int64_t i = 0; i < rows->count; i++) {
        const double error =
            error_scale(parameters) * squared_length(rows->width, &rows->r[i * rows->width]);
        ranked[i].row = i;
        ranked[i].variance = level * kept_square(view, rows, i) / (double)view->kept + error;
    }
    if (view->count < rows->count) {
        qsort(ranked, (size_t)rows->count, sizeof *ranked, by_variance);
        qsort(ranked, (size_t)view->count, sizeof *ranked, by_row);
    }
    for (int64_t i = 0; i < view->count; i++)
        view->row[i] = ranked[i].row;
    gm_release(context, ranked);
    return GM_OK;
}

static void fill(gm_lwe_view *view, const gm_lwe_rows *rows, const gm_lwe_parameters *parameters) {
    const double turn = 1 / (double)rows->q;
    for (int64_t i = 0; i < view->count; i++) {
        const int64_t row = view->row[i];
        const int64_t *ra = &rows->ra[row * rows->n];
        for (int64_t j = 0; j < view->kept; j++)
            view->x[i * view->kept + j] = (double)ra[view->column[j]] * turn;
        for (int64_t j = 0; j < view->dropped; j++)
            view->u[i * view->dropped + j] = (double)ra[rows->dropped[j]] * turn;
        view->y[i] = (double)rows->rb[row] * turn;
        view->square[i] = kept_square(view, rows, row);
        view->error[i] =
            error_scale(parameters) * squared_length(rows->width, &rows->r[row * rows->width]);
    }
}

gm_status gm_lwe_view_create(gm_context *context, const gm_lwe_rows *rows,
                             const gm_lwe_parameters *parameters, double level, int64_t limit,
                             gm_lwe_view **out) {
    gm_status status;
    gm_lwe_view *view = NULL;
    GM_TRY(GM_NEW_ZERO(context, view, 1));
    view->count = limit && limit < rows->count ? limit : rows->count;
    view->dropped = rows->dropped_count;
    view->kept = rows->n - view->dropped;
    GM_TRY(GM_NEW(context, view->x, view->count * view->kept));
    GM_TRY(GM_NEW(context, view->y, view->count));
    GM_TRY(GM_NEW(context, view->u, view->count * view->dropped));
    GM_TRY(GM_NEW(context, view->square, view->count));
    GM_TRY(GM_NEW(context, view->error, view->count));
    GM_TRY(GM_NEW(context, view->column, view->kept));
    GM_TRY(GM_NEW(context, view->row, view->count));
    gm_lwe_kept_columns(rows->n, rows->dropped, rows->dropped_count, view->column);
    GM_TRY(choose(context, view, rows, parameters, level));
    fill(view, rows, parameters);
    *out = view;
    return GM_OK;
done:
    gm_lwe_view_destroy(context, view);
    return status;
}

/* Number the samples that the rows combine, in their order: place [largest index + 1]. An instance
   may have many more. */
static gm_status number_samples(gm_context *context, const gm_lwe_view *view,
                                const gm_lwe_rows *rows, int64_t **place, int64_t *used) {
    int64_t largest = 0;
    for (int64_t i = 0; i < rows->count * rows->width; i++)
        largest = rows->index[i] > largest ? rows->index[i] : largest;
    const gm_status status = GM_NEW_ZERO(context, *place, largest + 1);
    if (status != GM_OK)
        return status;
    for (int64_t i = 0; i < view->count; i++) {
        const int64_t at = view->row[i] * rows->width;
        for (int64_t l = 0; l < rows->width; l++)
            (*place)[rows->index[at + l]] |= rows->r[at + l] != 0;
    }
    *used = 0;
    for (int64_t s = 0; s <= largest; s++)
        (*place)[s] = (*place)[s] ? (*used)++ : -1;
    *used += *used == 0; /* products have at least one term */
    return GM_OK;
}

/* Combinations over the samples themselves, so that blocks that share some are seen to. */
gm_status gm_lwe_view_share(gm_context *context, gm_lwe_view *view, const gm_lwe_rows *rows,
                            const gm_lwe_parameters *parameters) {
    gm_status status;
    const double scale = parameters->sigma / (double)rows->q;
    int64_t *place = NULL, used = 0;
    double *dense = NULL, *shared = NULL;
    GM_TRY(number_samples(context, view, rows, &place, &used));
    GM_TRY(GM_NEW_ZERO(context, dense, view->count * used));
    GM_TRY(GM_NEW(context, shared, view->count * view->count));
    for (int64_t i = 0; i < view->count; i++) {
        const int64_t at = view->row[i] * rows->width;
        for (int64_t l = 0; l < rows->width; l++)
            if (rows->r[at + l] != 0)
                dense[i * used + place[rows->index[at + l]]] += (double)rows->r[at + l] * scale;
    }
    GM_TRY(gm_outer_gram(context, view->count, used, dense, shared));
    gm_release(context, view->shared);
    view->shared = shared;
    shared = NULL;
done:
    gm_release(context, place);
    gm_release(context, dense);
    gm_release(context, shared);
    return status;
}

double gm_lwe_view_least_variance(const gm_lwe_view *view, double level) {
    double least = INFINITY;
    for (int64_t i = 0; i < view->count; i++)
        least = fmin(least, gm_lwe_view_variance(view, i, level));
    return least;
}

void gm_lwe_view_response(const gm_lwe_view *view, double level, double least, double *out) {
    for (int64_t i = 0; i < view->count; i++) {
        const double factor =
            GM_TWO_PI * gm_lwe_damping(gm_lwe_view_variance(view, i, level) - least);
        for (int64_t j = 0; j < view->kept; j++)
            out[i * view->kept + j] = factor * view->x[i * view->kept + j];
    }
}

void gm_lwe_view_destroy(gm_context *context, gm_lwe_view *view) {
    if (!view)
        return;
    gm_release(context, view->x);
    gm_release(context, view->y);
    gm_release(context, view->u);
    gm_release(context, view->square);
    gm_release(context, view->error);
    gm_release(context, view->shared);
    gm_release(context, view->column);
    gm_release(context, view->row);
    gm_release(context, view);
}
