/* What an experiment writes down. The first failure sticks and later calls do nothing, so that an
   experiment need not ask after every line. */
#ifndef GM_EXPERIMENTS_RECORD_H
#define GM_EXPERIMENTS_RECORD_H

#include <math.h>

#include "experiments.h"

enum column_kind { TEXT, NUMBER, PERCENT };

struct column {
    const char *name;
    enum column_kind kind;
};

enum { MOST_COLUMNS = 8 };

struct record {
    gm_context *context;
    gm_report *report;
    double scale;
    uint64_t seed;
    gm_status status;
    const struct column *columns;
    int column_count, rows, plots, claims;
    int64_t runs; /* recoveries or measurements made */
    bool holds;
    char *csv;
    size_t csv_size;
};

#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((status = (call)) != GM_OK)                                                            \
            goto done;                                                                             \
    } while (0)

/* Repetitions at this scale of what is repeated `count` times at scale 1: at least 2, but one of
   what is made once, because nothing in it is drawn. */
int record_repetitions(const struct record *record, int count);

/* The columns of the table, [count], static. */
void record_columns(struct record *record, const struct column *columns, int count);

/* A row: a const char * for each TEXT column, a double for each other one. */
void record_row(struct record *record, ...);

/* Begin a plot; the number it is called by. Axes are logarithmic, unless record_linear() says
   otherwise. */
int record_plot(struct record *record, const char *title, const char *x, const char *y);

/* Make axes of a plot linear: "x", "y" or "xy". */
void record_linear(struct record *record, int plot, const char *axes);

enum series_kind { POINTS, MARKS, LINE, LEVEL };

/* Name the points x = 1, 2, … count of a plot, whose x axis becomes linear. */
void record_ticks(struct record *record, int plot, const char *const *names, int count);

/* Begin a series of a plot; the number it is called by. Series of one color belong together; one
   without a name is not in the key. */
int record_series(struct record *record, int plot, const char *name, enum series_kind kind,
                  int color);

/* A point with its standard error (0: none). A LEVEL has one point, whose x is not looked at. */
void record_point(struct record *record, int plot, int series, double x, double y, double error);

/* A sentence that holds where low ≤ measured ≤ high; an infinite end is open. */
void record_claim(struct record *record, double measured, double low, double high,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* A sentence of the conclusion. */
void record_conclude(struct record *record, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* --- numbers that are repeated --- */

struct sample {
    double count, mean, squares; /* squares: of the deviations from the mean */
};

void sample_add(struct sample *sample, double value);

/* Standard error of the mean; 0 of fewer than two. */
double sample_error(const struct sample *sample);

#endif
