#include "transforms/chirp.h"

#include <string.h>

#include "parallel/parallel.h"
#include "transforms/fft_kernel.h"
#include "transforms/panel.h"
#include "transforms/roots.h"

/* Columns side by side: as many as leave four planes of them in the second-level cache, since
   memory is read in their runs, and at least what fills a register, unless that takes too much
   memory. */
enum { PANEL = 1 << 14, LEAST_WIDTH = 8, MOST_WIDTH = 64, MOST_NUMBERS = 1 << 22 };

static bool is_power_of_two(int64_t q) {
    return (q & (q - 1)) == 0;
}

static int64_t length_for(int64_t q) {
    int64_t length = 1;
    while (length < (is_power_of_two(q) ? q : 2 * q - 1))
        length *= 2;
    return length;
}

static gm_status new_planes(gm_context *context, int64_t count, gm_planes *out) {
    gm_status status = GM_OK;
    GM_TRY(GM_NEW_ZERO(context, out->re, count));
    GM_TRY(GM_NEW_ZERO(context, out->im, count));
done:
    return status;
}

static void release_planes(gm_context *context, gm_planes planes) {
    gm_release(context, planes.im);
    gm_release(context, planes.re);
}

/* The chirp: its exponents are reduced in integers, so the last is as exact as the first. */
static void fill_chirp(gm_chirp *chirp) {
    for (int64_t j = 0; j < chirp->q; j++)
        gm_root_of_unity(j * j % (2 * chirp->q), 2 * chirp->q, chirp->chirp.re + j,
                         chirp->chirp.im + j);
}

static gm_status make_kernel(gm_context *context, gm_chirp *chirp) {
    gm_status status = GM_OK;
    const int64_t length = chirp->fft->length;
    const double scale = 1.0 / (double)length; /* a power of two: exact */
    gm_planes data = {0}, spare = {0};
    GM_TRY(new_planes(context, length, &data));
    GM_TRY(new_planes(context, length, &spare));
    for (int64_t j = 0; j < chirp->q; j++) {
        const int64_t mirror = j ? length - j : 0;
        data.re[j] = data.re[mirror] = scale * chirp->chirp.re[j];
        data.im[j] = data.im[mirror] = -scale * chirp->chirp.im[j];
    }
    const gm_planes result = gm_fft_run(chirp->fft, context->isa, 1, data, spare);
    memcpy(chirp->kernel.re, result.re, (size_t)length * sizeof *result.re);
    memcpy(chirp->kernel.im, result.im, (size_t)length * sizeof *result.im);
done:
    release_planes(context, spare);
    release_planes(context, data);
    return status;
}

gm_status gm_chirp_create(gm_context *context, int64_t q, gm_chirp **out) {
    gm_status status = GM_OK;
    gm_chirp *chirp = NULL;
    GM_TRY(GM_NEW_ZERO(context, chirp, 1));
    chirp->q = q;
    GM_TRY(gm_fft_create(context, length_for(q), &chirp->fft));
    if (!is_power_of_two(q)) {
        GM_TRY(new_planes(context, q, &chirp->chirp));
        GM_TRY(new_planes(context, chirp->fft->length, &chirp->kernel));
        fill_chirp(chirp);
        GM_TRY(make_kernel(context, chirp));
    }
    *out = chirp;
    chirp = NULL;
done:
    gm_chirp_destroy(context, chirp);
    return status;
}

void gm_chirp_destroy(gm_context *context, gm_chirp *chirp) {
    if (!chirp)
        return;
    release_planes(context, chirp->kernel);
    release_planes(context, chirp->chirp);
    gm_fft_destroy(context, chirp->fft);
    gm_release(context, chirp);
}

double gm_chirp_operations(int64_t q) {
    const int64_t length = length_for(q);
    const double transform = gm_fft_operations(length);
    return is_power_of_two(q) ? transform : 2.0 * transform + 6.0 * (double)(2 * q + length);
}

/* One axis of the array. */
typedef struct pass {
    const gm_chirp *chirp;
    gm_isa isa;
    gm_columns columns;
    int64_t width;
    double *re, *im;
    double *scratch; /* for each worker four planes [length][width] */
} pass;

static void scale(const pass *p, int64_t count, int64_t width, gm_planes factor, gm_planes data) {
    GM_SELECT_KERNEL(p->isa, gm_fft_scale)
    (count, width, factor.re, factor.im, data.re, data.im);
}

/* data [length][width], of which the first q rows are given, ← its transform, in the planes that
   are returned. The inverse transform is the transform with re and im exchanged. */
static gm_planes transform(const pass *p, int64_t width, gm_planes data, gm_planes spare) {
    const gm_chirp *chirp = p->chirp;
    const int64_t q = chirp->q, length = chirp->fft->length;
    const size_t padding = (size_t)((length - q) * width) * sizeof *data.re;
    if (!chirp->chirp.re)
        return gm_fft_run(chirp->fft, p->isa, width, data, spare);
    memset(data.re + q * width, 0, padding);
    memset(data.im + q * width, 0, padding);
    scale(p, q, width, chirp->chirp, data);
    gm_planes there = gm_fft_run(chirp->fft, p->isa, width, data, spare);
    scale(p, length, width, chirp->kernel, there);
    const gm_planes other = there.re == data.re ? spare : data;
    const gm_planes back = gm_fft_run(chirp->fft, p->isa, width, (gm_planes){there.im, there.re},
                                      (gm_planes){other.im, other.re});
    const gm_planes result = {back.im, back.re};
    scale(p, q, width, chirp->chirp, result);
    return result;
}

static gm_status run_panel(void *argument, int64_t index, int worker) {
    const pass *p = argument;
    const int64_t first = index * p->width, rest = p->columns.count - first;
    const int64_t width = rest < p->width ? rest : p->width;
    const int64_t plane = p->chirp->fft->length * p->width;
    double *scratch = p->scratch + 4 * worker * plane;
    const gm_planes data = {scratch, scratch + plane};
    const gm_planes spare = {scratch + 2 * plane, scratch + 3 * plane};
    gm_panel_gather(&p->columns, first, width, width, p->re, data.re);
    gm_panel_gather(&p->columns, first, width, width, p->im, data.im);
    const gm_planes result = transform(p, width, data, spare);
    gm_panel_scatter(&p->columns, first, width, width, result.re, p->re);
    gm_panel_scatter(&p->columns, first, width, width, result.im, p->im);
    return GM_OK;
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* Of the sizes alone; the bits of a column do not depend on it. */
static int64_t panel_width(int64_t length, int64_t columns) {
    int64_t width = least(PANEL / length, MOST_WIDTH);
    width = least(width < LEAST_WIDTH ? LEAST_WIDTH : width, columns);
    width = least(width, MOST_NUMBERS / length);
    return width ? width : 1;
}

gm_status gm_chirp_run(gm_context *context, const gm_chirp *chirp, int n, int64_t r, double *re,
                       double *im) {
    gm_status status = GM_OK;
    pass p = {.chirp = chirp, .isa = context->isa, .re = re, .im = im};
    const int64_t columns = gm_columns_along(chirp->q, n, 0, 1, r).count;
    p.width = panel_width(chirp->fft->length, columns);
    GM_TRY(
        GM_NEW(context, p.scratch, 4 * gm_context_threads(context) * chirp->fft->length * p.width));
    for (int axis = 0; axis < n; axis++) {
        p.columns = gm_columns_along(chirp->q, n, axis, 1, r);
        GM_TRY(gm_parallel_for(context, (columns + p.width - 1) / p.width, run_panel, &p));
    }
done:
    gm_release(context, p.scratch);
    return status;
}
