/* Rows of an array, drawn with replacement: P(x) is the share of the rows that equal x. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inputs/inputs.h"

typedef struct row_law {
    gm_inputs base;
    double *x;       /* [distinct][columns], in lexicographic order */
    double *weight;  /* [distinct], share of the rows */
    int64_t *row_of; /* [rows], which distinct row each one is */
    int64_t rows, distinct;
} row_law;

static int compare(const double *a, const double *b, int64_t columns) {
    for (int64_t j = 0; j < columns; j++)
        if (a[j] != b[j])
            return a[j] < b[j] ? -1 : 1;
    return 0;
}

static void draw(const gm_inputs *inputs, const gm_context *context, gm_stream stream,
                 int64_t first, int64_t count, double *x) {
    const row_law *self = (const row_law *)inputs;
    const int64_t n = inputs->columns;
    for (int64_t i = 0; i < count; i++) {
        int64_t row = 0;
        gm_random_index(context, stream, first + i, 1, self->rows, &row);
        memcpy(x + i * n, self->x + self->row_of[row] * n, (size_t)n * sizeof *x);
    }
}

static void probability(const gm_inputs *inputs, int64_t count, const double *x, double *out) {
    const row_law *self = (const row_law *)inputs;
    const int64_t n = inputs->columns;
    for (int64_t i = 0; i < count; i++) {
        int64_t low = 0, high = self->distinct - 1;
        while (low < high) {
            const int64_t middle = (low + high) / 2;
            if (compare(self->x + middle * n, x + i * n, n) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        out[i] = compare(self->x + low * n, x + i * n, n) == 0 ? self->weight[low] : 0.0;
    }
}

static void enumerate(const gm_inputs *inputs, int64_t first, int64_t count, double *x,
                      double *out) {
    const row_law *self = (const row_law *)inputs;
    const int64_t n = inputs->columns;
    memcpy(x, self->x + first * n, (size_t)(count * n) * sizeof *x);
    memcpy(out, self->weight + first, (size_t)count * sizeof *out);
}

static void destroy(gm_context *context, gm_inputs *inputs) {
    row_law *self = (row_law *)inputs;
    if (self) {
        gm_release(context, self->x);
        gm_release(context, self->weight);
        gm_release(context, self->row_of);
    }
    gm_release(context, self);
}

/* Copy the rows; residues centred, −0 as 0. */
static gm_status take(gm_context *context, int64_t rows, int64_t columns, const double *x,
                      int64_t q, double *out) {
    for (int64_t i = 0; i < rows * columns; i++) {
        const long long row = (long long)(i / columns), column = (long long)(i % columns);
        if (!isfinite(x[i]))
            return gm_fail(context, GM_INVALID_ARGUMENT,
                           "inputs: row %lld, column %lld is %g; it must be finite", row, column,
                           x[i]);
        if (q > 0 && (x[i] != nearbyint(x[i]) || fabs(x[i]) > 9007199254740992.0))
            return gm_fail(context, GM_INVALID_ARGUMENT,
                           "inputs: row %lld, column %lld is %g; with a modulus entries must be "
                           "whole numbers",
                           row, column, x[i]);
        out[i] = q > 0 ? (double)gm_centred((int64_t)x[i], q) : x[i] + 0.0;
    }
    return GM_OK;
}

typedef struct place {
    const double *x;
    int64_t columns, row;
} place;

static int by_row(const void *a, const void *b) {
    const place *left = a, *right = b;
    const int order = compare(left->x, right->x, left->columns);
    return order ? order : (left->row > right->row) - (left->row < right->row);
}

/* Sort the rows of `all` and keep each one once. */
static void collect(row_law *self, const double *all, place *order) {
    const int64_t n = self->base.columns;
    for (int64_t i = 0; i < self->rows; i++)
        order[i] = (place){all + i * n, n, i};
    qsort(order, (size_t)self->rows, sizeof *order, by_row);
    self->distinct = 0;
    for (int64_t i = 0; i < self->rows; i++) {
        if (i == 0 || compare(self->x + (self->distinct - 1) * n, order[i].x, n) != 0) {
            memcpy(self->x + self->distinct * n, order[i].x, (size_t)n * sizeof *all);
            self->weight[self->distinct++] = 0.0;
        }
        self->weight[self->distinct - 1] += 1.0;
        self->row_of[order[i].row] = self->distinct - 1;
    }
    for (int64_t i = 0; i < self->distinct; i++) {
        self->weight[i] /= (double)self->rows;
        self->base.collision += self->weight[i] * self->weight[i];
    }
}

static bool only_signs(const double *x, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if (fabs(x[i]) != 1.0)
            return false;
    return true;
}

gm_status gm_inputs_from_rows(gm_context *context, int64_t rows, int64_t columns, const double *x,
                              int64_t modulus, gm_inputs **out) {
    gm_status status = GM_OK;
    row_law *self = NULL;
    double *all = NULL;
    place *order = NULL;
    if (rows < 1 || columns < 1 || columns > GM_INPUTS_MOST_COLUMNS)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "inputs: %lld rows of %lld columns; at least 1 row and 1 to %d columns are "
                       "needed",
                       (long long)rows, (long long)columns, GM_INPUTS_MOST_COLUMNS);
    if (modulus != 0 && (modulus < 2 || modulus > GM_INPUTS_MOST_MODULUS))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "inputs: the modulus is %lld; it must be from 2 to %d", (long long)modulus,
                       GM_INPUTS_MOST_MODULUS);
    GM_TRY(GM_NEW_ZERO(context, self, 1));
    self->rows = rows;
    self->base = (gm_inputs){.name = "rows",
                             .columns = columns,
                             .modulus = modulus,
                             .scale = modulus ? 1.0 / (double)modulus : 1.0,
                             .draw = draw,
                             .probability = probability,
                             .enumerate = enumerate,
                             .destroy = destroy};
    GM_TRY(GM_NEW(context, all, rows * columns));
    GM_TRY(take(context, rows, columns, x, modulus, all));
    GM_TRY(GM_NEW(context, order, rows));
    GM_TRY(GM_NEW(context, self->x, rows * columns));
    GM_TRY(GM_NEW(context, self->weight, rows));
    GM_TRY(GM_NEW(context, self->row_of, rows));
    collect(self, all, order);
    self->base.support = (double)self->distinct;
    self->base.signs = !modulus && only_signs(self->x, self->distinct * columns);
    *out = &self->base;
    self = NULL;
done:
    destroy(context, self ? &self->base : NULL);
    gm_release(context, order);
    gm_release(context, all);
    return status;
}
