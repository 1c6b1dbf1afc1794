/* Whether an array can be what it is said to be: recorded gradients, one batch a row. */
#include <math.h>

#include "gradients/gradients.h"
#include "linalg/linalg.h"

gm_status gm_recorded_check_finite(gm_context *context, const gm_recorded *recorded,
                                   const char *file) {
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

/* Above this many rows the order is not looked into: its cost grows with their square. */
enum { MOST_ROWS = 2048 };

/* Up to FEW rows, with COLUMNS_A_ROW times as many columns, are too few gradients to be worth
   recording: the benefit of the doubt goes to the other order. */
enum { FEW = 128, COLUMNS_A_ROW = 4 };

/* Rows this many times further apart than draws are, and columns at most that many: transposed. */
static const double ROWS_APART = 4.0, COLUMNS_ALIKE = 1.5;

/* Standard deviations at which a mean is seen. */
static const double SEEN = 8.0;

/* Variance of n numbers over their squared mean. */
static double dispersion(int64_t n, const double *values) {
    double mean = 0.0, squares = 0.0;
    for (int64_t i = 0; i < n; i++)
        mean += values[i] / (double)n;
    for (int64_t i = 0; mean > 0.0 && i < n; i++)
        squares += (values[i] / mean - 1.0) * (values[i] / mean - 1.0) / (double)n;
    return squares;
}

/* The array with its columns taken for draws and each row for a coordinate. */
typedef struct turned {
    int64_t rows, columns;
    double *z;      /* [columns][rows], centred over the columns */
    double *row;    /* [rows] squared norms */
    double *column; /* [columns] squared norms */
    double *gram;   /* [rows][rows] ZᵀZ */
    double mean;    /* squared norm of the mean column */
} turned;

static void turn(const gm_recorded *recorded, turned *t) {
    for (int64_t j = 0; j < t->columns; j++)
        t->column[j] = 0.0;
    for (int64_t i = 0; i < t->rows; i++) {
        const double *g = recorded->values + i * t->columns;
        double mean = 0.0;
        for (int64_t j = 0; j < t->columns; j++)
            mean += g[j] / (double)t->columns;
        t->mean += mean * mean;
        t->row[i] = 0.0;
        for (int64_t j = 0; j < t->columns; j++) {
            const double z = g[j] - mean;
            t->z[j * t->rows + i] = z;
            t->row[i] += z * z;
            t->column[j] += z * z;
        }
    }
}

/* tr(M)² / tr(M²), M = ZᵀZ: in how many directions the columns vary. */
static double effective_rank(const turned *t) {
    double trace = 0.0, squares = 0.0;
    for (int64_t i = 0; i < t->rows; i++) {
        const double diagonal = t->gram[i * t->rows + i];
        trace += diagonal;
        squares += diagonal * diagonal;
        for (int64_t j = 0; j < i; j++)
            squares += 2.0 * t->gram[i * t->rows + j] * t->gram[i * t->rows + j];
    }
    return squares > 0.0 ? trace * trace / squares : 1.0;
}

/* Squared norm of the mean row over what draws without a mean would give: 1 on average. */
static double mean_of_rows(const gm_recorded *recorded) {
    const int64_t a = recorded->batches, b = recorded->dimension;
    double squares = 0.0, scatter = 0.0;
    for (int64_t j = 0; j < b; j++) {
        double mean = 0.0;
        for (int64_t i = 0; i < a; i++)
            mean += recorded->values[i * b + j] / (double)a;
        squares += mean * mean;
        for (int64_t i = 0; i < a; i++) {
            const double z = recorded->values[i * b + j] - mean;
            scatter += z * z / (double)(a - 1);
        }
    }
    return scatter > 0.0 ? (double)a * squares / scatter : 0.0;
}

/* The same of the columns. */
static double mean_of_columns(const turned *t) {
    double scatter = 0.0;
    for (int64_t i = 0; i < t->rows; i++)
        scatter += t->row[i] / (double)(t->columns - 1);
    return scatter > 0.0 ? (double)t->columns * t->mean / scatter : 0.0;
}

/* What gives a transposed array away, or NULL; the signs of docs/theory/calibration.md. */
static const char *sign_of_order(const gm_recorded *recorded, const turned *t) {
    const double rank = effective_rank(t), draws = 2.0 / rank;
    const double seen = 1.0 + SEEN * sqrt(draws);
    if (mean_of_rows(recorded) > seen)
        return NULL; /* rows that have a mean in common are what they should be */
    if (mean_of_columns(t) > seen)
        return "its columns have a mean in common, as batch gradients have, and its rows have none";
    if (dispersion(t->columns, t->column) > COLUMNS_ALIKE * draws)
        return NULL;
    if (dispersion(t->rows, t->row) > ROWS_APART * draws)
        return "its columns are as alike in length as batch gradients are, and its rows are not";
    if (t->rows <= FEW && t->columns >= COLUMNS_A_ROW * t->rows && rank < 0.5 * (double)t->rows)
        return "its columns are as alike in length as batch gradients are, and its few rows are "
               "correlated as parameters are";
    return NULL;
}

gm_status gm_recorded_check_order(gm_context *context, const gm_recorded *recorded,
                                  const char *file) {
    gm_status status = GM_OK;
    const int64_t a = recorded->batches, b = recorded->dimension;
    turned t = {.rows = a, .columns = b};
    if (recorded->copies != 1 || a >= b || a > MOST_ROWS)
        return GM_OK;
    GM_TRY(GM_NEW(context, t.z, a * b));
    GM_TRY(GM_NEW(context, t.row, a));
    GM_TRY(GM_NEW(context, t.column, b));
    GM_TRY(GM_NEW_ZERO(context, t.gram, a * a));
    turn(recorded, &t);
    GM_TRY(gm_gram_accumulate(context, b, a, t.z, t.gram));
    const char *sign = sign_of_order(recorded, &t);
    if (sign)
        GM_TRY(
            gm_fail(context, GM_INVALID_INPUT,
                    "%s: %lld rows of %lld: the array looks transposed, %s. Gradients are [k, d], "
                    "one batch a row; where these are, give the dimension %lld",
                    file, (long long)a, (long long)b, sign, (long long)b));
done:
    gm_release(context, t.gram);
    gm_release(context, t.column);
    gm_release(context, t.row);
    gm_release(context, t.z);
    return status;
}
