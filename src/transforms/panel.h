/* Columns of an array [outer][rows][inner] taken into cache side by side, and put back. */
#ifndef GM_PANEL_H
#define GM_PANEL_H

#include <stdint.h>

/* Column c of [0, outer·inner) has its element r at ((c / inner)·rows + r)·inner + c mod inner. */
typedef struct gm_columns {
    int64_t rows, inner;
    int64_t count; /* outer·inner */
} gm_columns;

/* panel [rows][stride] ← columns first … first + width of array; the rest of each row becomes 0. */
void gm_panel_gather(const gm_columns *columns, int64_t first, int64_t width, int64_t stride,
                     const double *array, double *panel);

/* The same columns of array ← the first `width` entries of each row of panel [rows][stride]. */
void gm_panel_scatter(const gm_columns *columns, int64_t first, int64_t width, int64_t stride,
                      const double *panel, double *array);

#endif
