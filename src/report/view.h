/* How the result of one command is shown. A new command is one file that defines a view, and one
   line in views.c. */
#ifndef GM_REPORT_VIEW_H
#define GM_REPORT_VIEW_H

#include "report/document.h"
#include "report/layout.h"

/* Where the verdict stands: it picks the colour, the words carry the meaning. */
typedef enum gm_tone { GM_TONE_PLAIN, GM_TONE_GOOD, GM_TONE_BAD } gm_tone;

enum { GM_PLOTS_MAX = 4 };

typedef struct gm_plot {
    const char *name;                                  /* file name, static */
    bool (*available)(const gm_report *report);        /* has this result anything to draw? */
    void (*script)(const gm_report *, gm_text *out);   /* gnuplot, SVG on standard output */
    void (*caption)(const gm_report *, gm_text *html); /* what is seen, in HTML */
    const char *label;                                 /* for those who cannot see it */
} gm_plot;

typedef struct gm_view {
    const char *command;
    const char *headline; /* what the command does, a few words */
    /* One plain sentence, not escaped. */
    gm_tone (*verdict)(const gm_report *report, gm_text *out);
    /* The verdict in one to four words; NULL: none. */
    const char *(*badge)(const gm_report *report);
    void (*table)(const gm_report *report, gm_layout *layout);
    gm_plot plots[GM_PLOTS_MAX]; /* ends at the first without a name */
    /* Parts of the page, HTML: a line on what was measured, key figures, tables, how it works,
       what the numbers mean. */
    void (*subject)(const gm_report *report, gm_text *html);
    void (*tiles)(const gm_report *report, gm_text *html);
    void (*tables)(const gm_report *report, gm_text *html);
    void (*method)(const gm_report *report, gm_text *html);
    void (*glossary)(const gm_report *report, gm_text *html);
} gm_view;

extern const gm_view gm_view_measure, gm_view_recover, gm_view_train, gm_view_risk, gm_view_entropy,
    gm_view_lwe_generate, gm_view_lwe_import, gm_view_lwe_verify, gm_view_lwe_solve,
    gm_view_lwe_reduce, gm_view_lwe_attack, gm_view_reproduce;

/* A key figure of the page: begin, the figure, note, what it says, end. Labels are HTML. */
void gm_tile_begin(gm_text *html, const char *label);
void gm_tile_note(gm_text *html);
void gm_tile_end(gm_text *html);

/* What a table says in a row and a page in a line: unescaped, nothing where the document has
   nothing. */
typedef void gm_say(const gm_report *report, gm_text *out);

/* Add it as a row of a table, made safe for a terminal. */
void gm_view_row(const gm_report *report, gm_layout *layout, const char *label, gm_say *say);

/* Add it to a page, escaped. */
void gm_page_say(const gm_report *report, gm_text *html, gm_say *say);

/* Add it to a list of facts of a page; nothing where it says nothing. */
void gm_page_fact(const gm_report *report, gm_text *html, const char *label, gm_say *say);

/* The files of a result beside its pages. */
gm_say gm_view_say_files;

/* The view of this report's command; NULL where there is none. */
const gm_view *gm_view_find(const gm_report *report);

/* Plot i of those that this result has; NULL where there is none. */
const gm_plot *gm_view_plot(const gm_report *report, int i);

#endif
