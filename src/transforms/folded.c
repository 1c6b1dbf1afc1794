#include "transforms/folded.h"

#include "parallel/parallel.h"
#include "transforms/folded_kernel.h"
#include "transforms/panel.h"
#include "transforms/roots.h"

/* Numbers of a plane of a panel: both planes take half a second-level cache. As many axes as leave
   MOST_ROWS rows are transformed in one pass over memory. WIDEST columns are as good as more. */
enum { PANEL = 32768, MOST_ROWS = 1024, WIDEST = 256, PIECES = 16 };

static int64_t cosines(int64_t q) {
    return q / 2 + 1;
}

gm_status gm_folded_create(gm_context *context, int64_t q, gm_folded **out) {
    gm_status status = GM_OK;
    gm_folded *folded = NULL;
    const int64_t c = cosines(q), s = q - c;
    GM_TRY(GM_NEW_ZERO(context, folded, 1));
    GM_TRY(GM_NEW(context, folded->cosine, c * c));
    GM_TRY(GM_NEW(context, folded->sine, c * s));
    folded->q = q;
    for (int64_t k = 0; k < c; k++)
        for (int64_t j = 0; j < c; j++) {
            double cosine = 0.0, sine = 0.0;
            gm_root_of_unity(j * k % q, q, &cosine, &sine);
            folded->cosine[k * c + j] = cosine;
            if (j >= 1 && j <= s)
                folded->sine[k * s + j - 1] = sine;
        }
    *out = folded;
    folded = NULL;
done:
    gm_folded_destroy(context, folded);
    return status;
}

void gm_folded_destroy(gm_context *context, gm_folded *folded) {
    if (!folded)
        return;
    gm_release(context, folded->sine);
    gm_release(context, folded->cosine);
    gm_release(context, folded);
}

double gm_folded_operations(int64_t q) {
    const double c = (double)cosines(q), s = (double)q - c;
    return 4.0 * c * (c + s) + 4.0 * s + 4.0 * c;
}

/* Some axes of the array in one pass: columns of q^axes rows, `width` of them in a panel. */
typedef struct pass {
    const gm_folded *folded;
    gm_isa isa;
    int axes;
    gm_columns columns;
    int64_t width;
    double *re, *im;
    double *scratch; /* for each worker two planes of a panel, and the folds */
    int64_t scratch_size;
} pass;

static int64_t plane_size(const pass *p) {
    return p->columns.rows * p->width;
}

/* Every axis of a panel; its rows are q^axes numbers in base q, the columns side by side. */
static void transform_panel(const pass *p, int64_t stride, double *re, double *im, double *folds) {
    const gm_folded *folded = p->folded;
    int64_t outer = 1, inner = p->columns.rows * stride;
    for (int axis = 0; axis < p->axes; axis++, outer *= folded->q) {
        const int64_t block = inner;
        inner /= folded->q;
        for (int64_t o = 0; o < outer; o++)
            GM_SELECT_KERNEL(p->isa, gm_fold_axis)
        (folded->q, inner, folded->cosine, folded->sine, re + o * block, im + o * block, folds);
    }
}

static gm_status run_panel(void *argument, int64_t index, int worker) {
    const pass *p = argument;
    const int64_t first = index * p->width, rest = p->columns.count - first;
    const int64_t width = rest < p->width ? rest : p->width;
    const int64_t stride = (width + GM_FOLD_COLUMNS - 1) / GM_FOLD_COLUMNS * GM_FOLD_COLUMNS;
    double *re = p->scratch + worker * p->scratch_size, *im = re + plane_size(p);
    gm_panel_gather(&p->columns, first, width, stride, p->re, re);
    gm_panel_gather(&p->columns, first, width, stride, p->im, im);
    transform_panel(p, stride, re, im, im + plane_size(p));
    gm_panel_scatter(&p->columns, first, width, stride, re, p->re);
    gm_panel_scatter(&p->columns, first, width, stride, im, p->im);
    return GM_OK;
}

/* Of the sizes alone: what fits the cache, and several pieces where there are columns for them. */
static int64_t panel_width(int64_t rows, int64_t columns) {
    int64_t width = PANEL / rows < WIDEST ? PANEL / rows : WIDEST;
    if (width > columns / PIECES)
        width = columns / PIECES + 1;
    const int64_t down = width / GM_FOLD_COLUMNS * GM_FOLD_COLUMNS;
    return down ? down : GM_FOLD_COLUMNS;
}

/* Axes that leave at most MOST_ROWS rows. */
static int most_axes(int64_t q) {
    int axes = 1;
    for (int64_t rows = q * q; rows <= MOST_ROWS; rows *= q)
        axes++;
    return axes;
}

/* The pass that begins with axis `first` of n. */
static void plan_pass(pass *p, int n, int first, int64_t r) {
    const int64_t q = p->folded->q;
    p->axes = gm_next_axes(n - first, most_axes(q));
    p->columns = gm_columns_along(q, n, first, p->axes, r);
    p->width = panel_width(p->columns.rows, p->columns.count);
}

gm_status gm_folded_run(gm_context *context, const gm_folded *folded, int n, int64_t r, double *re,
                        double *im) {
    gm_status status = GM_OK;
    pass p = {.folded = folded, .isa = context->isa, .re = re, .im = im};
    for (int axis = 0; axis < n; axis += p.axes) {
        plan_pass(&p, n, axis, r);
        const int64_t size = 2 * plane_size(&p) + 2 * GM_FOLD_COLUMNS * folded->q;
        p.scratch_size = size > p.scratch_size ? size : p.scratch_size;
    }
    GM_TRY(GM_NEW(context, p.scratch, gm_context_threads(context) * p.scratch_size));
    for (int axis = 0; axis < n; axis += p.axes) {
        plan_pass(&p, n, axis, r);
        GM_TRY(gm_parallel_for(context, (p.columns.count + p.width - 1) / p.width, run_panel, &p));
    }
done:
    gm_release(context, p.scratch);
    return status;
}
