/* What every plot script starts with. */
#ifndef GM_REPORT_GNUPLOT_H
#define GM_REPORT_GNUPLOT_H

#include "report/text.h"

/* Colours that differ for every kind of colour sight (Okabe and Ito), and their roles. */
#define GM_COLOR_ESTIMATE "#0072B2"
#define GM_COLOR_TRUTH    "#D55E00"
#define GM_COLOR_BAND     "#9CC9E3"
#define GM_COLOR_LIMIT    "#555555"

/* A range of positive values on a logarithmic axis. */
typedef struct gm_range {
    double low, high;
} gm_range;

#define GM_RANGE_EMPTY ((gm_range){INFINITY, -INFINITY})

/* Widen to hold a value; what is not positive and finite is left out. */
void gm_range_add(gm_range *range, double value);

/* Terminal, grid, key; titles in single quotes. NULL: no title. */
void gm_gnuplot_begin(gm_text *out, const char *title, const char *x_label, const char *y_label);

/* `set xrange` or `set yrange`, widened by a factor on both sides. */
void gm_gnuplot_range(gm_text *out, const char *axis, gm_range range, double factor);

/* Add the last component of a path to a title, cut where it would leave the picture. */
void gm_gnuplot_name(gm_text *title, const char *path);

#endif
