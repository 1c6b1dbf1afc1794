#include "linalg/rows.h"

#include <string.h>

#include "linalg/rows_kernel.h"

/* Columns worked on at a time: two outputs of this length stay in the first-level cache. */
enum { COLUMN_BLOCK = 1024, GROUP = GM_COMBINE_ROWS, AHEAD = 2 * GROUP };

size_t gm_element_size(gm_element element) {
    return element == GM_ELEMENT_U8 ? 1 : element == GM_ELEMENT_F32 ? 4 : 8;
}

static const char *row_at(const gm_rows *rows, int64_t i, int64_t column) {
    return (const char *)rows->data +
           (size_t)(i * rows->stride + column) * gm_element_size(rows->element);
}

/* Eight rows, starting at some column; a short last group repeats a row with coefficient zero. */
typedef struct group {
    const void *row[GROUP];
    const void *next[GROUP]; /* rows two groups on, to be fetched meanwhile */
    double two[2 * GROUP];   /* coefficients of right-hand sides r and r+1, interleaved */
    double one[GROUP];
} group;

static void gather_group(const gm_rows *rows, int64_t column, int64_t start, int64_t n,
                         const int64_t *index, int64_t m, int64_t r, const double *coefficients,
                         group *out) {
    const int64_t count = n - start;
    const double factor = 1.0 / rows->divisor; /* on the coefficients: they are fewer */
    for (int64_t i = 0; i < GROUP; i++) {
        const bool present = i < count;
        const int64_t here = start + (present ? i : 0);
        const int64_t ahead = start + (i + AHEAD < count ? i + AHEAD : 0);
        out->row[i] = row_at(rows, index ? index[here] : here, column);
        out->next[i] = row_at(rows, index ? index[ahead] : ahead, column);
        const double first = present ? factor * coefficients[i * m + r] : 0.0;
        out->one[i] = out->two[2 * i] = first;
        out->two[2 * i + 1] = present && r + 1 < m ? factor * coefficients[i * m + r + 1] : 0.0;
    }
}

/* The coefficients of a group times its rows, into one or two outputs. */
static void combine_group(gm_isa isa, gm_element element, const group *g, int64_t columns,
                          double *out0, double *out1) {
    switch (element) {
    case GM_ELEMENT_U8:
        if (out1)
            GM_SELECT_KERNEL(isa, gm_combine_two_u8)
        ((const uint8_t *const *)g->row, (const uint8_t *const *)g->next, g->two, columns, out0,
         out1);
        else GM_SELECT_KERNEL(isa, gm_combine_one_u8)((const uint8_t *const *)g->row, g->one,
                                                      columns, out0);
        break;
    case GM_ELEMENT_F32:
        if (out1)
            GM_SELECT_KERNEL(isa, gm_combine_two_f32)
        ((const float *const *)g->row, (const float *const *)g->next, g->two, columns, out0, out1);
        else GM_SELECT_KERNEL(isa, gm_combine_one_f32)((const float *const *)g->row, g->one,
                                                       columns, out0);
        break;
    case GM_ELEMENT_F64:
        if (out1)
            GM_SELECT_KERNEL(isa, gm_combine_two_f64)
        ((const double *const *)g->row, (const double *const *)g->next, g->two, columns, out0,
         out1);
        else GM_SELECT_KERNEL(isa, gm_combine_one_f64)((const double *const *)g->row, g->one,
                                                       columns, out0);
        break;
    }
}

void gm_rows_combine(const gm_context *context, const gm_rows *rows, int64_t n,
                     const int64_t *index, int64_t m, const double *coefficients, double *out) {
    const int64_t d = rows->columns;
    memset(out, 0, (size_t)(m * d) * sizeof *out);
    for (int64_t column = 0; column < d; column += COLUMN_BLOCK) {
        int64_t width = d - column < COLUMN_BLOCK ? d - column : COLUMN_BLOCK;
        for (int64_t r = 0; r < m; r += 2) {
            double *out0 = out + r * d + column;
            double *out1 = r + 1 < m ? out0 + d : NULL;
            for (int64_t i = 0; i < n; i += GROUP) {
                group g;
                gather_group(rows, column, i, n, index, m, r, coefficients + i * m, &g);
                combine_group(context->isa, rows->element, &g, width, out0, out1);
            }
        }
    }
}

void gm_rows_multiply(const gm_context *context, const gm_rows *rows, int64_t first, int64_t count,
                      const double *w, double *out) {
    const gm_isa isa = context->isa;
    for (int64_t i = 0; i < count; i++) {
        const void *row = row_at(rows, first + i, 0);
        double sum = 0.0;
        switch (rows->element) {
        case GM_ELEMENT_U8:
            sum = GM_SELECT_KERNEL(isa, gm_dot_u8)(row, w, rows->columns);
            break;
        case GM_ELEMENT_F32:
            sum = GM_SELECT_KERNEL(isa, gm_dot_f32)(row, w, rows->columns);
            break;
        case GM_ELEMENT_F64:
            sum = GM_SELECT_KERNEL(isa, gm_dot_f64)(row, w, rows->columns);
            break;
        }
        out[i] = sum / rows->divisor;
    }
}

/* Value of a byte: a look-up takes less than the division that it stands for. */
enum { BYTES = 256 };

static void fill_values(const gm_rows *rows, double values[BYTES]) {
    for (int i = 0; rows->element == GM_ELEMENT_U8 && i < BYTES; i++)
        values[i] = i / rows->divisor;
}

static void expand_row(const gm_rows *rows, const double values[BYTES], int64_t i, double *out) {
    const void *row = row_at(rows, i, 0);
    const double divisor = rows->divisor;
    switch (rows->element) {
    case GM_ELEMENT_U8:
        for (int64_t j = 0; j < rows->columns; j++)
            out[j] = values[((const uint8_t *)row)[j]];
        break;
    case GM_ELEMENT_F32:
        for (int64_t j = 0; j < rows->columns; j++)
            out[j] = ((const float *)row)[j] / divisor;
        break;
    case GM_ELEMENT_F64:
        for (int64_t j = 0; j < rows->columns; j++)
            out[j] = ((const double *)row)[j] / divisor;
        break;
    }
}

void gm_rows_expand(const gm_rows *rows, int64_t first, int64_t count, double *out) {
    double values[BYTES];
    fill_values(rows, values);
    for (int64_t i = 0; i < count; i++)
        expand_row(rows, values, first + i, out + i * rows->columns);
}

void gm_rows_gather(const gm_rows *rows, int64_t n, const int64_t *index, double *out) {
    double values[BYTES];
    fill_values(rows, values);
    for (int64_t i = 0; i < n; i++)
        expand_row(rows, values, index[i], out + i * rows->columns);
}
