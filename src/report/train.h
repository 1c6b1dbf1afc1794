/* The result of `train` as its table, plots and page use it. */
#ifndef GM_REPORT_TRAIN_H
#define GM_REPORT_TRAIN_H

#include "report/view.h"

enum { GM_TRAIN_SHOWN = 8 };

/* One optimizer. Numbers are NaN where the document has none, texts "". */
typedef struct gm_trained_shown {
    const char *name;
    bool reached, averaged;
    double gradients, curvature, epochs, seconds, loss, accuracy;
    double rate, horizon, momentum, condition, tried;
    const char *preconditioner, *advice;
} gm_trained_shown;

typedef enum gm_train_goal {
    GM_TRAIN_NO_GOAL,
    GM_TRAIN_LOSS,
    GM_TRAIN_ACCURACY,
    GM_TRAIN_EXCESS
} gm_train_goal;

typedef struct gm_train_shown {
    gm_trained_shown of[GM_TRAIN_SHOWN];
    int count;
    gm_train_goal goal;
    double goal_value, goal_loss; /* as it was asked for; the loss that it comes to */
    double optimum, optimum_error, initial;
    double dimension, batch_size, per_epoch;
    bool classes; /* some optimizer has an accuracy */
} gm_train_shown;

/* Never fails: what is absent becomes NaN, "" or false. */
gm_train_shown gm_train_read(const gm_report *report);

/* The optimizer other than the first that did best; NULL: there is none. */
const gm_trained_shown *gm_train_rival(const gm_train_shown *shown);

/* "a loss of 0.123 or less, 1 % above the least one". */
void gm_train_say_the_goal(const gm_train_shown *shown, gm_text *out);

/* "0.0123, 1.2 % above the least"; the first part alone where the least loss is not known. */
void gm_train_say_a_loss(const gm_train_shown *shown, double loss, gm_text *out);

/* Rows shared by table and page. */
gm_say gm_train_say_model, gm_train_say_start, gm_train_say_batches, gm_train_say_goal,
    gm_train_say_optimum, gm_train_say_setting, gm_train_say_curvature, gm_train_say_advice;

/* Columns of the comparison: heading, and what it says of one optimizer. */
enum { GM_TRAIN_COLUMNS = 7 };
typedef struct gm_train_column {
    const char *heading;
    void (*say)(const gm_trained_shown *of, gm_text *out);
    int width; /* in a terminal */
    bool for_classes;
} gm_train_column;
extern const gm_train_column gm_train_columns[GM_TRAIN_COLUMNS];

void gm_train_table(const gm_report *report, gm_layout *layout);

bool gm_train_has_curves(const gm_report *report);
void gm_train_loss_script(const gm_report *report, gm_text *out);
void gm_train_time_script(const gm_report *report, gm_text *out);
void gm_train_loss_caption(const gm_report *report, gm_text *html);
void gm_train_time_caption(const gm_report *report, gm_text *html);

void gm_train_subject(const gm_report *report, gm_text *html);
void gm_train_tiles(const gm_report *report, gm_text *html);
void gm_train_tables(const gm_report *report, gm_text *html);
void gm_train_method(const gm_report *report, gm_text *html);
void gm_train_glossary(const gm_report *report, gm_text *html);

#endif
