#include "transforms/panel.h"

#include <string.h>

/* Rows moved at a time: where columns are short, neighbours in memory are rows of one column, and a
   cache line holds eight of them. */
enum { ROWS = 8 };

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t power(int64_t q, int n) {
    int64_t product = 1;
    while (n-- > 0)
        product *= q;
    return product;
}

gm_columns gm_columns_along(int64_t q, int n, int first, int axes, int64_t r) {
    return (gm_columns){power(q, axes), power(q, n - first - axes) * r, power(q, n - axes) * r};
}

int gm_next_axes(int left, int most) {
    const int passes = (left + most - 1) / most;
    return left / passes;
}

/* Columns that lie side by side in the array, beginning with column c; the offset of their row 0.
 */
static int64_t run_at(const gm_columns *columns, int64_t c, int64_t end, int64_t *offset) {
    const int64_t o = c / columns->inner, i = c - o * columns->inner;
    *offset = o * columns->rows * columns->inner + i;
    return least(columns->inner - i, end - c);
}

/* inner = 1: the transpose of `width` rows of the array. */
static void gather_transposed(int64_t rows, int64_t width, int64_t stride, const double *array,
                              double *panel) {
    for (int64_t r0 = 0; r0 < rows; r0 += ROWS) {
        const int64_t end = least(r0 + ROWS, rows);
        for (int64_t c = 0; c < width; c++)
            for (int64_t r = r0; r < end; r++)
                panel[r * stride + c] = array[c * rows + r];
    }
}

static void scatter_transposed(int64_t rows, int64_t width, int64_t stride, const double *panel,
                               double *array) {
    for (int64_t r0 = 0; r0 < rows; r0 += ROWS) {
        const int64_t end = least(r0 + ROWS, rows);
        for (int64_t c = 0; c < width; c++)
            for (int64_t r = r0; r < end; r++)
                array[c * rows + r] = panel[r * stride + c];
    }
}

static void gather_runs(const gm_columns *columns, int64_t first, int64_t width, int64_t stride,
                        const double *array, double *panel) {
    int64_t offset = 0;
    for (int64_t r0 = 0; r0 < columns->rows; r0 += ROWS) {
        const int64_t end = least(r0 + ROWS, columns->rows);
        for (int64_t c = 0, run; c < width; c += run) {
            run = run_at(columns, first + c, first + width, &offset);
            for (int64_t r = r0; r < end; r++)
                memcpy(panel + r * stride + c, array + offset + r * columns->inner,
                       (size_t)run * sizeof *panel);
        }
    }
}

void gm_panel_gather(const gm_columns *columns, int64_t first, int64_t width, int64_t stride,
                     const double *array, double *panel) {
    if (columns->inner == 1)
        gather_transposed(columns->rows, width, stride, array + first * columns->rows, panel);
    else
        gather_runs(columns, first, width, stride, array, panel);
    for (int64_t r = 0; width < stride && r < columns->rows; r++)
        memset(panel + r * stride + width, 0, (size_t)(stride - width) * sizeof *panel);
}

void gm_panel_scatter(const gm_columns *columns, int64_t first, int64_t width, int64_t stride,
                      const double *panel, double *array) {
    int64_t offset = 0;
    if (columns->inner == 1) {
        scatter_transposed(columns->rows, width, stride, panel, array + first * columns->rows);
        return;
    }
    for (int64_t r0 = 0; r0 < columns->rows; r0 += ROWS) {
        const int64_t end = least(r0 + ROWS, columns->rows);
        for (int64_t c = 0, run; c < width; c += run) {
            run = run_at(columns, first + c, first + width, &offset);
            for (int64_t r = r0; r < end; r++)
                memcpy(array + offset + r * columns->inner, panel + r * stride + c,
                       (size_t)run * sizeof *panel);
        }
    }
}
