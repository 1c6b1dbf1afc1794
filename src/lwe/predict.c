#include "lwe/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linalg/linalg.h"
#include "lwe/instance.h"
#include "lwe/law.h"
#include "parallel/parallel.h"

static const double two_pi = 6.283185307179586476925;

/* Added to the diagonal of E: what keeps rows that nearly repeat each other from being divided by
   rounding errors. */
static const double ridge = 1e-6;

/* e^(−2π² v), the mean of cos 2πY for normal Y of variance v. */
static double damp(double v) {
    return exp(-0.5 * two_pi * two_pi * v);
}

double gm_lwe_simple_z(double rows, double f, double v) {
    return sqrt(2.0 * rows) * two_pi * f * damp(v);
}

static double row_variance(const gm_lwe_rows *rows, int64_t i, int64_t kept, const int64_t *column,
                           double power, double sigma) {
    double x = 0.0, r = 0.0;
    for (int64_t k = 0; k < kept; k++) {
        const double entry = (double)rows->ra[i * rows->n + column[k]];
        x += entry * entry;
    }
    for (int64_t l = 0; l < rows->width; l++)
        r += (double)rows->r[i * rows->width + l] * (double)rows->r[i * rows->width + l];
    return (power * x + sigma * sigma * r) / ((double)rows->q * (double)rows->q);
}

gm_status gm_lwe_row_variances(gm_context *context, const gm_lwe_rows *rows,
                               const gm_lwe_parameters *parameters, double *out) {
    int64_t *column = gm_allocate(context, rows->n, sizeof *column);
    if (!column)
        return GM_OUT_OF_MEMORY;
    const int64_t kept = gm_lwe_kept_columns(rows, column);
    const double power = gm_lwe_entry_power(parameters);
    for (int64_t i = 0; i < rows->count; i++)
        out[i] = row_variance(rows, i, kept, column, power, parameters->sigma);
    gm_release(context, column);
    return GM_OK;
}

/* --- which rows --- */

typedef struct ranked {
    double v;
    int64_t row;
} ranked;

static int by_variance(const void *a, const void *b) {
    const ranked *left = a, *right = b;
    if (left->v != right->v)
        return left->v < right->v ? -1 : 1;
    return (left->row > right->row) - (left->row < right->row);
}

static int by_number(const void *a, const void *b) {
    const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The `most` rows of least variance, in their order. */
static gm_status choose_rows(gm_context *context, const gm_lwe_rows *rows,
                             const gm_lwe_parameters *parameters, int64_t most,
                             gm_lwe_reading *out) {
    gm_status status = GM_OK;
    ranked *all = NULL;
    double *v = NULL;
    GM_TRY(GM_NEW(context, all, rows->count));
    GM_TRY(GM_NEW(context, v, rows->count));
    GM_TRY(gm_lwe_row_variances(context, rows, parameters, v));
    for (int64_t i = 0; i < rows->count; i++)
        all[i] = (ranked){v[i], i};
    qsort(all, (size_t)rows->count, sizeof *all, by_variance);
    out->rows = rows->count < most ? rows->count : most;
    GM_TRY(GM_NEW(context, out->row, out->rows));
    for (int64_t i = 0; i < out->rows; i++)
        out->row[i] = all[i].row;
    qsort(out->row, (size_t)out->rows, sizeof *out->row, by_number);
done:
    gm_release(context, v);
    gm_release(context, all);
    return status;
}

/* --- covariance --- */

/* What both readings are made of. */
typedef struct law {
    const gm_lwe_rows *rows;
    const gm_lwe_parameters *parameters;
    const gm_lwe_reading *reading;
    double power;  /* E s_k² beside an entry that is 0 */
    double *v;     /* [N'] */
    double *e;     /* [N'][N'] covariance of sin 2πy; before, C of the phases */
    double *h;     /* [N'][N'] mean of cos 2πy_i cos 2πy_j */
    double *slope; /* [N'][k] 2π x_ij e^(−2π²v_i) */
    double *shift; /* [N'][k] E(s_j sin 2πy_i) / E s_j² */
} law;

/* x_ij of the row and column that are number i and k of the reading. */
static double entry(const law *work, int64_t i, int64_t k) {
    const gm_lwe_rows *rows = work->rows;
    return (double)rows->ra[work->reading->row[i] * rows->n + work->reading->column[k]] /
           (double)rows->q;
}

/* Number the samples that the rows use: place [largest index + 1]. */
static gm_status number_samples(gm_context *context, const law *work, int64_t **place,
                                int64_t *count) {
    const gm_lwe_rows *rows = work->rows;
    int64_t largest = 0;
    *count = 0;
    for (int64_t i = 0; i < rows->count * rows->width; i++)
        largest = rows->index[i] > largest ? rows->index[i] : largest;
    gm_status status = GM_NEW(context, *place, largest + 1);
    for (int64_t i = 0; i <= largest && status == GM_OK; i++)
        (*place)[i] = -1;
    for (int64_t i = 0; i < work->reading->rows && status == GM_OK; i++)
        for (int64_t l = 0; l < rows->width; l++) {
            const int64_t at = work->reading->row[i] * rows->width + l;
            if (rows->r[at] != 0 && (*place)[rows->index[at]] < 0)
                (*place)[rows->index[at]] = (*count)++;
        }
    return status;
}

/* C = G Gᵀ with G = [√power X | σ/q R], R spread over the samples. */
static gm_status find_phases(gm_context *context, law *work) {
    gm_status status = GM_OK;
    const gm_lwe_rows *rows = work->rows;
    const gm_lwe_reading *reading = work->reading;
    const double q = (double)rows->q;
    int64_t *place = NULL, samples = 0;
    double *g = NULL;
    GM_TRY(number_samples(context, work, &place, &samples));
    const int64_t width = reading->columns + samples;
    GM_TRY(GM_NEW_ZERO(context, g, reading->rows * width));
    for (int64_t i = 0; i < reading->rows; i++) {
        const int64_t row = reading->row[i];
        for (int64_t k = 0; k < reading->columns; k++)
            g[i * width + k] = sqrt(work->power) * entry(work, i, k);
        for (int64_t l = 0; l < rows->width; l++) {
            const int64_t at = row * rows->width + l;
            if (rows->r[at] != 0)
                g[i * width + reading->columns + place[rows->index[at]]] +=
                    work->parameters->sigma * (double)rows->r[at] / q;
        }
    }
    GM_TRY(gm_outer_gram(context, reading->rows, width, g, work->e));
done:
    gm_release(context, g);
    gm_release(context, place);
    return status;
}

/* Row i of E and H on and below the diagonal, of C in the place of E. Normal phases: sin a sin b is
   half the difference of cos(a − b) and cos(a + b), cos a cos b half their sum. */
static gm_status covariance_row(void *argument, int64_t i, int worker) {
    const law *work = argument;
    const int64_t n = work->reading->rows;
    (void)worker;
    for (int64_t j = 0; j <= i; j++) {
        const double c = work->e[i * n + j], both = work->v[i] + work->v[j];
        const double less = damp(both - 2.0 * c), more = damp(both + 2.0 * c);
        work->e[i * n + j] = 0.5 * (less - more);
        work->h[i * n + j] = 0.5 * (less + more);
    }
    return GM_OK;
}

/* Given s_j the phase is x_ij s_j plus a normal one, of the error and of the other entries. */
static void find_slopes(law *work) {
    const gm_lwe_reading *reading = work->reading;
    const double beside = gm_lwe_power_beside_nonzero(work->parameters);
    for (int64_t i = 0; i < reading->rows; i++) {
        double squares = 0.0;
        for (int64_t k = 0; k < reading->columns; k++)
            squares += entry(work, i, k) * entry(work, i, k);
        const double error = work->v[i] - work->power * squares;
        for (int64_t k = 0; k < reading->columns; k++) {
            const double x = entry(work, i, k);
            const int64_t at = i * reading->columns + k;
            work->slope[at] = two_pi * x * damp(work->v[i]);
            work->shift[at] =
                gm_lwe_entry_slope(work->parameters, x) * damp(error + beside * (squares - x * x));
        }
    }
}

static gm_status find_law(gm_context *context, law *work) {
    gm_status status = GM_OK;
    const int64_t n = work->reading->rows, k = work->reading->columns;
    GM_TRY(GM_NEW(context, work->v, n));
    GM_TRY(GM_NEW(context, work->e, n * n));
    GM_TRY(GM_NEW(context, work->h, n * n));
    GM_TRY(GM_NEW(context, work->slope, n * k));
    GM_TRY(GM_NEW(context, work->shift, n * k));
    GM_TRY(find_phases(context, work));
    for (int64_t i = 0; i < n; i++)
        work->v[i] = work->e[i * n + i];
    find_slopes(work);
    GM_TRY(gm_parallel_for(context, n, covariance_row, work));
    gm_symmetric_mirror(n, work->e);
    gm_symmetric_mirror(n, work->h);
done:
    return status;
}

/* --- readings --- */

/* Multiply column k of the weights by `scale`. */
static void scale_column(gm_lwe_reading *reading, int64_t k, double scale) {
    for (int64_t i = 0; i < reading->rows; i++)
        reading->weight[i * reading->columns + k] *= scale;
}

/* z = Σ ω x sin / √(½ Σ ω² x²). Only ratios of ω matter; the largest is 1, lest all vanish. */
static void plain_weights(const law *work, gm_lwe_reading *reading) {
    double least = (double)INFINITY;
    for (int64_t i = 0; i < reading->rows; i++)
        least = fmin(least, work->v[i]);
    for (int64_t k = 0; k < reading->columns; k++) {
        double squares = 0.0;
        for (int64_t i = 0; i < reading->rows; i++) {
            const double weight = damp(work->v[i] - least) * entry(work, i, k);
            reading->weight[i * reading->columns + k] = weight;
            squares += 0.5 * weight * weight;
        }
        scale_column(reading, k, squares > 0.0 ? 1.0 / sqrt(squares) : 0.0);
    }
}

/* L = E⁻¹M over √diag(MᵀL). */
static gm_status whitened_weights(gm_context *context, const law *work, gm_lwe_reading *reading) {
    const int64_t n = reading->rows, columns = reading->columns;
    double *factor = gm_allocate(context, n * n, sizeof *factor);
    if (!factor)
        return GM_OUT_OF_MEMORY;
    memcpy(factor, work->e, (size_t)(n * n) * sizeof *factor);
    for (int64_t i = 0; i < n; i++)
        factor[i * n + i] += ridge;
    memcpy(reading->weight, work->slope, (size_t)(n * columns) * sizeof *factor);
    const gm_status status = gm_positive_solve_many(context, n, factor, columns, reading->weight);
    gm_release(context, factor);
    for (int64_t k = 0; k < columns && status == GM_OK; k++) {
        double square = 0.0;
        for (int64_t i = 0; i < n; i++)
            square += work->slope[i * columns + k] * reading->weight[i * columns + k];
        scale_column(reading, k, square > 0.0 ? 1.0 / sqrt(square) : 0.0);
    }
    return status;
}

/* out [k] = diag(Wᵀ A W) with column j of W the weights times D_ij, and times 2π√power x_ij where
   `inner`. */
static gm_status quadratic(gm_context *context, const law *work, const double *a, bool inner,
                           double *out) {
    gm_status status = GM_OK;
    const gm_lwe_reading *reading = work->reading;
    const int64_t n = reading->rows, columns = reading->columns;
    double *w = NULL, *product = NULL;
    GM_TRY(GM_NEW(context, w, n * columns));
    GM_TRY(GM_NEW(context, product, n * columns));
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < columns; k++) {
            const double x = entry(work, i, k);
            w[i * columns + k] = reading->weight[i * columns + k] * damp(-work->power * x * x) *
                                 (inner ? two_pi * sqrt(work->power) * x : 1.0);
        }
    gm_multiply(n, columns, n, a, n, w, columns, product, columns);
    for (int64_t k = 0; k < columns; k++) {
        out[k] = 0.0;
        for (int64_t i = 0; i < n; i++)
            out[k] += w[i * columns + k] * product[i * columns + k];
    }
done:
    gm_release(context, product);
    gm_release(context, w);
    return status;
}

/* What the diagonal of E without entry j of the secret adds to the deviation of column k, less what
   it adds by the rule of expect(). */
static double diagonal_excess(const law *work, const gm_lwe_reading *reading, int64_t k) {
    const int64_t n = reading->rows;
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double own = work->power * entry(work, i, k) * entry(work, i, k);
        const double exact = 0.5 * (1.0 - damp(4.0 * (work->v[i] - own)));
        const double linear =
            damp(-2.0 * own) * (work->e[i * n + i] - two_pi * two_pi * own * work->h[i * n + i]);
        const double weight = reading->weight[i * reading->columns + k];
        sum += weight * weight * (exact - linear);
    }
    return sum;
}

/*
 * E is of secrets all of whose entries are like those beside a zero. Without entry j,
 *   E_il = D_i D_l e^(−2π²(v_i+v_l)) sinh(4π²(C_il − power x_ij x_lj)), D_i = e^(2π² power x_ij²),
 * is D_i D_l (E_il − 4π² power x_ij x_lj H_il) but for squares of 4π² power x_ij x_lj. These are
 * not small for i = l where rows are long, and the diagonal is put right.
 */
static gm_status expect(gm_context *context, const law *work, gm_lwe_reading *reading) {
    gm_status status = GM_OK;
    const int64_t n = reading->rows, columns = reading->columns;
    double *all = NULL, *own = NULL;
    GM_TRY(gm_blas_prepare(context));
    GM_TRY(GM_NEW(context, all, columns));
    GM_TRY(GM_NEW(context, own, columns));
    GM_TRY(quadratic(context, work, work->e, false, all));
    GM_TRY(quadratic(context, work, work->h, true, own));
    for (int64_t k = 0; k < columns; k++) {
        reading->shift[k] = 0.0;
        for (int64_t i = 0; i < n; i++)
            reading->shift[k] += reading->weight[i * columns + k] * work->shift[i * columns + k];
        const double square = all[k] - own[k] + diagonal_excess(work, reading, k);
        reading->deviation[k] = sqrt(fmax(0.0, square));
    }
done:
    gm_release(context, own);
    gm_release(context, all);
    return status;
}

static gm_status make_reading(gm_context *context, const gm_lwe_rows *rows,
                              const gm_lwe_parameters *parameters, int64_t most, bool whitened,
                              gm_lwe_reading **out) {
    gm_status status = GM_OK;
    gm_lwe_reading *reading = NULL;
    law work = {.rows = rows};
    GM_TRY(GM_NEW_ZERO(context, reading, 1));
    GM_TRY(choose_rows(context, rows, parameters, most, reading));
    GM_TRY(GM_NEW(context, reading->column, rows->n));
    reading->columns = gm_lwe_kept_columns(rows, reading->column);
    GM_TRY(GM_NEW(context, reading->weight, reading->rows * reading->columns));
    GM_TRY(GM_NEW(context, reading->shift, reading->columns));
    GM_TRY(GM_NEW(context, reading->deviation, reading->columns));
    work.reading = reading;
    work.parameters = parameters;
    work.power = gm_lwe_power_beside_zero(parameters);
    GM_TRY(find_law(context, &work));
    if (whitened)
        GM_TRY(whitened_weights(context, &work, reading));
    else
        plain_weights(&work, reading);
    GM_TRY(expect(context, &work, reading));
    *out = reading;
    reading = NULL;
done:
    gm_release(context, work.shift);
    gm_release(context, work.slope);
    gm_release(context, work.h);
    gm_release(context, work.e);
    gm_release(context, work.v);
    gm_lwe_reading_destroy(context, reading);
    return status;
}

gm_status gm_lwe_read_plain(gm_context *context, const gm_lwe_rows *rows,
                            const gm_lwe_parameters *parameters, int64_t most,
                            gm_lwe_reading **out) {
    return make_reading(context, rows, parameters, most, false, out);
}

gm_status gm_lwe_read_whitened(gm_context *context, const gm_lwe_rows *rows,
                               const gm_lwe_parameters *parameters, int64_t most,
                               gm_lwe_reading **out) {
    return make_reading(context, rows, parameters, most, true, out);
}

void gm_lwe_reading_destroy(gm_context *context, gm_lwe_reading *reading) {
    if (!reading)
        return;
    gm_release(context, reading->deviation);
    gm_release(context, reading->shift);
    gm_release(context, reading->weight);
    gm_release(context, reading->column);
    gm_release(context, reading->row);
    gm_release(context, reading);
}

/* --- what they expect and see --- */

gm_lwe_signal gm_lwe_predicted(const gm_lwe_reading *reading) {
    gm_lwe_signal mean = {0.0, 0.0, 0.0};
    const double columns = (double)reading->columns;
    double squares = 0.0;
    for (int64_t k = 0; k < reading->columns; k++) {
        const double shift = reading->shift[k], deviation = reading->deviation[k];
        mean.z += shift / columns;
        squares += deviation * deviation / columns;
        mean.discrimination += deviation > 0.0 ? shift / deviation / columns : 0.0;
    }
    mean.deviation = sqrt(squares);
    return mean;
}

/* sin 2πy of the rows that are read, without the dropped part of the secret: out [N']. */
static void take_sines(const gm_lwe_rows *rows, const gm_lwe_reading *reading,
                       const int64_t *secret, double *out) {
    const int64_t q = rows->q, most = gm_lwe_largest(rows->n, secret);
    for (int64_t i = 0; i < reading->rows; i++) {
        const int64_t row = reading->row[i];
        int64_t y = rows->rb[row];
        for (int64_t d = 0; d < rows->dropped_count; d++) {
            const int64_t j = rows->dropped[d];
            y -= gm_lwe_product(rows->ra + row * rows->n + j, secret + j, 1, q, most);
        }
        out[i] = sin(two_pi * (double)(y % q) / (double)q);
    }
}

gm_status gm_lwe_project(gm_context *context, const gm_lwe_rows *rows,
                         const gm_lwe_reading *reading, const int64_t *secret, double *out) {
    double *sine = gm_allocate(context, reading->rows, sizeof *sine);
    if (!sine)
        return GM_OUT_OF_MEMORY;
    take_sines(rows, reading, secret, sine);
    for (int64_t k = 0; k < reading->columns; k++) {
        out[k] = 0.0;
        for (int64_t i = 0; i < reading->rows; i++)
            out[k] += reading->weight[i * reading->columns + k] * sine[i];
    }
    gm_release(context, sine);
    return GM_OK;
}

gm_status gm_lwe_observe(gm_context *context, const gm_lwe_rows *rows,
                         const gm_lwe_reading *reading, const int64_t *secret, gm_lwe_signal *out) {
    double along = 0.0, size = 0.0, squares = 0.0, zeros = 0.0;
    double *z = gm_allocate(context, reading->columns, sizeof *z);
    gm_status status = z ? gm_lwe_project(context, rows, reading, secret, z) : GM_OUT_OF_MEMORY;
    for (int64_t k = 0; k < reading->columns && status == GM_OK; k++) {
        const double s = (double)secret[reading->column[k]];
        along += z[k] * s;
        size += s * s;
        squares += s == 0.0 ? z[k] * z[k] : 0.0;
        zeros += s == 0.0 ? 1.0 : 0.0;
    }
    gm_release(context, z);
    if (status != GM_OK)
        return status;
    out->z = size > 0.0 ? along / size : (double)NAN;
    out->deviation = zeros > 0.0 ? sqrt(squares / zeros) : (double)NAN;
    out->discrimination = out->deviation > 0.0 ? out->z / out->deviation : (double)NAN;
    return GM_OK;
}
