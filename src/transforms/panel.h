/* Columns of an array [outer][rows][inner] taken into cache side by side, and put back. */
#ifndef GM_PANEL_H
#define GM_PANEL_H

#include <stdint.h>

/* Column c of [0, outer·inner) has its element r at ((c / inner)·rows + r)·inner + c mod inner. */
typedef struct gm_columns {
    int64_t rows, inner;
    int64_t count; /* outer·inner */
} gm_columns;

/* The columns along axes first … first + axes − 1 of an array [q^n][r]: rows = q^axes. */
gm_columns gm_columns_along(int64_t q, int n, int first, int axes, int64_t r);

/* Axes to take in the next pass where `left` are left and at most `most` go together: the passes
   get nearly the same number. */
int gm_next_axes(int left, int most);

/* panel [rows][stride] ← columns first … first + width of array; the rest of each row becomes 0. */
void gm_panel_gather(const gm_columns *columns, int64_t first, int64_t width, int64_t stride,
                     const double *array, double *panel);

/* The same columns of array ← the first `width` entries of each row of panel [rows][stride]. */
void gm_panel_scatter(const gm_columns *columns, int64_t first, int64_t width, int64_t stride,
                      const double *panel, double *array);

#endif
