/* The result of `measure` as its table, plots and page use it. */
#ifndef GM_REPORT_MEASURE_H
#define GM_REPORT_MEASURE_H

#include "report/gnuplot.h"
#include "report/view.h"

/* Numbers are NaN where the document has none, texts "". */
typedef struct gm_measure_facts {
    double variance, error, low, high; /* V, its standard error and 95 % interval */
    double naive, collision, dependence, smallest;
    double bound, bound_collision, bound_dependence;
    double noise, label_noise, ratio; /* T, the part of it from labels, V/T */
    double needed, at_least, budget;  /* samples */
    double columns, parameters, samples, targets, init_draws, effective;
    const char *method, *form, *verdict;
    bool exact, enumerated;
} gm_measure_facts;

/* Never fails: what is absent becomes NaN, "" or false. */
gm_measure_facts gm_measure_read(const gm_report *report);

/* Rows of the table, which are facts of the page, under their headings. */
typedef struct gm_measure_row {
    const char *label; /* NULL: after the last */
    gm_say *say;
} gm_measure_row;

typedef struct gm_measure_part {
    const char *heading;                        /* NULL: after the last */
    bool (*available)(const gm_report *report); /* NULL: always */
    gm_measure_row rows[9];
} gm_measure_part;

extern const gm_measure_part gm_measure_parts[];

bool gm_measure_has_ladder(const gm_report *report);
void gm_measure_ladder_script(const gm_report *report, gm_text *out);
void gm_measure_ladder_caption(const gm_report *report, gm_text *html);
bool gm_measure_has_batch(const gm_report *report);
void gm_measure_batch_script(const gm_report *report, gm_text *out);
void gm_measure_batch_caption(const gm_report *report, gm_text *html);

bool gm_measure_has_along(const gm_report *report);  /* points */
bool gm_measure_has_course(const gm_report *report); /* and a V to be drawn */
void gm_measure_along_script(const gm_report *report, gm_text *out);
void gm_measure_along_caption(const gm_report *report, gm_text *html);
/* What the monitor says, the rate, and V and the loss at the first point and the last. */
gm_say gm_measure_say_monitor, gm_measure_say_training, gm_measure_say_course;

/* Parts of plots: the beginning with a title that names the targets, and tics at powers of ten. */
void gm_measure_begin(const gm_report *report, gm_text *out, const char *what, const char *x_label,
                      const char *y_label);
void gm_measure_decades(gm_text *out, const char *axis, gm_range range);

void gm_measure_subject(const gm_report *report, gm_text *html);
void gm_measure_tiles(const gm_report *report, gm_text *html);
void gm_measure_tables(const gm_report *report, gm_text *html);
void gm_measure_method(const gm_report *report, gm_text *html);
void gm_measure_glossary(const gm_report *report, gm_text *html);

#endif
