#include "transforms/walsh.h"

#include "parallel/parallel.h"
#include "transforms/panel.h"
#include "transforms/walsh_kernel.h"

/* Numbers that stay in the second-level and in the first-level cache; bits of the index that a
   panel takes, so that its rows are whole cache lines and more. */
enum { PANEL = 1 << 15, NEAR = 1 << 11, MOST_BITS = 11 };

/* One pass over the array: some bits of the index. */
typedef struct pass {
    gm_isa isa;
    gm_columns columns;
    int64_t width;
    double *x;
    double *scratch; /* [PANEL] for each worker */
} pass;

/* The columns of x [rows][s]: blocks that fit the first-level cache, then four bits across them. */
static void transform(gm_isa isa, int64_t rows, int64_t s, double *x) {
    enum { ACROSS = 16 };
    if (rows * s <= NEAR || rows <= ACROSS) {
        GM_SELECT_KERNEL(isa, gm_walsh_rows)(rows, s, x);
        return;
    }
    const int64_t block = rows / ACROSS;
    for (int64_t i = 0; i < ACROSS; i++)
        transform(isa, block, s, x + i * block * s);
    GM_SELECT_KERNEL(isa, gm_walsh_rows)(ACROSS, block * s, x);
}

static gm_status run_panel(void *argument, int64_t index, int worker) {
    const pass *p = argument;
    const int64_t first = index * p->width, rest = p->columns.count - first;
    const int64_t width = rest < p->width ? rest : p->width;
    double *panel = p->scratch + worker * PANEL;
    gm_panel_gather(&p->columns, first, width, width, p->x, panel);
    transform(p->isa, p->columns.rows, width, panel);
    gm_panel_scatter(&p->columns, first, width, width, panel, p->x);
    return GM_OK;
}

/* The last bits: blocks that lie together need no copy. */
static gm_status run_block(void *argument, int64_t index, int worker) {
    const pass *p = argument;
    (void)worker;
    const int64_t size = p->columns.rows * p->columns.inner;
    transform(p->isa, p->columns.rows, p->columns.inner, p->x + index * size);
    return GM_OK;
}

static gm_status check_sizes(gm_context *context, int n, int64_t r) {
    if (n < 0 || n > GM_WALSH_MOST)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_walsh_hadamard: n is %d, accepted is 0 to %d", n, GM_WALSH_MOST);
    if (r < 1 || r > (INT64_C(1) << 40) >> n)
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_walsh_hadamard: r is %lld, accepted is 1 to %lld for n = %d",
                       (long long)r, (long long)((INT64_C(1) << 40) >> n), n);
    return GM_OK;
}

/* The leading bits in panels, `bits` at a time, from the first on. */
static gm_status run_leading(gm_context *context, pass *p, int n, int leading, int64_t r) {
    gm_status status = GM_OK;
    GM_TRY(GM_NEW(context, p->scratch, (int64_t)gm_context_threads(context) * PANEL));
    for (int first = 0, bits = 0; first < leading; first += bits) {
        bits = gm_next_axes(leading - first, MOST_BITS);
        p->columns = gm_columns_along(2, n, first, bits, r);
        p->width = PANEL / p->columns.rows;
        const int64_t pieces = (p->columns.count + p->width - 1) / p->width;
        GM_TRY(gm_parallel_for(context, pieces, run_panel, p));
    }
done:
    gm_release(context, p->scratch);
    return status;
}

gm_status gm_walsh_hadamard(gm_context *context, int n, int64_t r, double *x) {
    gm_status status = check_sizes(context, n, r);
    int last = 0; /* bits of a block */
    if (status != GM_OK)
        return status;
    while (last < n && r << (last + 1) <= PANEL)
        last++;
    pass p = {.isa = context->isa, .x = x};
    if (last < n)
        status = run_leading(context, &p, n, n - last, r);
    p.columns = gm_columns_along(2, n, n - last, last, r);
    if (status == GM_OK && last > 0)
        status = gm_parallel_for(context, INT64_C(1) << (n - last), run_block, &p);
    return status;
}
