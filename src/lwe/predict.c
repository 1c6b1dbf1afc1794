#include "lwe/predict.h"

#include <math.h>
#include <string.h>

#include "linalg/linalg.h"
#include "lwe/instance.h"
#include "lwe/law.h"
#include "lwe/phase.h"
#include "lwe/view.h"
#include "parallel/parallel.h"

double gm_lwe_simple_z(double rows, double f, double v) {
    return sqrt(2.0 * rows) * GM_TWO_PI * f * gm_lwe_damping(v);
}

/* --- covariance --- */

/* What both readings are made of. */
typedef struct law {
    const gm_lwe_view *view;
    const gm_lwe_parameters *parameters;
    double power;  /* E s_k² beside an entry that is 0 */
    double level;  /* of all kept entries together */
    double *e;     /* [N'][N'] covariance of sin 2πy; before, X Xᵀ */
    double *h;     /* [N'][N'] mean of cos 2πy_i cos 2πy_j */
    double *shift; /* [N'][k] E(s_j sin 2πy_i) / E s_j² */
} law;

static double variance(const law *work, int64_t i) {
    return gm_lwe_view_variance(work->view, i, work->level);
}

/* Row i of E and H on and below the diagonal, of X Xᵀ in the place of E. */
static gm_status covariance_row(void *argument, int64_t i, int worker) {
    const law *work = argument;
    const int64_t n = work->view->count;
    (void)worker;
    for (int64_t j = 0; j <= i; j++) {
        const double both = variance(work, i) + variance(work, j);
        const double c = gm_lwe_view_covariance(work->view, work->e, i, j, work->level);
        work->e[i * n + j] = gm_lwe_sine_covariance(both, c);
        work->h[i * n + j] = gm_lwe_cosine_product(both, c);
    }
    return GM_OK;
}

/* Given s_j the phase is x_ij s_j plus a normal one, of the error and of the other entries. */
static void find_shifts(law *work) {
    const gm_lwe_view *view = work->view;
    const double beside = gm_lwe_power_beside_nonzero(work->parameters);
    for (int64_t i = 0; i < view->count; i++)
        for (int64_t k = 0; k < view->kept; k++) {
            const double x = view->x[i * view->kept + k];
            const double rest = view->error[i] + beside * (view->square[i] - x * x);
            work->shift[i * view->kept + k] =
                gm_lwe_entry_slope(work->parameters, x) * gm_lwe_damping(rest);
        }
}

static gm_status find_law(gm_context *context, law *work) {
    gm_status status = GM_OK;
    const int64_t n = work->view->count, k = work->view->kept;
    GM_TRY(GM_NEW(context, work->e, n * n));
    GM_TRY(GM_NEW(context, work->h, n * n));
    GM_TRY(GM_NEW(context, work->shift, n * k));
    GM_TRY(gm_outer_gram(context, n, k, work->view->x, work->e));
    find_shifts(work);
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

/* z = Σ ω x sin / √(½ Σ ω² x²), of which the weights hold ω x. */
static void plain_weights(gm_lwe_reading *reading) {
    for (int64_t k = 0; k < reading->columns; k++) {
        double squares = 0.0;
        for (int64_t i = 0; i < reading->rows; i++) {
            const double weight = reading->weight[i * reading->columns + k];
            squares += 0.5 * weight * weight;
        }
        scale_column(reading, k, squares > 0.0 ? 1.0 / sqrt(squares) : 0.0);
    }
}

/* L = E⁻¹M over √diag(MᵀL), of which the weights hold M. */
static gm_status whitened_weights(gm_context *context, const law *work, gm_lwe_reading *reading) {
    gm_status status = GM_OK;
    const int64_t n = reading->rows, columns = reading->columns;
    double *factor = NULL, *slope = NULL;
    GM_TRY(GM_NEW(context, factor, n * n));
    GM_TRY(GM_NEW(context, slope, n * columns));
    memcpy(factor, work->e, (size_t)(n * n) * sizeof *factor);
    memcpy(slope, reading->weight, (size_t)(n * columns) * sizeof *slope);
    for (int64_t i = 0; i < n; i++)
        factor[i * n + i] += GM_LWE_RIDGE;
    GM_TRY(gm_positive_solve_many(context, n, factor, columns, reading->weight));
    for (int64_t k = 0; k < columns; k++) {
        double square = 0.0;
        for (int64_t i = 0; i < n; i++)
            square += slope[i * columns + k] * reading->weight[i * columns + k];
        scale_column(reading, k, square > 0.0 ? 1.0 / sqrt(square) : 0.0);
    }
done:
    gm_release(context, slope);
    gm_release(context, factor);
    return status;
}

/* out [k] = diag(Wᵀ A W) with column j of W the weights times D_ij, and times 2π√power x_ij where
   `inner`. */
static gm_status quadratic(gm_context *context, const law *work, const gm_lwe_reading *reading,
                           const double *a, bool inner, double *out) {
    gm_status status = GM_OK;
    const int64_t n = reading->rows, columns = reading->columns;
    double *w = NULL, *product = NULL;
    GM_TRY(GM_NEW(context, w, n * columns));
    GM_TRY(GM_NEW(context, product, n * columns));
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < columns; k++) {
            const double x = work->view->x[i * columns + k];
            w[i * columns + k] = reading->weight[i * columns + k] *
                                 gm_lwe_damping(-work->power * x * x) *
                                 (inner ? GM_TWO_PI * sqrt(work->power) * x : 1.0);
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
    const int64_t n = reading->rows, columns = reading->columns;
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double x = work->view->x[i * columns + k], own = work->power * x * x;
        const double exact = 0.5 * (1.0 - gm_lwe_damping(4.0 * (variance(work, i) - own)));
        const double linear =
            gm_lwe_damping(-2.0 * own) *
            (work->e[i * n + i] - GM_TWO_PI * GM_TWO_PI * own * work->h[i * n + i]);
        const double weight = reading->weight[i * columns + k];
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
    GM_TRY(quadratic(context, work, reading, work->e, false, all));
    GM_TRY(quadratic(context, work, reading, work->h, true, own));
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

/* The rows of least variance over all secrets, with the covariance of their errors. */
static gm_status see_rows(gm_context *context, const gm_lwe_rows *rows,
                          const gm_lwe_parameters *parameters, int64_t most, gm_lwe_view **out) {
    const double kept = (double)(rows->n - rows->dropped_count);
    const double level = gm_lwe_entry_power(parameters) * kept;
    const gm_status status = gm_lwe_view_create(context, rows, parameters, level, most, out);
    return status == GM_OK ? gm_lwe_view_share(context, *out, rows, parameters) : status;
}

/* Room for a reading of the rows of a view, whose lists it takes over. */
static gm_status make_room(gm_context *context, gm_lwe_view *view, gm_lwe_reading *reading) {
    gm_status status = GM_OK;
    GM_TRY(GM_NEW(context, reading->weight, view->count * view->kept));
    GM_TRY(GM_NEW(context, reading->shift, view->kept));
    GM_TRY(GM_NEW(context, reading->deviation, view->kept));
    reading->rows = view->count;
    reading->columns = view->kept;
    reading->row = view->row;
    reading->column = view->column;
    view->row = view->column = NULL;
done:
    return status;
}

static gm_status make_reading(gm_context *context, const gm_lwe_rows *rows,
                              const gm_lwe_parameters *parameters, int64_t most, bool whitened,
                              gm_lwe_reading **out) {
    gm_status status = GM_OK;
    gm_lwe_view *view = NULL;
    gm_lwe_reading *reading = NULL;
    law work = {.parameters = parameters, .power = gm_lwe_power_beside_zero(parameters)};
    GM_TRY(GM_NEW_ZERO(context, reading, 1));
    GM_TRY(see_rows(context, rows, parameters, most, &view));
    GM_TRY(make_room(context, view, reading));
    work.view = view;
    work.level = work.power * (double)view->kept;
    GM_TRY(find_law(context, &work));
    /* Only ratios of the slopes matter. */
    const double least = gm_lwe_view_least_variance(view, work.level);
    gm_lwe_view_response(view, work.level, least, reading->weight);
    if (whitened)
        GM_TRY(whitened_weights(context, &work, reading));
    else
        plain_weights(reading);
    GM_TRY(expect(context, &work, reading));
    *out = reading;
    reading = NULL;
done:
    gm_release(context, work.shift);
    gm_release(context, work.h);
    gm_release(context, work.e);
    gm_lwe_view_destroy(context, view);
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
        out[i] = sin(GM_TWO_PI * (double)(y % q) / (double)q);
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
